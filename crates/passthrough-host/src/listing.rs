//! The names in a directory, at the cost of as few system calls and
//! allocations as there can be: most of what `check` does on a large host.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// Large enough for the names of some 3,000 entries at once.
#[cfg(target_os = "linux")]
const BUFFER: usize = 120 * 1024;

/// Hands every name in `directory` to `take`, in the order of the file system.
#[cfg(target_os = "linux")]
pub(crate) fn each_name(directory: &Path, mut take: impl FnMut(&OsStr)) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{Mode, OFlags, RawDir, open};

    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let directory = open(directory, flags, Mode::empty())?;
    let mut buffer = Vec::with_capacity(BUFFER);
    let mut entries = RawDir::new(directory, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            take(OsStr::from_bytes(name));
        }
    }
    Ok(())
}

/// Hands every name in `directory` to `take`, in the order of the file system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn each_name(directory: &Path, mut take: impl FnMut(&OsStr)) -> io::Result<()> {
    for entry in fs_err::read_dir(directory)? {
        take(&entry?.file_name());
    }
    Ok(())
}
