//! The directories of an environment, by handles: each is looked up in the one
//! above it, and no link is followed, whoever else works in there.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, open, openat, unlinkat};
use rustix::io::Errno;

use crate::{EnvError, EnvErrorKind};

/// What a directory is opened with that others are looked up in.
#[cfg(target_os = "linux")]
pub(crate) const HANDLE: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// What a directory is opened with that others are looked up in.
#[cfg(not(target_os = "linux"))]
pub(crate) const HANDLE: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// The directory that was used last, and those above it.
#[derive(Debug)]
pub(crate) struct Directories<'a> {
    root: &'a Path,
    /// From the root, which is `""`, downwards; each in the one before it.
    open: Vec<(&'a str, PathBuf, OwnedFd)>,
    /// Those that were made, parents first, relative to the root.
    pub(crate) made: Vec<&'a str>,
}

impl<'a> Directories<'a> {
    /// Of the environment at `root`.
    pub(crate) fn new(root: &'a Path) -> Result<Self, EnvError> {
        let handle = open(root, HANDLE | OFlags::NOFOLLOW, Mode::empty())
            .map_err(|error| refused(root, error))?;
        Ok(Self {
            root,
            open: vec![("", root.to_owned(), handle)],
            made: Vec::new(),
        })
    }

    /// The directory `place` (relative to the root, with `/`), made with those
    /// above it if they are not there. Several may do so at once.
    ///
    /// What is there must be a directory and no link to one: something that
    /// ran in the environment may have put one in its place.
    pub(crate) fn make(&mut self, place: &'a str) -> Result<(&Path, BorrowedFd<'_>), EnvError> {
        self.enter(place, true)
    }

    /// The directory `place`, which is there.
    pub(crate) fn find(&mut self, place: &'a str) -> Result<(&Path, BorrowedFd<'_>), EnvError> {
        self.enter(place, false)
    }

    fn enter(&mut self, place: &'a str, make: bool) -> Result<(&Path, BorrowedFd<'_>), EnvError> {
        let below = |above: &str| {
            let rest = place.strip_prefix(above)?;
            (above.is_empty() || rest.is_empty() || rest.starts_with('/')).then_some(rest)
        };
        // The root is above everything.
        while self.open.len() > 1
            && self
                .open
                .last()
                .is_some_and(|(last, ..)| below(last).is_none())
        {
            self.open.pop();
        }
        let mut end = self.open.last().map_or(0, |(last, ..)| last.len());
        while end < place.len() {
            let start = end + usize::from(end > 0);
            end = place[start..]
                .find('/')
                .map_or(place.len(), |length| start + length);
            self.open_next(&place[..end], &place[start..end], make)?;
        }
        let Some((_, path, handle)) = self.open.last() else {
            // The root is never closed.
            return Err(refused(self.root, Errno::BADF));
        };
        Ok((path, handle.as_fd()))
    }

    fn open_next(&mut self, place: &'a str, name: &'a str, make: bool) -> Result<(), EnvError> {
        let Some((_, above, parent)) = self.open.last() else {
            return Ok(());
        };
        let path = above.join(name);
        if make {
            match mkdirat(parent, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => self.made.push(place),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(EnvError::io(&path, "created")(error.into())),
            }
        }
        let handle = openat(parent, name, HANDLE | OFlags::NOFOLLOW, Mode::empty())
            .map_err(|error| refused(&path, error))?;
        self.open.push((place, path, handle));
        Ok(())
    }
}

fn refused(path: &Path, error: Errno) -> EnvError {
    match error {
        Errno::NOTDIR | Errno::LOOP => EnvError::new(path, EnvErrorKind::NotADirectory),
        error => EnvError::io(path, "opened")(error.into()),
    }
}

/// The directory of a place, and its name there.
pub(crate) fn split(place: &str) -> (&str, &str) {
    place.rsplit_once('/').unwrap_or(("", place))
}

/// Takes files and directories of the environment at `root` away again, as far
/// as it can; follows no link, and leaves directories that others use.
pub(crate) fn take_away<'a>(
    root: &'a Path,
    files: impl Iterator<Item = &'a str>,
    mut directories: Vec<&'a str>,
) {
    let Ok(mut open) = Directories::new(root) else {
        return;
    };
    let mut remove = |place: &'a str, flags| {
        let (parent, name) = split(place);
        if let Ok((_, handle)) = open.find(parent) {
            let _ = unlinkat(handle, name, flags);
        }
    };
    for file in files {
        remove(file, AtFlags::empty());
    }
    // Those within others first.
    directories.sort_unstable();
    for directory in directories.into_iter().rev() {
        remove(directory, AtFlags::REMOVEDIR);
    }
}

/// The directory of the host that was used last: most files are in the same
/// one as the file before.
#[derive(Debug, Default)]
pub(crate) struct Source {
    open: Option<(PathBuf, OwnedFd)>,
}

impl Source {
    /// Opens a directory of the host. Its path was looked into already; links
    /// in it lead where they led then.
    pub(crate) fn open(&mut self, directory: &Path) -> io::Result<BorrowedFd<'_>> {
        // As bytes: to compare paths is dearer than to look up a name.
        let known = self.open.as_ref().map(|(path, _)| path.as_os_str());
        if known != Some(directory.as_os_str()) {
            let handle = open(directory, HANDLE, Mode::empty())?;
            self.open = Some((directory.to_owned(), handle));
        }
        match &self.open {
            Some((_, handle)) => Ok(handle.as_fd()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;
    use fs_err::os::unix::fs::symlink;

    fn make<'a>(root: &'a Path, places: &[&'a str]) -> Result<Vec<&'a str>, EnvError> {
        let mut directories = Directories::new(root)?;
        for place in places {
            let (path, handle) = directories.make(place)?;
            assert_eq!(path, root.join(place));
            let same = rustix::fs::stat(path).unwrap();
            let found = rustix::fs::statat(handle, "", AtFlags::EMPTY_PATH).unwrap();
            assert_eq!(found.st_ino, same.st_ino);
        }
        Ok(directories.made)
    }

    #[test]
    fn each_directory_is_made_once_and_entered() {
        let root = tempfile::tempdir().unwrap();
        let path = |place: &str| root.path().join(place);
        fs::create_dir(path("a")).unwrap();
        let places = ["a/b/c", "a/b", "", "a/b-d", "a/b/c", "ab", "d/e"];
        let made = make(root.path(), &places).unwrap();
        assert_eq!(made, ["a/b", "a/b/c", "a/b-d", "ab", "d", "d/e"]);
    }

    #[test]
    fn a_link_is_no_directory() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), root.path().join("a")).unwrap();
        fs::write(root.path().join("f"), "").unwrap();
        let link = root.path().join("a");
        for (root, place) in [
            (root.path(), "a"),
            (root.path(), "a/b"),
            (root.path(), "f"),
            (root.path(), "f/b"),
            (link.as_path(), "b"),
        ] {
            let error = make(root, &[place]).unwrap_err();
            assert!(matches!(error.kind, EnvErrorKind::NotADirectory), "{error}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }

    #[test]
    fn taking_away_follows_no_link_and_keeps_what_others_use() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = |place: &str| root.path().join(place);
        make(root.path(), &["a/b", "c"]).unwrap();
        for file in ["a/b/x", "a/y", "c/z", "c/theirs"] {
            fs::write(path(file), "").unwrap();
        }
        fs::write(elsewhere.path().join("x"), "").unwrap();
        symlink(elsewhere.path(), path("link")).unwrap();
        let files = ["a/b/x", "a/y", "c/z", "link/x", "gone/x"];
        take_away(
            root.path(),
            files.into_iter(),
            vec!["a", "a/b", "c", "link"],
        );
        assert!(!path("a").exists() && path("c/theirs").exists() && !path("c/z").exists());
        assert!(elsewhere.path().join("x").exists() && path("link").is_dir());
    }
}
