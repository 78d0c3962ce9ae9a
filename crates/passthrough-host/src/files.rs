//! Where the complete list of a distribution's files is, and what it names.

mod conda;
mod digest;
mod dpkg;
mod list;
mod prefix;
mod rows;

use std::path::{Path, PathBuf};

use passthrough_requirement::PackageName;

use crate::entry_name::Form;
use crate::model::FileList;

pub(crate) use digest::{digest, of_text as digest_of_text};
pub use list::{ListError, ListErrorKind, ListedFile, ListedFiles};

/// The databases of system package managers.
#[derive(Debug)]
pub(crate) struct Databases {
    dpkg: dpkg::Database,
    /// One a prefix: of the environment, and of its base.
    conda: Vec<conda::Database>,
}

/// What is to be found out about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a PackageName,
    pub(crate) form: Form,
    pub(crate) info: &'a Path,
    /// The entry of `sys.path`.
    pub(crate) location: &'a Path,
}

impl Databases {
    /// The databases of an environment; none is opened yet.
    pub(crate) fn new(prefix: &Path, base_prefix: &Path) -> Self {
        let mut conda = vec![conda::Database::new(prefix)];
        if base_prefix != prefix {
            conda.push(conda::Database::new(base_prefix));
        }
        Self {
            dpkg: dpkg::Database::new(PathBuf::from("/var/lib/dpkg/info")),
            conda,
        }
    }

    /// Uses another directory than `/var/lib/dpkg/info`.
    pub(crate) fn set_dpkg(&mut self, directory: PathBuf) {
        self.dpkg = dpkg::Database::new(directory);
    }

    /// Finds the list.
    pub(crate) fn file_list(&self, wanted: Wanted<'_>) -> FileList {
        let own = match wanted.form {
            Form::DistInfo => wanted.info.join("RECORD"),
            Form::EggInfo | Form::EggLink => wanted.info.join("installed-files.txt"),
            Form::Egg => return FileList::Tree(wanted.location.to_owned()),
        };
        if is_filled(&own) {
            return FileList::Record(own);
        }
        if let Some(list) = self.dpkg.find(wanted) {
            return FileList::Dpkg(list);
        }
        self.conda
            .iter()
            .find_map(|database| database.find(wanted))
            .map_or(FileList::Missing, FileList::Conda)
    }
}

/// Whether an egg-info directory is one of a source tree, where `setup.py
/// develop` (or `egg_info`) makes it: without a version in its name, and not in
/// a site directory. To expose all that is beside it is then right.
pub(crate) fn is_in_source_tree(info: &Path, location: &Path) -> bool {
    let stem = info.file_stem().map(|stem| stem.to_string_lossy());
    let is_bare = stem.is_some_and(|stem| !stem.contains('-'));
    is_bare && prefix::prefix(location).is_none() && info.is_dir()
}

/// An empty list is what an interrupted installation leaves behind.
fn is_filled(path: &Path) -> bool {
    fs_err::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0)
}
