//! What can be built, by which hook, and under what name.

use std::fmt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_requirement::{PackageName, Version};

/// What a build makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Artefact {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
    /// A wheel that refers to the source tree (PEP 660).
    Editable,
}

/// An artefact that is a wheel, and so has metadata of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WheelKind {
    /// An ordinary one.
    Standard,
    /// [`Artefact::Editable`].
    Editable,
}

/// A hook of a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// `get_requires_for_build_*`.
    GetRequires(Artefact),
    /// `prepare_metadata_for_build_*`.
    Metadata(WheelKind),
    /// `build_*`.
    Build(Artefact),
}

impl Artefact {
    /// `wheel`, `sdist`, `editable`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::Sdist => "sdist",
            Self::Editable => "editable",
        }
    }
}

impl From<WheelKind> for Artefact {
    fn from(kind: WheelKind) -> Self {
        match kind {
            WheelKind::Standard => Self::Wheel,
            WheelKind::Editable => Self::Editable,
        }
    }
}

impl Hook {
    /// The name of the function, such as `build_wheel`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetRequires(Artefact::Wheel) => "get_requires_for_build_wheel",
            Self::GetRequires(Artefact::Sdist) => "get_requires_for_build_sdist",
            Self::GetRequires(Artefact::Editable) => "get_requires_for_build_editable",
            Self::Metadata(WheelKind::Standard) => "prepare_metadata_for_build_wheel",
            Self::Metadata(WheelKind::Editable) => "prepare_metadata_for_build_editable",
            Self::Build(Artefact::Wheel) => "build_wheel",
            Self::Build(Artefact::Sdist) => "build_sdist",
            Self::Build(Artefact::Editable) => "build_editable",
        }
    }

    /// What is being built.
    pub fn artefact(self) -> Artefact {
        match self {
            Self::GetRequires(artefact) | Self::Build(artefact) => artefact,
            Self::Metadata(kind) => kind.into(),
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why what a hook returned does not name what it should have made. Each reads
/// on after the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It is empty, or leads elsewhere.
    NotAFileName,
    /// The specification of such file names says otherwise.
    NotAName(Artefact),
    /// A metadata directory ends in `.dist-info`.
    NotADistInfo,
    /// There is no such file.
    Absent,
    /// It is a link, a directory, a device.
    NotAFile,
    /// It is no directory.
    NotADirectory,
    /// It has no METADATA.
    NoMetadata,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAFileName => "is not a file name",
            Self::NotAName(Artefact::Sdist) => {
                "is not the name of a source distribution (`<name>-<version>.tar.gz`)"
            }
            Self::NotAName(Artefact::Wheel | Artefact::Editable) => {
                "is not the name of a wheel \
                 (`<name>-<version>[-<build>]-<python>-<abi>-<platform>.whl`)"
            }
            Self::NotADistInfo => "is not the name of a metadata directory (`….dist-info`)",
            Self::Absent => "does not exist in the folder that the hook was given",
            Self::NotAFile => "is not a regular file",
            Self::NotADirectory => "is not a directory",
            Self::NoMetadata => "has no METADATA",
        })
    }
}

/// The artefact that a hook says it left in `directory`.
pub(crate) fn check(
    name: &str,
    artefact: Artefact,
    directory: &Path,
) -> Result<PathBuf, NameFault> {
    check_file_name(name)?;
    let is_named_right = match artefact {
        Artefact::Sdist => is_sdist_name(name),
        Artefact::Wheel | Artefact::Editable => is_wheel_name(name),
    };
    if !is_named_right {
        return Err(NameFault::NotAName(artefact));
    }
    let path = directory.join(name);
    let metadata = fs::symlink_metadata(&path).map_err(|_| NameFault::Absent)?;
    metadata
        .is_file()
        .then_some(path)
        .ok_or(NameFault::NotAFile)
}

/// The metadata directory that a hook says it left in `directory`.
pub(crate) fn check_dist_info(name: &str, directory: &Path) -> Result<PathBuf, NameFault> {
    check_file_name(name)?;
    if !name.ends_with(".dist-info") {
        return Err(NameFault::NotADistInfo);
    }
    let path = directory.join(name);
    let metadata = fs::symlink_metadata(&path).map_err(|_| NameFault::Absent)?;
    if !metadata.is_dir() {
        return Err(NameFault::NotADirectory);
    }
    let has_metadata =
        fs::symlink_metadata(path.join("METADATA")).is_ok_and(|metadata| metadata.is_file());
    has_metadata.then_some(path).ok_or(NameFault::NoMetadata)
}

fn check_file_name(name: &str) -> Result<(), NameFault> {
    let is_elsewhere = matches!(name, "" | "." | "..") || name.contains(['/', '\\', '\0']);
    if is_elsewhere {
        Err(NameFault::NotAFileName)
    } else {
        Ok(())
    }
}

/// The binary distribution format's file name. Names and versions of older
/// backends are not normalised; they only have to be a name and a version.
fn is_wheel_name(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".whl") else {
        return false;
    };
    let parts: Vec<&str> = stem.split('-').collect();
    let (project, version, build, tags) = match *parts.as_slice() {
        [project, version, python, abi, platform] => {
            (project, version, None, [python, abi, platform])
        }
        [project, version, build, python, abi, platform] => {
            (project, version, Some(build), [python, abi, platform])
        }
        _ => return false,
    };
    let is_tag = |tag: &str| {
        tag.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        })
    };
    is_project(project)
        && is_version(version)
        && build.is_none_or(|build| build.starts_with(|first: char| first.is_ascii_digit()))
        && tags.into_iter().all(is_tag)
}

/// PEP 625, and what came before it: dashes anywhere.
fn is_sdist_name(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".tar.gz") else {
        return false;
    };
    let mut dashes = stem.match_indices('-');
    dashes.any(|(dash, _)| is_project(&stem[..dash]) && is_version(&stem[dash + 1..]))
}

fn is_project(name: &str) -> bool {
    name.parse::<PackageName>().is_ok()
}

fn is_version(text: &str) -> bool {
    // In file names, a dash of a version is an underscore.
    text.replace('_', "-").parse::<Version>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_returned_stays_in_the_folder(
            name in "[.]{0,2}[/\\\\a1\0]{0,4}(demo-1|-|1|[.]){0,3}(-py3-none-any[.]whl|[.]tar[.]gz|[.]dist-info)?",
        ) {
            let scratch = tempfile::tempdir().unwrap();
            let directory = scratch.path().join("out");
            fs::create_dir(&directory).unwrap();
            // Everything that a name could lead to, inside and outside.
            for place in [scratch.path(), &directory] {
                let path = place.join(name.replace(['/', '\\', '\0'], ""));
                let _ = fs::write(path, "");
            }
            for artefact in [Artefact::Wheel, Artefact::Sdist, Artefact::Editable] {
                if let Ok(path) = check(&name, artefact, &directory) {
                    prop_assert_eq!(path.parent(), Some(directory.as_path()));
                    prop_assert!(path.is_file());
                }
            }
            prop_assert!(check_dist_info(&name, &directory).is_err());
        }
    }

    #[test]
    fn wheels_are_named_by_the_specification() {
        for name in [
            "a-1-py3-none-any.whl",
            "Foo.bar_baz-1.0.dev3+cu121-py2.py3-none-any.whl",
            "foo-1.0_1-1abc-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        ] {
            assert!(is_wheel_name(name), "{name}");
        }
        for name in [
            "foo.whl",
            "foo-1-py3-none-any.zip",
            "foo-1-py3-none-any.WHL",
            "foo-1-py3-none.whl",
            "foo-x-py3-none-any.whl",
            "foo-1-b1-py3-none-any.whl",
            "foo-1-1-2-py3-none-any.whl",
            "-1-py3-none-any.whl",
            "foo-1-py3-none-.whl",
            "foo-1-py3..py2-none-any.whl",
            "_foo-1-py3-none-any.whl",
            "foo-1-py3-none-any .whl",
        ] {
            assert!(!is_wheel_name(name), "{name}");
        }
    }

    #[test]
    fn sdists_are_named_by_the_specification_or_the_custom_before_it() {
        for name in [
            "foo-1.0.tar.gz",
            "Foo-Bar-1.0-beta1.tar.gz",
            "foo_bar-1.0.post1.tar.gz",
        ] {
            assert!(is_sdist_name(name), "{name}");
        }
        for name in [
            "foo.tar.gz",
            "foo-.tar.gz",
            "-1.tar.gz",
            "foo-1.zip",
            "foo-x.tar.gz",
            ".tar.gz",
        ] {
            assert!(!is_sdist_name(name), "{name}");
        }
    }

    #[test]
    fn only_a_file_of_the_folder_itself_will_do() {
        let scratch = tempfile::tempdir().unwrap();
        let directory = scratch.path().join("out");
        fs::create_dir(&directory).unwrap();
        let wheel = "a-1-py3-none-any.whl";
        fs::write(scratch.path().join(wheel), "").unwrap();
        let check = |name: &str| check(name, Artefact::Wheel, &directory);
        for name in [
            "",
            ".",
            "..",
            "../a-1-py3-none-any.whl",
            "/tmp/a-1-py3-none-any.whl",
            "x\0",
        ] {
            assert_eq!(check(name), Err(NameFault::NotAFileName), "{name}");
        }
        assert_eq!(check("a.whl"), Err(NameFault::NotAName(Artefact::Wheel)));
        assert_eq!(check(wheel), Err(NameFault::Absent));
        let path = directory.join(wheel);
        std::os::unix::fs::symlink(scratch.path().join(wheel), &path).unwrap();
        assert_eq!(check(wheel), Err(NameFault::NotAFile));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(check(wheel), Err(NameFault::NotAFile));
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "").unwrap();
        assert_eq!(check(wheel), Ok(path));
    }
}
