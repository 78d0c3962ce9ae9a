//! Why a build backend could not be used, and what to do about it.
//!
//! [`diagnose`] takes the error of a hook and the [`Scene`] it happened in:
//! what the project declares, what was decided, what the environment holds,
//! and a way to ask the host. What it finds is a value, a [`Diagnosis`], that
//! says how far the backend came, by which way it failed, where each build
//! requirement came from, whether the host has what is missing, the lines of
//! TOML that would mend it, and a command that does the same again.
//!
//! All texts may hold what files and programs put into them. Who shows them
//! escapes them; [`Diagnosis::lines`] splits them where they have lines.

mod advice;
mod declaration;
mod facts;
mod in_project;
mod known;
mod lines;
mod reproduce;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use passthrough_config::Pyproject;
use passthrough_host::Installed;
use passthrough_plan::{Plan, Present};
use passthrough_requirement::{PackageName, Requirement};

use crate::hooks::{Backend, ConfigSettings, Exception, Hook, HookError, Surroundings};

/// Where the call of a hook failed.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The backend, as it was called.
    pub backend: Backend<'a>,
    /// What it was told.
    pub settings: &'a ConfigSettings,
    /// The text of `pyproject.toml`; empty if there is none.
    pub source: &'a str,
    /// What was read from that text.
    pub pyproject: &'a Pyproject,
    /// The table that a passthrough list is to be added to, `tool.<name>`, if
    /// the project has none yet.
    pub table: &'a str,
    /// What the backend asked for, if it has been asked.
    pub dynamic: &'a [Requirement],
    /// The last decision.
    pub plan: &'a Plan,
    /// What the build environment holds.
    pub present: &'a BTreeMap<PackageName, Present>,
    /// Which distributions of the host have a module
    /// ([`passthrough_host::Site::owners`]).
    pub owners: &'a dyn Fn(&str) -> Vec<Rc<Installed>>,
}

/// What is known of a failure, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The hook that was to be called.
    pub hook: Hook,
    /// What happened, in one line.
    pub summary: String,
    /// How far the backend came.
    pub stage: Stage,
    /// The backend, as the project declares it.
    pub declared: Declared,
    /// The parts of its module that were imported, each with its file or
    /// directory.
    pub found: Vec<(String, String)>,
    /// What was raised, if anything was.
    pub exception: Option<Exception>,
    /// All of what was raised, as Python prints it; may be empty.
    pub traceback: String,
    /// The module that could not be found, if that is the reason.
    pub missing: Option<MissingModule>,
    /// The interpreter, by its own account, if it gave one.
    pub surroundings: Option<Surroundings>,
    /// Every build requirement.
    pub requirements: Vec<Origin>,
    /// What to do, most promising first.
    pub advice: Vec<Advice>,
    /// A line for a shell, in visible characters, that does the same in the
    /// same environment, as long as that is there. None where nothing was
    /// started.
    pub reproduce: Option<String>,
}

/// How far a backend came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `backend-path` cannot be used.
    BackendPath,
    /// Its module was to be imported.
    Import,
    /// The object in its module was to be looked up.
    Attribute,
    /// The hook was called, or to be called.
    Hook,
}

impl Stage {
    /// `backend-path`, `import`, `attribute`, `hook`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BackendPath => "backend-path",
            Self::Import => "import",
            Self::Attribute => "attribute",
            Self::Hook => "hook",
        }
    }
}

/// A backend as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// `build-backend`, or the default.
    pub name: String,
    /// The line of `pyproject.toml` that names it, counted from 1; none for
    /// the default.
    pub line: Option<usize>,
    /// `backend-path`.
    pub path: Vec<String>,
}

/// A module that could not be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingModule {
    /// Its dotted name.
    pub name: String,
    /// Whether it is (on the way to) the backend's own; else something that
    /// was found imports it.
    pub is_backend: bool,
    /// The directory of the project that has it, relative to the root: what is
    /// in the project cannot be imported for that alone.
    pub in_project: Option<PathBuf>,
    /// The distributions of the host that have it.
    pub host: Vec<HostCopy>,
}

/// A distribution of the host that has a missing module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCopy {
    /// Its name.
    pub name: PackageName,
    /// Its version, if it can be told.
    pub version: Option<String>,
    /// Where it is.
    pub location: PathBuf,
    /// The source tree of an editable install that is gone.
    pub lost_source: Option<Option<PathBuf>>,
    /// Whether a build requirement names it.
    pub required: bool,
    /// Whether it passes through into the environment.
    pub exposed: bool,
    /// What the decision says of it, if the project lists it.
    pub listed: Option<(passthrough_plan::Status, Option<String>)>,
}

/// A build requirement, and where what satisfies it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The requirement.
    pub requirement: String,
    /// Whether the backend asked for it; else the project declares it.
    pub dynamic: bool,
    /// What satisfies it.
    pub source: Source,
}

/// What satisfies a build requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The host's copy passes through.
    Host {
        /// Its version.
        version: String,
        /// Where the host has it.
        location: PathBuf,
        /// Whether it is an editable install.
        editable: bool,
    },
    /// It was downloaded.
    Downloaded {
        /// Its version.
        version: String,
    },
    /// Nothing has to: its marker is not true.
    NotNeeded,
    /// Nothing does.
    Missing,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What, in words.
    pub text: String,
    /// The lines of `pyproject.toml` as they would have to be.
    pub toml: Option<String>,
}

/// Says what is known of a failure.
pub fn diagnose(error: &HookError, scene: &Scene<'_>) -> Diagnosis {
    let facts = facts::Facts::of(&error.kind);
    let missing = facts.missing_module(scene);
    Diagnosis {
        hook: error.hook,
        summary: error.to_string(),
        stage: facts.stage,
        declared: Declared {
            name: scene.backend.name.to_owned(),
            line: declaration::line(scene.source),
            path: scene.backend.path.to_vec(),
        },
        found: facts.found.to_vec(),
        exception: facts.failure.map(|failure| failure.exception.clone()),
        traceback: facts
            .failure
            .map(|failure| failure.traceback.clone())
            .unwrap_or_default(),
        surroundings: facts.surroundings.cloned(),
        requirements: facts::origins(scene),
        advice: advice::advice(error, missing.as_ref(), scene),
        reproduce: reproduce::command(error, scene),
        missing,
    }
}
