//! What the tests of builds have in common: hosts, tools, and what a host was.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_world::python::{any, environment, run, target_directory};
use serde_json::Value;

use crate::context::{Context, Ran};

/// A host with everything that the real projects are built with.
pub(super) const REAL: [&str; 15] = [
    "numpy==2.1.3",
    "cython==3.0.12",
    "setuptools==75.8.0",
    "setuptools-scm==8.1.0",
    "wheel==0.45.1",
    "pybind11==2.13.6",
    "meson-python==0.17.1",
    "meson==1.7.0",
    "ninja==1.11.1.3",
    "cmake==3.31.6",
    "scikit-build-core==0.11.0",
    "cppy==1.3.1",
    "flit-core==3.11.0",
    "packaging==24.2",
    "typing-extensions==4.12.2",
];

/// The frontends that `run` knows: each with what it is installed by, and its
/// program.
pub(super) const FRONTENDS: [(&str, &str, &str); 5] = [
    ("pip", "pip==26.3", "pip"),
    ("build", "build==1.6.1", "pyproject-build"),
    ("uv", "uv==0.13.8", "uv"),
    ("pdm", "pdm[locked]==2.29.3", "pdm"),
    ("hatch", "hatch==1.18.2", "hatch"),
];

/// One of them as an argument of `--frontend`: with the path of its program.
pub(super) fn frontend(name: &str) -> String {
    let mut known = FRONTENDS.iter();
    let (_, requirement, executable) = known.find(|known| known.0 == name).unwrap();
    format!("{name}={}", program(requirement).join(executable).display())
}

/// That host. Nobody may change it.
pub(super) fn real_host() -> PathBuf {
    environment(&any(), &REAL)
}

/// The directory of a pinned program from PyPI.
pub(super) fn program(requirement: &str) -> PathBuf {
    environment(&any(), &[requirement]).join("bin")
}

/// The uv that installs where a test does not say otherwise.
pub(super) fn uv() -> PathBuf {
    program("uv==0.13.8")
}

/// A command of the binary on this host: uv is there, and keeps what it
/// fetched for the next test.
pub(super) fn command(context: &Context, host: &Path, arguments: &[&str]) -> Command {
    let mut command = context.command();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::split_paths(&path).filter(|entry| !entry.ends_with("shims"));
    let path = std::iter::once(uv()).chain(path);
    command
        .args(arguments)
        .arg("--python")
        .arg(host.join("bin/python"))
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("TMPDIR", temporary(context))
        // uv has no counterpart, so that pip would have to install.
        .env_remove("PIP_FIND_LINKS")
        .env("UV_CACHE_DIR", target_directory().join("python/uv-cache"))
        // Faster, and what is compared does not depend on it.
        .env("CFLAGS", "-O0 -g0")
        .env("CXXFLAGS", "-O0 -g0");
    command
}

/// The context's folder for temporary files.
pub(super) fn temporary(context: &Context) -> PathBuf {
    let path = context.path("tmp");
    fs::create_dir_all(&path).unwrap();
    path
}

/// The only entry of a directory whose name ends so.
pub(super) fn only(directory: &Path, end: &str) -> PathBuf {
    let found: Vec<PathBuf> = names(directory)
        .iter()
        .filter(|name| name.ends_with(end))
        .map(|name| directory.join(name))
        .collect();
    let [only] = found.as_slice() else {
        panic!("{}: {:?}", directory.display(), names(directory));
    };
    only.clone()
}

/// The names in a directory, in order; none if there is no such directory.
pub(super) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The answer of a run that went well: the records of what was built.
pub(super) fn records(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// Runs a script of Python, which writes no bytecode, and reads what it prints.
pub(super) fn python(interpreter: &Path, path: &Path, script: &str) -> String {
    let output = run(Command::new(interpreter)
        .args(["-B", "-c"])
        .arg(format!(
            "import sys; sys.path.insert(0, {:?})\n{script}",
            path.to_str().unwrap()
        ))
        .env("PYTHONDONTWRITEBYTECODE", "1"));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What a tree was: all that can be seen of it but the times of reading it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    mode: u32,
    owner: (u32, u32),
    inode: u64,
    modified: (i64, i64),
    size: u64,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Directory,
    Link(PathBuf),
    File(u64),
}

impl Snapshot {
    /// Looks at a directory and everything in it.
    pub(super) fn of(root: &Path) -> Self {
        let mut entries = BTreeMap::new();
        let mut directories = vec![root.to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory).unwrap() {
                let path = entry.unwrap().path();
                if fs::symlink_metadata(&path).unwrap().is_dir() {
                    directories.push(path.clone());
                }
                let relative = path.strip_prefix(root).unwrap().to_owned();
                entries.insert(relative, Entry::of(&path));
            }
        }
        entries.insert(PathBuf::new(), Entry::of(root));
        Self(entries)
    }

    /// The tree is as it was.
    pub(super) fn assert_unchanged(&self, root: &Path, after: &str) {
        let now = Self::of(root);
        let paths = self.0.keys().chain(now.0.keys());
        let differences: Vec<String> = paths
            .filter(|path| self.0.get(*path) != now.0.get(*path))
            .map(|path| {
                let (before, now) = (self.0.get(path), now.0.get(path));
                format!("{}: {before:?} -> {now:?}", path.display())
            })
            .collect();
        assert!(
            differences.is_empty(),
            "{} is not as it was, after {after}:\n{}",
            root.display(),
            differences.join("\n")
        );
    }
}

impl Entry {
    fn of(path: &Path) -> Self {
        let metadata = fs::symlink_metadata(path).unwrap();
        let content = if metadata.is_dir() {
            Content::Directory
        } else if metadata.is_symlink() {
            Content::Link(fs::read_link(path).unwrap())
        } else {
            // Neither secure nor meant to be: quick, also where nothing is optimised.
            let mut hasher = DefaultHasher::new();
            hasher.write(&fs::read(path).unwrap());
            Content::File(hasher.finish())
        };
        Self {
            mode: metadata.mode(),
            owner: (metadata.uid(), metadata.gid()),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            size: metadata.size(),
            content,
        }
    }
}
