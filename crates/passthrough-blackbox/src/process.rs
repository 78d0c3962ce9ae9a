//! A frontend's process: bounded in time and output, and ended with all that it
//! started.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use passthrough_protocol::Ending;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

/// The most that a process may write to either stream, in bytes.
const MOST_OUTPUT: u64 = 32 << 20;

/// The most of a stream that is told: its end, in bytes.
const TAIL: u64 = 32 << 10;

/// How often the output's size is looked at.
const TICK: Duration = Duration::from_millis(50);

/// The variable that marks every process of a run; its value is the nonce.
pub(crate) const MARK: &str = "PASSTHROUGH_RUN";

/// What is started.
pub(crate) struct Task<'a> {
    pub(crate) argv: &'a [String],
    pub(crate) directory: &'a Path,
    /// All of its environment; `MARK` comes on top.
    pub(crate) environment: &'a BTreeMap<String, String>,
    pub(crate) nonce: &'a str,
    pub(crate) timeout: Duration,
    /// Where its output goes.
    pub(crate) stdout: PathBuf,
    pub(crate) stderr: PathBuf,
}

/// What became of it.
pub(crate) struct Ended {
    pub(crate) ending: Ending,
    pub(crate) exit_code: Option<i32>,
    pub(crate) took: Duration,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// How many processes were left, and ended.
    pub(crate) left: u32,
}

/// Runs the task to its end. Its streams are files: a process that it leaves
/// behind cannot hold anything up.
pub(crate) fn run(task: &Task<'_>) -> io::Result<Ended> {
    let (stdout, stderr) = (
        fs::File::create(&task.stdout)?.into_file(),
        fs::File::create(&task.stderr)?.into_file(),
    );
    // Read through these: the process may remove the files.
    let (mut read_stdout, mut read_stderr) = (
        fs::File::open(&task.stdout)?.into_file(),
        fs::File::open(&task.stderr)?.into_file(),
    );
    let Some((program, arguments)) = task.argv.split_first() else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let start = Instant::now();
    let spawned = Command::new(program)
        .args(arguments)
        .current_dir(task.directory)
        .env_clear()
        .envs(task.environment)
        .env(MARK, task.nonce)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0)
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => {
            return Ok(Ended {
                ending: Ending::NotStarted,
                exit_code: None,
                took: Duration::ZERO,
                stdout: String::new(),
                stderr: format!("{program}: {error}\n"),
                left: 0,
            });
        }
    };
    let waited = wait(&child, start + task.timeout, [&read_stdout, &read_stderr]);
    let took = start.elapsed();
    let (left, status) = end(&mut child, task.nonce);
    let (ending, exit_code) = match waited {
        Ok(()) => match status.and_then(|status| status.code()) {
            Some(code) => (Ending::Exit, Some(code)),
            None => (Ending::Signal, None),
        },
        Err(ending) => (ending, None),
    };
    Ok(Ended {
        ending,
        exit_code,
        took,
        stdout: tail(&mut read_stdout),
        stderr: tail(&mut read_stderr),
        left,
    })
}

/// Waits for the end, or tells why it has to be made. The child is not reaped,
/// so that its id still names its group.
fn wait(child: &Child, deadline: Instant, streams: [&File; 2]) -> Result<(), Ending> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        if !matches!(
            waitid(WaitId::Pid(Pid::from_child(child)), options),
            Ok(None)
        ) {
            return Ok(());
        }
        let is_flood = |stream: &&File| {
            let metadata = stream.metadata();
            metadata.is_ok_and(|metadata| metadata.len() > MOST_OUTPUT)
        };
        if streams.iter().any(is_flood) {
            return Err(Ending::Flood);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Ending::Timeout);
        }
        await_end(child, left.min(TICK));
    }
}

/// Waits until the child ends, at most that long.
#[cfg(target_os = "linux")]
fn await_end(child: &Child, patience: Duration) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{PidfdFlags, pidfd_open};

    let opened = pidfd_open(Pid::from_child(child), PidfdFlags::empty());
    match (opened, Timespec::try_from(patience)) {
        (Ok(descriptor), Ok(patience)) => {
            let _ = poll(
                &mut [PollFd::new(&descriptor, PollFlags::IN)],
                Some(&patience),
            );
        }
        _ => std::thread::sleep(patience.min(Duration::from_millis(5))),
    }
}

#[cfg(not(target_os = "linux"))]
fn await_end(_child: &Child, patience: Duration) {
    std::thread::sleep(patience.min(Duration::from_millis(5)));
}

/// Ends the child and all that it started. Returns how many others there were,
/// as far as the system tells, and the status of the child.
fn end(child: &mut Child, nonce: &str) -> (u32, Option<ExitStatus>) {
    let group = Pid::from_child(child);
    let mut others = BTreeSet::new();
    // What left the group is known by the mark; it may start others meanwhile.
    for _ in 0..200 {
        let mut marked = marked(nonce);
        marked.retain(|pid| *pid != group);
        let _ = kill_process_group(group, Signal::KILL);
        if marked.is_empty() {
            break;
        }
        for pid in marked {
            let _ = kill_process(pid, Signal::KILL);
            others.insert(pid.as_raw_nonzero());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let status = child.wait().ok();
    (u32::try_from(others.len()).unwrap_or(u32::MAX), status)
}

/// The processes that have the mark in their environment.
#[cfg(target_os = "linux")]
fn marked(nonce: &str) -> Vec<Pid> {
    let wanted = format!("{MARK}={nonce}");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        // That of others cannot be read, and that of the dead is empty.
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
            let mut variables = environment.split(|&byte| byte == 0);
            variables.any(|variable| variable == wanted.as_bytes())
        })
    })
    .filter_map(Pid::from_raw)
    .collect()
}

#[cfg(not(target_os = "linux"))]
fn marked(_nonce: &str) -> Vec<Pid> {
    Vec::new()
}

/// The end of a stream, as text.
fn tail(file: &mut File) -> String {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let start = length.saturating_sub(TAIL);
    let mut bytes = Vec::new();
    let read = file
        .seek(SeekFrom::Start(start))
        .and_then(|_| file.take(TAIL).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    match read {
        Err(error) => format!("{text}\n(unreadable: {error})\n"),
        Ok(_) if start > 0 => format!("… (the end of {length} bytes)\n{text}"),
        Ok(_) => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::time::Duration;

    use passthrough_protocol::Ending;

    use super::{Ended, Task, marked, run};

    fn shell(directory: &Path, nonce: &str, seconds: u64, program: &str) -> Ended {
        let argv = ["/bin/sh", "-c", program].map(str::to_owned);
        let environment = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        run(&Task {
            argv: &argv,
            directory,
            environment: &environment,
            nonce,
            timeout: Duration::from_secs(seconds),
            stdout: directory.join("stdout"),
            stderr: directory.join("stderr"),
        })
        .unwrap()
    }

    #[test]
    fn it_has_its_environment_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let ended = shell(
            directory.path(),
            "n-env",
            60,
            "env; pwd; echo no >&2; exit 3",
        );
        assert_eq!(ended.ending, Ending::Exit);
        assert_eq!(ended.exit_code, Some(3));
        assert!(!ended.stdout.contains("HOME="), "{}", ended.stdout);
        assert!(
            ended.stdout.contains("PASSTHROUGH_RUN=n-env\n"),
            "{}",
            ended.stdout
        );
        assert_eq!(ended.stderr, "no\n");
        assert_eq!(ended.left, 0);
    }

    #[test]
    fn one_that_hangs_is_ended_with_what_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let program = "echo begun; sleep 1000 & setsid sleep 1000 & sleep 1000";
        let ended = shell(directory.path(), "n-hang", 1, program);
        assert_eq!(ended.ending, Ending::Timeout);
        assert_eq!(ended.exit_code, None);
        assert_eq!(ended.stdout, "begun\n");
        assert_eq!(marked("n-hang"), []);
    }

    #[test]
    fn what_it_leaves_behind_is_ended_and_counted() {
        let directory = tempfile::tempdir().unwrap();
        let program = "setsid sleep 1000 & setsid sleep 1000 & sleep 1000 & exit 0";
        let ended = shell(directory.path(), "n-left", 60, program);
        assert_eq!((ended.ending, ended.exit_code), (Ending::Exit, Some(0)));
        if cfg!(target_os = "linux") {
            assert_eq!(ended.left, 3);
        }
        assert_eq!(marked("n-left"), []);
    }

    #[test]
    fn one_that_never_stops_writing_is_ended() {
        let directory = tempfile::tempdir().unwrap();
        let ended = shell(directory.path(), "n-flood", 60, "yes megabytes");
        assert_eq!(ended.ending, Ending::Flood);
        assert!(
            ended.stdout.starts_with("… (the end of "),
            "{}",
            &ended.stdout[..40]
        );
        assert!(ended.stdout.len() < 40_000);
    }

    #[test]
    fn one_that_dies_or_is_not_there_is_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let ended = shell(directory.path(), "n-kill", 60, "kill -9 $$");
        assert_eq!((ended.ending, ended.exit_code), (Ending::Signal, None));
        let argv = ["/no/such/frontend".to_owned()];
        let ended = run(&Task {
            argv: &argv,
            directory: directory.path(),
            environment: &BTreeMap::new(),
            nonce: "n-none",
            timeout: Duration::from_secs(60),
            stdout: directory.path().join("stdout"),
            stderr: directory.path().join("stderr"),
        })
        .unwrap();
        assert_eq!(ended.ending, Ending::NotStarted);
        assert!(
            ended.stderr.starts_with("/no/such/frontend: "),
            "{}",
            ended.stderr
        );
    }

    /// It may remove the directory that its output goes to.
    #[test]
    fn its_output_survives_its_files() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        fs_err::create_dir(&inner).unwrap();
        let ended = shell(
            &inner,
            "n-remove",
            60,
            "echo before; rm -r \"$PWD\"; echo after",
        );
        assert_eq!(ended.stdout, "before\nafter\n");
        assert!(!inner.exists());
    }
}
