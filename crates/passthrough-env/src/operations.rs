//! What is done to the file system for each exposed file: as a trait, so that
//! a test can have any of it fail.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, RawMode, linkat, openat, symlinkat, unlinkat};
use rustix::io::Errno;

use crate::facts::Facts;

/// The size of one read. Nearly every file fits into it.
const BUFFER: usize = 128 * 1024;

/// A file that is there, or that is to be: by its directory, which is open.
///
/// What leads to the directory is looked up once for all of its files, and
/// nothing can be put in its way after that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) directory: BorrowedFd<'a>,
    /// The directory's path.
    pub(crate) parent: &'a Path,
    pub(crate) name: &'a OsStr,
}

impl At<'_> {
    pub(crate) fn path(&self) -> PathBuf {
        self.parent.join(self.name)
    }

    /// Opens the file for reading, without waiting for the other end of a
    /// FIFO. One that is a link by now is not the one that was looked at.
    pub(crate) fn open(&self) -> io::Result<File> {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(self.directory, self.name, flags, Mode::empty());
        match opened {
            Ok(handle) => Ok(handle.into()),
            Err(Errno::LOOP) => Err(io::ErrorKind::NotFound.into()),
            Err(error) => Err(error.into()),
        }
    }

    fn create(&self, permissions: u32) -> io::Result<OwnedFd> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        #[allow(
            clippy::allow_attributes,
            clippy::unnecessary_cast,
            reason = "the type differs from system to system"
        )]
        let mode = Mode::from_raw_mode(permissions as RawMode);
        Ok(openat(self.directory, self.name, flags, mode)?)
    }

    fn undo(&self, error: io::Error) -> io::Result<()> {
        let _ = unlinkat(self.directory, self.name, AtFlags::empty());
        Err(error)
    }
}

/// The ways to make a file. None replaces one that is there, and none leaves
/// one behind when it fails.
pub(crate) trait Operations: Sync {
    fn clone(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()>;
    fn copy(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()>;
    fn hard_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()>;
    fn symbolic_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()>;
    /// Writes a file of ours, which may be run if `executable`.
    fn write(&self, content: &[u8], executable: bool, target: At<'_>) -> io::Result<()>;
}

/// The operating system's.
pub(crate) struct System;

impl Operations for System {
    #[cfg(target_os = "linux")]
    fn clone(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()> {
        let from = source.open()?;
        let to = target.create(permissions(facts))?;
        rustix::fs::ioctl_ficlone(&to, &from).or_else(|error| target.undo(io::Error::from(error)))
    }

    #[cfg(not(target_os = "linux"))]
    fn clone(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()> {
        let path = target.path();
        reflink_copy::reflink(source.path(), &path)?;
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(permissions(facts));
        fs_err::set_permissions(&path, permissions).or_else(|error| target.undo(error))
    }

    fn copy(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()> {
        let mut from = source.open()?;
        let mut to = target.create(permissions(facts))?.into();
        pour(&mut from, &mut to, facts.size).or_else(|error| target.undo(error))
    }

    fn hard_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()> {
        let (from, to) = (source.directory, target.directory);
        Ok(linkat(
            from,
            source.name,
            to,
            target.name,
            AtFlags::empty(),
        )?)
    }

    fn symbolic_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()> {
        Ok(symlinkat(source.path(), target.directory, target.name)?)
    }

    fn write(&self, content: &[u8], executable: bool, target: At<'_>) -> io::Result<()> {
        let permissions = if executable { 0o777 } else { 0o666 };
        let mut file: File = target.create(permissions)?.into();
        file.write_all(content).or_else(|error| target.undo(error))
    }
}

/// Everything may be read and written by its owner, whatever the host's may be:
/// the environment is to be used and removed.
fn permissions(facts: &Facts) -> u32 {
    facts.permissions & 0o777 | 0o600
}

fn pour(from: &mut File, to: &mut File, size: u64) -> io::Result<()> {
    thread_local! {
        static BYTES: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![0; BUFFER]);
    }
    if size > BUFFER as u64 {
        // In the kernel, where it can.
        let copied = io::copy(from, to)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::world::Opened;
    use fs_err as fs;

    fn facts(path: &Path) -> Facts {
        Facts::from(&fs::metadata(path).unwrap())
    }

    #[test]
    fn copies_are_whole_and_belong_to_their_owner() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("a"), directory.path().join("b"));
        let opened = Opened::new(directory.path());
        let (from, to) = (opened.at("a"), opened.at("b"));
        for size in [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 5 * BUFFER] {
            let content: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
            fs::write(&source, &content).unwrap();
            fs::set_permissions(&source, std::fs::Permissions::from_mode(0o555)).unwrap();
            System.copy(from, &facts(&source), to).unwrap();
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
        let opened = Opened::new(directory.path());
        let (from, to) = (opened.at("a"), opened.at("b"));
        fs::write(&source, "new").unwrap();
        fs::write(&target, "old").unwrap();
        let facts = facts(&source);
        let results = [
            System.copy(from, &facts, to),
            System.hard_link(from, to),
            System.symbolic_link(from, to),
            System.write(b"new", true, to),
        ];
        for result in results {
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        }
        assert!(System.clone(from, &facts, to).is_err());
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    }

    #[test]
    fn a_file_that_has_another_size_is_not_copied() {
        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("a"), directory.path().join("b"));
        let opened = Opened::new(directory.path());
        let (from, to) = (opened.at("a"), opened.at("b"));
        for (before, after) in [(3, 2), (3, 4), (BUFFER + 1, BUFFER), (2, BUFFER + 9)] {
            fs::write(&source, vec![1; before]).unwrap();
            let facts = facts(&source);
            fs::write(&source, vec![1; after]).unwrap();
            assert!(System.copy(from, &facts, to).is_err(), "{before} {after}");
            assert!(!target.exists());
        }
    }

    #[test]
    fn errors_of_links_keep_the_systems_number() {
        let directory = tempfile::tempdir().unwrap();
        let opened = Opened::new(directory.path());
        let (gone, target) = (opened.at("a"), opened.at("x/b"));
        for result in [
            System.hard_link(gone, target),
            System.symbolic_link(gone, target),
        ] {
            assert!(result.unwrap_err().raw_os_error().is_some());
        }
    }

    /// What was a file when it was looked at, and is a link now, is not read.
    #[test]
    fn a_source_that_became_a_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("secret"), "1234").unwrap();
        fs_err::os::unix::fs::symlink("secret", directory.path().join("a")).unwrap();
        let opened = Opened::new(directory.path());
        let facts = facts(&directory.path().join("secret"));
        for result in [
            System.copy(opened.at("a"), &facts, opened.at("b")),
            System.clone(opened.at("a"), &facts, opened.at("b")),
        ] {
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::NotFound);
        }
        assert!(!directory.path().join("b").exists());
    }
}
