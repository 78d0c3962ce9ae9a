use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

use passthrough_diagnostic::Diagnostic;
use passthrough_requirement::{ExtraName, PackageName, Requirement, Specifiers, Version};

/// What is installed in a host, asked name by name.
pub trait Inventory {
    /// The copy of `name` that the host's interpreter would take: the first on
    /// its `sys.path`. The same answer for the same name, always.
    fn get(&self, name: &PackageName) -> Option<Rc<Installed>>;

    /// A digest of the copy's content, `sha256:…`: of its RECORD, or of the
    /// list of its files with sizes and times where it has no RECORD.
    ///
    /// None when it cannot be told (the files went away, or were never listed).
    fn digest(&self, installed: &Installed) -> Option<String>;
}

/// One installed distribution, usable or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its normalised name.
    pub name: PackageName,
    /// Its version, whenever exactly one can be told.
    pub version: Option<Version>,
    /// The `sys.path` entry that it was found in.
    pub location: PathBuf,
    /// Its metadata: the `.dist-info`, `.egg-info` or `EGG-INFO` path.
    pub info: PathBuf,
    /// Its metadata, or why they cannot be relied upon.
    pub metadata: Result<Metadata, Problem>,
    /// Where the complete list of its files is, if there is one.
    pub files: FileList,
    /// Where it was installed from (PEP 610), if it says so.
    pub direct_url: Option<DirectUrl>,
    /// Set if it is an editable (or "develop") install.
    pub editable: Option<Editable>,
    /// Later copies of the same name on `sys.path`.
    pub shadowed: Vec<Shadowed>,
    /// What was found wrong or odd on the way.
    pub findings: Vec<Diagnostic>,
}

/// Core metadata, as far as a decision needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The version.
    pub version: Version,
    /// Every `Requires-Dist`.
    pub requires: Vec<Requirement>,
    /// Every `Provides-Extra`.
    pub extras: BTreeSet<ExtraName>,
    /// `Requires-Python`, if present and valid.
    pub requires_python: Option<Specifiers>,
}

/// Why the metadata of a copy cannot be relied upon: the status `metadata`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Problem {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
}

impl Problem {
    /// A problem in these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// Where the complete list of a distribution's files is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileList {
    /// A RECORD (or an egg-info's `installed-files.txt`).
    Record(PathBuf),
    /// Debian's package database: `/var/lib/dpkg/info/<package>.list`.
    Dpkg(PathBuf),
    /// conda's package database: `conda-meta/<name>-<version>-<build>.json`.
    Conda(PathBuf),
    /// Everything below one directory: an unpacked egg.
    Tree(PathBuf),
    /// An installation by `setup.py develop`, by its egg-info directory: the
    /// list names the files of that, and everything else is imported from the
    /// source tree around it ([`Installed::location`]).
    Develop(PathBuf),
    /// Given by a document, not read.
    Given,
    /// None: the distribution cannot be exposed.
    Missing,
}

/// An editable install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editable {
    /// The source tree, if it is known.
    pub source: Option<PathBuf>,
    /// Whether the source tree is (still) there.
    pub exists: bool,
}

/// A later copy of a name on `sys.path`, which the interpreter never sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadowed {
    /// The version as its directory's name has it.
    pub version: Option<String>,
    /// Its metadata directory or file.
    pub info: PathBuf,
}

/// `direct_url.json` (PEP 610).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectUrl {
    /// The URL, credentials removed.
    pub url: String,
    /// The directory below the URL's root, if not the root.
    pub subdirectory: Option<String>,
    /// What the URL leads to.
    pub origin: Origin,
}

/// What a direct URL leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A version control system, at a full commit id.
    Vcs {
        /// `git`, `hg`, `bzr`, `svn`.
        vcs: String,
        /// The full id of the commit that was installed.
        commit: String,
    },
    /// An archive.
    Archive {
        /// The digests that were recorded, by the name of the algorithm.
        hashes: BTreeMap<String, String>,
    },
    /// A local directory.
    Directory {
        /// Whether it was installed editable.
        editable: bool,
    },
}
