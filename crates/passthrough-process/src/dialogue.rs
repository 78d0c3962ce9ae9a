//! A child that is told lines and tells lines.

use std::io::{self, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::process::Pid;

use crate::attend::{await_any, end_of, has_ended, set_nonblocking, take_turn};
use crate::capture::{Capture, Stream};
use crate::registry::Running;
use crate::{Reason, registry, tree};

/// The longest line that is taken, in bytes.
pub const LONGEST_LINE: usize = 8 << 20;

/// The most of stderr that is kept: its end, in bytes.
const TAIL: usize = 4096;

/// How long one that closed its standard output may take to end.
const LAST_MOMENT: Duration = Duration::from_millis(50);

/// A child that runs, in a process group of its own. It is ended with all that
/// it started when this is dropped.
pub struct Dialogue {
    child: Child,
    /// None once the child was waited for: its id may be that of another
    /// process by now.
    running: Option<Running>,
    mark: String,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    received: Vec<u8>,
    complaints: Capture,
    buffer: Vec<u8>,
}

/// Why no line came.
#[derive(Debug)]
pub enum Broken {
    /// Something was there before anything was asked.
    Surplus(Vec<u8>),
    /// No line came in time.
    Timeout,
    /// It ended, or closed its standard output.
    Ended(Option<ExitStatus>),
    /// A line is longer than [`LONGEST_LINE`].
    Oversized,
    /// The operating system failed.
    System(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Dialogue {
    /// Starts `command`. Fails where the system cannot, or after [`crate::end`].
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mark = tree::mark();
        tree::prepare(command, &mark)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = registry::start(&mark, || {
            let child = command.spawn()?;
            Ok((Pid::from_child(&child), child))
        });
        let (running, mut child) =
            started.unwrap_or_else(|| Err(io::Error::other(Reason::Interrupted)))?;
        let dialogue = Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            running: Some(running),
            mark,
            received: Vec::new(),
            complaints: Capture::new(Stream::tail(TAIL)),
            buffer: vec![0; 1 << 16],
        };
        dialogue.stdin.as_ref().map_or(Ok(()), set_nonblocking)?;
        dialogue.stdout.as_ref().map_or(Ok(()), set_nonblocking)?;
        dialogue.stderr.as_ref().map_or(Ok(()), set_nonblocking)?;
        Ok(dialogue)
    }

    /// Says a line and waits for one. The line that comes is without its end.
    pub fn exchange(&mut self, line: &[u8], patience: Duration) -> Result<Vec<u8>, Broken> {
        let deadline = Instant::now() + patience;
        self.listen()?;
        if !self.received.is_empty() {
            return Err(Broken::Surplus(self.received.clone()));
        }
        let mut to_say = line;
        // Where the search for the line's end goes on.
        let mut searched = 0;
        loop {
            let ended = self.take_part(&mut to_say)?;
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
            if !self.wait(deadline, to_say)? {
                return Err(Broken::Timeout);
            }
        }
    }

    /// Says a last line, and waits for the end. What it still had to say is a
    /// surplus; the exit status is none if it had to be killed.
    pub fn stop(mut self, line: &[u8], patience: Duration) -> Result<Option<ExitStatus>, Broken> {
        let deadline = Instant::now() + patience;
        let mut to_say = line;
        loop {
            let ended = self.take_part(&mut to_say)?;
            if to_say.is_empty() {
                self.stdin = None;
            }
            if !self.received.is_empty() {
                return Err(Broken::Surplus(std::mem::take(&mut self.received)));
            }
            if ended {
                return Ok(self.end());
            }
            if !self.wait(deadline, to_say)? {
                return Ok(None);
            }
        }
    }

    /// Says a line and no more, and takes all that it says until its end. The
    /// exit status is none if it had to be killed.
    pub fn converse(
        &mut self,
        line: &[u8],
        patience: Duration,
    ) -> Result<(Vec<u8>, Option<ExitStatus>), Broken> {
        let deadline = Instant::now() + patience;
        let mut to_say = line;
        loop {
            let ended = self.take_part(&mut to_say)?;
            if to_say.is_empty() {
                self.stdin = None;
            }
            if self.received.len() > LONGEST_LINE {
                return Err(Broken::Oversized);
            }
            if ended || self.stdout.is_none() {
                let status = self.end();
                return Ok((std::mem::take(&mut self.received), status));
            }
            if !self.wait(deadline, to_say)? {
                return Err(Broken::Timeout);
            }
        }
    }

    /// The end of what it wrote to standard error.
    pub fn stderr(&mut self) -> Option<String> {
        let total = self.complaints.total();
        let kept = self.complaints.kept();
        let text = String::from_utf8_lossy(kept);
        if total > kept.len() {
            return Some(format!("… (the end of {total} bytes)\n{text}"));
        }
        (total > 0).then(|| text.into_owned())
    }

    /// Says and hears what can be now; whether the child has ended.
    fn take_part(&mut self, to_say: &mut &[u8]) -> io::Result<bool> {
        self.say(to_say)?;
        // Asked before the pipe is read: what it wrote before its end is then in it.
        let ended = has_ended(&self.child)?;
        self.listen()?;
        Ok(ended)
    }

    fn say(&mut self, to_say: &mut &[u8]) -> io::Result<()> {
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

    fn listen(&mut self) -> io::Result<()> {
        let received = &mut self.received;
        take_turn(&mut self.stdout, &mut self.buffer, |bytes| {
            // Whoever goes beyond is told so; the rest is not kept.
            if received.len() <= LONGEST_LINE {
                received.extend_from_slice(bytes);
            }
            true
        })?;
        self.listen_to_complaints()
    }

    fn listen_to_complaints(&mut self) -> io::Result<()> {
        let complaints = &mut self.complaints;
        take_turn(&mut self.stderr, &mut self.buffer, |bytes| {
            complaints.add(bytes, None).is_ok()
        })
    }

    /// Waits until there is something to do; false where the time is up.
    fn wait(&self, deadline: Instant, to_say: &[u8]) -> io::Result<bool> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        let stdin = self.stdin.as_ref().filter(|_| !to_say.is_empty());
        let stdin = stdin.map(|pipe| PollFd::new(pipe, PollFlags::OUT));
        let stdout = self
            .stdout
            .as_ref()
            .map(|pipe| PollFd::new(pipe, PollFlags::IN));
        let stderr = self
            .stderr
            .as_ref()
            .map(|pipe| PollFd::new(pipe, PollFlags::IN));
        let pipes = [stdin, stdout, stderr].into_iter().flatten();
        await_any(pipes, end_of(&self.child).as_ref(), Some(left))?;
        Ok(true)
    }

    /// Ends the child with all that it started; the status is that of the child
    /// if it had ended by itself.
    fn end(&mut self) -> Option<ExitStatus> {
        self.stdin = None;
        let has_ended = |child: &Child| has_ended(child).unwrap_or(false);
        // A process that closed its pipes is about to end: its own status says more.
        let deadline = Instant::now() + LAST_MOMENT;
        while self.stdout.is_none() && !has_ended(&self.child) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let ended = has_ended(&self.child);
        let pid = Pid::from_child(&self.child);
        if ended {
            tree::end_group(pid);
        } else {
            tree::end(pid, &self.mark);
        }
        // The child is waited for only when nobody can mean it any more.
        self.running = None;
        let status = self.child.wait().ok();
        // What it said last; others may hold the pipe, so there may be no end to it.
        let _ = self.listen_to_complaints();
        status.filter(|_| ended)
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.end();
        }
    }
}
