//! Where a frontend is.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_interpreter::Interpreter;
use passthrough_process::{Bounds, Output, Stream, run};
use passthrough_requirement::Version;

use super::error::{FrontendError, FrontendErrorKind};
use super::profile::Frontend;
use crate::hooks::Artefact;
use crate::installer::{Kind, User, choose, version_of};

/// How long a frontend may take to say its version.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest first lines of a script that are read, in bytes.
const HEAD: u64 = 4096;

/// A frontend that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    frontend: Frontend,
    program: Program,
    version: Version,
}

/// How a frontend is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// This executable.
    Executable(PathBuf),
    /// A module of this interpreter.
    Module(PathBuf, &'static str),
    /// This wheel of pip, by the environment's own interpreter.
    Wheel(PathBuf),
}

impl fmt::Display for Tool {
    /// `hatch 1.18.2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.frontend, self.version)
    }
}

impl Tool {
    /// Which frontend it is.
    pub fn frontend(&self) -> Frontend {
        self.frontend
    }

    /// Whether it builds such an artefact; the error names others that do.
    pub fn can_build(&self, artefact: Artefact) -> Result<(), FrontendError> {
        if self.frontend.profile().artefacts.contains(&artefact) {
            return Ok(());
        }
        let kind = FrontendErrorKind::CannotBuild(artefact);
        Err(FrontendError::new(self.frontend, kind))
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Where it is: its executable, or the interpreter that has it.
    pub fn path(&self) -> &Path {
        match &self.program {
            Program::Executable(path) | Program::Module(path, _) | Program::Wheel(path) => path,
        }
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }
}

/// Finds a frontend: at the path that is given; else on `PATH`; else beside the
/// host's interpreter. pip is the one that would install there, too
/// ([`crate::installer::choose`]).
///
/// One that does not run, or is too old, does not count, unless it is given.
pub fn find(
    frontend: Frontend,
    given: Option<&Path>,
    user: &User<'_>,
    host: &Interpreter,
) -> Result<Tool, FrontendError> {
    let mut seen = Vec::new();
    if let Some(tool) = given
        .is_none()
        .then(|| hosts_pip(frontend, user, host))
        .flatten()
    {
        return Ok(tool);
    }
    let command = match frontend {
        Frontend::Build => "pyproject-build",
        _ => frontend.profile().name,
    };
    let candidates: Vec<PathBuf> = match given {
        Some(path) => vec![path.to_owned()],
        None => {
            let path = user.environment.get("PATH");
            path.into_iter()
                .flat_map(std::env::split_paths)
                .filter(|directory| !directory.as_os_str().is_empty())
                .chain(host.executable.parent().map(Path::to_owned))
                .map(|directory| directory.join(command))
                .collect()
        }
    };
    for candidate in candidates {
        let candidate = user.directory.join(candidate);
        if !candidate.is_file() {
            if given.is_some() {
                seen.push(format!("`{}` is not a file", candidate.display()));
            }
            continue;
        }
        match examine(frontend, candidate.clone(), user) {
            Ok(tool) => return Ok(tool),
            Err(reason) => seen.push(format!("`{}` {reason}", candidate.display())),
        }
    }
    Err(FrontendError::new(
        frontend,
        FrontendErrorKind::NotFound { seen },
    ))
}

fn hosts_pip(frontend: Frontend, user: &User<'_>, host: &Interpreter) -> Option<Tool> {
    if frontend != Frontend::Pip {
        return None;
    }
    let pip = choose(Some(Kind::Pip), user, host).ok()?;
    let path = pip.path().to_owned();
    Some(Tool {
        frontend,
        version: pip.version().clone(),
        program: if pip.is_wheel() {
            Program::Wheel(path)
        } else {
            Program::Module(path, "pip")
        },
    })
}

/// Whether an executable is the frontend, and new enough.
fn examine(frontend: Frontend, path: PathBuf, user: &User<'_>) -> Result<Tool, String> {
    let mut command = Command::new(&path);
    command
        .arg("--version")
        .env_clear()
        .envs(user.environment.iter())
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let bounds = Bounds {
        timeout: Some(PATIENCE),
        output: Output::Separate {
            stdout: Stream::whole(1 << 16),
            stderr: Stream::tail(0),
        },
        follow: None,
    };
    let finished = run(&mut command, bounds).map_err(|stopped| stopped.to_string())?;
    let version = finished
        .status
        .success()
        .then(|| version_in(frontend, &String::from_utf8_lossy(&finished.output.stdout)))
        .flatten()
        .ok_or_else(|| format!("does not say which version of {frontend} it is"))?;
    let oldest = frontend.profile().oldest;
    if version < version_of(oldest) {
        return Err(format!(
            "is {frontend} {version}, and {oldest} is the oldest that will do"
        ));
    }
    let program = match frontend {
        // Its script starts a module that has to be told of another interpreter first.
        Frontend::Build => {
            let python = interpreter_of(&path)
                .ok_or("is not a script that names its interpreter in the first line")?;
            Program::Module(python, "build")
        }
        _ => Program::Executable(path),
    };
    Ok(Tool {
        frontend,
        program,
        version,
    })
}

/// `uv 0.13.8 (…)`, `build 1.6.1 (…)`, `PDM, version 2.29.3`, `Hatch, version 1.18.2`.
fn version_in(frontend: Frontend, said: &str) -> Option<Version> {
    let mut words = said.lines().next()?.split_whitespace();
    let name = words.next()?.trim_end_matches(',');
    name.eq_ignore_ascii_case(frontend.profile().name)
        .then(|| words.find_map(|word| word.parse().ok()))?
}

/// The interpreter of a script: in its first line, or in the second, behind
/// `exec`, where the path is too long for the first.
fn interpreter_of(script: &Path) -> Option<PathBuf> {
    let mut head = Vec::new();
    let file = fs::File::open(script).ok()?;
    file.take(HEAD).read_to_end(&mut head).ok()?;
    let mut lines = head.split(|&byte| byte == b'\n');
    let first = lines.next()?.strip_prefix(b"#!")?.trim_ascii();
    let path = if first == b"/bin/sh" {
        let quoted = lines.next()?.strip_prefix(b"'''exec' ")?;
        match quoted.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|&byte| byte == b'"').next()?,
            None => quoted.split(|&byte| byte == b' ').next()?,
        }
    } else {
        first
    };
    let path = PathBuf::from(OsStr::from_bytes(path));
    path.is_file().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_frontends_say() {
        for (frontend, said, version) in [
            (
                Frontend::Uv,
                "uv 0.13.8 (x86_64-unknown-linux-gnu)\n",
                Some("0.13.8"),
            ),
            (
                Frontend::Build,
                "build 1.6.1 (/x/y 1/build)\n",
                Some("1.6.1"),
            ),
            (Frontend::Pdm, "PDM, version 2.29.3\n", Some("2.29.3")),
            (Frontend::Hatch, "Hatch, version 1.18.2\n", Some("1.18.2")),
            (Frontend::Hatch, "pyenv: hatch: command not found\n", None),
            (Frontend::Build, "make 4.3", None),
            (Frontend::Pdm, "", None),
            (Frontend::Pdm, "PDM", None),
        ] {
            let version = version.map(|version| version.parse().unwrap());
            assert_eq!(version_in(frontend, said), version, "{said}");
        }
    }

    #[test]
    fn a_script_names_its_interpreter_in_either_form() {
        let directory = tempfile::tempdir().unwrap();
        let python = directory.path().join("my python");
        fs::write(&python, "").unwrap();
        let script = directory.path().join("script");
        let python_text = python.to_str().unwrap();
        for (text, expected) in [
            (format!("#!{python_text}\nimport x\n"), true),
            (format!("#!{python_text}"), true),
            (
                format!("#!/bin/sh\n'''exec' \"{python_text}\" \"$0\" \"$@\"\n' '''\n"),
                true,
            ),
            (format!("#!/bin/sh\nexec {python_text}\n"), false),
            ("#!/not/there\n".to_owned(), false),
            ("\x7fELF".to_owned(), false),
            (String::new(), false),
        ] {
            fs::write(&script, &text).unwrap();
            assert_eq!(interpreter_of(&script).is_some(), expected, "{text}");
        }
    }
}
