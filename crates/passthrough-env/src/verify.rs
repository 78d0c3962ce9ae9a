//! Whether the host is still what it was (I6).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fmt, io, thread};

use fs_err as fs;
use passthrough_requirement::PackageName;

use crate::facts::Facts;

/// How many files one thread takes at a time.
const SHARE: usize = 512;

/// More threads have nothing to do.
const THREADS: usize = 8;

/// A file of the host that is to stay as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    pub(crate) owner: PackageName,
    pub(crate) source: PathBuf,
    pub(crate) facts: Facts,
}

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

/// The files that changed, by name and path.
pub(crate) fn changed(watched: &[Watched]) -> Vec<Changed> {
    let next = AtomicUsize::new(0);
    let look = || {
        let mut found = Vec::new();
        loop {
            let start = next.fetch_add(SHARE, Ordering::Relaxed);
            let Some(rest) = watched.get(start..).filter(|rest| !rest.is_empty()) else {
                return found;
            };
            found.extend(rest.iter().take(SHARE).filter_map(change));
        }
    };
    let available = thread::available_parallelism().map_or(1, usize::from);
    let threads = available.min(THREADS).min(watched.len().div_ceil(SHARE));
    let mut found = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(look)).collect();
        let mut found = look();
        for other in others {
            match other.join() {
                Ok(more) => found.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        found
    });
    found.sort();
    found
}

fn change(watched: &Watched) -> Option<Changed> {
    let what = match facts(&watched.source) {
        Ok(facts) => difference(&watched.facts, &facts)?.to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "is gone".to_owned(),
        Err(error) => format!("cannot be looked at: {error}"),
    };
    Some(Changed {
        name: watched.owner.clone(),
        path: watched.source.clone(),
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
