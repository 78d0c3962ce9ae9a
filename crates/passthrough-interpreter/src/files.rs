//! Careful looks at the file system.

use fs_err::os::unix::fs::OpenOptionsExt;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use rustix::fs::OFlags;

/// Reads a regular file of at most `limit` bytes; never waits for a FIFO.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    // One more, to see whether there is more.
    open(path)?.take(limit + 1).read_to_end(&mut content)?;
    if u64::try_from(content.len()).is_ok_and(|length| length > limit) {
        return Err(refused(path, &format!("is larger than {limit} bytes")));
    }
    Ok(content)
}

fn open(path: &Path) -> io::Result<fs::File> {
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(refused(path, "is not a regular file"));
    }
    Ok(file)
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

/// Whether the content of a regular file begins with `prefix`.
pub(crate) fn starts_with(path: &Path, prefix: &[u8]) -> bool {
    let mut start = vec![0; prefix.len()];
    open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && start == prefix
}

/// An executable: every symbolic link on the way to it, and at last the file
/// itself. Links among its directories are kept, as the interpreter keeps them.
pub(crate) fn links(executable: &Path) -> Vec<PathBuf> {
    let mut links = vec![executable.to_owned()];
    // More than the system follows.
    for _ in 0..40 {
        let Some(path) = links.last() else { break };
        let Ok(target) = fs::read_link(path) else {
            break;
        };
        links.push(path.parent().unwrap_or(Path::new("/")).join(target));
    }
    links
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
