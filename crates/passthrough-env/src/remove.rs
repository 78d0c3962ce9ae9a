//! Taking things away, whatever a build has made of them.

use std::io;
use std::path::Path;

use fs_err as fs;

use crate::EnvError;

/// Removes a file, a link or a directory with all that is in it; follows no
/// link. That there is no such thing is no error.
pub(crate) fn remove(path: &Path) -> Result<(), EnvError> {
    let result = attempt(path).or_else(|error| {
        if error.kind() != io::ErrorKind::PermissionDenied {
            return Err(error);
        }
        // A build may have made directories read-only.
        open_up(path)?;
        attempt(path)
    });
    result.map_err(EnvError::io(path, "removed"))
}

fn attempt(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    if metadata.is_dir() {
        // Safe against links that are put in its way meanwhile.
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

/// Lets the owner change every directory below `path`. Files are left alone:
/// one may be a hard link to a file of the host.
fn open_up(path: &Path) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, fchmod, open};

    let mut directories = vec![path.to_owned()];
    while let Some(directory) = directories.pop() {
        let metadata = fs::symlink_metadata(&directory)?;
        if !metadata.is_dir() {
            continue;
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o700);
        // What cannot be read cannot be opened for reading either.
        if let Ok(handle) = open(&directory, flags | OFlags::RDONLY, Mode::empty()) {
            fchmod(handle, mode)?;
        } else {
            fs::set_permissions(
                &directory,
                std::os::unix::fs::PermissionsExt::from_mode(0o700),
            )?;
        }
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                directories.push(entry.path());
            }
        }
    }
    Ok(())
}
