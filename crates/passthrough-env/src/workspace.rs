//! A directory that belongs to a living process, or is up for removal.
//!
//! Its lock is the system's: held as long as the process lives, however it
//! ends, and by nobody it starts. A process id could be another's by the time
//! that anybody looks, or mean nothing in another container.
//!
//! Between making the directory, the lock file and the lock, a process may be
//! killed as well, and what it left then looks like what another one is about
//! to lock. So it is removed, and who was about to lock it starts again.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use fs_err as fs;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

use crate::{EnvError, remove};

/// What the names of our directories begin with.
const PREFIX: &str = "passthrough-env-";

/// How many random letters and digits follow: too many to be anybody else's.
const RANDOM: usize = 16;

const LOCK: &str = "lock";

/// What a lock file holds, so that no other program's is taken for one.
const MAGIC: &[u8] = b"passthrough-env 1: removed when its owner is gone\n";

/// How often a new directory may be taken for one that was left behind.
const ATTEMPTS: usize = 100;

/// A new, empty directory that is ours.
#[derive(Debug)]
pub(crate) struct Workspace {
    path: PathBuf,
    /// Locked until it is dropped.
    _lock: File,
}

impl Workspace {
    /// Makes one in `parent`, which only its owner can enter.
    pub(crate) fn new(parent: &Path) -> Result<Self, EnvError> {
        let attempt = || -> io::Result<Option<Self>> {
            let directory = tempfile::Builder::new()
                .prefix(PREFIX)
                .rand_bytes(RANDOM)
                .tempdir_in(parent)?;
            let lock = lock(&directory.path().join(LOCK))?;
            Ok(lock.map(|lock| Self {
                path: directory.keep(),
                _lock: lock,
            }))
        };
        for _ in 0..ATTEMPTS {
            let made = attempt().map_err(EnvError::io(parent, "used for a new directory"))?;
            if let Some(workspace) = made {
                return Ok(workspace);
            }
        }
        let error = io::ErrorKind::ResourceBusy.into();
        Err(EnvError::io(parent, "used for a new directory")(error))
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
        self.give_up()?;
        Ok(self.path)
    }

    /// Without its lock file it is nobody's.
    fn give_up(&self) -> Result<(), EnvError> {
        let lock = self.path.join(LOCK);
        fs::remove_file(&lock).map_err(EnvError::io(&lock, "removed"))
    }
}

/// Makes a lock file that is ours; None if its directory is gone, or was taken
/// for one that was left behind before the lock was had.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    let mut file = match made {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        made => made?,
    };
    file.lock()?;
    if !is_at(&file, path)? {
        return Ok(None);
    }
    file.write_all(MAGIC)?;
    Ok(Some(file))
}

/// Whether a file is still the one of this name.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let identity = |metadata: &Metadata| (metadata.dev(), metadata.ino());
    let own = file.metadata()?;
    Ok(fs::symlink_metadata(path).is_ok_and(|found| identity(&found) == identity(&own)))
}

/// A directory for what is only needed meanwhile.
///
/// It goes when this is dropped, unless it was to be kept. Should the process
/// be killed before that, it goes when the next one is made in the same
/// directory.
#[derive(Debug)]
pub struct Scratch {
    workspace: Workspace,
    kept: Cell<bool>,
}

impl Scratch {
    /// Makes one in `parent`, which only its owner can enter.
    pub fn new(parent: &Path) -> Result<Self, EnvError> {
        remove_left_overs(parent);
        Ok(Self {
            workspace: Workspace::new(parent)?,
            kept: Cell::new(false),
        })
    }

    /// The directory. What is in it already is not to be touched.
    pub fn path(&self) -> &Path {
        self.workspace.path()
    }

    /// Makes it an ordinary directory that nobody removes.
    pub fn keep(&self) -> Result<(), EnvError> {
        if !self.kept.replace(true) {
            self.workspace.give_up()?;
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.kept.get() {
            // The next run tries again.
            let _ = clear(self.path(), &remove::remove);
        }
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
/// nothing else: a directory of ours has a name and a lock file of ours, or
/// nothing in it yet, belongs to the user, and is no link.
pub fn remove_left_overs(directory: &Path) -> LeftOvers {
    let mut found = LeftOvers::default();
    let Ok(entries) = fs::read_dir(directory) else {
        return found;
    };
    for entry in entries.flatten() {
        if !is_name_of_ours(&entry.file_name()) {
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

fn is_name_of_ours(name: &OsStr) -> bool {
    let random = name.as_encoded_bytes().strip_prefix(PREFIX.as_bytes());
    random.is_some_and(|random| {
        random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric)
    })
}

fn remove_left_over(path: &Path) -> Result<bool, EnvError> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(false);
    };
    let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_dir() || !is_own {
        return Ok(false);
    }
    match dead_lock(path) {
        Ok(Some(_lock)) => clear(path, &remove::remove).map(|()| true),
        Ok(None) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Fails, as it should, if there is anything in it.
            Ok(fs::remove_dir(path).is_ok())
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
    let is_possible =
        |metadata: &Metadata| metadata.is_file() && metadata.len() <= MAGIC.len() as u64;
    if !is_possible(&lock.metadata()?) {
        return Ok(None);
    }
    match lock.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
        Err(std::fs::TryLockError::Error(error)) => return Err(error),
    }
    // Only who has the lock writes into it.
    let mut content = Vec::new();
    (&mut lock)
        .take(MAGIC.len() as u64 + 1)
        .read_to_end(&mut content)?;
    let is_ours = content == MAGIC || (MAGIC.starts_with(&content) && is_alone(path)?);
    Ok(is_ours.then_some(lock))
}

/// Whether there is nothing in a directory but the lock file: whoever has not
/// written that yet has put nothing beside it.
fn is_alone(path: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(path)?.count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of ours, as a process leaves it that is killed while it
    /// makes one: with these files.
    fn begun(parent: &Path, last: char, files: &[(&str, &[u8])]) -> PathBuf {
        let random = last.to_string().repeat(RANDOM);
        let path = parent.join(format!("{PREFIX}{random}"));
        fs::create_dir(&path).unwrap();
        for (name, content) in files {
            fs::write(path.join(name), content).unwrap();
        }
        path
    }

    #[test]
    fn what_was_only_begun_goes_at_once() {
        let parent = tempfile::tempdir().unwrap();
        let begun = |last, files: &[(&str, &[u8])]| begun(parent.path(), last, files);
        let dead = [
            begun('a', &[]),
            begun('b', &[(LOCK, b"")]),
            begun('c', &[(LOCK, &MAGIC[..7])]),
            begun('d', &[(LOCK, MAGIC), ("file", b"")]),
        ];
        // Of others, for all that can be told.
        let foreign = [
            begun('e', &[("file", b"")]),
            begun('f', &[(LOCK, b""), ("file", b"")]),
            begun('g', &[(LOCK, b"another")]),
            begun('h', &[(LOCK, [MAGIC, b"and more"].concat().as_slice())]),
        ];
        let found = remove_left_overs(parent.path());
        assert_eq!(found.removed, dead);
        assert!(found.failed.is_empty(), "{:?}", found.failed);
        assert!(foreign.iter().all(|path| path.is_dir()));
    }

    /// The one who waits for the lock of a file that is removed meanwhile does
    /// not have the directory.
    #[test]
    fn a_lock_on_what_is_gone_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(LOCK);
        assert!(lock(&path).unwrap().is_some());
        let (file, _) = fs::File::open(&path).unwrap().into_parts();
        assert!(is_at(&file, &path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        fs::write(&path, "").unwrap();
        assert!(!is_at(&file, &path).unwrap());
        assert!(lock(&directory.path().join("gone/lock")).unwrap().is_none());
    }

    /// Everybody gets one of their own, however many others clear away.
    #[test]
    fn making_and_clearing_away_at_once() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let scratch = Scratch::new(parent.path()).unwrap();
                        fs::write(scratch.path().join("file"), "mine").unwrap();
                        remove_left_overs(parent.path());
                        let read = fs::read_to_string(scratch.path().join("file"));
                        assert_eq!(read.unwrap(), "mine");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
