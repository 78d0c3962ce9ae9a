//! What a build made, and what that says it was made with.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use fs_err as fs;
use serde::Deserialize;

/// The largest statement that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The file of a `.dist-info` that the probe backend puts into its wheels.
const STATEMENT: &str = "passthrough-built.json";

/// What a wheel of the probe backend says of its build.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Statement {
    pub(crate) nonce: String,
    /// The marks of all copies that the hook saw, by distribution.
    pub(crate) copies: BTreeMap<String, Vec<String>>,
}

/// The names of the files that a step left in its directory.
pub(crate) fn results(out: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(out)?;
    let mut names: Vec<String> = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// The statement of the only wheel of the project there is.
pub(crate) fn of_wheel(out: &Path, project: &str) -> Option<Statement> {
    let names = results(out).ok()?;
    let stem = format!("{}-", project.replace('-', "_"));
    let mut wheels = names
        .iter()
        .filter(|name| name.starts_with(&stem) && name.ends_with(".whl"));
    let (name, None) = (wheels.next()?, wheels.next()) else {
        return None;
    };
    let mut archive = zip::ZipArchive::new(fs::File::open(out.join(name)).ok()?).ok()?;
    let member = archive
        .file_names()
        .filter_map(Result::ok)
        .find(|member| member.ends_with(STATEMENT))?
        .into_owned();
    read(archive.by_name(&member).ok()?)
}

/// The statement of the project where it is installed.
pub(crate) fn of_installed(site: &Path, project: &str) -> Option<Statement> {
    let stem = format!("{}-", project.replace('-', "_"));
    let names = results(site).ok()?;
    let info = names
        .iter()
        .find(|name| name.starts_with(&stem) && name.ends_with(".dist-info"))?;
    read(fs::File::open(site.join(info).join(STATEMENT)).ok()?)
}

fn read(file: impl Read) -> Option<Statement> {
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}
