use std::ffi::OsString;
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::{AskOptions, Environment, Request, by_version};

/// The commands that start an interpreter, the more telling ones first.
const COMMANDS: [&str; 2] = ["python3", "python"];

/// An interpreter that was found, not started yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// An absolute path to start it by; symbolic links are kept, since the
    /// path is how a virtual environment's interpreter knows itself.
    pub executable: PathBuf,
    /// How it was found.
    pub how: How,
}

/// How an interpreter was found; displays as `from VIRTUAL_ENV` and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// The user named it with `--python`.
    Python,
    /// `VIRTUAL_ENV` names its environment.
    VirtualEnv,
    /// `CONDA_PREFIX` names its environment.
    CondaPrefix,
    /// The nearest `.venv`, at this path.
    DotVenv(PathBuf),
    /// The command of this name on `PATH`.
    OnPath(OsString),
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python => f.write_str("--python"),
            Self::VirtualEnv => f.write_str("from VIRTUAL_ENV"),
            Self::CondaPrefix => f.write_str("from CONDA_PREFIX"),
            Self::DotVenv(path) => write!(f, "from .venv at {}", path.display()),
            Self::OnPath(name) => write!(f, "{} on PATH", name.display()),
        }
    }
}

/// No interpreter was found where one was looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct LocateError {
    /// What was looked for, where, and what is wrong.
    pub message: String,
    /// What the user can do.
    pub hint: String,
}

impl LocateError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Finds the interpreter that `request` means, as seen from the directory
/// `start`.
///
/// When nothing is said, the order is: `VIRTUAL_ENV`; `CONDA_PREFIX`, unless
/// it is conda's base environment; the nearest `.venv`, from `start` upward;
/// `CONDA_PREFIX` if it is the base environment; `python3`, then `python` on
/// `PATH`. The base environment comes late because it is active in every shell
/// of many conda users, whatever they work on; uv has the same order. An
/// environment that is named or found but broken is an error, never skipped.
///
/// A version is looked for on `PATH`, then among the versions of pyenv. Files
/// tell the version of an interpreter; where they do not, and `options` are
/// given, the interpreter is asked. Nothing is started otherwise.
pub fn locate(
    request: &Request,
    start: &Path,
    environment: &Environment,
    options: Option<&AskOptions>,
) -> Result<Located, LocateError> {
    let start = &std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    let named = |executable| Located {
        executable,
        how: How::Python,
    };
    match request {
        Request::Unsaid => unsaid(start, environment),
        Request::Path(path) => at(&start.join(path)).map(named),
        Request::Name(name) => by_name(name, start, environment).map(named),
        Request::Version(version) => {
            by_version::find(*version, start, environment, options).map(named)
        }
    }
}

fn unsaid(start: &Path, environment: &Environment) -> Result<Located, LocateError> {
    let in_conda = |prefix: &Path| {
        in_environment(prefix)
            .map(|executable| Located {
                executable,
                how: How::CondaPrefix,
            })
            .map_err(|error| error.blaming("CONDA_PREFIX"))
    };
    if let Some(directory) = environment.get("VIRTUAL_ENV") {
        return in_environment(&start.join(directory))
            .map(|executable| Located {
                executable,
                how: How::VirtualEnv,
            })
            .map_err(|error| error.blaming("VIRTUAL_ENV"));
    }
    let conda = environment
        .get("CONDA_PREFIX")
        .map(|prefix| start.join(prefix));
    if let Some(prefix) = conda.as_ref().filter(|_| !is_conda_base(environment)) {
        return in_conda(prefix);
    }
    for directory in start.ancestors() {
        let candidate = directory.join(".venv");
        // Some tools keep a file of that name that points elsewhere.
        if fs::symlink_metadata(&candidate).is_ok() && !candidate.is_file() {
            let executable = in_environment(&candidate).map_err(|problem| {
                LocateError::new(
                    problem.message,
                    "recreate the environment, remove it, or choose an interpreter with --python",
                )
            })?;
            return Ok(Located {
                executable,
                how: How::DotVenv(candidate),
            });
        }
    }
    if let Some(prefix) = conda {
        return in_conda(&prefix);
    }
    COMMANDS
        .iter()
        .find_map(|name| {
            Some(Located {
                executable: on_path(name.as_ref(), start, environment).next()?,
                how: How::OnPath(name.into()),
            })
        })
        .ok_or_else(|| {
            LocateError::new(
                format!(
                    "no interpreter found: VIRTUAL_ENV and CONDA_PREFIX are not set, there is no \
                     .venv in `{}` or above it, and no python3 or python on PATH",
                    start.display()
                ),
                "name one with --python",
            )
        })
}

/// Whether the active conda environment is the one that conda itself lives in.
fn is_conda_base(environment: &Environment) -> bool {
    let prefix = environment.get("CONDA_PREFIX");
    environment
        .get("CONDA_DEFAULT_ENV")
        .is_some_and(|name| name == "base" || name == "root")
        || environment
            .get("_CONDA_ROOT")
            .is_some_and(|root| Some(root) == prefix)
}

/// The interpreter at a path that the user named.
fn at(path: &Path) -> Result<PathBuf, LocateError> {
    if path.is_dir() {
        return in_environment(path).map_err(|problem| {
            LocateError::new(
                problem.message,
                "name an executable, or the directory of an environment",
            )
        });
    }
    match usable(path) {
        Usable::Yes => Ok(path.to_owned()),
        Usable::Missing => Err(LocateError::new(
            format!("`{}` does not exist", path.display()),
            "name an executable, the directory of an environment, or a version such as 3.12",
        )),
        Usable::No(what) => Err(LocateError::new(
            format!("`{}` {what}", path.display()),
            "name an executable, or the directory of an environment",
        )),
    }
}

fn by_name(
    name: &std::ffi::OsStr,
    start: &Path,
    environment: &Environment,
) -> Result<PathBuf, LocateError> {
    if let Some(executable) = on_path(name, start, environment).next() {
        return Ok(executable);
    }
    let path = start.join(name);
    if !name.is_empty() && fs::symlink_metadata(&path).is_ok() {
        return at(&path);
    }
    Err(LocateError::new(
        format!(
            "no command `{}` on PATH, and nothing of that name in `{}`",
            name.display(),
            start.display()
        ),
        "name an executable, the directory of an environment, or a version such as 3.12",
    ))
}

/// The executables of a name, in the order of `PATH`.
pub(crate) fn on_path(
    name: &std::ffi::OsStr,
    start: &Path,
    environment: &Environment,
) -> impl Iterator<Item = PathBuf> {
    // A name with a slash, or none at all, is not looked up.
    let plain = Path::new(name).components().count() == 1 && name != ".." && name != ".";
    let path = environment
        .get("PATH")
        .filter(|_| plain)
        .map(OsString::from);
    let candidates: Vec<PathBuf> = path
        .iter()
        .flat_map(std::env::split_paths)
        .filter(|directory| !directory.as_os_str().is_empty())
        .map(|directory| start.join(directory).join(name))
        .collect();
    candidates
        .into_iter()
        .filter(|path| matches!(usable(path), Usable::Yes))
}

/// What is wrong with an environment.
struct Problem {
    message: String,
}

impl Problem {
    fn blaming(self, variable: &str) -> LocateError {
        LocateError::new(
            format!("{variable} is set, but {}", self.message),
            format!(
                "recreate the environment, unset {variable}, or choose an interpreter with --python"
            ),
        )
    }
}

/// The interpreter of the environment in a directory.
fn in_environment(directory: &Path) -> Result<PathBuf, Problem> {
    let problem = |what: &str| Problem {
        message: format!("`{}` {what}", directory.display()),
    };
    match fs::metadata(directory) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(problem("is not a directory")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(problem("does not exist"));
        }
        Err(error) => {
            return Err(Problem {
                message: error.to_string(),
            });
        }
    }
    let mut first = None;
    for name in ["python", "python3", "pypy3"] {
        let candidate = directory.join("bin").join(name);
        match usable(&candidate) {
            Usable::Yes => return Ok(candidate),
            Usable::Missing => {}
            Usable::No(what) => first = first.or(Some(format!("`{}` {what}", candidate.display()))),
        }
    }
    Err(match first {
        Some(message) => Problem { message },
        None => problem("is not an environment: it has no `bin/python`"),
    })
}

/// Whether a path can be started.
enum Usable {
    Yes,
    Missing,
    No(String),
}

fn usable(path: &Path) -> Usable {
    let Ok(metadata) = fs::metadata(path) else {
        return fs::read_link(path).map_or(Usable::Missing, |target| {
            Usable::No(format!(
                "is a link to `{}`, which does not exist: its interpreter is gone",
                target.display()
            ))
        });
    };
    if !metadata.is_file() {
        Usable::No("is not a file".to_owned())
    } else if metadata.permissions().mode() & 0o111 == 0 {
        Usable::No("is not executable".to_owned())
    } else {
        Usable::Yes
    }
}
