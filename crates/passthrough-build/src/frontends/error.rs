//! Why a frontend did not build.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use passthrough_process::Reason;

use super::profile::{Frontend, PROFILES};
use crate::hooks::Artefact;

/// A frontend did not build.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub struct FrontendError {
    /// What went wrong.
    pub kind: FrontendErrorKind,
    /// The frontend, if it is one of ours.
    pub frontend: Option<Frontend>,
    /// The end of what it said, raw; empty where it was not started.
    pub words: String,
}

/// What can go wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum FrontendErrorKind {
    /// No frontend of this name is known.
    Unknown(String),
    /// poetry has no way to use an environment that is there.
    Poetry,
    /// flit has no way to use another interpreter.
    Flit,
    /// It is not installed, or only where it cannot be used.
    NotFound {
        /// What was looked at, and why it would not do.
        seen: Vec<String>,
    },
    /// It cannot build this.
    CannotBuild(Artefact),
    /// A directory cannot be made.
    Io(io::Error),
    /// It was not run to its end.
    Stopped(Reason),
    /// It failed.
    Failed(ExitStatus),
    /// It says that it succeeded, and there is nothing in this directory.
    NoArtefact(PathBuf),
}

impl FrontendError {
    pub(super) fn new(frontend: Frontend, kind: FrontendErrorKind) -> Self {
        Self {
            kind,
            frontend: Some(frontend),
            words: String::new(),
        }
    }

    pub(super) fn with_words(mut self, words: &[u8]) -> Self {
        String::from_utf8_lossy(words)
            .trim_end()
            .clone_into(&mut self.words);
        self
    }

    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        let frontend = self.frontend.map_or("it", |known| known.profile().name);
        Some(match &self.kind {
            FrontendErrorKind::Unknown(_) | FrontendErrorKind::Poetry => format!(
                "use one of {}, or give any command after `--`, with {{python}} and {{env}} for \
                 the environment's interpreter and directory",
                names(|_| true)
            ),
            FrontendErrorKind::Flit => "build the same project with another frontend: its backend \
                                        flit_core is called through PEP 517"
                .to_owned(),
            FrontendErrorKind::NotFound { .. } => {
                let oldest = self.frontend.map_or("", |known| known.profile().oldest);
                format!("install {frontend} {oldest} or later into the host or onto PATH")
            }
            FrontendErrorKind::CannotBuild(Artefact::Editable) => {
                "use the build command, which calls the hook itself".to_owned()
            }
            FrontendErrorKind::CannotBuild(artefact) => {
                format!("use {}", names(|can| can.contains(artefact)))
            }
            FrontendErrorKind::Stopped(Reason::Timeout(_)) => "allow it more time".to_owned(),
            FrontendErrorKind::Io(_)
            | FrontendErrorKind::Stopped(_)
            | FrontendErrorKind::Failed(_)
            | FrontendErrorKind::NoArtefact(_) => return None,
        })
    }
}

/// `pip, build or uv`: those whose artefacts are as wanted.
fn names(wanted: impl Fn(&[Artefact]) -> bool) -> String {
    let names: Vec<&str> = PROFILES
        .iter()
        .filter(|profile| wanted(profile.artefacts))
        .map(|profile| profile.name)
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

impl fmt::Display for FrontendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frontend = self
            .frontend
            .map_or("the frontend", |known| known.profile().name);
        match &self.kind {
            FrontendErrorKind::Unknown(name) => write!(f, "no frontend `{name}` is known"),
            FrontendErrorKind::Poetry => f.write_str(
                "poetry cannot build in a prepared environment: it has no option for that, and \
                 always makes an environment of its own and downloads the build requirements",
            ),
            FrontendErrorKind::Flit => f.write_str(
                "flit cannot build in a prepared environment: it calls no hooks, never reads \
                 `requires`, and builds with the flit_core that it has itself",
            ),
            FrontendErrorKind::NotFound { seen } => {
                write!(f, "no usable {frontend} found")?;
                for (index, each) in seen.iter().enumerate() {
                    write!(f, "{}{each}", if index == 0 { ": " } else { "; " })?;
                }
                Ok(())
            }
            FrontendErrorKind::CannotBuild(artefact) => {
                write!(
                    f,
                    "{frontend} cannot build an artefact of kind {}",
                    artefact.as_str()
                )
            }
            FrontendErrorKind::Io(error) => error.fmt(f),
            FrontendErrorKind::Stopped(reason) => write!(f, "{frontend} {reason}"),
            FrontendErrorKind::Failed(status) => write!(f, "{frontend} failed: {status}"),
            FrontendErrorKind::NoArtefact(output) => write!(
                f,
                "{frontend} ended well, but there is no new artefact in `{}`",
                output.display()
            ),
        }
    }
}
