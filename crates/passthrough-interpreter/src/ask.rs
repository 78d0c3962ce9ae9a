use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Environment, Interpreter};

/// How to ask an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskOptions {
    /// How long it may take; then it and all that it started are killed.
    pub timeout: Duration,
    /// The directory that remembers answers; it is made when needed. Without
    /// one nothing is remembered.
    pub cache: Option<PathBuf>,
}

impl Default for AskOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            cache: None,
        }
    }
}

/// Starts `executable` once and takes down its facts, or recalls them.
///
/// `environment` is what it is started with, but for `PYTHONPATH`.
pub fn ask(
    executable: &Path,
    environment: &Environment,
    options: &AskOptions,
) -> Result<Interpreter, AskError> {
    let _ = (executable, environment, options);
    todo!()
}

/// An interpreter did not say its facts.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", executable.display())]
#[non_exhaustive]
pub struct AskError {
    /// What was started.
    pub executable: PathBuf,
    /// What went wrong.
    pub kind: AskErrorKind,
    /// The end of what it wrote to its standard error, raw, at most 4 KiB.
    pub stderr: Vec<u8>,
}

/// What can go wrong with an interpreter that is asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskErrorKind {
    /// The operating system cannot start it.
    #[error("cannot be started: {0}")]
    Start(std::io::Error),
}

impl AskError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        todo!()
    }
}
