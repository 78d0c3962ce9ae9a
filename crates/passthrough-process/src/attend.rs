//! Reading what a child writes until it has ended.

use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
#[cfg(not(target_os = "linux"))]
use std::os::fd::BorrowedFd;
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::capture::{Capture, Captured, Lines, Source, Stream};
use crate::run::{Bounds, Reason};

/// How long to wait at most before looking again for the child's end, where
/// the system cannot tell of it.
const TICK: Duration = Duration::from_millis(5);

/// How often a pipe is read before the others, and the time, are looked at
/// again: what a full pipe can hold, 1 MiB, in pieces of [`BUFFER`].
const TURN: usize = 16;
const BUFFER: usize = 1 << 16;

/// Our ends of a child's pipes, with what came through them.
pub(crate) struct Pipes(Vec<Pipe>);

struct Pipe {
    source: Source,
    /// None once it has ended.
    reader: Option<PipeReader>,
    capture: Capture,
}

impl Pipes {
    pub(crate) fn new<const N: usize>(
        pipes: [(Source, PipeReader, Stream); N],
    ) -> io::Result<Self> {
        pipes
            .into_iter()
            .map(|(source, reader, stream)| {
                set_nonblocking(&reader)?;
                Ok(Pipe {
                    source,
                    reader: Some(reader),
                    capture: Capture::new(stream),
                })
            })
            .collect::<io::Result<_>>()
            .map(Self)
    }

    pub(crate) fn into_captured(self) -> Captured {
        let mut captured = Captured::default();
        for pipe in self.0 {
            let kept = pipe.capture.into_kept();
            match pipe.source {
                Source::Stdout => captured.stdout = kept,
                Source::Stderr => captured.stderr = kept,
            }
        }
        captured
    }

    fn drain(&mut self, buffer: &mut [u8], bounds: &mut Bounds<'_>) -> Result<(), Reason> {
        self.0
            .iter_mut()
            .try_for_each(|pipe| pipe.drain(buffer, bounds))
    }

    fn finish(&mut self, bounds: &mut Bounds<'_>) {
        for pipe in &mut self.0 {
            with_follow(pipe.source, bounds, |follow| pipe.capture.finish(follow));
        }
    }
}

impl Pipe {
    fn drain(&mut self, buffer: &mut [u8], bounds: &mut Bounds<'_>) -> Result<(), Reason> {
        let mut added = Ok(());
        take_turn(&mut self.reader, buffer, |bytes| {
            added = with_follow(self.source, bounds, |follow| {
                self.capture.add(bytes, follow)
            });
            added.is_ok()
        })
        .map_err(Reason::System)?;
        added.map_err(|_| Reason::Flood(self.source))
    }
}

/// Reads what a pipe holds now, as long as it is wanted and up to a turn, and
/// forgets the pipe at its end.
pub(crate) fn take_turn<P: Read>(
    pipe: &mut Option<P>,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]) -> bool,
) -> io::Result<()> {
    for _ in 0..TURN {
        let Some(open) = pipe else {
            break;
        };
        match open.read(buffer) {
            Ok(0) => *pipe = None,
            Ok(length) if take(&buffer[..length]) => {}
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Gives what follows the output, if anything does, the source's name.
fn with_follow<T>(
    source: Source,
    bounds: &mut Bounds<'_>,
    then: impl FnOnce(Option<&mut Lines<'_>>) -> T,
) -> T {
    match &mut bounds.follow {
        None => then(None),
        Some(follow) => then(Some(&mut |line: &[u8]| follow(source, line))),
    }
}

/// Reads what the child writes until the child has ended. The child is not
/// reaped: its id still names it.
pub(crate) fn attend(
    child: &Child,
    pipes: &mut Pipes,
    bounds: &mut Bounds<'_>,
) -> Result<(), Reason> {
    let attended = attend_to_end(child, pipes, bounds);
    pipes.finish(bounds);
    attended
}

fn attend_to_end(child: &Child, pipes: &mut Pipes, bounds: &mut Bounds<'_>) -> Result<(), Reason> {
    let deadline = bounds
        .timeout
        .and_then(|timeout| Some((timeout, Instant::now().checked_add(timeout)?)));
    let end = end_of(child);
    let mut buffer = vec![0; BUFFER];
    loop {
        // Asked before the pipes are read: what the child wrote before its end is then in them.
        let ended = has_ended(child).map_err(Reason::System)?;
        pipes.drain(&mut buffer, bounds)?;
        if ended {
            return Ok(());
        }
        let left = deadline.map(|(timeout, deadline)| {
            (timeout, deadline.saturating_duration_since(Instant::now()))
        });
        if let Some((timeout, left)) = left
            && left.is_zero()
        {
            return Err(Reason::Timeout(timeout));
        }
        let readers = pipes.0.iter().filter_map(|pipe| pipe.reader.as_ref());
        let polled = readers.map(|reader| PollFd::new(reader, PollFlags::IN));
        await_any(polled, end.as_ref(), left.map(|(_, left)| left)).map_err(Reason::System)?;
    }
}

/// Whether the child has ended. It is not reaped.
pub(crate) fn has_ended(child: &Child) -> io::Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(Pid::from_child(child)), options) {
        Ok(status) => Ok(status.is_some()),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Waits for any of the pipes, or for the child's `end`, if the system tells of
/// it; else only for a moment.
pub(crate) fn await_any<'a, E: AsFd>(
    pipes: impl Iterator<Item = PollFd<'a>>,
    end: Option<&'a E>,
    patience: Option<Duration>,
) -> io::Result<()> {
    let patience = match end {
        Some(_) => patience,
        None => Some(patience.map_or(TICK, |left| left.min(TICK))),
    };
    let end = end.map(|end| PollFd::new(end, PollFlags::IN));
    let mut polled: Vec<PollFd<'_>> = pipes.chain(end).collect();
    // A patience that the system cannot express is as good as none.
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    match poll(&mut polled, patience.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A descriptor that becomes readable when the child ends, where there is such a thing.
#[cfg(target_os = "linux")]
pub(crate) fn end_of(child: &Child) -> Option<OwnedFd> {
    rustix::process::pidfd_open(Pid::from_child(child), rustix::process::PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_of(_child: &Child) -> Option<BorrowedFd<'static>> {
    None
}

pub(crate) fn set_nonblocking(pipe: impl AsFd) -> io::Result<()> {
    let flags = fcntl_getfl(&pipe)?;
    Ok(fcntl_setfl(&pipe, flags | OFlags::NONBLOCK)?)
}
