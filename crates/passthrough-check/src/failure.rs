//! Why a job could not be done.

use std::fmt;

use passthrough_protocol::ExitCode;

/// An error that ends the work on a project, with its remedy.
///
/// The texts may hold anything that a file or a host holds: whoever prints
/// them escapes them.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong, and where.
    pub message: String,
    /// More of it, such as the end of an interpreter's stderr.
    pub detail: Option<String>,
    /// What the user can do.
    pub hint: Option<String>,
    /// Whose fault it is: the project's (1), or anything else's (2).
    pub exit: ExitCode,
}

impl Failure {
    /// The job could not be done.
    pub fn unable(message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            detail: None,
            hint: None,
            exit: ExitCode::Unable,
        }
    }

    /// Says what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what the user can do, if that is known.
    #[must_use]
    pub fn hinted(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// Adds more of it, if there is more.
    #[must_use]
    pub fn detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }
}
