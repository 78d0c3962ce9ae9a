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
        let program = "import sys, venv; print('%d %d' % sys.version_info[:2])";
        let mut command = Command::new(path);
        command.args(["-I", "-c", program]);
        let said = process::helper(&mut command, PATIENCE)
            .map_err(|reason| failed(format!("it {reason}")))?;
        let numbers: Vec<u32> = said
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect();
        match numbers.as_slice() {
            [3, minor] if *minor >= 9 => Ok(Self {
                path: path.to_path_buf(),
                version: format!("3.{minor}"),
            }),
            [_, _] => Err(failed("it is not Python 3.9 or later".to_owned())),
            _ => Err(failed("it does not say its version".to_owned())),
        }
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
        let python = passthrough_world::python::any();
        assert!(Interpreter::ask(&python).unwrap().version.starts_with("3."));
    }
}
