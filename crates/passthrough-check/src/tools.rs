//! Environments with pinned tools from an index, made once in the user's cache.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_interpreter::{AskOptions, Environment, Interpreter, Request};
use passthrough_process::{Bounds, Captured, Output, Stream};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::{host, interrupt};

/// What an environment is made for.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    /// A name for its directory, of letters, digits and dashes.
    pub name: &'a str,
    /// What is installed: pinned, `name==version`, with a marker where it is
    /// not needed everywhere.
    pub requirements: &'a [&'a str],
}

/// How long the installation may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// How much of what an installer said is shown, in bytes.
const TAIL: usize = 4096;

/// Written when all is there.
const MARKER: &str = "complete";

/// The directory of the user's cache: the one that is given, or the usual one.
pub fn cache(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let directory = given.map(Path::to_owned).or_else(host::default_cache);
    let directory = directory.ok_or_else(|| {
        Failure::unable("there is no home for a cache directory")
            .hint("name one by --cache-dir or PASSTHROUGH_CACHE_DIR")
    })?;
    std::path::absolute(directory).map_err(Failure::unable)
}

/// The executable of the interpreter that is meant.
pub fn locate(request: &Request, environment: &Environment) -> Result<PathBuf, Failure> {
    let start = std::env::current_dir().map_err(Failure::unable)?;
    passthrough_interpreter::locate(request, &start, environment, Some(&options(None)))
        .map(|located| located.executable)
        .map_err(|error| Failure::unable(&error).hint(error.hint))
}

/// The directory of a virtual environment of `python` with the tool in it; it
/// is made if it is not there yet. Nobody may change it.
///
/// Several processes can ask for it at once: one makes it, the others wait. It
/// is made where it stays, since scripts hold the path of their interpreter; a
/// marker that is written last tells a complete one from what an interrupted
/// run has left, which is made anew. Needs pip, and the index that pip is
/// configured for. `making` is told when it has to be made, which takes seconds.
pub fn environment(
    tool: &Tool<'_>,
    python: &Path,
    cache: &Path,
    environment: &Environment,
    making: &mut dyn FnMut(),
) -> Result<PathBuf, Failure> {
    let interpreter = passthrough_interpreter::ask(python, environment, &options(Some(cache)))
        .map_err(|error| match error.hint() {
            Some(hint) => Failure::unable(&error).hint(hint),
            None => Failure::unable(&error),
        })?;
    let root = cache.join("tools");
    let name = format!("{}-{}", tool.name, identity(tool, &interpreter));
    let directory = root.join(&name);
    let marker = directory.join(MARKER);
    if marker.exists() {
        return Ok(directory);
    }
    making();
    fs::create_dir_all(&root).map_err(Failure::unable)?;
    let lock = fs::File::create(root.join(format!("{name}.lock"))).map_err(Failure::unable)?;
    lock.file().lock().map_err(Failure::unable)?;
    if marker.exists() {
        return Ok(directory);
    }
    if fs::symlink_metadata(&directory).is_ok() {
        fs::remove_dir_all(&directory).map_err(Failure::unable)?;
    }
    make(tool, &interpreter.executable, &directory).map_err(|failure| Failure {
        message: format!(
            "cannot make an environment with {}: {}",
            tool.requirements.join(", "),
            failure.message
        ),
        ..failure
    })?;
    fs::write(&marker, tool.requirements.join("\n") + "\n").map_err(Failure::unable)?;
    Ok(directory)
}

fn options(cache: Option<&Path>) -> AskOptions {
    AskOptions {
        cache: cache.map(Path::to_owned),
        before_start: interrupt::prepare,
        ..AskOptions::default()
    }
}

/// Tells apart what must not share an environment.
fn identity(tool: &Tool<'_>, interpreter: &Interpreter) -> String {
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| {
        // Lengths keep one value from being taken for two.
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    add(interpreter.executable.as_os_str().as_encoded_bytes());
    add(interpreter.base_prefix.as_os_str().as_encoded_bytes());
    add(interpreter.identity.to_string().as_bytes());
    add(interpreter.markers.python_full_version.as_bytes());
    for requirement in tool.requirements {
        add(requirement.as_bytes());
    }
    let digest = digest.finalize();
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn make(tool: &Tool<'_>, python: &Path, directory: &Path) -> Result<(), Failure> {
    run(Command::new(python).args(["-m", "venv"]).arg(directory))
        // Debian has them in a package of its own, python3-venv.
        .map_err(|failure| failure.hint("the interpreter needs `venv` and `ensurepip`"))?;
    run(Command::new(directory.join("bin/python"))
        .args(["-m", "pip", "install", "--no-input", "--progress-bar=off"])
        .arg("--disable-pip-version-check")
        .args(tool.requirements))
}

/// Runs a command to its end.
fn run(command: &mut Command) -> Result<(), Failure> {
    // What another environment says, or a setting where to install to, would
    // lead elsewhere.
    for variable in [
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
    ] {
        command.env_remove(variable);
    }
    let shown = command.get_program().display().to_string();
    let failed = |why: &dyn fmt::Display, output: &Captured| {
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Failure::unable(format_args!("`{shown}` {why}")).detail((!said.is_empty()).then_some(said))
    };
    interrupt::prepare();
    let bounds = Bounds {
        timeout: Some(PATIENCE),
        output: Output::Joined(Stream::tail(TAIL)),
        follow: None,
    };
    match passthrough_process::run(command, bounds) {
        Ok(finished) if finished.status.success() => Ok(()),
        Ok(finished) => Err(failed(
            &format_args!("ended with {}", finished.status),
            &finished.output,
        )),
        Err(stopped) => Err(failed(&stopped.reason, &stopped.output)),
    }
}
