//! A place of its own for a test, and the binary to run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use tempfile::TempDir;

/// A temporary directory and a clean process environment.
pub(crate) struct Context {
    root: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Context {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for directory in ["home", "project"] {
            fs::create_dir(root.path().join(directory)).unwrap();
        }
        Self { root }
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(relative)
    }

    /// The project's directory.
    pub(crate) fn project(&self) -> PathBuf {
        self.path("project")
    }

    /// Writes a file below the root, with its directories.
    pub(crate) fn write(&self, relative: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes the project's `pyproject.toml`.
    pub(crate) fn pyproject(&self, text: &str) -> &Self {
        self.write("project/pyproject.toml", text);
        self
    }

    /// Writes an executable script.
    pub(crate) fn script(&self, relative: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;

        let path = self.write(relative, text);
        fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The binary, in the project's directory, knowing of no environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passthrough-check"));
        command
            .current_dir(self.project())
            .env("HOME", self.path("home"))
            .env("PASSTHROUGH_CACHE_DIR", self.path("cache"))
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("PYTHON")
                || name.starts_with("CONDA")
                || ["VIRTUAL_ENV", "NO_COLOR", "COLUMNS", "PYENV_VERSION"].contains(&name.as_str())
            {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs `check` with these arguments.
    pub(crate) fn check<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(self.command().arg("check").args(arguments))
    }

    /// Runs `check --output-format json` and reads the plan.
    pub(crate) fn plan<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> serde_json::Value {
        let ran = Ran::of(
            self.command()
                .args(["check", "--output-format", "json"])
                .args(arguments),
        );
        assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// A virtual environment of the test's own, which it may change.
    pub(crate) fn venv(&self, relative: &str, python: &Path, arguments: &[&str]) -> PathBuf {
        let path = self.path(relative);
        passthrough_world::python::run(
            Command::new(python)
                .args(["-m", "venv"])
                .args(arguments)
                .arg(&path),
        );
        path
    }
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let start = Instant::now();
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            took: start.elapsed(),
        }
    }
}

/// The status of a listed name in a plan document.
pub(crate) fn status<'p>(plan: &'p serde_json::Value, name: &str) -> &'p str {
    let listed = plan["listed"].as_array().unwrap();
    let listed = listed.iter().find(|listed| listed["name"] == name);
    listed.unwrap_or_else(|| panic!("{name} is not listed: {plan}"))["status"]
        .as_str()
        .unwrap()
}

/// The names of an array of a plan document.
pub(crate) fn names<'p>(plan: &'p serde_json::Value, array: &str) -> Vec<&'p str> {
    plan[array]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect()
}

/// The codes of a plan document's diagnostics.
pub(crate) fn codes(plan: &serde_json::Value) -> Vec<&str> {
    plan["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diagnostic| diagnostic["code"].as_str().unwrap())
        .collect()
}
