//! Ctrl-C while another program runs for this one.

use passthrough_protocol::ExitCode;

/// From now on an interrupt ends the programs that were started, with all
/// that they started, and then this process with 130.
pub(crate) fn prepare() {
    // A second project finds the handler there already. Where none can be
    // set, the system's default ends this process alone.
    let _ = ctrlc::set_handler(|| {
        end_children();
        std::process::exit(ExitCode::Interrupted as i32);
    });
}

/// Ends every program that was started and not waited for. They are in process
/// groups of their own, so that what ends this process does not reach them.
pub(crate) fn end_children() {
    passthrough_interpreter::end();
    passthrough_conformance::adapter::end();
}
