use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;

use passthrough_process::Reason;

use super::answer::{Failure, Stage, Surroundings};
use super::artefact::{Artefact, Hook, NameFault};
use super::backend_path::EntryFault;

/// A hook did not do what it is there for.
#[derive(Debug, thiserror::Error)]
#[error("{hook} {kind}")]
pub struct HookError {
    /// The hook.
    pub hook: Hook,
    /// What went wrong.
    pub kind: HookErrorKind,
    /// The end of what the hook printed, on either stream: raw, at most 64 KiB.
    pub output: Vec<u8>,
}

/// What can go wrong with a hook. Each reads on after the hook's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookErrorKind {
    /// The project is no source tree that anything could build.
    #[error("has nothing to build: `{}` has neither pyproject.toml nor setup.py", .0.display())]
    NotAProject(PathBuf),
    /// An entry of `backend-path` cannot be used.
    #[error("was not called: the `backend-path` entry `{entry}` {fault}")]
    BackendPath {
        /// The entry, as declared.
        entry: String,
        /// What is wrong with it.
        fault: EntryFault,
    },
    /// The backend could not be loaded.
    #[error("was not called: {0}")]
    Unavailable(Box<Unavailable>),
    /// The backend does not have this hook, and it is not an optional one.
    #[error("is not a hook that the backend has")]
    Missing(Box<Surroundings>),
    /// The backend says that it cannot do this (`UnsupportedOperation`).
    #[error("is not supported by the backend{}", colon(.0))]
    Unsupported(String),
    /// The hook raised an exception, `SystemExit` included.
    #[error("raised {}{}", .0.exception.class, colon(.0.exception.first_line()))]
    Raised(Box<Failure>),
    /// The process could not be run to its end.
    #[error("{0}")]
    Process(Reason),
    /// The process ended without an answer, or badly after it had one.
    #[error("ended with {}{}", ending(*.status), if *.answered { " after it had answered" } else { ", without an answer" })]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// Whether the answer was there.
        answered: bool,
    },
    /// The control directory is gone: a hook removed it.
    #[error("left no answer: its control directory is gone")]
    ControlGone,
    /// The answer is not what the script writes: a hook meddled with it.
    #[error("left an answer that cannot be read: {0}")]
    Garbled(String),
    /// The hook returned something of the wrong type.
    #[error("returned {returned}, not {expected}")]
    Returned {
        /// What it should return.
        expected: &'static str,
        /// The type of what it returned.
        returned: String,
    },
    /// The hook returned a name that names no proper result.
    #[error("returned `{name}`, which {fault}")]
    Name {
        /// What it returned.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// The wheel that was built has no metadata that can be taken out of it.
    #[error("built a wheel without readable metadata: {0}")]
    Wheel(String),
    /// What the call needs could not be written or read.
    #[error("was not called: {0}")]
    Control(io::Error),
    /// The artefact could not be put into the output folder.
    #[error("made an artefact that cannot be put into the output folder: {0}")]
    Deliver(io::Error),
}

/// A backend that could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// How far it went.
    pub stage: Stage,
    /// The parts of the module's dotted name that were imported, each with its
    /// file or directory.
    pub found: Vec<(String, String)>,
    /// What was raised; nothing was at [`Stage::InTree`].
    pub failure: Option<Failure>,
    /// The `backend-path` entries that are no directories.
    pub missing_entries: Vec<String>,
    /// Where it happened.
    pub surroundings: Surroundings,
}

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.stage {
            Stage::Import => "the backend cannot be imported",
            Stage::InTree => "the backend is not in `backend-path`",
            Stage::Attribute => "the backend's module has no such object",
        })?;
        match &self.failure {
            None => Ok(()),
            Some(failure) => write!(
                f,
                ": {}{}",
                failure.exception.class,
                colon(failure.exception.first_line())
            ),
        }
    }
}

impl super::answer::Exception {
    /// The first line of what it says.
    pub fn first_line(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

impl HookError {
    /// What the user can do, where the error alone tells. Where a package is
    /// missing, [`crate::diagnosis`] says more.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match &self.kind {
            HookErrorKind::NotAProject(_) => "name the directory that holds pyproject.toml",
            HookErrorKind::BackendPath { .. } => {
                "`backend-path` names directories of the project, relative to its root (PEP 517)"
            }
            HookErrorKind::Missing(_) if self.hook.artefact() == Artefact::Editable => {
                "the backend cannot make editable installs (PEP 660); a newer version may"
            }
            HookErrorKind::Process(Reason::Timeout(_)) => {
                "give it more time, or see why it does not end"
            }
            HookErrorKind::Process(Reason::Start(_)) => {
                "the build environment is damaged; make it anew"
            }
            HookErrorKind::Deliver(_) => "name another output folder",
            HookErrorKind::Ended { .. }
            | HookErrorKind::ControlGone
            | HookErrorKind::Garbled(_)
            | HookErrorKind::Returned { .. }
            | HookErrorKind::Name { .. }
            | HookErrorKind::Wheel(_) => "this is a fault of the build backend",
            _ => return None,
        })
    }
}

/// `: text`, or nothing for nothing.
fn colon(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(": {text}")
    }
}

fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown status".to_owned(),
    }
}
