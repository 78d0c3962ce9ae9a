//! Virtual environments, as hosts.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_wheelhouse::Scheme;

use crate::interpreter::{Interpreter, InterpreterError};
use crate::process;

/// How long `venv` may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The largest file of an environment in which its own path is looked for, in
/// bytes.
const LARGEST: u64 = 64 << 10;

/// An environment that `venv` made, to be copied: that takes a tenth of the time
/// of making another one.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    directory: PathBuf,
    version: String,
}

impl Template {
    /// The template of an interpreter, below `cache`; made on first use.
    pub(crate) fn of(interpreter: &Interpreter, cache: &Path) -> Result<Self, InterpreterError> {
        let failed = |reason: String| InterpreterError {
            path: interpreter.path.clone(),
            reason,
        };
        let made = |error: io::Error| failed(format!("no virtual environment of it: {error}"));
        let directory = cache.join(format!("venv-{}", interpreter.identity().map_err(made)?));
        fs::create_dir_all(cache).map_err(made)?;
        let lock = fs::File::create(directory.with_extension("lock")).map_err(made)?;
        lock.file().lock().map_err(made)?;
        let template = Self {
            directory: directory.join("env"),
            version: interpreter.version.clone(),
        };
        // Written last: what was interrupted is made anew.
        let marker = directory.join("complete");
        if marker.exists() {
            return Ok(template);
        }
        if directory.exists() {
            fs::remove_dir_all(&directory).map_err(made)?;
        }
        let mut venv = Command::new(&interpreter.path);
        venv.args(["-I", "-m", "venv", "--without-pip"])
            .arg(&template.directory);
        process::helper(&mut venv, PATIENCE)
            .map_err(|error| failed(format!("`venv` {}", error.reason)))?;
        fs::write(marker, "").map_err(made)?;
        Ok(template)
    }

    /// `X.Y` of its interpreter.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Makes an environment like it.
    pub(crate) fn copy_to(&self, directory: &Path) -> io::Result<()> {
        copy_tree(&self.directory, directory, &|source, target| {
            let metadata = fs::metadata(source)?;
            if metadata.len() > LARGEST {
                return fs::copy(source, target).map(|_| ());
            }
            // The scripts that activate it and its configuration have its path.
            let content = fs::read(source)?;
            let from = self.directory.as_os_str().as_encoded_bytes();
            let to = directory.as_os_str().as_encoded_bytes();
            fs::write(target, replaced(&content, from, to))?;
            fs::set_permissions(target, metadata.permissions())
        })
    }
}

/// Copies all that is installed in an environment into another one. The times
/// are kept, so that the compiled modules count and nothing is written later.
pub(super) fn copy_site(from: &Path, to: &Path, version: &str) -> io::Result<()> {
    let site = |environment: &Path| Scheme::posix(environment, version).site;
    copy_tree(&site(from), &site(to), &|source, target| {
        fs::copy(source, target)?;
        let modified = fs::metadata(source)?.modified()?;
        let file = fs::OpenOptions::new().write(true).open(target)?;
        file.file().set_modified(modified)
    })
}

/// Copies directories and links as they are, and files as `copy` does.
fn copy_tree(
    from: &Path,
    to: &Path,
    copy: &dyn Fn(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target, copy)?;
        } else if kind.is_symlink() {
            fs_err::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else {
            copy(&source, &target)?;
        }
    }
    Ok(())
}

fn replaced(content: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(content.len());
    let mut rest = content;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(from) {
            replaced.extend_from_slice(to);
            rest = after;
        } else {
            replaced.push(rest[0]);
            rest = &rest[1..];
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use passthrough_world::python;

    use super::{Template, replaced};
    use crate::interpreter::Interpreter;

    /// A copy is what `venv` would have made there, with every interpreter.
    #[test]
    fn a_copy_is_an_environment_of_its_own() {
        for python in python::all().values() {
            let directory = tempfile::tempdir().unwrap();
            let root = fs_err::canonicalize(directory.path()).unwrap();
            let interpreter = Interpreter::ask(python).unwrap();
            let template = Template::of(&interpreter, &root.join("cache")).unwrap();
            let copy = root.join("copy");
            template.copy_to(&copy).unwrap();
            // It is used again, and not made again.
            Template::of(&interpreter, &root.join("cache")).unwrap();
            fs_err::remove_dir_all(root.join("cache")).unwrap();
            let program = "import sys; print(sys.prefix, sys.prefix != sys.base_prefix)";
            let output = python::run(Command::new(copy.join("bin/python")).args(["-c", program]));
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(said.trim(), format!("{} True", copy.display()));
            let activate = format!(". '{}/bin/activate'; which python", copy.display());
            let output = python::run(Command::new("/bin/sh").args(["-c", &activate]));
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(said.trim(), format!("{}/bin/python", copy.display()));

            let made = root.join("made");
            python::run(
                Command::new(python)
                    .args(["-I", "-m", "venv", "--without-pip"])
                    .arg(&made),
            );
            let list = |name: &str| {
                let program = format!("cd '{}' && find . | sort", root.join(name).display());
                python::run(Command::new("/bin/sh").args(["-c", &program])).stdout
            };
            assert_eq!(
                String::from_utf8_lossy(&list("copy")),
                String::from_utf8_lossy(&list("made"))
            );
        }
    }

    #[test]
    fn every_occurrence_is_replaced() {
        assert_eq!(
            replaced(b"/a/b:/a:/ab", b"/a", b"/xyz"),
            b"/xyz/b:/xyz:/xyzb"
        );
        assert_eq!(replaced(b"", b"/a", b""), b"");
    }
}
