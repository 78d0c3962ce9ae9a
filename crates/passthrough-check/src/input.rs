//! Reading the files that the user names, none of which is trusted.

use std::io::Read;
use std::path::Path;

use fs_err as fs;

use crate::failure::Failure;

const MIB: u64 = 1024 * 1024;

/// Reads a regular file of at most `most` MiB. A FIFO or device is refused
/// without waiting for it.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let file = open(path).map_err(Failure::unable)?;
    let metadata = file.metadata().map_err(Failure::unable)?;
    if metadata.is_dir() {
        return Err(Failure::unable(format_args!(
            "{} is a directory",
            path.display()
        )));
    }
    if !metadata.is_file() {
        return Err(Failure::unable(format_args!(
            "{} is not a regular file",
            path.display()
        )));
    }
    let expected = usize::try_from(metadata.len().min(most * MIB)).unwrap_or(0);
    read_to_end(file, Vec::with_capacity(expected + 1), path, most)
}

/// Reads a stream to its end, as if it stood at `path`.
pub fn read_stream(source: impl Read, path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    read_to_end(source, Vec::new(), path, most)
}

fn read_to_end(
    source: impl Read,
    mut bytes: Vec<u8>,
    path: &Path,
    most: u64,
) -> Result<Vec<u8>, Failure> {
    source
        .take(most * MIB + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::unable(format_args!("{}: {error}", path.display())))?;
    if bytes.len() as u64 > most * MIB {
        return Err(Failure::unable(format_args!(
            "{} is larger than {most} MiB",
            path.display()
        )));
    }
    Ok(bytes)
}

/// The text of a file; what is wrong with it is placed by line and column.
pub fn utf8(bytes: Vec<u8>, path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let (line, column) = place(error.as_bytes(), error.utf8_error().valid_up_to());
        Failure::unable(format_args!(
            "{}:{line}:{column}: not valid UTF-8",
            path.display()
        ))
    })
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<fs::File> {
    use fs::os::unix::fs::OpenOptionsExt as _;

    let non_blocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(non_blocking)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<fs::File> {
    fs::File::open(path)
}

/// Line and column, from 1, of a byte; everything before it is valid UTF-8.
fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next();
    (line, last.map_or(0, |line| line.chars().count()) + 1)
}
