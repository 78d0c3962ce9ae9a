/// How `passthrough-check check` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// The question was answered and the project has no errors.
    Success = 0,
    /// The project has errors, or `--strict` and a required listed name falls back.
    Failure = 1,
    /// The job could not be done: usage, no `pyproject.toml`, no interpreter.
    Unable = 2,
    /// Interrupted by the user (SIGINT).
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
