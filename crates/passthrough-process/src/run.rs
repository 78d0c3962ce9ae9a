use std::io::{self, PipeReader};
use std::os::fd::AsRawFd as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Pid;

use crate::attend::{Pipes, attend};
use crate::capture::{Captured, Source, Stream};
use crate::{registry, tree};

/// Within what bounds a child runs.
pub struct Bounds<'a> {
    /// How long it may take; then it and all that it started are ended.
    pub timeout: Option<Duration>,
    /// What is kept of what it writes.
    pub output: Output,
    /// Gets every line as it comes, with its end; one that is very long comes
    /// in pieces. The child waits while it is handed over.
    pub follow: Option<&'a mut Follow<'a>>,
}

/// What follows a child's output, line by line.
pub type Follow<'a> = dyn FnMut(Source, &[u8]) + 'a;

/// What becomes of a child's standard output and standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Each on its own.
    Separate {
        /// Its standard output.
        stdout: Stream,
        /// Its standard error.
        stderr: Stream,
    },
    /// Both are one stream, in the order of writing, and count as standard output.
    Joined(Stream),
}

/// A child that came to its end within the bounds, whatever that end was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What was kept of its output.
    pub output: Captured,
}

/// A child that was never started, or had to be stopped.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Stopped {
    /// Why.
    pub reason: Reason,
    /// What was kept of its output until then.
    pub output: Captured,
}

/// Why a child was not run to its end. Each reads on after what was run.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The operating system cannot start it.
    #[error("cannot be started: {0}")]
    Start(io::Error),
    /// The operating system failed while it ran.
    #[error("cannot be attended to: {0}")]
    System(io::Error),
    /// It took longer than allowed.
    #[error("did not end within {0:?} and was stopped")]
    Timeout(Duration),
    /// It wrote more than allowed.
    #[error("flooded its {0} and was stopped")]
    Flood(Source),
    /// [`crate::end`] was called.
    #[error("was interrupted")]
    Interrupted,
}

/// Runs `command` in a process group of its own, with nothing to read.
///
/// Its variables are those that `command` has been given, and [`crate::MARK`].
/// What it leaves running in its group is ended when it ends.
pub fn run(command: &mut Command, bounds: Bounds<'_>) -> Result<Finished, Stopped> {
    run_with(command, bounds, None)
}

/// [`run`], for a child that is not to outlive this process, however this ends.
///
/// The number of a descriptor is added to the command's arguments. Nothing ever
/// comes out of it but its end, once this process is gone: even one that is
/// killed, and can end nothing itself, lets go of the other end of a pipe. What
/// the child does then is its own matter, and so is that what it starts does not
/// inherit the descriptor.
pub fn run_attached(command: &mut Command, bounds: Bounds<'_>) -> Result<Finished, Stopped> {
    // Only this process has the end that is written to, and keeps it to the end of the run.
    let (theirs, _ours) = io::pipe().map_err(|error| not_run(Reason::Start(error)))?;
    command.arg(theirs.as_raw_fd().to_string());
    run_with(command, bounds, Some(theirs))
}

fn not_run(reason: Reason) -> Stopped {
    Stopped {
        reason,
        output: Captured::default(),
    }
}

fn run_with(
    command: &mut Command,
    mut bounds: Bounds<'_>,
    inherited: Option<PipeReader>,
) -> Result<Finished, Stopped> {
    let mark = tree::mark();
    let started = registry::start(&mark, || {
        if let Some(inherited) = &inherited {
            // Whatever is started elsewhere in this moment inherits it, and has no use for it.
            fcntl_setfd(inherited, FdFlags::empty())?;
        }
        let (child, pipes) = spawn(command, &mark, bounds.output)?;
        drop(inherited);
        Ok((Pid::from_child(&child), (child, pipes)))
    });
    let (running, (mut child, mut pipes)) = match started {
        None => return Err(not_run(Reason::Interrupted)),
        Some(Err(error)) => return Err(not_run(Reason::Start(error))),
        Some(Ok(started)) => started,
    };
    let attended = attend(&child, &mut pipes, &mut bounds);
    let pid = Pid::from_child(&child);
    match &attended {
        Ok(()) => tree::end_group(pid),
        Err(_) => tree::end(pid, &mark),
    }
    // The child is waited for only when nobody can mean it any more.
    drop(running);
    let output = pipes.into_captured();
    let status = child.wait();
    let reason = match (attended, status) {
        _ if registry::is_ended() => Reason::Interrupted,
        (Err(reason), _) => reason,
        (Ok(()), Err(error)) => Reason::System(error),
        (Ok(()), Ok(status)) => return Ok(Finished { status, output }),
    };
    Err(Stopped { reason, output })
}

fn spawn(command: &mut Command, mark: &str, output: Output) -> io::Result<(Child, Pipes)> {
    tree::prepare(command, mark).stdin(Stdio::null());
    let (ours, stdout) = io::pipe()?;
    let pipes = match output {
        Output::Separate {
            stdout: kept,
            stderr: kept_of_stderr,
        } => {
            let (ours_of_stderr, stderr) = io::pipe()?;
            command.stdout(stdout).stderr(stderr);
            Pipes::new([
                (Source::Stdout, ours, kept),
                (Source::Stderr, ours_of_stderr, kept_of_stderr),
            ])
        }
        Output::Joined(kept) => {
            command.stderr(stdout.try_clone()?).stdout(stdout);
            Pipes::new([(Source::Stdout, ours, kept)])
        }
    }?;
    let child = command.spawn();
    // The command keeps our copies of the child's ends, which would keep the pipes open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok((child?, pipes))
}
