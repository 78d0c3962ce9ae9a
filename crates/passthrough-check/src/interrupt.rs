//! Ctrl-C while another program runs for this one.

use std::sync::atomic::{AtomicBool, Ordering};

use passthrough_protocol::ExitCode;

use crate::failure::Failure;

/// Whether the program has something to clean up before it ends.
static CLEANS_UP: AtomicBool = AtomicBool::new(false);

/// Whether there was an interrupt.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt ends the programs that were started, with all
/// that they started, and then this process with 130.
pub(crate) fn prepare() {
    // A second project finds the handler there already. Where none can be
    // set, the system's default ends this process alone.
    let _ = ctrlc::set_handler(|| {
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
