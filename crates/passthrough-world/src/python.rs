//! Real interpreters, and virtual environments with pinned packages from PyPI.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;
use sha2::{Digest, Sha256};

/// The interpreter that tests use where any will do: `python3` on `PATH`.
pub fn any() -> PathBuf {
    on_path("python3").expect("tests need a python3 on PATH")
}

/// Every CPython 3.9 or later on this machine, by `X.Y` (one each): on `PATH`,
/// among pyenv's versions, and in `/usr/bin`.
pub fn all() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let pyenv = std::env::home_dir().map(|home| home.join(".pyenv/versions"));
    let versions = pyenv
        .and_then(|directory| fs::read_dir(directory).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let directories: Vec<PathBuf> = versions
        .chain(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ))
        // pyenv's shims stand for an interpreter, and answer only for the selected one.
        .filter(|directory| !directory.ends_with("shims"))
        .collect();
    for minor in 9..=15 {
        let name = format!("python3.{minor}");
        if let Some(python) = directories
            .iter()
            .map(|directory| directory.join(&name))
            .find(|python| python.is_file())
        {
            found.insert(format!("3.{minor}"), python);
        }
    }
    found
}

/// A virtual environment of `python` with `requirements` (pinned, `name==version`)
/// installed from PyPI; made on first use below `target/python/`, then shared
/// by every test. Nobody may change it.
pub fn environment(python: &Path, requirements: &[&str]) -> PathBuf {
    let mut identity = Sha256::new();
    identity.update(python.as_os_str().as_encoded_bytes());
    for requirement in requirements {
        identity.update(requirement.as_bytes());
        identity.update(b"\n");
    }
    let digest: String = identity
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let root = target_directory().join("python");
    fs::create_dir_all(&root).expect("target/python can be made");
    let finished = root.join(&digest);
    let lock = fs::File::create(root.join(format!("{digest}.lock"))).expect("a lock file");
    lock.file().lock().expect("the lock can be had");
    // The marker is written last: a killed run leaves no half-made environment in use.
    let marker = finished.join("complete");
    if !marker.exists() {
        let _ = fs::remove_dir_all(&finished);
        run(Command::new(python)
            .args([OsStr::new("-m"), OsStr::new("venv")])
            .arg(&finished));
        let pip = finished.join("bin/python");
        run(Command::new(pip)
            .args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(requirements));
        fs::write(marker, requirements.join("\n")).expect("the marker can be written");
    }
    finished
}

/// Runs a command to its end and returns its output; panics with everything
/// it printed when it fails.
pub fn run(command: &mut Command) -> Output {
    let output = command
        .env_remove("PYTHONPATH")
        .env_remove("VIRTUAL_ENV")
        .output()
        .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

/// The folder that cargo builds into.
pub fn target_directory() -> PathBuf {
    let workspace = || {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().nth(2).expect("crates/<this crate>")
    };
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}
