use std::rc::Rc;

use passthrough_diagnostic::Diagnostic;
use passthrough_host::Installed;
use passthrough_protocol::{Because, Role, Status};
use passthrough_requirement::{PackageName, Requirement, Version};

/// The decision. Every list is sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Every listed name, once.
    pub listed: Vec<Decision>,
    /// What passes through.
    pub expose: Vec<Exposed>,
    /// What is to be downloaded.
    pub install: Vec<Install>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// What became of a listed name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The name.
    pub name: PackageName,
    /// What became of it.
    pub status: Status,
    /// The host's version, whenever the host has one.
    pub version: Option<Version>,
    /// The reason in words, where there is more to say than the status says.
    pub detail: Option<String>,
}

/// A distribution that passes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The host's copy.
    pub installed: Rc<Installed>,
    /// Its version.
    pub version: Version,
    /// Why it passes through.
    pub role: Role,
    /// Those exposed that require it directly.
    pub required_by: Vec<PackageName>,
}

/// Something to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// All that must hold for it: extras and specifiers of its build
    /// requirements, of the constraints and of the closure edges to it. It
    /// has no marker.
    pub requirement: Requirement,
    /// Why it is downloaded.
    pub because: Because,
}

impl Plan {
    /// `name==version` of everything exposed: what the installer is held to.
    pub fn constraints(&self) -> Vec<String> {
        self.expose
            .iter()
            .map(|exposed| format!("{}=={}", exposed.installed.name, exposed.version))
            .collect()
    }

    /// Whether a cache may keep what is built: not when an exposed
    /// distribution is editable, as its content can change at any moment.
    pub fn cacheable(&self) -> bool {
        self.expose
            .iter()
            .all(|exposed| exposed.installed.editable.is_none())
    }
}
