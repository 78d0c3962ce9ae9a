//! Whether the host is still what it was (I6).

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use passthrough_requirement::PackageName;
use rustix::fs::{AtFlags, CWD, Mode, open, statat};
use rustix::io::Errno;

use crate::directories::HANDLE;
use crate::facts::Facts;
use crate::mapping::MappedDistribution;
use crate::threads;

/// A file of the host that is no longer what it was when it was exposed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Changed {
    /// Whose file it is.
    pub name: PackageName,
    /// The file.
    pub path: PathBuf,
    /// What happened to it, to be read after its path: `has another size`.
    pub what: String,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` of {} {}",
            self.path.display(),
            self.name,
            self.what
        )
    }
}

/// A file of the host that is to stay as it is.
type Watched<'a> = (&'a PackageName, (&'a Path, &'a Facts));

/// The files of these distributions that changed, by name and path.
pub(crate) fn changed(distributions: &[MappedDistribution]) -> Vec<Changed> {
    let watched: Vec<Watched<'_>> = distributions
        .iter()
        .flat_map(|distribution| {
            let files = distribution.watched();
            files.map(|file| (&distribution.name, file))
        })
        .collect();
    // Looked up from their directory, which is much of what a look costs.
    let directories: Vec<&[Watched<'_>]> = watched
        .chunk_by(|(_, (a, _)), (_, (b, _))| directory(a) == directory(b))
        .collect();
    let changes = threads::each(&directories, 16, |files| changes(files));
    let mut changed: Vec<_> = changes.into_iter().flatten().collect();
    changed.sort();
    changed
}

/// A path's directory. As bytes: to compare paths costs more than to look at
/// a file.
fn directory(path: &Path) -> Option<&OsStr> {
    path.parent().map(Path::as_os_str)
}

/// Of the files of one directory.
fn changes(files: &[Watched<'_>]) -> Vec<Changed> {
    let Some((_, (first, _))) = files.first() else {
        return Vec::new();
    };
    let directory = first.parent().unwrap_or(first);
    let handle = open(directory, HANDLE, Mode::empty());
    files
        .iter()
        .filter_map(|(owner, (source, before))| {
            let found = match (&handle, source.file_name()) {
                (Ok(handle), Some(name)) => statat(handle, name, AtFlags::SYMLINK_NOFOLLOW),
                _ => statat(CWD, *source, AtFlags::SYMLINK_NOFOLLOW),
            };
            let what = match found {
                Ok(stat) => difference(before, &Facts::from(&stat))?.to_owned(),
                Err(Errno::NOENT | Errno::NOTDIR) => "is gone".to_owned(),
                Err(error) => format!("cannot be looked at: {error}"),
            };
            Some(Changed {
                name: (*owner).clone(),
                path: source.to_path_buf(),
                what,
            })
        })
        .collect()
}

fn difference(before: &Facts, after: &Facts) -> Option<&'static str> {
    if (before.device, before.inode) != (after.device, after.inode) {
        Some("was replaced")
    } else if before.size != after.size {
        Some("has another size")
    } else if before.mtime_ns != after.mtime_ns {
        Some("was written to")
    } else if before.permissions != after.permissions {
        Some("has other permissions")
    } else {
        None
    }
}
