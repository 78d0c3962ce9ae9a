//! Looking for an interpreter of a version.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::layout::Implementation;
use crate::locate::on_path;
use crate::version::PythonVersion;
use crate::{AskOptions, Environment, LocateError, VersionRequest, ask, details, files, layout};

/// The oldest and newest minor version whose command is looked for to tell the
/// user what there is.
const LISTED: std::ops::RangeInclusive<u32> = 8..=20;

/// A version, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Known {
    minor: u32,
    patch: Option<u32>,
    free_threaded: bool,
}

pub(crate) fn find(
    request: VersionRequest,
    start: &Path,
    environment: &Environment,
    options: Option<&AskOptions>,
) -> Result<PathBuf, LocateError> {
    if request.major != 3 {
        return Err(LocateError::new(
            format!("Python {request} cannot be a host"),
            "ask for a version of Python 3, from 3.8",
        ));
    }
    let mut names = vec!["python3".to_owned(), "python".to_owned()];
    if let Some(minor) = request.minor {
        let t = if request.free_threaded { "t" } else { "" };
        names.insert(0, format!("python3.{minor}{t}"));
    }
    let look = |python: &Path| {
        told(python)
            .filter(|known| known.patch.is_some() || request.patch.is_none())
            .or_else(|| asked(python, environment, options?))
    };
    let mut seen = HashSet::new();
    let found = commands(&names, start, environment)
        .chain(of_pyenv(environment))
        // A shim behaves after its name, so that one file may stand for many.
        .filter(|python| {
            layout::is_script(python)
                || files::identity(python).is_some_and(|identity| seen.insert(identity))
        })
        .find(|python| look(python).is_some_and(|known| request.admits(known)));
    found.ok_or_else(|| {
        let mut names: Vec<String> = LISTED.map(|minor| format!("python3.{minor}")).collect();
        names.splice(..0, ["python3".to_owned(), "python".to_owned()]);
        let all = commands(&names, start, environment).chain(of_pyenv(environment));
        LocateError::new(
            format!("no Python {request} found on PATH or among the versions of pyenv"),
            list(all),
        )
    })
}

impl VersionRequest {
    fn admits(self, known: Known) -> bool {
        self.minor.is_none_or(|minor| minor == known.minor)
            && self.patch.is_none_or(|patch| Some(patch) == known.patch)
            && self.free_threaded == known.free_threaded
    }
}

fn commands<'a>(
    names: &'a [String],
    start: &'a Path,
    environment: &'a Environment,
) -> impl Iterator<Item = PathBuf> + 'a {
    names
        .iter()
        .flat_map(move |name| on_path(OsStr::new(name), start, environment))
}

/// The interpreters that pyenv has installed, the newest first.
fn of_pyenv(environment: &Environment) -> impl Iterator<Item = PathBuf> + use<> {
    let root = environment
        .get("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(environment.get("HOME")?).join(".pyenv")));
    let mut versions: Vec<(Option<(u32, u32)>, PathBuf)> = root
        .and_then(|root| fs::read_dir(root.join("versions")).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            let name = entry.file_name();
            let version = name.to_str().and_then(PythonVersion::parse);
            (
                version.map(|version| (version.minor, version.patch)),
                entry.path().join("bin/python"),
            )
        })
        .filter(|(_, python)| python.is_file())
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, python)| python)
}

/// The version of an interpreter as its files tell it.
fn told(python: &Path) -> Option<Known> {
    let layout = layout::find(python).ok()?;
    // Users who ask for a version mean CPython's.
    (layout.base.kind.implementation == Implementation::CPython).then(|| Known {
        minor: layout.base.kind.minor,
        patch: details::read(&layout).version.map(|version| version.patch),
        free_threaded: layout.base.kind.free_threaded,
    })
}

/// The version of an interpreter as it says itself.
fn asked(python: &Path, environment: &Environment, options: &AskOptions) -> Option<Known> {
    let interpreter = ask(python, environment, options).ok()?;
    let version = PythonVersion::parse(&interpreter.markers.python_full_version)?;
    (interpreter.identity.implementation == "cpython").then(|| Known {
        minor: version.minor,
        patch: Some(version.patch),
        free_threaded: interpreter.identity.abi_flags.contains('t'),
    })
}

/// What there is, for the user to choose from.
fn list(pythons: impl Iterator<Item = PathBuf>) -> String {
    let mut seen = HashSet::new();
    let found: Vec<String> = pythons
        .filter_map(|python| {
            let known = told(&python)?;
            seen.insert(known).then(|| {
                let patch = known
                    .patch
                    .map(|patch| format!(".{patch}"))
                    .unwrap_or_default();
                let t = if known.free_threaded { "t" } else { "" };
                format!("3.{}{patch}{t} at `{}`", known.minor, python.display())
            })
        })
        .collect();
    if found.is_empty() {
        "name an executable with --python".to_owned()
    } else {
        format!("there is {}", found.join(", "))
    }
}
