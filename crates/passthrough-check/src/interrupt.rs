//! Ctrl-C while another program runs for this one.

use std::io;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use passthrough_protocol::ExitCode;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgrp, kill_process, waitid};
use rustix::termios::tcgetpgrp;

use crate::failure::Failure;

/// Whether the program has something to clean up before it ends.
static CLEANS_UP: AtomicBool = AtomicBool::new(false);

/// Whether there was an interrupt.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whom interrupts are for.
enum Meant {
    /// This program and all that it has started.
    All,
    /// The command of the user's that runs. As long as it is here, nobody waits
    /// for it, so that its id names nothing else.
    Command(Pid),
    /// One that is heard of now may still have been for the command, which has
    /// ended: the handler runs when it is its thread's turn.
    Perhaps,
}

static MEANT: Mutex<Meant> = Mutex::new(Meant::All);

/// From now on an interrupt ends the programs that were started, with all
/// that they started, and then this process with 130.
pub(crate) fn prepare() {
    // A second project finds the handler there already. Where none can be
    // set, the system's default ends this process alone.
    let _ = ctrlc::set_handler(|| {
        if !is_meant_for_all() {
            return;
        }
        let again = INTERRUPTED.swap(true, Ordering::SeqCst);
        end_children();
        if again || !CLEANS_UP.load(Ordering::SeqCst) {
            std::process::exit(ExitCode::Interrupted as i32);
        }
    });
}

/// From now on an interrupt ends the programs that were started, and leaves it
/// to this one to clean up and end; a second interrupt ends it at once.
pub(crate) fn clean_up_first() {
    CLEANS_UP.store(true, Ordering::SeqCst);
    prepare();
}

/// Runs a command to its end, on the user's own terminal. Interrupts meanwhile
/// are for it alone: it may have its own use for them, as an interactive
/// interpreter has. How it ended says whether they were meant to end all.
pub(crate) fn leave_to(started: &mut Command) -> io::Result<ExitStatus> {
    let (mut child, pid) = {
        let mut meant = meant();
        if is_interrupted() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let child = started.spawn()?;
        let pid = Pid::from_child(&child);
        *meant = Meant::Command(pid);
        (child, pid)
    };
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), ended) {}
    *meant() = Meant::Perhaps;
    child.wait()
}

/// Whether an interrupt that is heard of now is this program's own. If it is
/// for the command, that hears of it.
fn is_meant_for_all() -> bool {
    let mut meant = meant();
    match *meant {
        Meant::All => return true,
        Meant::Command(_) if has_terminal() => {}
        Meant::Command(command) => {
            let _ = kill_process(command, Signal::INT);
        }
        Meant::Perhaps => *meant = Meant::All,
    }
    false
}

fn meant() -> MutexGuard<'static, Meant> {
    // Nothing is left half-done by a panic: each change is a single one.
    MEANT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a terminal's Ctrl-C reaches this process, and then whatever it runs
/// in its group as well. Everybody else interrupts one process.
fn has_terminal() -> bool {
    let foreground = [
        tcgetpgrp(io::stdin()),
        tcgetpgrp(io::stdout()),
        tcgetpgrp(io::stderr()),
    ];
    foreground.contains(&Ok(getpgrp()))
}

/// Whether there was an interrupt: nothing that failed since says anything of
/// a project or a host, and the program ends with 130.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Fails after an interrupt: what was run until then says nothing.
pub(crate) fn fail_if_interrupted() -> Result<(), Failure> {
    if !is_interrupted() {
        return Ok(());
    }
    Err(Failure {
        exit: ExitCode::Interrupted,
        ..Failure::unable("interrupted")
    })
}

/// Ends every program that was started and not waited for. They are in process
/// groups of their own, so that what ends this process does not reach them.
pub(crate) fn end_children() {
    passthrough_process::end();
}
