//! Whether the host is still what it was (I6).

use std::ffi::OsStr;
use std::fmt;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use passthrough_requirement::PackageName;
use rustix::fs::{AtFlags, CWD, Mode, open, statat};
use rustix::io::Errno;

use crate::directories::HANDLE;
use crate::facts::Facts;
use crate::mapping::{Mapped, MappedDistribution};
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

/// How many files a thread takes at a time.
const SHARE: usize = 256;

/// The files of these distributions that changed, by name and path.
pub(crate) fn changed(distributions: &[MappedDistribution]) -> Vec<Changed> {
    let shares: Vec<(&PackageName, &[Mapped])> = distributions
        .iter()
        .flat_map(|distribution| {
            let shares = distribution.files.chunks(SHARE);
            shares.map(|files| (&distribution.name, files))
        })
        .collect();
    let of_lists = threads::each(&shares, 1, |(owner, files)| {
        changes(owner, files.iter().filter_map(Mapped::host_file))
    });
    let of_trees = distributions.iter().flat_map(|distribution| {
        let tree = distribution.develop.iter().flat_map(|tree| &tree.watched);
        let tree = tree.map(|(path, facts)| (path.as_path(), facts));
        changes(&distribution.name, tree)
    });
    let of_lists = of_lists.into_iter().flatten();
    let mut changed: Vec<_> = of_lists.chain(of_trees).collect();
    changed.sort();
    changed
}

/// Those of these files that changed. They are looked up from their directory,
/// which stays open as long as the next one is in it: the way to it is much of
/// what a look costs.
fn changes<'a>(
    owner: &PackageName,
    files: impl Iterator<Item = (&'a Path, &'a Facts)>,
) -> Vec<Changed> {
    let mut changed = Vec::new();
    let mut opened: Option<(&OsStr, Result<OwnedFd, Errno>)> = None;
    for (path, before) in files {
        let (directory, name) = split(path);
        let (_, handle) = match &mut opened {
            Some(opened) if opened.0 == directory => opened,
            other => other.insert((directory, open(directory, HANDLE, Mode::empty()))),
        };
        let found = match handle {
            Ok(handle) => statat(handle, name, AtFlags::SYMLINK_NOFOLLOW),
            Err(_) => statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW),
        };
        let what = match found {
            Ok(stat) => match difference(before, &Facts::from(&stat)) {
                Some(difference) => difference.to_owned(),
                None => continue,
            },
            Err(Errno::NOENT | Errno::NOTDIR) => "is gone".to_owned(),
            Err(error) => format!("cannot be looked at: {error}"),
        };
        changed.push(Changed {
            name: owner.clone(),
            path: path.to_owned(),
            what,
        });
    }
    changed
}

/// A file's directory and its name, taken apart at the last `/`. To ask a
/// [`Path`] for its parts costs nearly as much as to look at the file.
fn split(path: &Path) -> (&OsStr, &OsStr) {
    let bytes = path.as_os_str().as_bytes();
    let (directory, name) = match bytes.iter().rposition(|&byte| byte == b'/') {
        None => (&b"."[..], bytes),
        Some(0) => (&b"/"[..], &bytes[1..]),
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
    };
    (OsStr::from_bytes(directory), OsStr::from_bytes(name))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_its_directory_and_its_name() {
        for (path, directory, name) in [
            ("/a/b/c.py", "/a/b", "c.py"),
            ("/a b/ä", "/a b", "ä"),
            ("/a", "/", "a"),
            ("a", ".", "a"),
        ] {
            let (directory, name) = (OsStr::new(directory), OsStr::new(name));
            assert_eq!(split(Path::new(path)), (directory, name));
        }
    }
}
