//! The hooks of a build backend (PEP 517, PEP 660), one process each.
//!
//! A [`Backend`] is a backend as a project declares it, in an environment that
//! is ready for it. Each method calls one hook: it writes a question into a
//! private control directory, starts the environment's interpreter in the
//! project's root on a small script that imports the backend and calls the
//! hook, and reads the answer that the script leaves. The interpreter starts
//! as it would for anyone in that environment; neither the project's root nor
//! the script's directory is on `sys.path`.
//!
//! Nothing that a hook does is trusted. It runs in a process group of its own,
//! within a time; what it writes is bounded, what it returns is checked; and it
//! builds into a private directory, out of which only a checked artefact is
//! moved to where it is wanted.

mod answer;
mod artefact;
mod backend_path;
mod call;
mod deliver;
mod error;
mod metadata;
mod settings;
mod text;

use std::path::{Path, PathBuf};
use std::time::Duration;

use passthrough_interpreter::Environment;

pub use answer::{Exception, Failure, Frame, Stage, Surroundings};
pub use artefact::{Artefact, Hook, NameFault, WheelKind};
pub use backend_path::{EntryFault, InTree};
pub use error::{HookError, HookErrorKind, Unavailable};
pub use metadata::Metadata;
pub use settings::{ConfigSettings, Setting};

use call::Arguments;

/// What gets every line that a hook prints, as it comes: raw, with its end.
pub type Follow<'a> = &'a dyn Fn(&[u8]);

/// A build backend, ready to be asked.
#[derive(Clone, Copy)]
pub struct Backend<'a> {
    /// The interpreter of the build environment.
    pub python: &'a Path,
    /// The root of the project's source tree: the hooks' current directory.
    pub project: &'a Path,
    /// `build-backend`: `module` or `module:object`.
    pub name: &'a str,
    /// `backend-path`, empty for a backend that is not in-tree.
    pub path: &'a [String],
    /// All the variables of the hooks' process.
    pub variables: &'a Environment,
    /// A directory for what is only needed meanwhile, such as one of the build
    /// environment's own. It exists, and nobody else may write to it.
    pub scratch: &'a Path,
    /// How long each hook may take; then it and all that it started are ended.
    pub timeout: Option<Duration>,
    /// Who sees what the hooks print; an error has the end of it in any case.
    pub follow: Option<Follow<'a>>,
}

impl Backend<'_> {
    /// `get_requires_for_build_*`: what else must be installed before the
    /// artefact can be built, as the backend wrote it. Nothing if the backend
    /// has no such hook.
    pub fn get_requires(
        &self,
        artefact: Artefact,
        settings: &ConfigSettings,
    ) -> Result<Vec<String>, HookError> {
        let hook = Hook::GetRequires(artefact);
        let called = call::call(self, hook, &Arguments::new(settings))?;
        called.list().map(<[String]>::to_vec)
    }

    /// The metadata of the wheel that [`Self::build`] would make, in a
    /// directory of its own below [`Self::scratch`].
    ///
    /// Where the backend has no `prepare_metadata_for_build_*`, the wheel is
    /// built and its metadata taken out of it. Given to [`Self::build`], that
    /// wheel is not built again.
    pub fn metadata(
        &self,
        kind: WheelKind,
        settings: &ConfigSettings,
    ) -> Result<Metadata, HookError> {
        metadata::metadata(self, kind, settings)
    }

    /// Builds an artefact, and returns where it is: in `out`, an existing
    /// directory, under the name that the backend gave it. A file of that name
    /// is replaced. Nothing else gets into `out`, nothing at all on failure.
    ///
    /// `metadata` is that of the same artefact with the same settings, if it
    /// was asked for before.
    pub fn build(
        &self,
        artefact: Artefact,
        out: &Path,
        settings: &ConfigSettings,
        metadata: Option<&Metadata>,
    ) -> Result<PathBuf, HookError> {
        let hook = Hook::Build(artefact);
        if let Some(wheel) = metadata.and_then(|metadata| metadata.wheel(artefact, settings)) {
            return deliver::deliver(wheel, out).map_err(|kind| self.error(hook, kind));
        }
        let private = self.private_directory(hook)?;
        let wheel = self.build_into(
            hook,
            private.path(),
            settings,
            metadata.and_then(|metadata| metadata.directory(artefact)),
        )?;
        deliver::deliver(&wheel, out).map_err(|kind| self.error(hook, kind))
    }

    /// Calls a `build_*` hook and checks what it left in `directory`.
    fn build_into(
        &self,
        hook: Hook,
        directory: &Path,
        settings: &ConfigSettings,
        metadata: Option<&Path>,
    ) -> Result<PathBuf, HookError> {
        let artefact = hook.artefact();
        let arguments = Arguments::new(settings)
            .into(directory)
            .with_metadata(metadata);
        let called = call::call(self, hook, &arguments)?;
        let name = called.text()?;
        artefact::check(name, artefact, directory).map_err(|fault| {
            called.error(HookErrorKind::Name {
                name: name.to_owned(),
                fault,
            })
        })
    }

    fn private_directory(&self, hook: Hook) -> Result<tempfile::TempDir, HookError> {
        tempfile::Builder::new()
            .prefix("hook-")
            .tempdir_in(self.scratch)
            .map_err(|error| self.error(hook, HookErrorKind::Control(error)))
    }

    fn error(&self, hook: Hook, kind: HookErrorKind) -> HookError {
        HookError {
            hook,
            kind,
            output: Vec::new(),
        }
    }
}
