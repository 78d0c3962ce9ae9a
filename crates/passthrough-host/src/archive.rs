//! A zip file on `sys.path`: an egg, a wheel, or any other.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use zip::ZipArchive;

use crate::header::{self, Header};
use crate::open::{self, ReadError};

pub(crate) struct Archive(ZipArchive<File>);

impl Archive {
    /// Opens a zip file; `InvalidData` says that it is none.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = open::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self(ZipArchive::new(file)?))
    }

    /// The names at the top level, each once.
    pub(crate) fn top_level(&self) -> BTreeSet<String> {
        self.0
            .file_names_raw()
            .filter_map(|name| name.split(|&byte| byte == b'/').next())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    /// Reads the header of a member.
    pub(crate) fn header(&mut self, member: &str) -> Result<Header, ReadError> {
        let member = self
            .0
            .by_name(member)
            .map_err(|error| ReadError::Io(error.into()))?;
        if member.is_dir() {
            return Err(ReadError::Io(io::ErrorKind::IsADirectory.into()));
        }
        header::read_stream(member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zip(path: &Path, members: &[(&str, &[u8])]) {
        let mut writer = ZipWriter::new(File::create_new(path).unwrap());
        for (name, content) in members {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap();
    }

    #[test]
    fn members_are_listed_and_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.zip");
        let header: &[u8] = b"Name: foo\nVersion: 1\n\nbody";
        zip(
            &path,
            &[
                ("a/x.py", b""),
                ("a/y.py", b""),
                ("EGG-INFO/PKG-INFO", header),
            ],
        );
        let mut archive = Archive::open(&path).unwrap();
        let names: Vec<_> = archive.top_level().into_iter().collect();
        assert_eq!(names, ["EGG-INFO", "a"]);
        let header = archive.header("EGG-INFO/PKG-INFO").unwrap();
        assert_eq!(header.fields.name.as_deref(), Some("foo"));
        assert!(archive.header("EGG-INFO/METADATA").unwrap_err().is_absent());
    }

    #[test]
    fn a_bomb_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.zip");
        zip(&path, &[("EGG-INFO/PKG-INFO", &vec![b'a'; 5 << 20])]);
        assert!(fs::metadata(&path).unwrap().len() < 20_000);
        let error = Archive::open(&path).unwrap().header("EGG-INFO/PKG-INFO");
        assert!(matches!(error, Err(ReadError::TooLarge)));
    }

    #[test]
    fn other_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.zip");
        fs::write(&path, b"PK\x05\x06 and no more").unwrap();
        let error = Archive::open(&path).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(Archive::open(directory.path()).is_err());
    }
}
