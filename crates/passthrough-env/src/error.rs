use std::io;
use std::path::{Path, PathBuf};

use passthrough_host::{ListError, ListErrorKind};
use passthrough_requirement::{PackageName, Version};

/// A build environment could not be made, filled or removed.
#[derive(Debug, thiserror::Error)]
#[error("`{}` {kind}", path.display())]
#[non_exhaustive]
pub struct EnvError {
    /// The file or directory that it is about.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: EnvErrorKind,
}

/// What can go wrong. Each reads on after the path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvErrorKind {
    /// The place for the environment holds something else.
    #[error("is there already, and is no environment of ours")]
    Foreign,
    /// The place for the environment is one of the host's own.
    #[error("is in the host")]
    InHost,
    /// The name of the place cannot stand in a script or in `PATH`.
    #[error("has a name that cannot be used for an environment: it holds {0:?}")]
    Name(String),
    /// The host's interpreter leads to no base interpreter.
    #[error("leads to no interpreter that an environment can be made on")]
    NoBase,
    /// The new environment's interpreter is another one than the host's.
    #[error("is {found}, where the host is {expected}")]
    Abi {
        /// What the host is.
        expected: String,
        /// What the environment would be.
        found: String,
    },
    /// The files of a distribution cannot be told; the path is that of the list.
    #[error("{kind}")]
    List {
        /// Whose files they are.
        owner: PackageName,
        /// Why.
        kind: ListErrorKind,
    },
    /// The source tree of an editable install is gone.
    #[error("is the metadata of an editable install of {0} whose source is gone")]
    SourceGone(PackageName),
    /// A listed file is a device, a FIFO or a socket.
    #[error("is listed as a file of {0}, and is no file")]
    NotAFile(PackageName),
    /// A listed file may not be read.
    #[error("of {owner} cannot be read: {error}")]
    Unreadable {
        /// Whose file it is.
        owner: PackageName,
        /// The reason.
        error: io::Error,
    },
    /// A link leads out of the host.
    #[error("is listed as a file of {owner}, and leads out of its environment, to `{}`", target.display())]
    LeadsAway {
        /// Whose file it is.
        owner: PackageName,
        /// Where the link leads.
        target: PathBuf,
    },
    /// A file's name is not UTF-8.
    #[error("has a name that is not UTF-8")]
    Encoding,
    /// The source tree of an editable install has a name that no line of a
    /// `.pth` file can hold.
    #[error("is the source tree of {0}, and has a name that no .pth file can hold")]
    NotALine(PackageName),
    /// A file would take the place of a part of the environment itself.
    #[error("of {0} would replace a part of the environment itself")]
    Reserved(PackageName),
    /// Two distributions have different files for one place.
    #[error("is wanted by {first} and by {second}, with different content")]
    Clash {
        /// The one that has it.
        first: String,
        /// The other one.
        second: PackageName,
    },
    /// A distribution that is to be exposed was downloaded already.
    #[error("holds {0} already, which was downloaded")]
    Downloaded(PackageName),
    /// An exposed distribution is to be exposed again, in another version.
    #[error("holds {name} {held} already, and {wanted} is to be exposed")]
    OtherVersion {
        /// The distribution.
        name: PackageName,
        /// The version that is there.
        held: Version,
        /// The version that is wanted.
        wanted: Version,
    },
    /// Something replaced an exposed distribution.
    #[error("is no longer the host's copy of {0}, which was exposed there")]
    Replaced(PackageName),
    /// The metadata of a distribution in the environment cannot be relied upon.
    #[error("is not the metadata of one installed {name}: {problem}")]
    Metadata {
        /// The distribution.
        name: PackageName,
        /// What is wrong.
        problem: String,
    },
    /// A file of the host changed or went away while it was exposed.
    #[error("of {0} changed while it was exposed")]
    ChangedMeanwhile(PackageName),
    /// Where a directory must be, there is a link or a file.
    #[error("is not a directory of the environment")]
    NotADirectory,
    /// The operating system refused.
    #[error("cannot be {doing}: {error}")]
    Io {
        /// What was being done: `created`.
        doing: &'static str,
        /// The reason.
        error: io::Error,
    },
}

impl EnvError {
    pub(crate) fn new(path: &Path, kind: EnvErrorKind) -> Self {
        Self {
            path: path.to_owned(),
            kind,
        }
    }

    /// An operating system's refusal; to be used with `map_err`.
    pub(crate) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::new(path, EnvErrorKind::Io { doing, error })
    }

    /// That the files of `owner` cannot be told.
    pub(crate) fn list(owner: &PackageName, error: ListError) -> Self {
        let owner = owner.clone();
        let kind = match error.kind {
            ListErrorKind::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                EnvErrorKind::Unreadable { owner, error }
            }
            kind => EnvErrorKind::List { owner, kind },
        };
        Self {
            path: error.path,
            kind,
        }
    }

    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.kind {
            EnvErrorKind::Foreign => "name a directory that does not exist, or is empty".to_owned(),
            EnvErrorKind::InHost => "name a directory outside of the host".to_owned(),
            EnvErrorKind::Name(_) => "choose another directory".to_owned(),
            EnvErrorKind::NoBase | EnvErrorKind::Abi { .. } => {
                "recreate the host's environment, or choose another with --python".to_owned()
            }
            EnvErrorKind::SourceGone(name)
            | EnvErrorKind::NotAFile(name)
            | EnvErrorKind::List { owner: name, .. } => {
                format!("install {name} again, or refuse it with --deny {name}")
            }
            EnvErrorKind::LeadsAway { owner, .. } => format!(
                "install {owner} so that its files are its own, or refuse it with --deny {owner}"
            ),
            EnvErrorKind::Unreadable { owner, .. } => {
                format!("have it made readable, or refuse {owner} with --deny {owner}")
            }
            EnvErrorKind::NotALine(name) | EnvErrorKind::Reserved(name) => {
                format!("refuse it with --deny {name}")
            }
            EnvErrorKind::Clash { second, .. } => format!(
                "the host sees one of the two only; refuse the other, as with --deny {second}"
            ),
            EnvErrorKind::Replaced(name) | EnvErrorKind::OtherVersion { name, .. } => format!(
                "the requirements of the build contradict the host's {name}; refuse it with \
                 --deny {name}"
            ),
            EnvErrorKind::ChangedMeanwhile(_) => {
                "do not change the host while something is built; try again".to_owned()
            }
            EnvErrorKind::Io { doing, error } => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room, or name a directory on another file system".to_owned()
                }
                io::ErrorKind::PermissionDenied if *doing == "read" => {
                    "have it made readable, or refuse its distribution with --deny".to_owned()
                }
                _ => return None,
            },
            _ => return None,
        })
    }
}
