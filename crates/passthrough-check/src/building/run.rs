//! `run`: an existing frontend, or any other command, in an environment that
//! holds what passes through.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use passthrough_build::frontends::{self, Frontend, Tool};
use passthrough_build::hooks::Artefact;
use passthrough_build::installer::User;
use passthrough_build::session::BuildError;
use passthrough_interpreter::Environment;
use passthrough_protocol::ExitCode;
use rustix::process::Signal;

use super::build::Built;
use super::source::Source;
use super::target::{Target, Wishes};
use super::{Ui, failure, output};
use crate::cli::RunFrontendArgs;
use crate::failure::Failure;
use crate::{interrupt, question};

/// Has the frontend that the user named build, or runs the command. Returns
/// what the frontend built.
///
/// The project's lists count whatever table they are in, as the frontend itself
/// knows nothing of them, unless the user names one table.
pub fn run(
    args: &RunFrontendArgs,
    environment: &Environment,
    ui: &Ui<'_>,
) -> Result<Vec<Built>, Failure> {
    // What cannot be done is said before anything is made.
    let frontend = args.frontend.as_deref().map(named).transpose()?;
    let source = Source::read(&args.project, &question::reading(args.table.as_deref()))?;
    let wishes = Wishes {
        args: &args.building,
        keep: args.keep_env,
        environment,
        ui,
    };
    let target = Target::find(wishes, &source.origin)?;
    let out = output::folder(args.output.as_deref(), &source, &target.host.interpreter)?;
    let Some((frontend, path)) = frontend else {
        return command(args, &target, &source, &out);
    };
    let here = std::env::current_dir().map_err(Failure::unable)?;
    let user = User::new(environment, &here);
    let tool = frontends::find(frontend, path.as_deref(), &user, &target.host.interpreter)
        .map_err(|error| failure::frontend(&error))?;
    let artefact: Artefact = args.artefact.into();
    tool.can_build(artefact)
        .map_err(|error| failure::frontend(&error))?;
    let arguments = arguments(args, &tool)?;
    let (paths, content) = target.with_job(&source, |job| {
        job.run(&tool, artefact, &|| target.temporary(), &out, &arguments)
    })?;
    let built_by = tool.to_string();
    let recorded = paths.into_iter().map(|path| {
        let is_sdist = path.extension().is_some_and(|extension| extension == "gz");
        let kind = if is_sdist { Artefact::Sdist } else { artefact };
        let record = target.record(&source, &content, &path, kind, &built_by)?;
        Ok(Built { path, record })
    });
    recorded.collect()
}

/// `NAME`, or `NAME=PATH`.
fn named(said: &str) -> Result<(Frontend, Option<PathBuf>), Failure> {
    let (name, path) = match said.split_once('=') {
        Some((name, path)) => (
            name,
            Some(std::path::absolute(path).map_err(Failure::unable)?),
        ),
        None => (said, None),
    };
    let frontend = name.parse().map_err(|error| failure::frontend(&error))?;
    Ok((frontend, path))
}

/// The settings for the backend in the frontend's words, then what the user adds.
fn arguments(args: &RunFrontendArgs, tool: &Tool) -> Result<Vec<OsString>, Failure> {
    let settings = &args.building.making.config_setting;
    if !settings.is_empty() && tool.frontend().profile().settings.is_none() {
        return Err(Failure::unable(format_args!(
            "{tool} has no option for the backend's settings"
        ))
        .hint("use another frontend, or the build command"));
    }
    let settings = settings
        .iter()
        .flat_map(|setting| ["-C".into(), setting.into()]);
    Ok(settings.chain(args.command.iter().cloned()).collect())
}

/// Any other command, on the user's own terminal.
fn command(
    args: &RunFrontendArgs,
    target: &Target<'_>,
    source: &Source,
    out: &Path,
) -> Result<Vec<Built>, Failure> {
    let artefact = args.artefact.into();
    let (status, _) = target.with_job(source, |job| {
        job.in_frontends_place(artefact, &|| target.temporary(), out, &[], |place| {
            let Some(mut command) = frontends::custom(&args.command, place) else {
                return Ok(None);
            };
            match interrupt::leave_to(&mut command) {
                Ok(status) if was_interrupted(status) => Err(BuildError::Interrupted),
                Ok(status) => Ok(Some(status)),
                Err(_) if interrupt::is_interrupted() => Err(BuildError::Interrupted),
                Err(error) => Err(BuildError::Command {
                    program: command.get_program().to_owned(),
                    error,
                }),
            }
        })
    })?;
    match status {
        Some(status) if !status.success() => Err(failed(args, status)),
        _ => Ok(Vec::new()),
    }
}

/// Whether an interrupt ended the command, by its own account or a shell's.
fn was_interrupted(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::INT.as_raw())
        || status.code() == Some(ExitCode::Interrupted as i32)
}

fn failed(args: &RunFrontendArgs, status: ExitStatus) -> Failure {
    let name = args.command.first().cloned().unwrap_or_default();
    Failure {
        exit: ExitCode::Failure,
        ..Failure::unable(format_args!("`{}` ended with {status}", name.display()))
    }
}
