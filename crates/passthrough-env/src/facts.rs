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

impl From<&rustix::fs::Stat> for Facts {
    #[allow(
        clippy::allow_attributes,
        clippy::unnecessary_cast,
        reason = "the types of the fields differ from system to system"
    )]
    fn from(stat: &rustix::fs::Stat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            size: stat.st_size.cast_unsigned() as u64,
            mtime_ns: (stat.st_mtime as i64)
                .saturating_mul(1_000_000_000)
                .saturating_add(stat.st_mtime_nsec as i64),
            permissions: stat.st_mode as u32 & 0o7777,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_looking_tell_the_same() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let stat = rustix::fs::stat(file.path()).unwrap();
        let metadata = fs_err::metadata(file.path()).unwrap();
        assert_eq!(Facts::from(&stat), Facts::from(&metadata));
    }
}
