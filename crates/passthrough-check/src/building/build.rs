//! `build`: artefacts, by the project's own backend.

use std::path::{Path, PathBuf};

use passthrough_build::hooks::Artefact;
use passthrough_interpreter::Environment;
use passthrough_protocol::BuildRecord;

use super::source::Source;
use super::target::{Target, Wishes};
use super::{Ui, output};
use crate::cli::BuildArgs;
use crate::failure::Failure;
use crate::question;

/// Something that was built.
#[derive(Debug)]
pub struct Built {
    /// The artefact.
    pub path: PathBuf,
    /// What went into it.
    pub record: BuildRecord,
}

/// Builds what the user asked for, each artefact in an environment of its own.
///
/// Asked for nothing in particular, it builds a source distribution, and then
/// a wheel out of that: what others will build from is what was tried.
pub fn build(
    args: &BuildArgs,
    environment: &Environment,
    ui: &Ui<'_>,
) -> Result<Vec<Built>, Failure> {
    let reading = question::reading(args.reading.frontend.as_deref());
    let source = Source::read(&args.project, &reading)?;
    let wishes = Wishes {
        args: &args.building,
        keep: args.keep_env,
        environment,
        ui,
    };
    let target = Target::find(wishes, &source.origin)?;
    let out = output::folder(args.output.as_deref(), &source, &target.host.interpreter)?;
    let build = |source: &Source, artefact| one(&target, source, artefact, &out);
    let wanted = wanted(args);
    if !wanted.is_empty() {
        return wanted
            .into_iter()
            .map(|artefact| build(&source, artefact))
            .collect();
    }
    if source.is_unpacked() {
        return Ok(vec![build(&source, Artefact::Wheel)?]);
    }
    let sdist = build(&source, Artefact::Sdist)?;
    let unpacked = Source::unpack(&sdist.path, &reading)?;
    let wheel = build(&unpacked, Artefact::Wheel)?;
    Ok(vec![sdist, wheel])
}

/// What the options name, a source distribution first.
fn wanted(args: &BuildArgs) -> Vec<Artefact> {
    let all = [
        (args.sdist, Artefact::Sdist),
        (args.wheel, Artefact::Wheel),
        (args.editable, Artefact::Editable),
    ];
    all.into_iter()
        .filter_map(|(wanted, artefact)| wanted.then_some(artefact))
        .collect()
}

fn one(
    target: &Target<'_>,
    source: &Source,
    artefact: Artefact,
    out: &Path,
) -> Result<Built, Failure> {
    let (path, content) = target.with_job(source, |job| {
        job.build(artefact, &|| target.temporary(), out)
    })?;
    let built_by = concat!("passthrough-check ", env!("CARGO_PKG_VERSION"));
    let record = target.record(source, &content, &path, artefact, built_by)?;
    Ok(Built { path, record })
}
