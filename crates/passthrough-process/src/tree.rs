//! Ending a child with all that it started.

use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process_group};

/// The variable that marks a child and what it starts. Its value is a mark of
/// each run that is under way around it, outermost first, joined by `:`.
pub const MARK: &str = "PASSTHROUGH_PROCESS";

/// A mark that no other run has.
pub(crate) fn mark() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

/// Gives a command its mark, beside those in its variables, and a process group.
pub(crate) fn prepare<'c>(command: &'c mut Command, mark: &str) -> &'c mut Command {
    let outer = command
        .get_envs()
        .find_map(|(name, value)| (name == MARK).then_some(value)?);
    let mut value = OsString::new();
    if let Some(outer) = outer {
        value.push(outer);
        value.push(":");
    }
    value.push(mark);
    command.process_group(0).env(MARK, value)
}

/// Kills what is in the group of a child that has not been waited for.
pub(crate) fn end_group(child: Pid) {
    // Nothing may be left in it.
    let _ = kill_process_group(child, Signal::KILL);
}

/// Kills a child that has not been waited for and all that it started: its
/// group, its descendants, and what carries its mark.
pub(crate) fn end(child: Pid, mark: &str) {
    // Before anything is killed, whose children would then be nobody's.
    #[cfg(target_os = "linux")]
    linux::end_scattered(child, mark);
    end_group(child);
    // It may have left its group.
    let _ = rustix::process::kill_process(child, Signal::KILL);
    // What was being started meanwhile.
    #[cfg(target_os = "linux")]
    linux::end_scattered(child, mark);
    #[cfg(not(target_os = "linux"))]
    let _ = mark;
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::io::Read;

    use fs_err as fs;
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    use super::MARK;

    /// How often to look for processes that were started while others were killed.
    const ROUNDS: usize = 16;

    /// The most that is read of a process's variables: what one may have, and more.
    const VARIABLES: u64 = 8 << 20;

    /// What the system says of a process that lives.
    #[derive(Clone, Copy)]
    struct Process {
        parent: Pid,
        /// When it was started; with its id, that names it for ever.
        started: u64,
    }

    pub(super) fn end_scattered(child: Pid, mark: &str) {
        for _ in 0..ROUNDS {
            let found = scattered(child, mark);
            if found.is_empty() {
                return;
            }
            for (pid, process) in found {
                // The id may name another one by now; the descriptor cannot.
                if let Ok(descriptor) = pidfd_open(pid, PidfdFlags::empty())
                    && look(pid).is_some_and(|now| now.started == process.started)
                {
                    let _ = pidfd_send_signal(&descriptor, Signal::KILL);
                }
            }
        }
    }

    /// The living processes that descend from `child` or carry `mark`.
    fn scattered(child: Pid, mark: &str) -> Vec<(Pid, Process)> {
        let all: HashMap<Pid, Process> = processes()
            .filter_map(|pid| Some((pid, look(pid)?)))
            .collect();
        let descends = |pid: Pid| {
            // A chain is no longer than there are processes, even one read while it changes.
            std::iter::successors(Some(pid), |pid| Some(all.get(pid)?.parent))
                .take(all.len() + 1)
                .skip(1)
                .any(|ancestor| ancestor == child)
        };
        all.iter()
            .filter(|&(&pid, _)| pid != child && (descends(pid) || is_marked(pid, mark)))
            .map(|(&pid, &process)| (pid, process))
            .collect()
    }

    fn processes() -> impl Iterator<Item = Pid> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
    }

    fn look(pid: Pid) -> Option<Process> {
        let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?;
        // The name before it is the process's own choice, parentheses included.
        let after_name = stat.iter().rposition(|&byte| byte == b')')? + 1;
        let fields: Vec<&str> = std::str::from_utf8(&stat[after_name..])
            .ok()?
            .split_ascii_whitespace()
            .collect();
        // Fields 3, 4 and 22 of proc(5).
        let (state, parent, started) = (*fields.first()?, fields.get(1)?, fields.get(19)?);
        if matches!(state, "Z" | "X" | "x") {
            return None;
        }
        Some(Process {
            parent: Pid::from_raw(parent.parse().ok()?)?,
            started: started.parse().ok()?,
        })
    }

    fn is_marked(pid: Pid, mark: &str) -> bool {
        let mark = mark.as_bytes();
        let Ok(file) = fs::File::open(format!("/proc/{}/environ", pid.as_raw_pid())) else {
            return false;
        };
        let mut variables = Vec::new();
        if file.take(VARIABLES).read_to_end(&mut variables).is_err() {
            return false;
        }
        variables.split(|&byte| byte == 0).any(|variable| {
            let value = variable.strip_prefix(MARK.as_bytes());
            value
                .and_then(|value| value.strip_prefix(b"="))
                .is_some_and(|value| value.split(|&byte| byte == b':').any(|each| each == mark))
        })
    }
}
