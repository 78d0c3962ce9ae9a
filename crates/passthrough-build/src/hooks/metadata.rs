//! The metadata of a wheel that has not been built, or has been for its sake.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fs_err as fs;
use zip::ZipArchive;

use super::artefact::{self, Artefact, Hook, WheelKind};
use super::call::{self, Arguments, Outcome};
use super::error::{HookError, HookErrorKind};
use super::settings::ConfigSettings;
use super::{Backend, NameFault};

/// The most that is taken out of a wheel's metadata, in bytes and in files.
const MOST: u64 = 64 << 20;
const MOST_FILES: usize = 10_000;

/// The metadata of a wheel. Its directory goes when it is dropped.
#[derive(Debug)]
pub struct Metadata {
    kind: WheelKind,
    settings: ConfigSettings,
    dist_info: PathBuf,
    /// The wheel it was taken out of, if the backend cannot make it alone.
    wheel: Option<PathBuf>,
    _directory: tempfile::TempDir,
}

impl Metadata {
    /// The `.dist-info` directory.
    pub fn dist_info(&self) -> &Path {
        &self.dist_info
    }

    /// What the hook that builds this artefact is told of it. Nothing, where
    /// no hook made it.
    pub(crate) fn directory(&self, artefact: Artefact) -> Option<&Path> {
        let is_its = self.wheel.is_none() && Artefact::from(self.kind) == artefact;
        is_its.then_some(&self.dist_info)
    }

    /// The wheel, if it has been built already and nobody took it yet.
    pub(crate) fn wheel(&self, artefact: Artefact, settings: &ConfigSettings) -> Option<&Path> {
        let is_its = Artefact::from(self.kind) == artefact && self.settings == *settings;
        self.wheel
            .as_deref()
            .filter(|wheel| is_its && wheel.is_file())
    }
}

pub(crate) fn metadata(
    backend: &Backend<'_>,
    kind: WheelKind,
    settings: &ConfigSettings,
) -> Result<Metadata, HookError> {
    let hook = Hook::Metadata(kind);
    let directory = backend.private_directory(hook)?;
    let arguments = Arguments::new(settings).into(directory.path());
    let called = call::call(backend, hook, &arguments)?;
    let (dist_info, wheel) = if let Outcome::Missing(_) = called.outcome {
        let build = Hook::Build(kind.into());
        let wheel = backend.build_into(build, directory.path(), settings, None)?;
        let dist_info = extract(&wheel, directory.path())
            .map_err(|fault| backend.error(build, HookErrorKind::Wheel(fault)))?;
        (dist_info, Some(wheel))
    } else {
        let name = called.text()?;
        let dist_info = artefact::check_dist_info(name, directory.path()).map_err(|fault| {
            called.error(HookErrorKind::Name {
                name: name.to_owned(),
                fault,
            })
        })?;
        (dist_info, None)
    };
    Ok(Metadata {
        kind,
        settings: settings.clone(),
        dist_info,
        wheel,
        _directory: directory,
    })
}

/// Takes the `.dist-info` out of a wheel; says why it cannot be.
fn extract(wheel: &Path, directory: &Path) -> Result<PathBuf, String> {
    let words = |error: io::Error| error.to_string();
    let file = fs::File::open(wheel).map_err(words)?;
    let mut archive = ZipArchive::new(file).map_err(|error| error.to_string())?;
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(Cow::into_owned))
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let name = dist_info_name(&names)?;
    let dist_info = directory.join(name);
    fs::create_dir(&dist_info).map_err(words)?;
    let members: Vec<&String> = names
        .iter()
        .filter(|member| member.starts_with(&format!("{name}/")) && !member.ends_with('/'))
        .collect();
    if members.len() > MOST_FILES {
        return Err(format!("it has more than {MOST_FILES} files"));
    }
    let mut left = MOST;
    for name in members {
        let mut member = archive.by_name(name).map_err(|error| error.to_string())?;
        let path = member
            .enclosed_name()
            .map(|path| directory.join(path))
            .filter(|path| path.starts_with(&dist_info))
            .ok_or_else(|| format!("`{name}` leads out of it"))?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(words)?;
        }
        let mut to = fs::File::create(&path).map_err(words)?;
        let mut bounded = member.by_ref().take(left + 1);
        let length = io::copy(&mut bounded, &mut to).map_err(words)?;
        left = left
            .checked_sub(length)
            .ok_or_else(|| format!("it is longer than {MOST} bytes"))?;
    }
    artefact::check_dist_info(name, directory)
        .map_err(|fault: NameFault| format!("`{name}` {fault}"))
}

/// The one directory on top whose name ends in `.dist-info`.
fn dist_info_name(names: &[String]) -> Result<&str, String> {
    let mut found: Option<&str> = None;
    let tops = names
        .iter()
        .filter_map(|name| Some(name.split_once('/')?.0));
    for top in tops.filter(|top| top.ends_with(".dist-info") && !top.contains(['\\', '\0'])) {
        match found {
            Some(other) if other != top => {
                return Err(format!("it has both `{other}` and `{top}`"));
            }
            _ => found = Some(top),
        }
    }
    found.ok_or_else(|| "it has no `.dist-info` directory".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn extract_of(members: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let scratch = tempfile::tempdir().unwrap();
        let directory = scratch.path().join("directory");
        fs::create_dir(&directory).unwrap();
        let wheel = scratch.path().join("wheel");
        let mut zip = ZipWriter::new(fs::File::create(&wheel).unwrap());
        for (name, content) in members {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        let extracted = extract(&wheel, &directory);
        // Whatever happened, nothing is beside the directory.
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);
        extracted.map(|path| {
            let mut names: Vec<String> = fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        })
    }

    #[test]
    fn only_the_metadata_is_taken_out() {
        let members = [
            ("foo/__init__.py", ""),
            ("a-1.dist-info/METADATA", "Name: a\n"),
            ("a-1.dist-info/licenses/MIT", "x"),
            ("foo/b.dist-info/METADATA", ""),
        ];
        assert_eq!(extract_of(&members).unwrap(), ["METADATA", "licenses"]);
    }

    #[test]
    fn a_wheel_with_faulty_metadata_is_refused() {
        for (members, words) in [
            (&[("foo.py", "")][..], "no `.dist-info`"),
            (&[("a-1.dist-info/WHEEL", "")], "has no METADATA"),
            (
                &[
                    ("a-1.dist-info/METADATA", ""),
                    ("b-1.dist-info/METADATA", ""),
                ],
                "both",
            ),
            (
                &[
                    ("a-1.dist-info/METADATA", ""),
                    ("a-1.dist-info/../../x", ""),
                ],
                "leads out",
            ),
            (
                &[("a-1.dist-info/METADATA", ""), ("a-1.dist-info/../x", "")],
                "leads out",
            ),
        ] {
            let fault = extract_of(members).unwrap_err();
            assert!(fault.contains(words), "{members:?}: {fault}");
        }
        let scratch = tempfile::tempdir().unwrap();
        let wheel = scratch.path().join("wheel");
        fs::write(&wheel, "no zip").unwrap();
        extract(&wheel, scratch.path()).unwrap_err();
    }
}
