/// How `passthrough-check` ends. A code is never a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// `check`: the project has no errors. `conformance`: all is as expected.
    Success = 0,
    /// `check`: the project has errors, or `--strict` and a required listed
    /// name falls back. `conformance`: a case fails.
    Failure = 1,
    /// The job could not be done: usage, no `pyproject.toml`, no interpreter,
    /// a case file or an adapter that cannot be used.
    Unable = 2,
    /// `conformance`: an entry of the expectations file is stale.
    StaleExpectation = 3,
    /// `conformance`: no case was run.
    NothingRan = 4,
    /// `conformance`: cases could not be judged.
    Untestable = 5,
    /// `conformance`: the suite itself is at fault.
    SuiteIntegrity = 6,
    /// A fault of this program.
    Internal = 70,
    /// Interrupted by the user (SIGINT).
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
