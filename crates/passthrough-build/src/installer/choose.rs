//! Which installer there is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_host::{Inventory, Site};
use passthrough_interpreter::{Interpreter, Origin, read};
use passthrough_process::{Bounds, Output, Stream, run};
use passthrough_requirement::{PackageName, Version};

use super::error::{InstallError, InstallErrorKind};
use super::places::User;
use super::{pip_settings, routes, uv_settings, variables};

/// The oldest uv that is used: the first with the options that are used.
const OLDEST_UV: &str = "0.5.0";

/// The oldest pip that can install into another environment, `pip --python`.
const OLDEST_PIP: &str = "22.3";

/// How long an installer may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// A kind of installer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// uv.
    Uv,
    /// pip.
    Pip,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uv => "uv",
            Self::Pip => "pip",
        })
    }
}

/// An installer that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installer {
    pub(super) program: Program,
    version: Version,
    prefix: PathBuf,
    note: Option<String>,
}

/// How an installer is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// This executable.
    Uv(PathBuf),
    /// `-m pip` of this interpreter.
    Pip(PathBuf),
    /// This wheel of pip, by the environment's own interpreter.
    Wheel(PathBuf),
}

impl fmt::Display for Installer {
    /// `uv 0.13.8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.version)
    }
}

impl Installer {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self.program {
            Program::Uv(_) => Kind::Uv,
            Program::Pip(_) | Program::Wheel(_) => Kind::Pip,
        }
    }

    /// Where it is: uv's executable, the interpreter that has pip, or pip's wheel.
    pub fn path(&self) -> &Path {
        match &self.program {
            Program::Uv(path) | Program::Pip(path) | Program::Wheel(path) => path,
        }
    }

    /// What the user should know of the choice, if it is not the usual one.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Whether it is a wheel of pip, for the environment's interpreter to run.
    pub(crate) fn is_wheel(&self) -> bool {
        matches!(self.program, Program::Wheel(_))
    }

    /// The host's `sys.prefix`, where pip looks for settings of the environment.
    pub(super) fn prefix(&self) -> &Path {
        &self.prefix
    }
}

/// Finds the installer that the user asked for, or the best one there is.
///
/// uv is what `UV` names, or `uv` on `PATH` or beside the host's interpreter.
/// pip is the host's, that of its base interpreter, or the wheel that comes
/// with `ensurepip`; before 22.3 pip cannot install into another environment.
///
/// When nothing is asked for, uv comes first, with one exception: where pip
/// has settings of where packages come from or how to get there, and uv has
/// none, uv would go elsewhere than the user means, and pip is taken.
pub fn choose(
    wanted: Option<Kind>,
    user: &User<'_>,
    host: &Interpreter,
) -> Result<Installer, InstallError> {
    let mut seen = Vec::new();
    if wanted != Some(Kind::Pip)
        && let Some(uv) = find_uv(user, host, &mut seen)
    {
        let unknown = match wanted {
            Some(_) => None,
            None => set_for_pip_alone(user, host).map_err(InstallError::without_installer)?,
        };
        let Some(option) = unknown else {
            return Ok(uv);
        };
        if let Some(pip) = find_pip(user, host, &mut Vec::new()) {
            return Ok(Installer {
                note: Some(format!(
                    "{pip} installs, not {uv}: `{option}` is set for pip and has no counterpart for uv"
                )),
                ..pip
            });
        }
        return Ok(Installer {
            note: Some(format!(
                "`{option}` is set for pip and has no counterpart for {uv}, and there is no pip"
            )),
            ..uv
        });
    }
    if wanted != Some(Kind::Uv)
        && let Some(pip) = find_pip(user, host, &mut seen)
    {
        return Ok(pip);
    }
    Err(InstallError::without_installer(
        InstallErrorKind::NoInstaller { wanted, seen },
    ))
}

fn set_for_pip_alone(
    user: &User<'_>,
    host: &Interpreter,
) -> Result<Option<&'static str>, InstallErrorKind> {
    let pip = pip_settings::read(user, &host.prefix)?;
    let uv = uv_settings::read(user)?;
    Ok(routes::unknown_to_uv(&pip, &uv, user.environment))
}

fn find_uv(user: &User<'_>, host: &Interpreter, seen: &mut Vec<String>) -> Option<Installer> {
    let named = user.environment.get("UV").map(PathBuf::from);
    let path = user.environment.get("PATH");
    let on_path = path.into_iter().flat_map(std::env::split_paths);
    let beside = host.executable.parent().map(Path::to_owned);
    let candidates = named.into_iter().chain(
        on_path
            .filter(|directory| !directory.as_os_str().is_empty())
            .chain(beside)
            .map(|directory| directory.join("uv")),
    );
    for candidate in candidates {
        let candidate = user.directory.join(candidate);
        if !candidate.is_file() {
            continue;
        }
        match uv_version(&candidate, user) {
            Ok(version) if version >= version_of(OLDEST_UV) => {
                return Some(Installer {
                    program: Program::Uv(candidate),
                    version,
                    prefix: host.prefix.clone(),
                    note: None,
                });
            }
            Ok(version) => seen.push(format!(
                "`{}` is uv {version}, and {OLDEST_UV} is the oldest that will do",
                candidate.display()
            )),
            Err(reason) => seen.push(format!("`{}` {reason}", candidate.display())),
        }
    }
    None
}

/// What `uv --version` says; pyenv's shims, for one, may stand for nothing.
fn uv_version(uv: &Path, user: &User<'_>) -> Result<Version, String> {
    let mut command = Command::new(uv);
    command
        .arg("--version")
        .env_clear()
        .envs(variables::common(user));
    let bounds = Bounds {
        timeout: Some(PATIENCE),
        output: Output::Separate {
            stdout: Stream::whole(1 << 12),
            stderr: Stream::tail(0),
        },
        follow: None,
    };
    let finished = run(&mut command, bounds).map_err(|stopped| stopped.to_string())?;
    let said = String::from_utf8_lossy(&finished.output.stdout);
    let mut words = said.split_whitespace();
    (finished.status.success() && words.next() == Some("uv"))
        .then(|| words.next()?.parse().ok())
        .flatten()
        .ok_or_else(|| "does not say which version of uv it is".to_owned())
}

fn find_pip(user: &User<'_>, host: &Interpreter, seen: &mut Vec<String>) -> Option<Installer> {
    let found = |program, version| Installer {
        program,
        version,
        prefix: host.prefix.clone(),
        note: None,
    };
    let base = base_interpreter(user, host);
    for interpreter in [Some(host), base.as_ref()].into_iter().flatten() {
        let executable = &interpreter.executable;
        match pip_of(interpreter) {
            Some(version) if version >= version_of(OLDEST_PIP) => {
                return Some(found(Program::Pip(executable.clone()), version));
            }
            Some(version) => seen.push(format!(
                "`{}` has pip {version}, which cannot install into another environment: that \
                 takes {OLDEST_PIP}",
                executable.display()
            )),
            None => seen.push(format!("`{}` has no pip", executable.display())),
        }
    }
    let bundled = bundled(user, host)
        .into_iter()
        .chain(base.iter().flat_map(|base| bundled(user, base)));
    match bundled.max_by(|(one, _), (other, _)| one.cmp(other)) {
        Some((version, wheel)) => Some(found(Program::Wheel(wheel), version)),
        None => {
            seen.push("there is no wheel of pip beside ensurepip".to_owned());
            None
        }
    }
}

/// The version of the pip that an interpreter would start, if it can be started.
fn pip_of(interpreter: &Interpreter) -> Option<Version> {
    if !interpreter.executable.is_file() {
        return None;
    }
    let name: PackageName = "pip".parse().ok()?;
    Site::new(interpreter).get(&name)?.version.clone()
}

/// The interpreter that a virtual environment was made of.
fn base_interpreter(user: &User<'_>, host: &Interpreter) -> Option<Interpreter> {
    if host.prefix == host.base_prefix {
        return None;
    }
    let name = format!("python{}", host.identity.version);
    let executable = host.base_prefix.join("bin").join(name);
    Some(read(&executable, user.environment).ok()?.interpreter)
}

/// The wheels of pip beside `ensurepip`, or where distributors move them.
fn bundled(user: &User<'_>, interpreter: &Interpreter) -> Vec<(Version, PathBuf)> {
    interpreter
        .sys_path
        .iter()
        .filter(|entry| entry.origin == Origin::Stdlib)
        .map(|entry| entry.path.join("ensurepip/_bundled"))
        .chain([user.system("/usr/share/python-wheels")])
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flat_map(Iterator::flatten)
        .filter_map(|entry| {
            let name = entry.file_name();
            let (version, _) = name.to_str()?.strip_prefix("pip-")?.split_once('-')?;
            let path = entry.path();
            (path.extension()? == "whl").then(|| Some((version.parse().ok()?, path)))?
        })
        .collect()
}

/// A version that stands in this crate's text.
pub(crate) fn version_of(constant: &'static str) -> Version {
    constant.parse().expect("a version of ours is valid")
}
