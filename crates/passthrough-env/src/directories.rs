//! The directories of an environment.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::{EnvError, EnvErrorKind};

/// Makes the directories of `places` (relative to `root`, with `/`), each once,
/// and returns those that were not there, parents first.
///
/// What is there must be a directory and no link to one: something that ran in
/// the environment may have put one in its place.
pub(crate) fn make<'a>(
    root: &Path,
    places: impl Iterator<Item = &'a str>,
    made: &mut Vec<PathBuf>,
) -> Result<(), EnvError> {
    let mut wanted = BTreeSet::new();
    for place in places {
        let mut directory = place;
        while let Some((parent, _)) = directory.rsplit_once('/') {
            if !wanted.insert(parent) {
                break;
            }
            directory = parent;
        }
    }
    // In this order parents come first.
    for directory in wanted {
        let path = root.join(directory);
        match fs::create_dir(&path) {
            Ok(()) => made.push(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let metadata = fs::symlink_metadata(&path).map_err(EnvError::io(&path, "read"))?;
                if !metadata.is_dir() {
                    return Err(EnvError::new(&path, EnvErrorKind::NotADirectory));
                }
            }
            Err(error) => return Err(EnvError::io(&path, "created")(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_is_made_once() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        let mut made = Vec::new();
        make(
            root.path(),
            ["a/b/c/x", "a/b/y", "z", "a/b/c/w"].into_iter(),
            &mut made,
        )
        .unwrap();
        assert_eq!(made, [root.path().join("a/b"), root.path().join("a/b/c")]);
        assert!(root.path().join("a/b/c").is_dir() && !root.path().join("z").exists());
    }

    #[test]
    fn a_link_is_no_directory() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs_err::os::unix::fs::symlink(elsewhere.path(), root.path().join("a")).unwrap();
        fs::write(root.path().join("f"), "").unwrap();
        for place in ["a/b", "a/b/c", "f/b"] {
            let error = make(root.path(), [place].into_iter(), &mut Vec::new()).unwrap_err();
            assert!(matches!(error.kind, EnvErrorKind::NotADirectory), "{error}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
