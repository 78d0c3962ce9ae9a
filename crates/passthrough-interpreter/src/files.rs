//! Careful looks at the file system.

use fs_err::os::unix::fs::OpenOptionsExt;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use rustix::fs::OFlags;

/// Reads a regular file of at most `limit` bytes; never waits for a FIFO.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refused(path, "is not a regular file"));
    }
    if metadata.len() > limit {
        return Err(refused(path, &format!("is larger than {limit} bytes")));
    }
    let mut content = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    // It may grow while it is read.
    file.take(limit).read_to_end(&mut content)?;
    Ok(content)
}

/// As [`read`], for UTF-8.
pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?).map_err(|_| refused(path, "is not UTF-8"))
}

fn refused(path: &Path, what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("`{}` {what}", path.display()),
    )
}

/// Removes `.`, `..` and doubled separators without looking at the file
/// system, as Python's `os.path.normpath` does.
pub(crate) fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The device and inode that a path leads to.
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    let stat = rustix::fs::stat(path).ok()?;
    Some((stat.st_dev, stat.st_ino))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized_as_python_does() {
        for (path, normal) in [
            ("/a/./b//c", "/a/b/c"),
            ("/a/../../b", "/b"),
            ("/a/b/..", "/a"),
            ("/", "/"),
        ] {
            assert_eq!(normalize(Path::new(path)), Path::new(normal));
        }
    }

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("file");
        fs::write(&file, "four").unwrap();
        assert_eq!(read(&file, 4).unwrap(), b"four");
        assert!(read(&file, 3).is_err());
        assert!(read(scratch.path(), 4).is_err());
        let fifo = scratch.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert!(read(&fifo, 4).is_err());
        fs::write(&file, b"\xff").unwrap();
        assert!(read_text(&file, 4).is_err());
    }
}
