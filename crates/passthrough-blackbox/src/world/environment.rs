//! Virtual environments, as hosts.

use std::io;
use std::path::Path;
use std::process::Command;

use fs_err as fs;
use passthrough_wheelhouse::Scheme;

use super::WorldError;
use crate::interpreter::Interpreter;

/// Makes a virtual environment with nothing in it.
pub(super) fn make(interpreter: &Interpreter, directory: &Path) -> Result<(), WorldError> {
    let output = Command::new(&interpreter.path)
        .args(["-I", "-m", "venv", "--without-pip"])
        .arg(directory)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().chain([""]).next().unwrap_or_default();
    Err(WorldError::Environment(format!(
        "{}: {said}",
        output.status
    )))
}

/// Copies all that is installed in an environment into another one. The times
/// are kept, so that the compiled modules count and nothing is written later.
pub(super) fn copy_site(from: &Path, to: &Path, version: &str) -> io::Result<()> {
    let site = |environment: &Path| Scheme::posix(environment, version).site;
    copy_tree(&site(from), &site(to))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_tree(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
            let modified = fs::metadata(&source)?.modified()?;
            let file = fs::OpenOptions::new().write(true).open(&target)?;
            file.file().set_modified(modified)?;
        }
    }
    Ok(())
}
