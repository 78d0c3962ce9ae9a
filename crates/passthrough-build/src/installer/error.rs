//! Why something could not be installed.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use fs_err as fs;
use passthrough_process::Reason;
use passthrough_requirement::{PackageName, Version};

use super::{Installer, Kind};

/// The most that is kept of an installer's words, in bytes.
const WORDS: usize = 8 << 10;

/// The largest configuration file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What is to be installed could not be.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
#[non_exhaustive]
pub struct InstallError {
    /// What went wrong.
    pub kind: InstallErrorKind,
    /// The installer, as `uv 0.13.8`; none where none was found.
    pub installer: Option<String>,
    /// The end of what the installer said, raw; empty where it was not started.
    pub words: String,
}

/// What can go wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum InstallErrorKind {
    /// There is no installer.
    NoInstaller {
        /// The one that was asked for, if one was.
        wanted: Option<Kind>,
        /// What was looked at, and why it would not do.
        seen: Vec<String>,
    },
    /// A configuration file of the user cannot be read.
    Configuration {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A file of the environment cannot be written.
    Io(io::Error),
    /// The installer was not run to its end.
    Stopped(Reason),
    /// What is exposed and what is to be installed exclude each other.
    Conflict(Vec<Clash>),
    /// Something is in none of the places where the installer looked.
    Missing {
        /// The requirements, as far as that can be told.
        wanted: Vec<String>,
    },
    /// Something would have to be fetched, and nothing may be.
    Offline {
        /// The requirements, as far as that can be told.
        wanted: Vec<String>,
    },
    /// An index cannot be reached.
    Network,
    /// The index wants to know who asks.
    Credentials,
    /// A source distribution could not be built.
    Build,
    /// A volume is full: that of this environment, or another that the
    /// installer writes to.
    Full {
        /// The environment.
        environment: PathBuf,
    },
    /// A URL holds `${…}`, which uv would replace by the value of a variable.
    Variable {
        /// The requirement.
        requirement: String,
    },
    /// The installer failed for a reason of which only its words tell.
    Failed(ExitStatus),
}

/// Two sides that exclude each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// What is exposed.
    pub name: PackageName,
    /// In this version.
    pub version: Version,
    /// What is asked of it: `numpy<2`.
    pub wanted: String,
    /// By what: `foo 1.0`, as far as the installer says.
    pub by: Option<String>,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            version,
            wanted,
            by,
        } = self;
        let by = by.as_deref().unwrap_or("what is to be installed");
        write!(
            f,
            "`{name}` {version} passes through from the host, but `{wanted}` is required by {by}"
        )
    }
}

impl fmt::Display for InstallErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInstaller { wanted, seen } => {
                match wanted {
                    Some(kind) => write!(f, "no usable {kind} found")?,
                    None => f.write_str("no installer found, neither uv nor pip")?,
                }
                for (index, each) in seen.iter().enumerate() {
                    write!(f, "{}{each}", if index == 0 { ": " } else { "; " })?;
                }
                Ok(())
            }
            Self::Configuration { path, message } => {
                write!(f, "`{}` cannot be used: {message}", path.display())
            }
            Self::Io(error) => error.fmt(f),
            Self::Stopped(reason) => write!(f, "the installer {reason}"),
            Self::Conflict(clashes) => {
                let clashes: Vec<String> = clashes.iter().map(ToString::to_string).collect();
                f.write_str(&clashes.join("; "))
            }
            Self::Missing { wanted } => {
                write!(
                    f,
                    "{} cannot be found where the installer looks",
                    list(wanted)
                )
            }
            Self::Offline { wanted } if wanted.is_empty() => {
                f.write_str("something would have to be fetched, and nothing may be")
            }
            Self::Offline { wanted } => {
                write!(
                    f,
                    "{} would have to be fetched, and nothing may be",
                    list(wanted)
                )
            }
            Self::Network => f.write_str("the package index cannot be reached"),
            Self::Credentials => f.write_str("the package index refuses access"),
            Self::Build => f.write_str(
                "a build requirement has only a source distribution, which cannot be built",
            ),
            Self::Full { environment } => write!(
                f,
                "there is no room for what is to be installed: in the environment, `{}`, in the \
                 installer's cache, or for its temporary files",
                environment.display()
            ),
            Self::Variable { requirement } => write!(
                f,
                "`{requirement}` holds `${{…}}`, which uv replaces by the value of a variable"
            ),
            Self::Failed(status) => write!(f, "the installer failed: {status}"),
        }
    }
}

fn list(wanted: &[String]) -> String {
    let quoted: Vec<String> = wanted.iter().map(|each| format!("`{each}`")).collect();
    quoted.join(", ")
}

impl InstallError {
    pub(super) fn new(installer: &Installer, kind: InstallErrorKind) -> Self {
        Self {
            kind,
            installer: Some(installer.to_string()),
            words: String::new(),
        }
    }

    /// No installer could be chosen.
    pub(super) fn without_installer(kind: InstallErrorKind) -> Self {
        Self {
            kind,
            installer: None,
            words: String::new(),
        }
    }

    /// Adds the end of what the installer said, from the start of a line.
    pub(super) fn with_words(mut self, output: &[u8]) -> Self {
        let start = output.len().saturating_sub(WORDS);
        let tail = String::from_utf8_lossy(&output[start..]);
        let tail = match tail.split_once('\n') {
            Some((_, rest)) if start > 0 => rest,
            _ => &tail,
        };
        tail.trim_end().clone_into(&mut self.words);
        self
    }

    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.kind {
            InstallErrorKind::NoInstaller { wanted, .. } => match wanted {
                Some(Kind::Uv) => {
                    "put uv on PATH, name it in UV, or use --installer pip".to_owned()
                }
                Some(Kind::Pip) => {
                    "install pip 22.3 or later into the host, or use --installer uv".to_owned()
                }
                None => "put uv on PATH, or install pip 22.3 or later into the host".to_owned(),
            },
            InstallErrorKind::Configuration { .. } => "mend the file, or choose the other installer with --installer".to_owned(),
            InstallErrorKind::Conflict(clashes) => {
                let names: Vec<String> = clashes
                    .iter()
                    .map(|clash| format!("--deny {}", clash.name))
                    .collect();
                format!(
                    "install versions into the host that agree, or build without the host's copy \
                     with {}",
                    names.join(" ")
                )
            }
            InstallErrorKind::Missing { .. } => {
                "check the requirement, and the settings and credentials of the index; what is only \
                 in the host can be listed for passthrough"
                    .to_owned()
            }
            InstallErrorKind::Offline { .. } => {
                "fill the cache or a find-links directory first, or allow the network".to_owned()
            }
            InstallErrorKind::Network => {
                "check the network, the proxy and the certificates, or use --offline with a \
                 filled cache"
                    .to_owned()
            }
            InstallErrorKind::Credentials => {
                "check the credentials: in the index's URL, in .netrc or in the keyring".to_owned()
            }
            InstallErrorKind::Full { .. } => {
                "make room; TMPDIR names another place for the environment and temporary files"
                    .to_owned()
            }
            InstallErrorKind::Variable { .. } => "use --installer pip, which does not".to_owned(),
            InstallErrorKind::Stopped(Reason::Timeout(_)) => "allow it more time".to_owned(),
            InstallErrorKind::Stopped(_)
            | InstallErrorKind::Io(_)
            | InstallErrorKind::Build
            | InstallErrorKind::Failed(_) => return None,
        })
    }
}

/// The text of a configuration file; none where there is no such file, or
/// where it is not for the user to read.
pub(super) fn read_configuration(path: &Path) -> Result<Option<String>, InstallErrorKind> {
    let wrong = |message: &str| InstallErrorKind::Configuration {
        path: path.to_owned(),
        message: message.to_owned(),
    };
    // A pipe would never end.
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
        Err(error) => return Err(InstallErrorKind::Io(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(InstallErrorKind::Io)?;
    if bytes.len() as u64 > LARGEST {
        return Err(wrong("it is larger than 1 MiB"));
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| wrong("it is not UTF-8"))
}
