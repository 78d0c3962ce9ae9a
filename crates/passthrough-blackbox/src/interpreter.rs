use std::path::{Path, PathBuf};
use std::process::Command;

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
        let output = Command::new(path)
            .args(["-I", "-c", program])
            .output()
            .map_err(|error| failed(format!("it cannot be started: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("without a word").to_owned();
            return Err(failed(format!("it ends with {}: {last}", output.status)));
        }
        let said = String::from_utf8_lossy(&output.stdout);
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Interpreter;

    #[test]
    fn what_is_no_python_is_said_to_be_none() {
        for (program, said) in [
            ("/bin/true", "does not say its version"),
            ("/bin/false", "it ends with"),
            ("/no/such/python", "cannot be started"),
        ] {
            let error = Interpreter::ask(Path::new(program)).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
        let python = passthrough_world::python::any();
        assert!(Interpreter::ask(&python).unwrap().version.starts_with("3."));
    }
}
