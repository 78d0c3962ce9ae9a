//! Ctrl-C while an interpreter is being asked.

use passthrough_protocol::ExitCode;

/// From now on an interrupt ends the interpreter that is being asked, with all
/// that it started, and then this process with 130.
pub(crate) fn prepare() {
    // A second project finds the handler there already. Where none can be
    // set, the system's default ends this process alone.
    let _ = ctrlc::set_handler(|| {
        passthrough_interpreter::end();
        std::process::exit(ExitCode::Interrupted as i32);
    });
}
