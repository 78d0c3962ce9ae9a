//! The project that is built: a directory, or an unpacked source distribution.

use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_build::sdist;
use passthrough_config::{Pyproject, Reading};
use passthrough_env::Scratch;

use super::{Ui, failure};
use crate::failure::Failure;
use crate::project::{self, ProjectFile};

/// A source tree with its declaration.
pub(super) struct Source {
    /// The project's directory; absolute.
    pub(super) directory: PathBuf,
    /// Where the user has it: the directory itself, or that of the source
    /// distribution; absolute.
    pub(super) origin: PathBuf,
    /// Its `pyproject.toml`; an empty text where it has none.
    pub(super) file: ProjectFile,
    /// What that says.
    pub(super) pyproject: Pyproject,
    /// Where it was unpacked, for as long as it is needed.
    unpacked: Option<Scratch>,
}

impl Source {
    /// The project that `path` means.
    pub(super) fn read(path: &Path, reading: &Reading) -> Result<Self, Failure> {
        if sdist::is_sdist(path) {
            return Self::unpack(path, reading);
        }
        let file = project::read_source_tree(path)?;
        let directory = absolute(&file.directory)?;
        Ok(Self {
            origin: directory.clone(),
            directory,
            pyproject: passthrough_config::read(&file.text, reading),
            file,
            unpacked: None,
        })
    }

    /// The project in a source distribution.
    pub(super) fn unpack(archive: &Path, reading: &Reading) -> Result<Self, Failure> {
        let scratch = Scratch::new(&std::env::temp_dir()).map_err(|error| failure::env(&error))?;
        let directory = scratch.path().join("sdist");
        fs::create_dir(&directory).map_err(Failure::unable)?;
        let project = sdist::unpack(archive, &directory).map_err(Failure::unable)?;
        let origin = absolute(archive)?;
        Ok(Self {
            origin: origin.parent().unwrap_or(&origin).to_owned(),
            unpacked: Some(scratch),
            ..Self::read(&project, reading)?
        })
    }

    /// Keeps what was unpacked, and says where.
    pub(super) fn keep(&self, ui: &Ui<'_>) {
        let Some(scratch) = &self.unpacked else {
            return;
        };
        match scratch.keep() {
            Ok(()) => ui.say(&format!(
                "the unpacked source distribution is kept: {}",
                self.directory.display()
            )),
            Err(error) => ui.say(&format!("warning: {error}")),
        }
    }

    /// Whether it comes out of a source distribution.
    pub(super) fn is_unpacked(&self) -> bool {
        self.unpacked.is_some()
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(Failure::unable)
}
