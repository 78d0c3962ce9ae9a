use std::io;

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
    #[error("the command cannot be started: {0}")]
    Command(io::Error),
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
    #[error("the output folder cannot be used: {0}")]
    Output(io::Error),
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
