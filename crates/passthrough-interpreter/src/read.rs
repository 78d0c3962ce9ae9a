use std::io;
use std::path::{Path, PathBuf};

use passthrough_requirement::MarkerEnvironment;

use crate::details::{self, Details};
use crate::layout::{self, Implementation, Layout};
use crate::version::PythonVersion;
use crate::{Environment, Identity, Interpreter, Knowledge, site, survey};

/// What the files of an interpreter say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its facts, as far as they can be told.
    pub interpreter: Interpreter,
    /// What is not known, or was left out, in words for the user.
    pub notes: Vec<String>,
}

/// Tells the facts of `executable` from files alone: nothing is started.
///
/// `environment` is what [`ask`](crate::ask) would start it with. Paths in
/// `.pth` files count as they do for a started interpreter. Code does not run,
/// neither in `.pth` files nor in `sitecustomize`; [`Reading::notes`] says
/// where there is some.
pub fn read(executable: &Path, environment: &Environment) -> Result<Reading, ReadError> {
    let executable = std::path::absolute(executable).map_err(|error| ReadError {
        path: executable.to_owned(),
        kind: ReadErrorKind::Io(error),
    })?;
    let layout = layout::find(&executable)?;
    let details = details::read(&layout);
    let mut notes = Vec::new();
    let markers = markers(&layout, &details, &mut notes);
    let platform = platform(&details, &markers, environment, &mut notes);
    let abi_flags = details.abi_flags.unwrap_or_else(|| {
        notes.push("the ABI flags are not known, and taken to be none".to_owned());
        String::new()
    });
    for name in ["PYTHONHOME", "PYTHONPLATLIBDIR"] {
        if environment.get(name).is_some() {
            notes.push(format!("{name} is set, and does not count"));
        }
    }
    let (entries, path_notes) = site::path(&layout, environment);
    notes.extend(path_notes);
    Ok(Reading {
        interpreter: Interpreter {
            executable,
            prefix: layout.prefix,
            base_prefix: layout.base.prefix,
            identity: Identity {
                implementation: markers.implementation_name.clone(),
                version: markers.python_version.clone(),
                abi_flags,
                platform,
            },
            markers,
            sys_path: survey::existing(entries),
            knowledge: Knowledge::Read,
        },
        notes,
    })
}

fn markers(layout: &Layout, details: &Details, notes: &mut Vec<String>) -> MarkerEnvironment {
    let kind = layout.base.kind;
    let python_version = format!("3.{}", kind.minor);
    let python_full_version = details.version.map_or_else(
        || {
            notes.push(format!(
                "the third number of Python's version is not known, and taken to be 0: \
                 {python_version}.0"
            ));
            format!("{python_version}.0")
        },
        PythonVersion::full,
    );
    let implementation_version = details.implementation_version.clone().unwrap_or_else(|| {
        if kind.implementation == Implementation::PyPy {
            notes.push(format!(
                "PyPy's own version is not known; the marker implementation_version is taken to \
                 be {python_full_version}"
            ));
        }
        python_full_version.clone()
    });
    let (implementation_name, platform_python_implementation) = match kind.implementation {
        Implementation::CPython => ("cpython", "CPython"),
        Implementation::PyPy => ("pypy", "PyPy"),
    };
    let system = rustix::system::uname();
    let text = |value: &std::ffi::CStr| match value.to_string_lossy() {
        value if value == "unknown" => String::new(),
        value => value.into_owned(),
    };
    let platform_system = text(system.sysname());
    let platform_release = text(system.release());
    MarkerEnvironment {
        implementation_name: implementation_name.to_owned(),
        implementation_version,
        os_name: "posix".to_owned(),
        platform_machine: text(system.machine()),
        platform_python_implementation: platform_python_implementation.to_owned(),
        platform_version: text(system.version()),
        python_full_version,
        python_version,
        sys_platform: match platform_system.as_str() {
            name @ ("Linux" | "Darwin") => name.to_lowercase(),
            // `freebsd14`: the system that it was built on, most likely this one.
            other => {
                let (major, _) = platform_release.split_once('.').unwrap_or_default();
                other.to_lowercase() + major
            }
        },
        platform_system,
        platform_release,
    }
}

/// `sysconfig.get_platform()`.
fn platform(
    details: &Details,
    markers: &MarkerEnvironment,
    environment: &Environment,
    notes: &mut Vec<String>,
) -> String {
    if let Some(forced) = environment.get("_PYTHON_HOST_PLATFORM") {
        return forced.to_string_lossy().into_owned();
    }
    let machine = markers.platform_machine.replace(' ', "_").replace('/', "-");
    if markers.sys_platform == "linux" {
        return format!("linux-{machine}");
    }
    details.platform.clone().unwrap_or_else(|| {
        notes.push("the platform that extension modules are built for is not known".to_owned());
        let system = markers.platform_system.to_lowercase();
        format!("{system}-{}-{machine}", markers.platform_release)
    })
}

/// The files do not tell the facts of an interpreter.
#[derive(Debug, thiserror::Error)]
#[error("`{}` {kind}", path.display())]
#[non_exhaustive]
pub struct ReadError {
    /// The executable, or the file that is wrong.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

/// What can be wrong with the files of an interpreter. Each reads on after the
/// path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The executable, or what it is a link to, does not exist.
    #[error("is gone: `{}` does not exist", .0.display())]
    Gone(PathBuf),
    /// A file cannot be read.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// The executable is a script, as the shims of pyenv are.
    #[error("is a script: only starting it tells which interpreter it stands for")]
    Script,
    /// No standard library was found around the executable.
    #[error("has no standard library around it (`lib/python3.*/os.py`)")]
    NoStandardLibrary,
    /// Several were found, and nothing tells which one is meant.
    #[error("may belong to any of several standard libraries: {}", .0.join(", "))]
    Ambiguous(Vec<String>),
}

impl ReadError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        Some(
            match self.kind {
                ReadErrorKind::Gone(_) | ReadErrorKind::Io(_) => {
                    "recreate the environment, or choose another interpreter with --python"
                }
                ReadErrorKind::Script => {
                    "name the interpreter itself with --python, or do without --no-spawn"
                }
                ReadErrorKind::NoStandardLibrary => {
                    "do without --no-spawn, or choose another interpreter with --python"
                }
                ReadErrorKind::Ambiguous(_) => {
                    "name the executable with its version, such as python3.12, or do without --no-spawn"
                }
            }
            .to_owned(),
        )
    }
}
