//! A child process within bounds of time and output.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};

/// The most that is taken from either stream, in bytes.
pub(crate) const OUTPUT_LIMIT: usize = 1 << 20;

/// The most of a standard error that is kept: its end, in bytes.
const TAIL: usize = 4096;

/// How long to wait at most before looking again for the child's end, where
/// the system cannot tell of it.
const TICK: Duration = Duration::from_millis(5);

/// The process group of the child that runs now; 0 without one.
static RUNNING: AtomicI32 = AtomicI32::new(0);

/// A process that came to its end within the bounds.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// A process that was never started, or had to be stopped.
pub(crate) struct Stopped {
    pub(crate) reason: Reason,
    pub(crate) stderr: Vec<u8>,
}

pub(crate) enum Reason {
    Start(io::Error),
    Timeout,
    Flood(&'static str),
    System(io::Error),
}

/// Runs `command` in a process group of its own, with nothing to read.
///
/// Ends when the command itself has ended: what it left running may keep its
/// pipes open. A command that takes longer than `timeout`, or writes more than
/// [`OUTPUT_LIMIT`], is killed together with its group.
pub(crate) fn run(command: &mut Command, timeout: Duration) -> Result<Finished, Stopped> {
    let mut child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Stopped {
            reason: Reason::Start(error),
            stderr: Vec::new(),
        })?;
    RUNNING.store(child.id().cast_signed(), Ordering::SeqCst);
    let mut output = Output::default();
    match attend(&mut child, &mut output, timeout) {
        Ok(status) => Ok(Finished {
            status,
            stdout: output.stdout,
            stderr: output.stderr,
        }),
        Err(reason) => {
            kill(&mut child);
            Err(Stopped {
                reason,
                stderr: output.stderr,
            })
        }
    }
}

#[derive(Default)]
struct Output {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    stderr_total: usize,
}

impl Output {
    fn add_stdout(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        if self.stdout.len() + bytes.len() > OUTPUT_LIMIT {
            return Err(Reason::Flood("standard output"));
        }
        self.stdout.extend_from_slice(bytes);
        Ok(())
    }

    fn add_stderr(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        self.stderr_total += bytes.len();
        self.stderr.extend_from_slice(bytes);
        let surplus = self.stderr.len().saturating_sub(TAIL);
        self.stderr.drain(..surplus);
        if self.stderr_total > OUTPUT_LIMIT {
            return Err(Reason::Flood("standard error"));
        }
        Ok(())
    }
}

/// Reads what the child writes until the child has ended.
fn attend(child: &mut Child, output: &mut Output, timeout: Duration) -> Result<ExitStatus, Reason> {
    let deadline = Instant::now().checked_add(timeout);
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    for pipe in [
        stdout.as_ref().map(AsFd::as_fd),
        stderr.as_ref().map(AsFd::as_fd),
    ] {
        pipe.map_or(Ok(()), set_nonblocking)
            .map_err(Reason::System)?;
    }
    let end = end_of(child);
    let mut buffer = vec![0; 1 << 16];
    loop {
        // Asked before the pipes are read: what the child wrote before its end is then in them.
        let ended = child.try_wait().map_err(Reason::System)?;
        drain(&mut stdout, &mut buffer, |bytes| output.add_stdout(bytes))?;
        drain(&mut stderr, &mut buffer, |bytes| output.add_stderr(bytes))?;
        if let Some(status) = ended {
            RUNNING.store(0, Ordering::SeqCst);
            return Ok(status);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Reason::Timeout);
        }
        let pipes = [
            stdout.as_ref().map(AsFd::as_fd),
            stderr.as_ref().map(AsFd::as_fd),
            end.as_ref().map(AsFd::as_fd),
        ];
        let patience = if end.is_some() {
            left
        } else {
            Some(left.map_or(TICK, |left| left.min(TICK)))
        };
        await_any(pipes.into_iter().flatten(), patience).map_err(Reason::System)?;
    }
}

/// Reads what a pipe holds now, and forgets the pipe at its end.
fn drain<P: Read>(
    pipe: &mut Option<P>,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    while let Some(open) = pipe {
        match open.read(buffer) {
            Ok(0) => *pipe = None,
            Ok(length) => take(&buffer[..length])?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Reason::System(error)),
        }
    }
    Ok(())
}

fn set_nonblocking(pipe: BorrowedFd<'_>) -> io::Result<()> {
    let flags = fcntl_getfl(pipe)?;
    Ok(fcntl_setfl(pipe, flags | OFlags::NONBLOCK)?)
}

fn await_any<'a>(
    descriptors: impl Iterator<Item = BorrowedFd<'a>>,
    patience: Option<Duration>,
) -> io::Result<()> {
    let mut polled: Vec<PollFd<'_>> = descriptors
        .map(|descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN))
        .collect();
    // A patience that the system cannot express is as good as none.
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    match poll(&mut polled, patience.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A descriptor that becomes readable when the child ends, where there is such a thing.
#[cfg(target_os = "linux")]
fn end_of(child: &Child) -> Option<OwnedFd> {
    rustix::process::pidfd_open(Pid::from_child(child), rustix::process::PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn end_of(_child: &Child) -> Option<OwnedFd> {
    None
}

/// Kills the interpreter that is being asked now, if there is one, and all
/// that it started: what a program does that is interrupted meanwhile. The
/// child is in a process group of its own, so that a terminal's Ctrl-C does not
/// reach it.
pub fn end() {
    if let Some(group) = Pid::from_raw(RUNNING.swap(0, Ordering::SeqCst)) {
        // It may have ended just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn kill(child: &mut Child) {
    RUNNING.store(0, Ordering::SeqCst);
    // The child is not waited for yet (or ended just now), so its id still names its group.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    // It may have left the group.
    let _ = child.kill();
    let _ = child.wait();
}
