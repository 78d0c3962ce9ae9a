//! Why something could not be built, for the user to read.

use passthrough_build::frontends::{FrontendError, FrontendErrorKind};
use passthrough_build::installer::InstallError;
use passthrough_build::session::{BuildError, HookFailed};
use passthrough_env::{Changed, EnvError};
use passthrough_protocol::ExitCode;

use crate::failure::Failure;

/// The project's file, or the decision, has errors; they have been shown.
pub(super) fn refused() -> Failure {
    Failure {
        exit: ExitCode::Failure,
        ..Failure::unable("the project cannot be built as it is declared")
    }
}

/// `heard`: whether the user got to see what children printed.
pub(super) fn build(error: &BuildError, heard: bool) -> Failure {
    if error.is_interruption() {
        return Failure {
            exit: ExitCode::Interrupted,
            ..Failure::unable("interrupted")
        };
    }
    match error {
        BuildError::Environment(error) => env(error),
        BuildError::Install(error) => install(error),
        BuildError::Hook(error) => hook(error),
        BuildError::HostChanged { changed, besides } => host_changed(changed, besides.as_deref()),
        BuildError::Frontend(error) => Failure {
            detail: (!heard).then(|| wrote(error)).flatten(),
            ..frontend(error)
        },
        BuildError::Requirement { .. } => Failure {
            exit: ExitCode::Failure,
            ..Failure::unable(error).hint("this is a fault of the build backend")
        },
        BuildError::Output { .. } => {
            Failure::unable(error).hint("name another folder with --output")
        }
        _ => Failure::unable(error),
    }
}

pub(super) fn env(error: &EnvError) -> Failure {
    Failure::unable(error).hinted(error.hint())
}

pub(super) fn install(error: &InstallError) -> Failure {
    let words = error.words.trim_end();
    let detail = (!words.is_empty()).then(|| {
        let who = error.installer.as_deref().unwrap_or("the installer");
        format!("{who} wrote:\n{words}")
    });
    Failure::unable(error).detail(detail).hinted(error.hint())
}

/// That a frontend failed is the project's failure, or the frontend's; all else
/// is that it could not be used.
pub(super) fn frontend(error: &FrontendError) -> Failure {
    let exit = match error.kind {
        FrontendErrorKind::Failed(_) | FrontendErrorKind::NoArtefact(_) => ExitCode::Failure,
        _ => ExitCode::Unable,
    };
    Failure {
        exit,
        ..Failure::unable(error).hinted(error.hint())
    }
}

/// The end of what a frontend wrote.
fn wrote(error: &FrontendError) -> Option<String> {
    let who = error.frontend?;
    (!error.words.is_empty()).then(|| format!("{who} wrote:\n{}", error.words))
}

fn hook(failed: &HookFailed) -> Failure {
    let keep = "with --keep-env the build environment stays, and a command is shown that calls the hook in it";
    Failure {
        exit: ExitCode::Failure,
        ..Failure::unable(&failed.error)
            .detail(Some(failed.diagnosis.lines()[1..].join("\n")))
            .hinted((!failed.kept).then(|| keep.to_owned()))
    }
}

/// How many changed files are named.
const NAMED: usize = 20;

fn host_changed(changed: &[Changed], besides: Option<&BuildError>) -> Failure {
    let mut lines: Vec<String> = changed
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    if changed.len() > NAMED {
        lines.push(format!("and {} more", changed.len() - NAMED));
    }
    if let Some(error) = besides {
        lines.push(format!("besides: {error}"));
    }
    let names: std::collections::BTreeSet<_> = changed.iter().map(|file| &file.name).collect();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    Failure {
        exit: ExitCode::Failure,
        ..Failure::unable("files of the host are not what they were before the build")
            .detail(Some(lines.join("\n")))
            .hint(format!(
                "install {} into the host again; a build with --link-mode copy cannot reach the host's files",
                names.join(", ")
            ))
    }
}
