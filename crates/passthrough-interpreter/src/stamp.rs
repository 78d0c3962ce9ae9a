//! What a change of a file or directory is seen by, without reading it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::text::Bytes;

/// What of a path matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aspect {
    /// A file's content, and who it is: even a change that sets the old size
    /// and time again is seen.
    Exact,
    /// As [`Self::Exact`], of a symbolic link itself.
    Link,
    /// A file's content. Other hard links to it may come and go: installers
    /// link files of one cache into many environments.
    Content,
    /// The names in a directory.
    Names,
    /// Whether it is there, and still the same.
    Presence,
}

/// The numbers that a change shows in; which ones, depends on the aspect.
type Numbers = [u64; 7];

/// A path as it was at one time. `None`: it was not there, or out of reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp(Bytes, Aspect, Option<Numbers>);

impl Stamp {
    /// Looks at a path, and tells when it last changed in any way.
    pub(crate) fn take(path: &Path, aspect: Aspect) -> (Self, Option<SystemTime>) {
        let metadata = look(path, aspect);
        let changed = metadata.as_ref().map(|metadata| {
            let modified = (metadata.mtime(), metadata.mtime_nsec());
            let changed = (metadata.ctime(), metadata.ctime_nsec());
            time(modified.max(changed))
        });
        let numbers = metadata.map(|metadata| numbers(&metadata, aspect));
        (Self(path.into(), aspect, numbers), changed)
    }

    /// Whether the path is now as it was.
    pub(crate) fn holds(&self) -> bool {
        let path: PathBuf = self.0.clone().into_path();
        look(&path, self.1).map(|metadata| numbers(&metadata, self.1)) == self.2
    }
}

/// How close to each other two changes may be for a file system to give both
/// the same time.
pub(crate) fn granularity(changed: SystemTime) -> Duration {
    let whole_seconds = changed
        .duration_since(UNIX_EPOCH)
        .is_ok_and(|since| since.subsec_nanos() == 0);
    if whole_seconds {
        Duration::from_secs(2)
    } else {
        Duration::from_millis(20)
    }
}

fn look(path: &Path, aspect: Aspect) -> Option<std::fs::Metadata> {
    match aspect {
        Aspect::Link => fs::symlink_metadata(path).ok(),
        _ => fs::metadata(path).ok(),
    }
}

fn numbers(metadata: &std::fs::Metadata, aspect: Aspect) -> Numbers {
    let (device, inode) = (metadata.dev(), metadata.ino());
    let modified = [metadata.mtime(), metadata.mtime_nsec()].map(i64::cast_unsigned);
    let changed = [metadata.ctime(), metadata.ctime_nsec()].map(i64::cast_unsigned);
    let size = metadata.size();
    match aspect {
        Aspect::Exact | Aspect::Link => [
            device,
            inode,
            size,
            modified[0],
            modified[1],
            changed[0],
            changed[1],
        ],
        Aspect::Content => [device, inode, size, modified[0], modified[1], 0, 0],
        Aspect::Names => [device, inode, 0, modified[0], modified[1], 0, 0],
        Aspect::Presence => [device, inode, 0, 0, 0, 0, 0],
    }
}

fn time((seconds, nanoseconds): (i64, i64)) -> SystemTime {
    let nanoseconds = Duration::from_nanos(nanoseconds.unsigned_abs());
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let base = if seconds < 0 {
        UNIX_EPOCH.checked_sub(whole)
    } else {
        UNIX_EPOCH.checked_add(whole)
    };
    base.and_then(|base| base.checked_add(nanoseconds))
        .unwrap_or(UNIX_EPOCH)
}
