//! `env`: a build environment to look at, or for others to build in.

use std::path::PathBuf;

use passthrough_env::{BuildEnvironment, mapping};
use passthrough_interpreter::Environment;
use passthrough_protocol::Manifest;

use super::Ui;
use super::source::Source;
use super::target::{Target, Wishes};
use crate::cli::EnvArgs;
use crate::failure::Failure;
use crate::question;

/// What `env` made, or would make.
#[derive(Debug)]
pub struct Made {
    /// The environment; none after a dry run.
    pub root: Option<PathBuf>,
    /// What of the host is in it.
    pub manifest: Manifest,
}

/// Makes the environment that a project would be built in, or says what would
/// be in it.
pub fn env(args: &EnvArgs, environment: &Environment, ui: &Ui<'_>) -> Result<Made, Failure> {
    let source = Source::read(
        &args.project,
        &question::reading(args.reading.frontend.as_deref()),
    )?;
    let wishes = Wishes {
        args: &args.building,
        keep: false,
        environment,
        ui,
    };
    let target = Target::find(wishes, &source.origin)?;
    match &args.output {
        Some(output) if !args.dry_run => target.with_job(&source, |job| {
            let make = || BuildEnvironment::create(output, job.host);
            let prepared = job.prepare(args.artefact.into(), &make)?;
            Ok(Made {
                root: Some(prepared.environment.root().to_owned()),
                manifest: prepared.environment.manifest().clone(),
            })
        }),
        output => target.with_job(&source, |job| {
            let plan = job.preview()?;
            let named = output.clone().unwrap_or_else(|| PathBuf::from("env"));
            let mapping = mapping(&plan.expose, job.host, &named, job.link_mode)?;
            Ok(Made {
                root: None,
                manifest: mapping.manifest(),
            })
        }),
    }
}
