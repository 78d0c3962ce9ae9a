//! A directory that belongs to a living process, or is up for removal.
//!
//! Its lock is the system's: held as long as the process lives, however it
//! ends, and by nobody it starts. A process id could be another's by the time
//! that anybody looks, or mean nothing in another container.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs_err as fs;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::os::unix::fs::OpenOptionsExt as _;

use crate::{EnvError, remove};

/// What the names of our directories begin with.
const PREFIX: &str = "passthrough-env-";

const LOCK: &str = "lock";

/// What a lock file holds, so that no other program's is taken for one.
const MAGIC: &[u8] = b"passthrough-env 1: removed when its owner is gone\n";

/// How old a directory without a lock must be before it is taken for what a
/// process left behind that was killed between making the one and the other.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A new, empty directory that is ours.
#[derive(Debug)]
pub(crate) struct Workspace {
    path: PathBuf,
    /// Locked until it is dropped.
    _lock: fs::File,
}

impl Workspace {
    /// Makes one in `parent`, which only its owner can enter.
    pub(crate) fn new(parent: &Path) -> Result<Self, EnvError> {
        let fail = || EnvError::io(parent, "used for a new directory");
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(parent)
            .map_err(fail())?;
        // Nobody sees the lock's name before it is locked.
        let mut lock = tempfile::NamedTempFile::new_in(directory.path()).map_err(fail())?;
        lock.write_all(MAGIC).map_err(fail())?;
        lock.as_file().lock().map_err(fail())?;
        let file = directory.path().join(LOCK);
        let lock = lock.persist(&file).map_err(|error| fail()(error.error))?;
        Ok(Self {
            path: directory.keep(),
            _lock: fs::File::from_parts(lock, file),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, the lock last: should this be interrupted, the next run
    /// goes on with it.
    pub(crate) fn remove(self) -> Result<(), EnvError> {
        self.remove_with(&remove::remove)
    }

    /// [`Self::remove`], with another way to take away what is in it.
    pub(crate) fn remove_with(self, remove: &Remove) -> Result<(), EnvError> {
        clear(&self.path, remove)
    }

    /// Makes it an ordinary directory that nobody removes.
    pub(crate) fn keep(self) -> Result<PathBuf, EnvError> {
        let lock = self.path.join(LOCK);
        fs::remove_file(&lock).map_err(EnvError::io(&lock, "removed"))?;
        Ok(self.path)
    }
}

/// A way to remove a file or a directory.
type Remove = dyn Fn(&Path) -> Result<(), EnvError>;

fn clear(path: &Path, remove: &Remove) -> Result<(), EnvError> {
    for entry in fs::read_dir(path).map_err(EnvError::io(path, "listed"))? {
        let entry = entry.map_err(EnvError::io(path, "listed"))?;
        if entry.file_name() != LOCK {
            remove(&entry.path())?;
        }
    }
    remove(&path.join(LOCK))?;
    fs::remove_dir(path).map_err(EnvError::io(path, "removed"))
}

/// What [`remove_left_overs`] did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LeftOvers {
    /// The directories that were removed.
    pub removed: Vec<PathBuf>,
    /// Those that could not be, which the next run tries again.
    pub failed: Vec<EnvError>,
}

/// Removes from `directory` the environments of processes that are gone, and
/// nothing else: a directory of ours has a name and a lock file of ours,
/// belongs to the user, and is no link.
pub fn remove_left_overs(directory: &Path) -> LeftOvers {
    let mut found = LeftOvers::default();
    let Ok(entries) = fs::read_dir(directory) else {
        return found;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            continue;
        }
        let path = entry.path();
        match remove_left_over(&path) {
            Ok(true) => found.removed.push(path),
            Ok(false) => {}
            Err(error) => found.failed.push(error),
        }
    }
    found.removed.sort();
    found
}

fn remove_left_over(path: &Path) -> Result<bool, EnvError> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(false);
    };
    let is_own =
        std::os::unix::fs::MetadataExt::uid(&metadata) == rustix::process::geteuid().as_raw();
    if !metadata.is_dir() || !is_own {
        return Ok(false);
    }
    match dead_lock(path) {
        Ok(Some(_lock)) => clear(path, &remove::remove).map(|()| true),
        Ok(None) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let age = metadata.modified().and_then(|time| {
                SystemTime::now()
                    .duration_since(time)
                    .map_err(io::Error::other)
            });
            // Fails, as it should, if there is anything in it.
            Ok(age.is_ok_and(|age| age > ABANDONED) && fs::remove_dir(path).is_ok())
        }
        Err(error) => Err(EnvError::io(path, "looked at")(error)),
    }
}

/// The lock of a directory whose owner is gone, now held; None if the owner
/// lives, or if it is no lock of ours.
fn dead_lock(path: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    // Not fs_err's: its errors do not have the system's number.
    let lock = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path.join(LOCK));
    let mut lock = match lock {
        // A link is none of ours.
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => return Ok(None),
        lock => lock?,
    };
    let metadata = lock.metadata()?;
    if !metadata.is_file() || metadata.len() != MAGIC.len() as u64 {
        return Ok(None);
    }
    let mut content = Vec::new();
    io::Read::read_to_end(&mut lock, &mut content)?;
    if content != MAGIC {
        return Ok(None);
    }
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}
