//! The directories of an environment.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::{EnvError, EnvErrorKind};

/// Makes directories as they are needed. Several may work in one environment
/// at once: to make a directory is the dearest of all that is done there.
#[derive(Debug)]
pub(crate) struct Directories<'a> {
    root: &'a Path,
    /// Those that are there, as far as this one knows.
    known: HashSet<&'a str>,
    /// Those that it has made, parents first.
    pub(crate) made: Vec<PathBuf>,
}

impl<'a> Directories<'a> {
    /// Of the environment at `root`.
    pub(crate) fn new(root: &'a Path) -> Self {
        Self {
            root,
            known: HashSet::new(),
            made: Vec::new(),
        }
    }

    /// Makes the directory of `place` (relative to the root, with `/`), and
    /// those above it, if they are not there.
    ///
    /// What is there must be a directory and no link to one: something that
    /// ran in the environment may have put one in its place.
    pub(crate) fn make_for(&mut self, place: &'a str) -> Result<(), EnvError> {
        let Some((directory, _)) = place.rsplit_once('/') else {
            return Ok(());
        };
        if self.known.contains(directory) {
            return Ok(());
        }
        self.make_for(directory)?;
        let path = self.root.join(directory);
        match fs::create_dir(&path) {
            Ok(()) => self.made.push(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let metadata = fs::symlink_metadata(&path).map_err(EnvError::io(&path, "read"))?;
                if !metadata.is_dir() {
                    return Err(EnvError::new(&path, EnvErrorKind::NotADirectory));
                }
            }
            Err(error) => return Err(EnvError::io(&path, "created")(error)),
        }
        self.known.insert(directory);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(root: &Path, places: &[&str]) -> Result<Vec<PathBuf>, EnvError> {
        let mut directories = Directories::new(root);
        for place in places {
            directories.make_for(place)?;
        }
        Ok(directories.made)
    }

    #[test]
    fn each_directory_is_made_once() {
        let root = tempfile::tempdir().unwrap();
        let path = |place: &str| root.path().join(place);
        fs::create_dir(path("a")).unwrap();
        let made = make(root.path(), &["a/b/c/x", "a/b/y", "z", "a/b/c/w", "d/e"]).unwrap();
        assert_eq!(made, [path("a/b"), path("a/b/c"), path("d")]);
        assert!(path("a/b/c").is_dir() && !path("z").exists());
    }

    #[test]
    fn a_link_is_no_directory() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs_err::os::unix::fs::symlink(elsewhere.path(), root.path().join("a")).unwrap();
        fs::write(root.path().join("f"), "").unwrap();
        for place in ["a/b", "a/b/c", "f/b"] {
            let error = make(root.path(), &[place]).unwrap_err();
            assert!(matches!(error.kind, EnvErrorKind::NotADirectory), "{error}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
