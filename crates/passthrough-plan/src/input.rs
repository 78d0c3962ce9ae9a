use std::collections::{BTreeMap, BTreeSet};

use passthrough_diagnostic::Span;
use passthrough_host::Inventory;
use passthrough_interpreter::Identity;
use passthrough_requirement::{MarkerEnvironment, PackageName, Requirement, Version};

/// Everything a decision depends on.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The project's own name, if it is known.
    pub project: Option<&'a PackageName>,
    /// The passthrough list; duplicates count once.
    pub listed: &'a [Listing],
    /// The static build requirements, `[build-system] requires`.
    pub requirements: &'a [BuildRequirement],
    /// Before or after the backend was asked for its own requirements.
    pub pass: Pass<'a>,
    /// Constraints that the frontend applies to what it installs.
    pub constraints: &'a [Requirement],
    /// The environment that the result will be installed into.
    pub host: Host<'a>,
    /// The interpreter that the hooks will run on.
    pub build_interpreter: &'a Identity,
    /// What the user and the operation under way say.
    pub policy: &'a Policy,
}

/// The host.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// What is installed in it.
    pub inventory: &'a dyn Inventory,
    /// What its interpreter is.
    pub identity: &'a Identity,
    /// What its markers are.
    pub markers: &'a MarkerEnvironment,
}

/// A name of the passthrough list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The name.
    pub name: PackageName,
    /// Where the project's file lists it.
    pub span: Span,
}

/// A static build requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRequirement {
    /// The requirement.
    pub requirement: Requirement,
    /// Where the project's file states it.
    pub span: Span,
}

/// Which of a build's two decisions is made.
#[derive(Clone, Copy, Debug)]
pub enum Pass<'a> {
    /// The backend has not been asked yet.
    First,
    /// A `get_requires_for_build_*` hook has answered.
    Second {
        /// Its answer.
        dynamic: &'a [Requirement],
        /// What the first pass left in the build environment, transitive
        /// downloads included. The second pass cannot undo any of it.
        present: &'a BTreeMap<PackageName, Present>,
    },
}

/// A distribution that the build environment already holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Its version.
    pub version: Version,
    /// Whether it was exposed; else it was downloaded.
    pub exposed: bool,
}

/// What the user refuses, and what the operation under way is about to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Names the user refuses to pass through.
    pub denied: BTreeSet<PackageName>,
    /// Whether the user refuses passthrough altogether.
    pub deny_all: bool,
    /// Names of which the host will have another copy, or none, after the
    /// operation under way.
    pub replacing: BTreeSet<PackageName>,
    /// Whether every download must match a hash.
    pub hash_mode: bool,
    /// Whether a required listed name that falls back is an error.
    pub strict: bool,
}

impl Policy {
    pub(crate) fn denies(&self, name: &PackageName) -> bool {
        self.deny_all || self.denied.contains(name)
    }
}
