use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use passthrough_env::{Changed, EnvError};
use passthrough_plan::Plan;
use passthrough_process::Reason;
use passthrough_requirement::RequirementError;

use crate::diagnosis::Diagnosis;
use crate::frontends::{FrontendError, FrontendErrorKind};
use crate::hooks::{Hook, HookError, HookErrorKind};
use crate::installer::{InstallError, InstallErrorKind};

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The decision itself has errors: its diagnostics say which.
    #[error("the project cannot be built as it is declared")]
    Refused(Box<Plan>),
    /// The environment could not be made.
    #[error(transparent)]
    Environment(#[from] EnvError),
    /// There is something to install, and nothing to install it with.
    #[error("there is no installer")]
    NoInstaller,
    /// What does not pass through could not be installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// A frontend did not build.
    #[error(transparent)]
    Frontend(FrontendError),
    /// A command could not be started.
    #[error("`{}` cannot be started: {error}", program.display())]
    Command {
        /// Its first word.
        program: OsString,
        /// The reason.
        error: io::Error,
    },
    /// A hook of the backend failed.
    #[error("{}", .0.error)]
    Hook(Box<HookFailed>),
    /// A hook asked for something that is no requirement.
    #[error("{hook} asked for `{text}`, which is no requirement: {}", error.message)]
    Requirement {
        /// The hook.
        hook: Hook,
        /// What it asked for.
        text: String,
        /// What is wrong with it.
        error: RequirementError,
    },
    /// Files of the host are no longer what they were (I6).
    #[error("the build changed files of the host")]
    HostChanged {
        /// Which.
        changed: Vec<Changed>,
        /// What else went wrong.
        besides: Option<Box<BuildError>>,
    },
    /// The output folder cannot be used.
    #[error("the output folder {} cannot be used: {error}", folder.display())]
    Output {
        /// The folder.
        folder: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// The user has had enough.
    #[error("interrupted")]
    Interrupted,
}

/// A hook that failed, and why.
#[derive(Debug)]
pub struct HookFailed {
    /// What went wrong.
    pub error: HookError,
    /// Why, and what to do about it.
    pub diagnosis: Diagnosis,
    /// Whether the environment that it was called in stays.
    pub kept: bool,
}

impl BuildError {
    /// That an output folder cannot be used; for `map_err`.
    pub(super) fn output(folder: &Path) -> impl Fn(io::Error) -> Self {
        move |error| Self::Output {
            folder: folder.to_owned(),
            error,
        }
    }

    /// That what the hook made could not be put into the output folder is no
    /// fault of the hook's.
    pub(super) fn of_delivery(self, out: &Path) -> Self {
        match self {
            Self::Hook(failed) => match *failed {
                HookFailed {
                    error:
                        HookError {
                            kind: HookErrorKind::Deliver(error),
                            ..
                        },
                    ..
                } => Self::output(out)(error),
                failed => Self::Hook(Box::new(failed)),
            },
            other => other,
        }
    }

    /// Whether the same build may succeed if nothing passes through (CLOS-6).
    pub(super) fn may_pass_without_passthrough(&self) -> bool {
        matches!(
            self,
            Self::Install(InstallError {
                kind: InstallErrorKind::Conflict(_),
                ..
            })
        )
    }

    /// Whether the user ended it.
    pub fn is_interruption(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Install(error) => {
                matches!(error.kind, InstallErrorKind::Stopped(Reason::Interrupted))
            }
            Self::Hook(failed) => {
                matches!(
                    failed.error.kind,
                    HookErrorKind::Process(Reason::Interrupted)
                )
            }
            Self::Frontend(error) => {
                matches!(error.kind, FrontendErrorKind::Stopped(Reason::Interrupted))
            }
            Self::HostChanged { besides, .. } => besides
                .as_ref()
                .is_some_and(|error| error.is_interruption()),
            _ => false,
        }
    }
}
