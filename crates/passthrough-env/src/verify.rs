//! Whether the host is still what it was (I6).

use std::path::{Path, PathBuf};
use std::{fmt, io};

use fs_err as fs;
use passthrough_requirement::PackageName;

use crate::facts::Facts;
use crate::mapping::MappedDistribution;
use crate::threads;

/// How many files one thread takes at a time.
const SHARE: usize = 512;

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

/// The files of these distributions that changed, by name and path.
pub(crate) fn changed(distributions: &[MappedDistribution]) -> Vec<Changed> {
    let watched: Vec<_> = distributions
        .iter()
        .flat_map(|distribution| {
            let files = distribution.files.iter();
            files.filter_map(|file| Some((&distribution.name, file.host_file()?)))
        })
        .collect();
    let changes = threads::each(&watched, SHARE, |(owner, (source, facts))| {
        change(owner, source, facts)
    });
    let mut changed: Vec<_> = changes.into_iter().flatten().collect();
    changed.sort();
    changed
}

fn change(owner: &PackageName, source: &Path, before: &Facts) -> Option<Changed> {
    let what = match facts(source) {
        Ok(after) => difference(before, &after)?.to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "is gone".to_owned(),
        Err(error) => format!("cannot be looked at: {error}"),
    };
    Some(Changed {
        name: owner.clone(),
        path: source.to_owned(),
        what,
    })
}

fn facts(path: &Path) -> io::Result<Facts> {
    Ok(Facts::from(&fs::symlink_metadata(path)?))
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
