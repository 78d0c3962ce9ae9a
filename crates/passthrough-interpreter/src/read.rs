use std::path::{Path, PathBuf};

use crate::{Environment, Interpreter};

/// What the files of an interpreter say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its facts, as far as they can be told.
    pub interpreter: Interpreter,
    /// What is not known, or was left out, in words for the user.
    pub notes: Vec<String>,
}

/// Tells the facts of `executable` from files alone: nothing is started.
///
/// `environment` says what `ask` would start it with.
pub fn read(executable: &Path, environment: &Environment) -> Result<Reading, ReadError> {
    let _ = (executable, environment);
    todo!()
}

/// The files do not tell the facts of an interpreter.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
#[non_exhaustive]
pub struct ReadError {
    /// The executable, or the file that is wrong.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

/// What can be wrong with the files of an interpreter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// A file cannot be read.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
}

impl ReadError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        todo!()
    }
}
