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
        fs::hard_link(source, target)
    }

    fn symbolic_link(&self, source: &Path, target: &Path) -> io::Result<()> {
        fs_err::os::unix::fs::symlink(source, target)
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
