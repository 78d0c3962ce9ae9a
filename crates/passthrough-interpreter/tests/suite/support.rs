//! Interpreters and environments for the tests of this crate.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use fs_err as fs;
use passthrough_interpreter::{AskOptions, Environment, Interpreter, Origin, ask};
use passthrough_world::python;
use tempfile::TempDir;

/// Every interpreter that this crate supports, with its `X.Y`: those of all
/// tests, Python 3.8 where pyenv has it, and Debian's own if this is Debian.
pub(crate) fn interpreters() -> Vec<(String, PathBuf)> {
    let mut all: Vec<_> = python::all().into_iter().collect();
    let versions = std::env::home_dir().unwrap().join(".pyenv/versions");
    let oldest = (0..30)
        .map(|patch| versions.join(format!("3.8.{patch}/bin/python3.8")))
        .find(|python| python.is_file());
    all.extend(oldest.map(|python| ("3.8".to_owned(), python)));
    if let Some(python) = debian() {
        let real = fs::canonicalize(&python).unwrap();
        let name = real.file_name().unwrap().to_str().unwrap();
        all.push((name.strip_prefix("python").unwrap().to_owned(), python));
    }
    all
}

/// A directory that goes away with the test, as its tools see it: temporary
/// directories may lie behind symbolic links.
pub(crate) fn scratch() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(directory.path()).unwrap();
    (directory, path)
}

/// An environment of a shell in which nothing special is set, and whose home
/// is `home`.
pub(crate) fn shell(home: &Path) -> Environment {
    variables(home, &[])
}

/// [`shell`], and these variables besides.
pub(crate) fn variables(home: &Path, more: &[(&str, &Path)]) -> Environment {
    let mut all: Vec<(OsString, OsString)> = vec![
        ("HOME".into(), home.into()),
        ("PATH".into(), std::env::var_os("PATH").unwrap()),
    ];
    all.extend(
        more.iter()
            .map(|(name, value)| ((*name).into(), (*value).into())),
    );
    all.into_iter().collect()
}

/// Makes a virtual environment without pip, and returns its interpreter.
pub(crate) fn venv(python: &Path, directory: &Path, options: &[&str]) -> PathBuf {
    python::run(
        Command::new(python)
            .args(["-m", "venv", "--without-pip"])
            .args(options)
            .arg(directory),
    );
    directory.join("bin/python")
}

/// The site directory of an interpreter's own environment.
pub(crate) fn site(interpreter: &Interpreter) -> PathBuf {
    let mut sites = interpreter
        .sys_path
        .iter()
        .filter(|entry| entry.origin == Origin::Site);
    sites.next().expect("a site directory").path.clone()
}

pub(crate) fn ask_in(executable: &Path, environment: &Environment) -> Interpreter {
    ask(executable, environment, &AskOptions::default()).unwrap_or_else(|error| {
        panic!("{error}\n{}", String::from_utf8_lossy(&error.stderr));
    })
}

/// Writes an executable script. A child writes it: a descriptor of this
/// process, open for writing, could be inherited by what another test starts
/// at that moment, and a file that is open for writing cannot be started.
pub(crate) fn script(path: &Path, text: &str) -> PathBuf {
    let mut shell = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(shell.wait().unwrap().success());
    path.to_owned()
}

/// Lets enough time pass for a later change to get a later time.
pub(crate) fn settle() {
    std::thread::sleep(Duration::from_millis(60));
}

/// The entries of `sys.path` after the standard library.
pub(crate) fn beyond_stdlib(interpreter: &Interpreter) -> Vec<(PathBuf, Origin)> {
    interpreter
        .sys_path
        .iter()
        .filter(|entry| entry.origin != Origin::Stdlib)
        .map(|entry| (entry.path.clone(), entry.origin.clone()))
        .collect()
}

/// The interpreter of Debian's own package, if this is Debian.
pub(crate) fn debian() -> Option<PathBuf> {
    let patched = Path::new("/usr/lib/python3/dist-packages").is_dir();
    let python = PathBuf::from("/usr/bin/python3");
    (patched && python.is_file()).then_some(python)
}
