//! Reading and comparing what is in files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use fs_err as fs;
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

const BUFFER: usize = 64 * 1024;

/// Opens a file for reading without waiting for the other end of a FIFO.
pub(crate) fn open(path: &Path) -> io::Result<fs::File> {
    use fs_err::os::unix::fs::OpenOptionsExt as _;

    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// Reads a file of at most `limit` bytes; None if it has more.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    read_to_end(&mut open(path)?, limit)
}

/// Reads what is left of a file, at most `limit` bytes; None if it is more.
pub(crate) fn read_to_end(file: &mut impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Whether the files at two paths have the same bytes.
pub(crate) fn are_same(a: &Path, b: &Path) -> io::Result<bool> {
    is_same(open(a)?.file_mut(), open(b)?.file_mut())
}

/// Whether two files have the same bytes.
pub(crate) fn is_same(a: &mut File, b: &mut File) -> io::Result<bool> {
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        let count = fill(a, &mut left)?;
        if count != fill(b, &mut right)? || left[..count] != right[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The SHA-256 of a file as RECORD writes it: urlsafe base 64, not padded.
pub(crate) fn record_hash(path: &Path) -> io::Result<String> {
    let mut file = open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match fill(&mut file, &mut buffer)? {
            0 => return Ok(base64(&hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        for place in 0..=chunk.len() {
            let index = bits >> (18 - 6 * place) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_record() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"\xff\xfe\xfd\xfc", "__79_A"),
        ] {
            assert_eq!(base64(bytes), expected);
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.py");
        fs::write(&path, "x = 1\n").unwrap();
        assert_eq!(
            record_hash(&path).unwrap(),
            "nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"
        );
    }

    #[test]
    fn files_are_compared_to_the_last_byte() {
        let directory = tempfile::tempdir().unwrap();
        let (a, b) = (directory.path().join("a"), directory.path().join("b"));
        for size in [0, 1, BUFFER, BUFFER + 1, 3 * BUFFER] {
            let mut bytes = vec![7; size];
            fs::write(&a, &bytes).unwrap();
            fs::write(&b, &bytes).unwrap();
            assert!(are_same(&a, &b).unwrap());
            if let Some(last) = bytes.last_mut() {
                *last = 8;
                fs::write(&b, &bytes).unwrap();
                assert!(!are_same(&a, &b).unwrap(), "{size}");
            }
            bytes.push(7);
            fs::write(&b, &bytes).unwrap();
            assert!(!are_same(&a, &b).unwrap(), "{size}");
        }
        assert!(are_same(&a, &directory.path().join("gone")).is_err());
    }

    #[test]
    fn reading_has_a_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "1234").unwrap();
        assert_eq!(read(&path, 4).unwrap().as_deref(), Some(&b"1234"[..]));
        assert_eq!(read(&path, 3).unwrap(), None);
    }
}
