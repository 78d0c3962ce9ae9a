//! Finding and reading a `pyproject.toml`.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_protocol::ExitCode;

use crate::failure::Failure;
use crate::input;

/// In MiB. No project needs more; a larger file is a mistake or an attack.
const LARGEST: u64 = 8;

/// The text of a project's file, and where it is.
#[derive(Debug)]
pub struct ProjectFile {
    /// The file as it is shown.
    pub shown: PathBuf,
    /// The project's directory.
    pub directory: PathBuf,
    /// The text.
    pub text: String,
}

/// Reads the `pyproject.toml` that `path` means: itself if it is a file, else
/// the nearest one upward from the directory.
pub fn read(path: &Path) -> Result<ProjectFile, Failure> {
    let file = locate(path)?;
    let bytes = input::read(&file, LARGEST)?;
    project_file(file, bytes)
}

/// Reads the `pyproject.toml` of the source tree that is to be built: that of
/// the directory itself if it has one or has a `setup.py`, else the nearest
/// one upward. A tree with only a `setup.py` has an empty one (PEP 517).
pub fn read_source_tree(path: &Path) -> Result<ProjectFile, Failure> {
    let file = path.join("pyproject.toml");
    if path.is_dir() && !is_there(&file) && path.join("setup.py").is_file() {
        return project_file(file, Vec::new());
    }
    read(path)
}

/// Reads the text from standard input, as if it stood at `named`.
pub fn read_stdin(named: Option<&Path>) -> Result<ProjectFile, Failure> {
    let shown = named.unwrap_or(Path::new("pyproject.toml")).to_owned();
    let bytes = input::read_stream(io::stdin().lock(), &shown, LARGEST)?;
    project_file(shown, bytes)
}

fn project_file(shown: PathBuf, bytes: Vec<u8>) -> Result<ProjectFile, Failure> {
    let text = input::utf8(bytes, &shown).map_err(|failure| Failure {
        exit: ExitCode::Failure,
        ..failure.hint("TOML files are UTF-8: save the file in that encoding")
    })?;
    let parent = shown.parent();
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    Ok(ProjectFile {
        directory: parent.unwrap_or(Path::new(".")).to_owned(),
        shown,
        text,
    })
}

fn locate(path: &Path) -> Result<PathBuf, Failure> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::unable(format_args!("{} does not exist", path.display()))
                .hint("name a directory or a pyproject.toml")
        }
        _ => Failure::unable(error),
    })?;
    if !metadata.is_dir() {
        return Ok(path.to_owned());
    }
    let absolute = std::path::absolute(path).map_err(Failure::unable)?;
    let here = path.join("pyproject.toml");
    if is_there(&here) {
        // Shown as the user would write it.
        return Ok(here.strip_prefix("./").unwrap_or(&here).to_owned());
    }
    absolute
        .ancestors()
        .skip(1)
        .map(|directory| directory.join("pyproject.toml"))
        .find(|candidate| is_there(candidate))
        .ok_or_else(|| {
            let failure = Failure::unable(format_args!(
                "no pyproject.toml in {} or any directory above it",
                absolute.display()
            ));
            if path.join("setup.py").is_file() {
                failure.hint("a project with only a setup.py has no place to declare passthrough: add a pyproject.toml with a `[build-system]` table")
            } else {
                failure.hint("run it in a project's directory, or name one")
            }
        })
}

/// Whether there is anything of that name: a broken link must be reported, not
/// passed over in favour of another project's file.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
