//! Installing into a prepared environment what does not pass through.
//!
//! [`choose`] finds an installer: uv if there is one, else a pip. [`install`]
//! has it install a plan's list into the environment, under constraints that
//! pin everything exposed, so that what passes through is used and never
//! replaced (CLOS-6, invariant I5). Whether that held is for the environment to
//! say afterwards: an installer's success is not taken as proof.
//!
//! # Whose settings hold
//!
//! The user's: index, find-links, proxy, certificates, credentials, cache,
//! constraints, what may be built or pre-released. They come from `PIP_*` and
//! `UV_*` variables, and from the system's and the user's `pip.conf` and
//! `uv.toml`. Only the settings of a list are passed on; all others are
//! withheld, since one of them can send the packages elsewhere (`target`,
//! `prefix`, `user`, `root`), replace what is exposed (`force-reinstall`,
//! `ignore-installed`, `upgrade`), leave out what is needed (`no-deps`,
//! `dry-run`, `exclude`) or take the isolation off what is built on the way.
//!
//! The project's settings do not hold, those of `[tool.uv]` included. Its table
//! belongs to uv, to which the same key has another meaning (CONF-4, CONF-6);
//! pip would not read it, so that the index would depend on which installer
//! there is; and a source tree from elsewhere could choose the index. The
//! installer therefore runs away from the project, in the environment's own
//! directory, and relative paths in settings are made absolute first.
//!
//! # Source distributions among the build requirements
//!
//! An installer that has to build one does so in an isolated environment of its
//! own, by that distribution's own declaration (DYN): nothing that is exposed
//! to the project reaches it. pip and uv do not act on the passthrough list of
//! such a distribution, so that it is built as if it had none.

mod choose;
mod command;
mod error;
mod explain;
mod ini;
mod pip_settings;
mod places;
mod routes;
mod uv_settings;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use passthrough_process::{Bounds, Follow, Output, Stream, run};
use passthrough_requirement::{PackageName, Requirement, Version};

pub(crate) use choose::version_of;
pub use choose::{Installer, Kind, choose};
pub use error::{Clash, InstallError, InstallErrorKind};
pub use places::User;

/// How much of an installer's output is searched for the reason of a failure,
/// in bytes from its end.
const SEARCHED: usize = 1 << 18;

/// What is to be installed, where, and within what bounds.
pub struct Installation<'a> {
    /// What the plan says is to be downloaded. Markers are taken to be true.
    pub requirements: &'a [Requirement],
    /// Everything exposed: what [`Self::constraints`] pins.
    pub pins: &'a BTreeMap<PackageName, Version>,
    /// Constraint files: the environment's own, then the user's.
    pub constraints: &'a [PathBuf],
    /// The environment's interpreter.
    pub python: &'a Path,
    /// A directory that is ours, below the environment: the installer runs in
    /// it, and finds its settings there.
    pub scratch: &'a Path,
    /// Whose settings hold.
    pub user: &'a User<'a>,
    /// Whether nothing may be fetched over the network.
    pub offline: bool,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Gets what the installer says, line by line, while it works.
    pub follow: Option<&'a mut Follow<'a>>,
}

/// Installs, or says why that cannot be.
///
/// Nothing is started when nothing is to be installed.
pub fn install(installer: &Installer, installation: Installation<'_>) -> Result<(), InstallError> {
    if installation.requirements.is_empty() {
        return Ok(());
    }
    let fail = |kind| InstallError::new(installer, kind);
    let mut prepared = command::prepare(installer, &installation).map_err(fail)?;
    let bounds = Bounds {
        timeout: installation.timeout,
        output: Output::Joined(Stream::tail(SEARCHED)),
        follow: installation.follow,
    };
    let finished = run(&mut prepared.command, bounds).map_err(|stopped| {
        fail(InstallErrorKind::Stopped(stopped.reason)).with_words(&stopped.output.stdout)
    })?;
    if finished.status.success() {
        return Ok(());
    }
    let words = &finished.output.stdout;
    let kind = explain::explain(
        &String::from_utf8_lossy(words),
        finished.status,
        installation.requirements,
        installation.pins,
        installation.offline,
        prefix(installation.python),
    );
    Err(fail(kind).with_words(words))
}

/// The environment of an interpreter: above the folder that it is in.
fn prefix(python: &Path) -> &Path {
    python.ancestors().nth(2).unwrap_or(python)
}

/// The constraint files that the user's settings name, for the plan to know: a
/// constraint that excludes a host's version makes its name fall back, where the
/// installer could only fail. They are absolute, and need not be there. Files
/// at a URL are left to the installer.
pub fn constraint_files(
    installer: &Installer,
    user: &User<'_>,
) -> Result<Vec<PathBuf>, InstallError> {
    match installer.kind() {
        Kind::Uv => Ok(variables::uv_constraints(user)),
        Kind::Pip => pip_settings::read(user, installer.prefix())
            .map(|settings| settings.constraints())
            .map_err(|kind| InstallError::new(installer, kind)),
    }
}

/// The constraints that stand in the user's settings themselves, as written:
/// `constraint-dependencies` of uv. They are for the plan like
/// [`constraint_files`].
pub fn constraints_in_settings(
    installer: &Installer,
    user: &User<'_>,
) -> Result<Vec<String>, InstallError> {
    match installer.kind() {
        Kind::Uv => uv_settings::read(user)
            .map(|settings| settings.constraints())
            .map_err(|kind| InstallError::new(installer, kind)),
        Kind::Pip => Ok(Vec::new()),
    }
}
