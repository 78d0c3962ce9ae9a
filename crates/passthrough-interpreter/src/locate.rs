use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::{AskOptions, Environment};

/// Which interpreter the user means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Request {
    /// Nothing was said: the active environment, else the nearest `.venv`,
    /// else `python3` or `python` on `PATH`.
    #[default]
    Unsaid,
    /// An executable, or the directory of an environment.
    Path(PathBuf),
    /// The name of a command on `PATH`, such as `python3.12`; else a file or
    /// directory of that name in the start directory.
    Name(OsString),
    /// A version: `3`, `3.12`, `3.12.1`, `3.13t`.
    Version(VersionRequest),
}

/// A version as a user asks for it: what is not said may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRequest {
    /// The first number.
    pub major: u8,
    /// The second number.
    pub minor: Option<u8>,
    /// The third number.
    pub patch: Option<u8>,
    /// Whether a free-threaded interpreter was asked for (a final `t`).
    pub free_threaded: bool,
}

/// An interpreter that was found, not started yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// An absolute path to start it by; symbolic links are kept, since the
    /// path is how a virtual environment's interpreter knows itself.
    pub executable: PathBuf,
    /// How it was found.
    pub how: How,
}

/// How an interpreter was found; displays as `from VIRTUAL_ENV` and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// The user named it with `--python`.
    Python,
    /// `VIRTUAL_ENV` names its environment.
    VirtualEnv,
    /// `CONDA_PREFIX` names its environment.
    CondaPrefix,
    /// The nearest `.venv`, at this path.
    DotVenv(PathBuf),
    /// The command of this name on `PATH`.
    OnPath(OsString),
}

impl Request {
    /// What the value of `--python` means.
    pub fn parse(said: &OsStr) -> Self {
        Self::Name(said.to_owned())
    }
}

/// Finds the interpreter that `request` means, as seen from the directory
/// `start`. Nothing is started, except where a version's third number was
/// asked for that no file tells: then, if `options` are given, candidates are asked.
pub fn locate(
    request: &Request,
    start: &Path,
    environment: &Environment,
    options: Option<&AskOptions>,
) -> Result<Located, LocateError> {
    let _ = (request, start, environment, options);
    todo!()
}

/// No interpreter was found where one was looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct LocateError {
    /// What was looked for, where, and what is wrong.
    pub message: String,
    /// What the user can do.
    pub hint: String,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python => f.write_str("--python"),
            Self::VirtualEnv => f.write_str("from VIRTUAL_ENV"),
            Self::CondaPrefix => f.write_str("from CONDA_PREFIX"),
            Self::DotVenv(path) => write!(f, "from .venv at {}", path.display()),
            Self::OnPath(name) => write!(f, "{} on PATH", name.display()),
        }
    }
}
