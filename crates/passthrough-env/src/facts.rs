//! What identifies a file's content without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// What is taken down of a file of the host. Its `ctime` and its number of
/// links are left out: a hard link changes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) mtime_ns: i64,
    /// As `chmod` takes them.
    pub(crate) permissions: u32,
}

impl From<&Metadata> for Facts {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            mtime_ns: metadata
                .mtime()
                .saturating_mul(1_000_000_000)
                .saturating_add(metadata.mtime_nsec()),
            permissions: metadata.mode() & 0o7777,
        }
    }
}
