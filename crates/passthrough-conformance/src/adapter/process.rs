//! A process that is told lines and tells lines, within bounds of time and
//! memory.

use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// The longest line that is taken, in bytes.
pub(crate) const LONGEST_LINE: usize = 8 << 20;

/// The most of stderr that is kept: its end, in bytes.
const TAIL: usize = 4096;

/// How long to wait at most before looking again whether the process is there:
/// one that it started may hold its pipes open.
const TICK: Duration = Duration::from_millis(50);

/// How much is read from one pipe before another gets its turn, in buffers.
const TURN: usize = 16;

/// The processes that were not waited for yet. A child is in a process group of
/// its own, so that a terminal's Ctrl-C does not reach it.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Kills every adapter that runs now, and all that it started, and lets no
/// other start: what a program does that is about to end, interrupted or by a
/// failure of its own.
pub fn end() {
    let deadline = Instant::now() + TICK;
    let running = loop {
        match RUNNING.try_lock() {
            Ok(running) => break running,
            Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
            // Held for as long as it takes to start one; for ever only by a
            // thread that failed in that, and may be the one that asks.
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(TryLockError::WouldBlock) => return,
        }
    };
    for group in running.iter() {
        // It may have ended just now.
        let _ = kill_process_group(*group, Signal::KILL);
    }
    std::mem::forget(running);
}

fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running process, in a process group of its own.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    received: Vec<u8>,
    tail: Vec<u8>,
    stderr_total: u64,
    buffer: Vec<u8>,
    /// It was waited for: its id may be that of another process by now.
    reaped: bool,
}

/// Why no line came.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Something was there before anything was asked.
    Surplus(Vec<u8>),
    Timeout,
    /// It ended, or closed its stdout.
    Ended(Option<ExitStatus>),
    Oversized,
    System(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Process {
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = running();
        let mut child = command.spawn()?;
        running.push(Pid::from_child(&child));
        drop(running);
        let process = Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            received: Vec::new(),
            tail: Vec::new(),
            stderr_total: 0,
            buffer: vec![0; 1 << 16],
            reaped: false,
        };
        for pipe in [
            process.stdin.as_ref().map(AsFd::as_fd),
            process.stdout.as_ref().map(AsFd::as_fd),
            process.stderr.as_ref().map(AsFd::as_fd),
        ] {
            pipe.map_or(Ok(()), set_nonblocking)?;
        }
        Ok(process)
    }

    /// Says a line and waits for one. The line that comes is without its end.
    pub(crate) fn exchange(&mut self, line: &[u8], patience: Duration) -> Result<Vec<u8>, Broken> {
        let deadline = Instant::now() + patience;
        self.read_stdout()?;
        self.read_stderr()?;
        if !self.received.is_empty() {
            return Err(Broken::Surplus(self.received.clone()));
        }
        let mut to_say = line;
        // Where the search for the line's end goes on.
        let mut searched = 0;
        loop {
            self.write(&mut to_say)?;
            // Asked before the pipe is read: what it wrote before its end is then in it.
            let ended = self.has_ended();
            self.read_stdout()?;
            self.read_stderr()?;
            let end = self.received[searched..]
                .iter()
                .position(|byte| *byte == b'\n');
            if let Some(end) = end.map(|end| searched + end) {
                let rest = self.received.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.received, rest);
                line.pop();
                return Ok(line);
            }
            searched = self.received.len();
            if searched > LONGEST_LINE {
                return Err(Broken::Oversized);
            }
            if ended || self.stdout.is_none() {
                return Err(Broken::Ended(self.end()));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Broken::Timeout);
            }
            self.wait(left, !to_say.is_empty())?;
        }
    }

    /// Says a last line, and waits for the end. What it still had to say is a
    /// surplus; the exit status is none if it had to be killed.
    pub(crate) fn stop(
        mut self,
        line: &[u8],
        patience: Duration,
    ) -> Result<Option<ExitStatus>, Broken> {
        let deadline = Instant::now() + patience;
        let mut to_say = line;
        let mut surplus = false;
        loop {
            self.write(&mut to_say)?;
            if to_say.is_empty() {
                self.stdin = None;
            }
            let ended = self.has_ended();
            self.read_stdout()?;
            self.read_stderr()?;
            surplus |= !self.received.is_empty();
            let left = deadline.saturating_duration_since(Instant::now());
            if surplus || ended || left.is_zero() {
                let status = self.end();
                return if surplus {
                    Err(Broken::Surplus(std::mem::take(&mut self.received)))
                } else {
                    Ok(status.filter(|_| ended))
                };
            }
            self.wait(left, !to_say.is_empty())?;
        }
    }

    /// Says a line and no more, and takes all that it says until its end. The
    /// exit status is none if it had to be killed.
    pub(crate) fn converse(
        &mut self,
        line: &[u8],
        patience: Duration,
    ) -> Result<(Vec<u8>, Option<ExitStatus>), Broken> {
        let deadline = Instant::now() + patience;
        let mut to_say = line;
        loop {
            self.write(&mut to_say)?;
            if to_say.is_empty() {
                self.stdin = None;
            }
            // Asked before the pipe is read: what it wrote before its end is then in it.
            let ended = self.has_ended();
            self.read_stdout()?;
            self.read_stderr()?;
            if self.received.len() > LONGEST_LINE {
                return Err(Broken::Oversized);
            }
            if ended || self.stdout.is_none() {
                let status = self.end();
                return Ok((std::mem::take(&mut self.received), status));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Broken::Timeout);
            }
            self.wait(left, !to_say.is_empty())?;
        }
    }

    /// The end of what it wrote to stderr.
    pub(crate) fn stderr(&self) -> Option<String> {
        if self.stderr_total == 0 {
            return None;
        }
        let mut text = String::new();
        if self.stderr_total > self.tail.len() as u64 {
            text = format!("… (the end of {} bytes)\n", self.stderr_total);
        }
        text.push_str(&String::from_utf8_lossy(&self.tail));
        Some(text)
    }

    fn write(&mut self, to_say: &mut &[u8]) -> io::Result<()> {
        while let Some(stdin) = &mut self.stdin
            && !to_say.is_empty()
        {
            match stdin.write(to_say) {
                Ok(written) => *to_say = &to_say[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It no longer listens. What it says, or its end, tells more.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    self.stdin = None;
                    *to_say = &[];
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read_stdout(&mut self) -> io::Result<()> {
        let received = &mut self.received;
        take_turn(&mut self.stdout, &mut self.buffer, |bytes| {
            // Whoever goes beyond is told so; the rest is not kept.
            if received.len() <= LONGEST_LINE {
                received.extend_from_slice(bytes);
            }
        })
    }

    fn read_stderr(&mut self) -> io::Result<()> {
        let (tail, total) = (&mut self.tail, &mut self.stderr_total);
        take_turn(&mut self.stderr, &mut self.buffer, |bytes| {
            *total += bytes.len() as u64;
            tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
            let surplus = tail.len().saturating_sub(TAIL);
            tail.drain(..surplus);
        })
    }

    fn wait(&self, left: Duration, has_more_to_say: bool) -> io::Result<()> {
        let mut polled = Vec::with_capacity(3);
        if let (Some(stdin), true) = (&self.stdin, has_more_to_say) {
            polled.push(PollFd::new(stdin, PollFlags::OUT));
        }
        if let Some(stdout) = &self.stdout {
            polled.push(PollFd::new(stdout, PollFlags::IN));
        }
        if let Some(stderr) = &self.stderr {
            polled.push(PollFd::new(stderr, PollFlags::IN));
        }
        let patience = Timespec::try_from(left.min(TICK)).ok();
        match poll(&mut polled, patience.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the process has ended. It is not waited for, so that its id
    /// still names its group.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let process = WaitId::Pid(Pid::from_child(&self.child));
        matches!(waitid(process, options), Ok(Some(_)))
    }

    /// Ends the process and its group; the status is that of the process if it
    /// had ended by itself.
    fn end(&mut self) -> Option<ExitStatus> {
        self.stdin = None;
        // A process that closed its pipes is about to end: its own status says more.
        let deadline = Instant::now() + TICK;
        while self.stdout.is_none() && !self.has_ended() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let ended = self.has_ended();
        let group = Pid::from_child(&self.child);
        let mut running = running();
        let _ = kill_process_group(group, Signal::KILL);
        // It may have left the group.
        let _ = self.child.kill();
        // Its id is soon that of another process.
        running.retain(|other| *other != group);
        drop(running);
        let status = self.child.wait().ok();
        self.reaped = true;
        // What it said last; others may hold the pipe, so there may be no end to it.
        let _ = self.read_stderr();
        status.filter(|_| ended)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.reaped {
            self.end();
        }
    }
}

/// Reads what a pipe holds now, up to a bound, and forgets the pipe at its end.
fn take_turn<P: io::Read>(
    pipe: &mut Option<P>,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]),
) -> io::Result<()> {
    for _ in 0..TURN {
        let Some(open) = pipe else { break };
        match open.read(buffer) {
            Ok(0) => *pipe = None,
            Ok(length) => take(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn set_nonblocking(pipe: BorrowedFd<'_>) -> io::Result<()> {
    let flags = fcntl_getfl(pipe)?;
    Ok(fcntl_setfl(pipe, flags | OFlags::NONBLOCK)?)
}
