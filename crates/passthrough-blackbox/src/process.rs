//! A frontend's process: bounded in time and output, and ended with all that it
//! started.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use passthrough_process::{Bounds, Captured, Output, Reason, Stream};
use passthrough_protocol::Ending;

/// The most that a process may write to either stream, in bytes.
const MOST_OUTPUT: usize = 32 << 20;

/// The most of a stream that is told: its end, in bytes.
const TAIL: usize = 32 << 10;

/// The variable that marks every process of a run; its value is the nonce.
pub(crate) const MARK: &str = "PASSTHROUGH_RUN";

/// What is started.
pub(crate) struct Task<'a> {
    pub(crate) argv: &'a [String],
    pub(crate) directory: &'a Path,
    /// All of its environment; the marks come on top.
    pub(crate) environment: &'a BTreeMap<String, String>,
    pub(crate) nonce: &'a str,
    pub(crate) timeout: Duration,
}

/// What became of it.
pub(crate) struct Ended {
    pub(crate) ending: Ending,
    pub(crate) exit_code: Option<i32>,
    pub(crate) took: Duration,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// How many processes were found that it had left outside of its group.
    pub(crate) left: u32,
}

/// Runs the task to its end, and ends what it leaves behind.
pub(crate) fn run(task: &Task<'_>) -> Ended {
    let (program, arguments) = task
        .argv
        .split_first()
        .map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(task.directory)
        .env_clear()
        .envs(task.environment)
        .env(MARK, task.nonce);
    let kept = Stream::tail(TAIL).limited(MOST_OUTPUT);
    let bounds = Bounds {
        timeout: Some(task.timeout),
        output: Output::Separate {
            stdout: kept,
            stderr: kept,
        },
        follow: None,
    };
    let start = Instant::now();
    let finished = passthrough_process::run(&mut command, bounds);
    let took = start.elapsed();
    let (ending, exit_code, output) = match finished {
        Ok(finished) => match finished.status.code() {
            Some(code) => (Ending::Exit, Some(code), finished.output),
            None => (Ending::Signal, None, finished.output),
        },
        Err(stopped) => {
            let mut output = stopped.output;
            let ending = match stopped.reason {
                Reason::Timeout(_) => Ending::Timeout,
                Reason::Flood(_) => Ending::Flood,
                Reason::Start(error) => {
                    output.stderr = format!("{program}: {error}\n").into_bytes();
                    Ending::NotStarted
                }
                Reason::System(_) | Reason::Interrupted => Ending::Signal,
            };
            (ending, None, output)
        }
    };
    let Captured { stdout, stderr } = output;
    Ended {
        ending,
        exit_code,
        took,
        stdout: told(&stdout),
        stderr: told(&stderr),
        left: end_scattered(task.nonce),
    }
}

/// Why one of our own helpers failed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// In a line, which reads on after what was run.
    pub(crate) reason: String,
    /// The end of its standard error.
    pub(crate) said: String,
}

/// What one of our own helpers says on its standard output, with the user's
/// environment.
pub(crate) fn helper(command: &mut Command, timeout: Duration) -> Result<String, Failed> {
    let kept = Stream::tail(TAIL).limited(MOST_OUTPUT);
    let bounds = Bounds {
        timeout: Some(timeout),
        output: Output::Separate {
            stdout: kept,
            stderr: kept,
        },
        follow: None,
    };
    let finished = passthrough_process::run(command, bounds).map_err(|stopped| Failed {
        reason: stopped.to_string(),
        said: told(&stopped.output.stderr),
    })?;
    if finished.status.success() {
        return Ok(told(&finished.output.stdout));
    }
    let said = told(&finished.output.stderr);
    let lines = || {
        said.lines()
            .rev()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    // pip says more after its error.
    let line = lines()
        .find(|line| line.starts_with("ERROR"))
        .or_else(|| lines().next());
    let line = line.unwrap_or("without a word");
    Err(Failed {
        reason: format!("ended with {}: {line}", finished.status),
        said,
    })
}

/// The end of a stream, as text.
fn told(kept: &[u8]) -> String {
    let text = String::from_utf8_lossy(kept);
    if kept.len() < TAIL {
        return text.into_owned();
    }
    format!("… (what was before is left out)\n{text}")
}

/// Ends what left the group of a process that came to its end by itself; it is
/// known by the mark, and may start others meanwhile. Returns how many there were.
pub(crate) fn end_scattered(nonce: &str) -> u32 {
    let mut ended = BTreeSet::new();
    for _ in 0..200 {
        let found = scattered::end(nonce);
        if found.is_empty() {
            break;
        }
        ended.extend(found);
        std::thread::sleep(Duration::from_millis(2));
    }
    u32::try_from(ended.len()).unwrap_or(u32::MAX)
}

#[cfg(target_os = "linux")]
mod scattered {
    use std::io::Read as _;

    use fs_err as fs;
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    /// The most that is read of a process's variables, in bytes.
    const VARIABLES: u64 = 8 << 20;

    /// Kills all that carries the mark, and returns their ids.
    pub(super) fn end(nonce: &str) -> Vec<i32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|&pid| {
            is_marked(pid, nonce)
                // The id may name another one by now; the descriptor cannot.
                && Pid::from_raw(pid)
                    .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
                    .filter(|_| is_marked(pid, nonce))
                    .is_some_and(|descriptor| pidfd_send_signal(&descriptor, Signal::KILL).is_ok())
        })
        .collect()
    }

    pub(super) fn is_marked(pid: i32, nonce: &str) -> bool {
        let wanted = format!("{}={nonce}", super::MARK);
        let mut variables = Vec::new();
        // Those of others cannot be read, and those of the dead are empty.
        let read = fs::File::open(format!("/proc/{pid}/environ"))
            .and_then(|file| file.take(VARIABLES).read_to_end(&mut variables));
        let mut variables = variables.split(|&byte| byte == 0);
        read.is_ok() && variables.any(|variable| variable == wanted.as_bytes())
    }
}

#[cfg(not(target_os = "linux"))]
mod scattered {
    /// Nothing tells who carries a mark.
    pub(super) fn end(_nonce: &str) -> Vec<i32> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::time::Duration;

    use passthrough_protocol::Ending;

    use super::{Ended, Task, run, scattered};

    fn shell(nonce: &str, seconds: u64, program: &str) -> Ended {
        let argv = ["/bin/sh", "-c", program].map(str::to_owned);
        let environment = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        run(&Task {
            argv: &argv,
            directory: Path::new("/"),
            environment: &environment,
            nonce,
            timeout: Duration::from_secs(seconds),
        })
    }

    #[test]
    fn it_has_its_environment_and_no_other() {
        let ended = shell("n-env", 60, "env; pwd; echo no >&2; exit 3");
        assert_eq!(ended.ending, Ending::Exit);
        assert_eq!(ended.exit_code, Some(3));
        assert!(!ended.stdout.contains("HOME="), "{}", ended.stdout);
        let mark = "PASSTHROUGH_RUN=n-env\n";
        assert!(ended.stdout.contains(mark), "{}", ended.stdout);
        assert_eq!(ended.stderr, "no\n");
        assert_eq!(ended.left, 0);
    }

    #[test]
    fn one_that_hangs_is_ended_with_what_it_started() {
        let program = "echo begun; sleep 1000 & setsid sleep 1000 & sleep 1000";
        let ended = shell("n-hang", 3, program);
        assert_eq!(ended.ending, Ending::Timeout);
        assert_eq!(ended.exit_code, None);
        assert_eq!(ended.stdout, "begun\n");
        assert_eq!(scattered::end("n-hang"), [0; 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_it_leaves_behind_is_ended_and_counted() {
        let directory = tempfile::tempdir().unwrap();
        let up = directory.path().join("up").display().to_string();
        // It ends when they have left its group, and not before.
        let one = format!("setsid /bin/sh -c 'echo >> {up}; exec sleep 1000' &");
        let program = format!(
            "{one} {one} sleep 1000 & until [ \"$(cat {up} | wc -l)\" = 2 ]; do sleep 0.01; done"
        );
        let ended = shell("n-left", 60, &program);
        assert_eq!((ended.ending, ended.exit_code), (Ending::Exit, Some(0)));
        assert!(ended.left >= 2, "{}", ended.left);
        assert_eq!(scattered::end("n-left"), [0; 0]);
    }

    #[test]
    fn one_that_never_stops_writing_is_ended() {
        let ended = shell("n-flood", 60, "yes megabytes");
        assert_eq!(ended.ending, Ending::Flood);
        assert!(
            ended
                .stdout
                .starts_with("… (what was before is left out)\n")
        );
        assert!(ended.stdout.len() < 40_000);
    }

    #[test]
    fn one_that_dies_or_is_not_there_is_told_apart() {
        let ended = shell("n-kill", 60, "kill -9 $$");
        assert_eq!((ended.ending, ended.exit_code), (Ending::Signal, None));
        let argv = ["/no/such/frontend".to_owned()];
        for argv in [&argv[..], &[]] {
            let ended = run(&Task {
                argv,
                directory: Path::new("/"),
                environment: &BTreeMap::new(),
                nonce: "n-none",
                timeout: Duration::from_secs(60),
            });
            assert_eq!(ended.ending, Ending::NotStarted);
            let program = argv.first().map_or("", String::as_str);
            let said = ended.stderr;
            assert!(said.starts_with(&format!("{program}: ")), "{said}");
        }
    }
}
