//! Reading files that anybody may have put there: a name of METADATA may lead
//! to a FIFO, a device, a directory or 300 MB.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The size of one read; the header of nearly every METADATA fits in it.
const CHUNK: usize = 8 * 1024;

/// Why a file could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The system said no.
    Io(io::Error),
    /// More bytes than the limit, or no end of what was looked for within it.
    TooLarge,
}

impl ReadError {
    /// Whether there is no such file (a dangling link, or a file where a
    /// directory should be, included).
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Io(error) if is_absent(error))
    }

    /// What is wrong, to be said of the file: "METADATA …".
    pub(crate) fn words(&self) -> String {
        match self {
            Self::TooLarge => "is too large".to_owned(),
            Self::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => "is missing".to_owned(),
                io::ErrorKind::IsADirectory => "is a directory".to_owned(),
                // Only what cannot be read at an offset: a FIFO, a terminal.
                io::ErrorKind::NotSeekable => "is not a regular file".to_owned(),
                _ => format!("cannot be read: {error}"),
            },
        }
    }
}

pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Opens a file for reading without ever waiting for it: a FIFO without a
/// writer would block, a terminal could become the controlling one.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;

        // close-on-exec is std's own doing.
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    options.open(path)
}

/// Reads a file whole, unless it has more than `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    let file = open(path).map_err(ReadError::Io)?;
    let mut bytes = Vec::new();
    while read_chunk(&mut bytes, read_at(&file))? {
        if bytes.len() > limit {
            return Err(ReadError::TooLarge);
        }
    }
    Ok(bytes)
}

/// Reads a file whole as text; what is not UTF-8 is replaced.
pub(crate) fn read_text(path: &Path, limit: usize) -> Result<String, ReadError> {
    let bytes = read(path, limit)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a file up to the place that `end` finds, in as few and as small reads
/// as that takes; without that place: to the end of the file, at most `limit`
/// bytes.
///
/// `end` is given all bytes so far, and the place up to which it has already
/// seen them.
pub(crate) fn read_head(
    path: &Path,
    limit: usize,
    end: impl Fn(&[u8], usize) -> Option<usize>,
) -> Result<Vec<u8>, ReadError> {
    let file = open(path).map_err(ReadError::Io)?;
    head(read_at(&file), limit, end)
}

/// [`read_head`] of any source; `source` fills a buffer from an offset.
pub(crate) fn head(
    mut source: impl FnMut(&mut [u8], u64) -> io::Result<usize>,
    limit: usize,
    end: impl Fn(&[u8], usize) -> Option<usize>,
) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    loop {
        let seen = bytes.len();
        if !read_chunk(&mut bytes, &mut source)? {
            return Ok(bytes);
        }
        if let Some(end) = end(&bytes, seen) {
            bytes.truncate(end);
            return Ok(bytes);
        }
        if bytes.len() >= limit {
            return Err(ReadError::TooLarge);
        }
    }
}

/// Appends one chunk; false at the end of the file.
fn read_chunk(
    bytes: &mut Vec<u8>,
    mut source: impl FnMut(&mut [u8], u64) -> io::Result<usize>,
) -> Result<bool, ReadError> {
    let mut chunk = [0; CHUNK];
    loop {
        return match source(&mut chunk, bytes.len() as u64) {
            Ok(0) => Ok(false),
            Ok(count) => {
                bytes.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(ReadError::Io(error)),
        };
    }
}

/// Reads at an offset: unlike a plain read, it fails on FIFOs, sockets and
/// terminals, so that no `fstat` is needed to tell them from files.
#[cfg(unix)]
fn read_at(file: &File) -> impl FnMut(&mut [u8], u64) -> io::Result<usize> {
    |buffer, offset| std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File) -> impl FnMut(&mut [u8], u64) -> io::Result<usize> {
    move |buffer, _| file.read(buffer)
}

/// Reads from a stream, as [`head`] wants it.
pub(crate) fn stream(mut source: impl Read) -> impl FnMut(&mut [u8], u64) -> io::Result<usize> {
    move |buffer, _| source.read(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;
    use std::process::Command;
    use std::time::Duration;

    fn blank_line(bytes: &[u8], seen: usize) -> Option<usize> {
        let from = seen.saturating_sub(1);
        let found = bytes[from..].windows(2).position(|pair| pair == b"\n\n")?;
        Some(from + found + 1)
    }

    /// Runs on a thread of its own, so that a hang fails the test.
    fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || send.send(work()));
        receive
            .recv_timeout(Duration::from_secs(60))
            .expect("no hang")
    }

    #[test]
    fn reads_no_more_than_the_head_needs() {
        for (head_size, reads) in [(100, 1), (8190, 1), (8191, 2), (8192, 2), (20_000, 3)] {
            let mut content = vec![b'x'; head_size];
            content.extend(b"\n\n");
            content.extend(vec![b'y'; 100_000]);
            let mut count = 0;
            let mut position = 0;
            let head = head(
                |buffer, offset| {
                    count += 1;
                    assert_eq!(offset, position as u64);
                    let size = buffer.len().min(content.len() - position);
                    buffer[..size].copy_from_slice(&content[position..position + size]);
                    position += size;
                    Ok(size)
                },
                1 << 20,
                blank_line,
            )
            .unwrap();
            assert_eq!(head.len(), head_size + 1);
            assert_eq!(count, reads, "{head_size}");
        }
    }

    #[test]
    fn an_endless_source_is_given_up() {
        let mut total = 0;
        let result = head(
            |buffer, _| {
                buffer.fill(0);
                total += buffer.len();
                Ok(buffer.len())
            },
            1 << 20,
            blank_line,
        );
        assert!(matches!(result, Err(ReadError::TooLarge)));
        assert_eq!(total, 1 << 20);
    }

    #[test]
    fn interruptions_are_not_errors() {
        let mut calls = 0;
        let head = head(
            |buffer, _| {
                calls += 1;
                match calls {
                    1 | 3 => Err(io::ErrorKind::Interrupted.into()),
                    2 => {
                        buffer[..2].copy_from_slice(b"ab");
                        Ok(2)
                    }
                    _ => Ok(0),
                }
            },
            1 << 20,
            blank_line,
        );
        assert_eq!(head.unwrap(), b"ab");
    }

    #[test]
    fn whole_files_have_a_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, vec![b'a'; 20_000]).unwrap();
        assert_eq!(read(&path, 20_000).unwrap().len(), 20_000);
        assert!(matches!(read(&path, 19_999), Err(ReadError::TooLarge)));
        fs::write(&path, b"a\xffb").unwrap();
        assert_eq!(read_text(&path, 10).unwrap(), "a\u{fffd}b");
    }

    #[test]
    fn what_is_not_a_file_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let words = |name: &str| {
            let path = directory.path().join(name);
            in_time(move || read(&path, 1 << 20).unwrap_err().words())
        };
        assert_eq!(words("none"), "is missing");
        fs::create_dir_all(directory.path().join("dir")).unwrap();
        assert_eq!(words("dir"), "is a directory");
        let fifo = directory.path().join("fifo");
        assert!(
            Command::new("mkfifo")
                .arg(&fifo)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(words("fifo"), "is not a regular file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;

            symlink("/dev/zero", directory.path().join("zero")).unwrap();
            assert_eq!(words("zero"), "is too large");
            symlink("loop", directory.path().join("loop")).unwrap();
            assert!(
                words("loop").starts_with("cannot be read: "),
                "{}",
                words("loop")
            );
            let _socket =
                std::os::unix::net::UnixListener::bind(directory.path().join("socket")).unwrap();
            assert!(words("socket").starts_with("cannot be read: "));
        }
    }

    #[test]
    fn a_fifo_with_a_writer_keeps_its_content() {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("fifo");
        assert!(
            Command::new("mkfifo")
                .arg(&fifo)
                .status()
                .unwrap()
                .success()
        );
        // Both ends open: neither this nor what follows blocks.
        let mut ends = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&fifo)
            .unwrap();
        io::Write::write_all(&mut ends, b"Name: foo\n\n").unwrap();
        let path = fifo.clone();
        let error = in_time(move || read_head(&path, 100, blank_line).unwrap_err());
        assert_eq!(error.words(), "is not a regular file");
        let mut content = [0; 11];
        ends.read_exact(&mut content).unwrap();
        assert_eq!(&content, b"Name: foo\n\n");
    }
}
