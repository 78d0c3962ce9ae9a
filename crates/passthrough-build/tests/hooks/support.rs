//! A project with a toy backend in its own tree.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use passthrough_build::hooks::{Artefact, Backend, ConfigSettings, HookError, HookErrorKind};
use passthrough_interpreter::Environment;
use passthrough_world::python;

/// The name of the wheel that [`WHEEL`] makes.
pub(crate) const NAME: &str = "demo-1.0-py3-none-any.whl";

/// A hook that builds a wheel, with a helper that does so.
pub(crate) const WHEEL: &str = r#"
import os, sys, zipfile
def make(directory):
    name = "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        wheel.writestr("demo.py", "")
        wheel.writestr("demo-1.0.dist-info/METADATA", "Name: demo\nVersion: 1.0\n")
        wheel.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    return name
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return make(wheel_directory)
"#;

/// Nothing that is meant to end takes this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Project {
    _scratch: tempfile::TempDir,
    private: PathBuf,
    pub(crate) root: PathBuf,
    pub(crate) out: PathBuf,
    pub(crate) python: PathBuf,
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    pub(crate) variables: Environment,
    pub(crate) timeout: Duration,
}

impl Project {
    /// A project with an empty `pyproject.toml`, whose backend is `backend`,
    /// in its own root.
    pub(crate) fn new() -> Self {
        let scratch = tempfile::tempdir().expect("a temporary directory");
        let at = |name: &str| {
            let path = scratch.path().join(name);
            fs::create_dir(&path).expect("a directory");
            path.canonicalize().expect("a directory that is there")
        };
        let (root, out) = (at("project"), at("out"));
        let private = at("scratch");
        fs::write(root.join("pyproject.toml"), "").expect("a file");
        Self {
            _scratch: scratch,
            private,
            root,
            out,
            python: python::any(),
            name: "backend".to_owned(),
            path: vec![".".to_owned()],
            variables: variables(),
            timeout: PATIENCE,
        }
    }

    /// A project with a backend of this source.
    pub(crate) fn with(source: &str) -> Self {
        let project = Self::new();
        project.file("backend.py", source);
        project
    }

    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(&path, content.as_ref()).expect("a file");
        path
    }

    pub(crate) fn backend(&self) -> Backend<'_> {
        Backend {
            python: &self.python,
            project: &self.root,
            name: &self.name,
            path: &self.path,
            variables: &self.variables,
            scratch: &self.private,
            timeout: Some(self.timeout),
            follow: None,
        }
    }

    pub(crate) fn build(&self, artefact: Artefact) -> Result<PathBuf, HookError> {
        self.backend()
            .build(artefact, &self.out, &ConfigSettings::default(), None)
    }

    /// The error of building a wheel. Whatever it is, it leaves nothing behind.
    pub(crate) fn error(&self) -> HookError {
        let error = self.build(Artefact::Wheel).expect_err("a failing hook");
        assert_eq!(names(&self.out), [] as [&str; 0], "{error}");
        assert_eq!(names(&self.private), [] as [&str; 0], "{error}");
        error
    }

    pub(crate) fn kind(&self) -> HookErrorKind {
        self.error().kind
    }
}

/// Those that a build environment has.
pub(crate) fn variables() -> Environment {
    let path = std::env::var_os("PATH").expect("a PATH");
    [("PATH", path), ("PYTHONNOUSERSITE", "1".into())]
        .into_iter()
        .collect()
}

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}
