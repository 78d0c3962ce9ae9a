use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use sha2::{Digest, Sha256};

use crate::process;

/// How long it may take to say its version.
const PATIENCE: Duration = Duration::from_secs(60);

/// The interpreter that the environments of worlds are made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The file.
    pub path: PathBuf,
    /// `X.Y`.
    pub version: String,
}

/// Why an interpreter cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not usable: {reason}", path.display())]
pub struct InterpreterError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl Interpreter {
    /// Asks an interpreter for its version: CPython 3.9 or later, on Unix.
    pub fn ask(path: &Path) -> Result<Self, InterpreterError> {
        let failed = |reason: String| InterpreterError {
            path: path.to_path_buf(),
            reason,
        };
        let ask = |words: &[&str]| {
            let mut command = Command::new(path);
            process::helper(command.args(words), PATIENCE)
                .map_err(|error| failed(format!("it {}", error.reason)))
        };
        // As even those can answer that are too old.
        let program = "import sys; sys.stdout.write('%d %d' % sys.version_info[:2])";
        let said = ask(&["-E", "-s", "-c", program])?;
        let numbers: Option<Vec<u32>> = said
            .split_whitespace()
            .map(|number| number.parse().ok())
            .collect();
        let version = match numbers.as_deref() {
            Some([3, minor]) if *minor >= 9 => format!("3.{minor}"),
            Some([major, minor]) => {
                let reason = format!("it is Python {major}.{minor}, and not 3.9 or later");
                return Err(failed(reason));
            }
            _ => return Err(failed("it does not say its version".to_owned())),
        };
        ask(&["-I", "-c", "import venv"])?;
        Ok(Self {
            path: path.to_path_buf(),
            version,
        })
    }
}

impl Interpreter {
    /// What tells it apart from another one that was or will be at its place.
    pub(crate) fn identity(&self) -> io::Result<String> {
        let modified = fs::metadata(&self.path)?.modified()?;
        let mut hasher = Sha256::new();
        hasher.update(self.path.as_os_str().as_encoded_bytes());
        hasher.update(format!("{modified:?} {}", self.version));
        let digest = hasher.finalize();
        Ok(digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::Interpreter;

    #[test]
    fn what_is_no_python_is_said_to_be_none() {
        for (program, said) in [
            ("/bin/true", "does not say its version"),
            ("/bin/false", "it ended with"),
            ("/no/such/python", "it cannot be started"),
        ] {
            let error = Interpreter::ask(Path::new(program)).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("python");
        for (answer, said) in [
            ("printf '2 7'", "it is Python 2.7, and not 3.9 or later"),
            ("printf '3 8'", "it is Python 3.8, and not 3.9 or later"),
            ("printf '4 0'", "it is Python 4.0, and not 3.9 or later"),
            ("printf '3 12 0'", "does not say its version"),
            ("printf 'Python 3 12'", "does not say its version"),
            (
                "[ \"$1\" = -E ] && printf '3 12' || { echo 'no venv' >&2; exit 1; }",
                "no venv",
            ),
        ] {
            let script = format!("#!/bin/sh\n{answer}\n");
            // Written by another process: what is open here for writing cannot be run.
            passthrough_world::python::run(
                Command::new("/bin/sh")
                    .args(["-c", "printf '%s' \"$1\" > \"$0\" && chmod +x \"$0\""])
                    .arg(&program)
                    .arg(script),
            );
            let error = Interpreter::ask(&program).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
        let python = passthrough_world::python::any();
        assert!(Interpreter::ask(&python).unwrap().version.starts_with("3."));
    }
}
