//! What is done to the file system for each exposed file: as a trait, so that
//! a test can have any of it fail.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;

use crate::content;
use crate::facts::Facts;

/// The size of one read. Nearly every file fits into it.
const BUFFER: usize = 128 * 1024;

/// The ways to make a file. None replaces one that is there, and none leaves
/// one behind when it fails.
pub(crate) trait Operations: Sync {
    fn clone(&self, source: &Path, facts: &Facts, target: &Path) -> io::Result<()>;
    fn copy(&self, source: &Path, facts: &Facts, target: &Path) -> io::Result<()>;
    fn hard_link(&self, source: &Path, target: &Path) -> io::Result<()>;
    fn symbolic_link(&self, source: &Path, target: &Path) -> io::Result<()>;
    /// Writes a script.
    fn write(&self, content: &[u8], target: &Path) -> io::Result<()>;
}

/// The operating system's.
pub(crate) struct System;

impl Operations for System {
    fn clone(&self, source: &Path, facts: &Facts, target: &Path) -> io::Result<()> {
        reflink_copy::reflink(source, target)?;
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(permissions(facts));
        fs::set_permissions(target, permissions).or_else(|error| undo(target, error))
    }

    fn copy(&self, source: &Path, facts: &Facts, target: &Path) -> io::Result<()> {
        let mut from = content::open(source)?;
        let mut to = create(target, permissions(facts))?;
        pour(&mut from, &mut to, facts.size).or_else(|error| undo(target, error))
    }

    fn hard_link(&self, source: &Path, target: &Path) -> io::Result<()> {
        // Not fs_err's: its errors do not have the system's number, which tells
        // refusals apart.
        std::fs::hard_link(source, target)
    }

    fn symbolic_link(&self, source: &Path, target: &Path) -> io::Result<()> {
        std::os::unix::fs::symlink(source, target)
    }

    fn write(&self, content: &[u8], target: &Path) -> io::Result<()> {
        let mut file = create(target, 0o777)?;
        file.write_all(content).or_else(|error| undo(target, error))
    }
}

/// Everything may be read and written by its owner, whatever the host's may be:
/// the environment is to be used and removed.
fn permissions(facts: &Facts) -> u32 {
    facts.permissions & 0o777 | 0o600
}

fn create(target: &Path, permissions: u32) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(permissions)
        .open(target)
}

fn pour(from: &mut fs::File, to: &mut fs::File, size: u64) -> io::Result<()> {
    thread_local! {
        static BYTES: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![0; BUFFER]);
    }
    if size > BUFFER as u64 {
        // In the kernel, where it can.
        let copied = io::copy(from.file_mut(), to.file_mut())?;
        return is_expected(copied, size);
    }
    BYTES.with_borrow_mut(|bytes| {
        let mut filled = 0;
        loop {
            match from.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if filled as u64 >= size {
                break;
            }
        }
        is_expected(filled as u64, size)?;
        to.write_all(&bytes[..filled])
    })
}

/// A file that has another size than a moment ago is being changed.
fn is_expected(copied: u64, size: u64) -> io::Result<()> {
    if copied == size {
        Ok(())
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn undo(target: &Path, error: io::Error) -> io::Result<()> {
    let _ = fs::remove_file(target);
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(path: &Path) -> Facts {
        Facts::from(&fs::metadata(path).unwrap())
    }

    #[test]
    fn copies_are_whole_and_belong_to_their_owner() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("a"), directory.path().join("b"));
        for size in [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 5 * BUFFER] {
            let content: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
            fs::write(&source, &content).unwrap();
            fs::set_permissions(&source, std::fs::Permissions::from_mode(0o555)).unwrap();
            System.copy(&source, &facts(&source), &target).unwrap();
            assert_eq!(fs::read(&target).unwrap(), content);
            assert_eq!(fs::metadata(&target).unwrap().mode() & 0o700, 0o700);
            fs::remove_file(&target).unwrap();
            fs::remove_file(&source).unwrap();
        }
    }

    #[test]
    fn nothing_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&source, "new").unwrap();
        fs::write(&target, "old").unwrap();
        let facts = facts(&source);
        let results = [
            System.copy(&source, &facts, &target),
            System.hard_link(&source, &target),
            System.symbolic_link(&source, &target),
            System.write(b"new", &target),
        ];
        for result in results {
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        }
        assert!(System.clone(&source, &facts, &target).is_err());
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    }

    #[test]
    fn a_file_that_has_another_size_is_not_copied() {
        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("a"), directory.path().join("b"));
        for (before, after) in [(3, 2), (3, 4), (BUFFER + 1, BUFFER), (2, BUFFER + 9)] {
            fs::write(&source, vec![1; before]).unwrap();
            let facts = facts(&source);
            fs::write(&source, vec![1; after]).unwrap();
            assert!(
                System.copy(&source, &facts, &target).is_err(),
                "{before} {after}"
            );
            assert!(!target.exists());
        }
    }

    #[test]
    fn errors_of_links_keep_the_systems_number() {
        let directory = tempfile::tempdir().unwrap();
        let (gone, target) = (directory.path().join("a"), directory.path().join("x/b"));
        for result in [
            System.hard_link(&gone, &target),
            System.symbolic_link(&gone, &target),
        ] {
            assert!(result.unwrap_err().raw_os_error().is_some());
        }
    }
}
