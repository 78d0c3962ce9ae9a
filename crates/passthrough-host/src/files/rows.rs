//! The rows of a file list, as they stand.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::conda;
use super::list::ListErrorKind;
use crate::model::FileList;
use crate::open::{self, ReadError};

/// The most bytes of one list. torch's RECORD has a megabyte.
const LIMIT: usize = 64 * 1024 * 1024;

/// The most rows of one list.
const ROWS: usize = 1_000_000;

/// A list, read.
pub(super) struct Rows {
    /// What its paths are relative to, those that are not absolute.
    pub(super) base: PathBuf,
    pub(super) rows: Vec<Row>,
}

/// One row.
pub(super) struct Row {
    pub(super) path: String,
    /// The SHA-256 of the file, as RECORD writes it: urlsafe base 64, not padded.
    pub(super) sha256: Option<String>,
}

impl From<&str> for Row {
    fn from(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            sha256: None,
        }
    }
}

/// Reads the list.
pub(super) fn read(files: &FileList) -> Result<Rows, ListErrorKind> {
    let (base, rows) = match files {
        FileList::Record(path) => {
            let directory = parent(path);
            let text = text(path)?;
            if path.ends_with("RECORD") {
                (parent(directory).to_owned(), record(&text)?)
            } else {
                (directory.to_owned(), lines(&text)?)
            }
        }
        FileList::Dpkg(path) => (PathBuf::from("/"), lines(&text(path)?)?),
        FileList::Conda(path) => {
            let document = conda::read(path).ok_or(ListErrorKind::Document)?;
            let rows = document.files.iter().map(|file| file.as_str().into());
            (parent(parent(path)).to_owned(), bounded(rows)?)
        }
        FileList::Tree(root) | FileList::Develop(root) => (root.clone(), tree(root)?),
        FileList::Given | FileList::Missing => return Err(ListErrorKind::Missing),
    };
    Ok(Rows { base, rows })
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn text(path: &Path) -> Result<String, ListErrorKind> {
    let bytes = open::read(path, LIMIT).map_err(|error| match error {
        ReadError::Io(error) => ListErrorKind::Io(error),
        ReadError::TooLarge => ListErrorKind::TooLarge,
    })?;
    String::from_utf8(bytes).map_err(|_| ListErrorKind::Encoding)
}

fn lines(text: &str) -> Result<Vec<Row>, ListErrorKind> {
    bounded(text.lines().map(Row::from))
}

fn bounded(rows: impl Iterator<Item = Row>) -> Result<Vec<Row>, ListErrorKind> {
    let rows: Vec<Row> = rows.take(ROWS + 1).collect();
    if rows.len() > ROWS {
        return Err(ListErrorKind::TooLarge);
    }
    Ok(rows)
}

/// RECORD is a CSV file of path, hash and size, each but the first optional.
fn record(text: &str) -> Result<Vec<Row>, ListErrorKind> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut rows = Vec::new();
    while reader
        .read_record(&mut record)
        .map_err(|_| ListErrorKind::Document)?
    {
        if rows.len() == ROWS {
            return Err(ListErrorKind::TooLarge);
        }
        rows.push(Row {
            path: record.get(0).unwrap_or_default().to_owned(),
            sha256: record
                .get(1)
                .and_then(|hash| hash.strip_prefix("sha256="))
                .map(str::to_owned),
        });
    }
    Ok(rows)
}

/// Every file below a directory, relative to it; links are not followed.
fn tree(root: &Path) -> Result<Vec<Row>, ListErrorKind> {
    let mut rows = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                directories.push(path);
                continue;
            }
            if rows.len() == ROWS {
                return Err(ListErrorKind::TooLarge);
            }
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let relative = relative.to_str().ok_or(ListErrorKind::Encoding)?;
            rows.push(Row::from(relative));
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rows: &[Row]) -> Vec<(&str, Option<&str>)> {
        rows.iter()
            .map(|row| (row.path.as_str(), row.sha256.as_deref()))
            .collect()
    }

    #[test]
    fn a_record_is_read_as_csv() {
        let text = "a/b.py,sha256=abc,3\r\n\"a,\"\"b\"\".py\",sha256=d,4\n../../../bin/x,md5=e,\n\
                    a.dist-info/RECORD,,\nshort\n\n";
        assert_eq!(
            shown(&record(text).unwrap()),
            [
                ("a/b.py", Some("abc")),
                ("a,\"b\".py", Some("d")),
                ("../../../bin/x", None),
                ("a.dist-info/RECORD", None),
                ("short", None),
            ]
        );
    }

    #[test]
    fn each_list_has_its_base() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let write = |file: &str, text: &str| {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let lists = [
            (
                FileList::Record(write("site/a.dist-info/RECORD", "x.py,,")),
                "site",
            ),
            (
                FileList::Record(write("site/a.egg-info/installed-files.txt", "x.py\n")),
                "site/a.egg-info",
            ),
            (FileList::Dpkg(write("python3-a.list", "x.py\n")), "/"),
            (
                FileList::Conda(write("conda-meta/a-1-0.json", r#"{"files": ["x.py"]}"#)),
                "",
            ),
            (
                FileList::Tree(parent(&write("a.egg/x.py", "")).to_owned()),
                "a.egg",
            ),
            (
                FileList::Develop(parent(&write("a.egg-info/x.py", "")).to_owned()),
                "a.egg-info",
            ),
        ];
        for (list, base) in lists {
            let rows = read(&list).unwrap();
            assert_eq!(rows.base, root.join(base), "{list:?}");
            assert_eq!(shown(&rows.rows), [("x.py", None)], "{list:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("RECORD");
        let kind = || read(&FileList::Record(path.clone())).err().unwrap();
        assert!(matches!(kind(), ListErrorKind::Io(_)));
        fs::write(&path, b"a\xff.py,,\n").unwrap();
        assert!(matches!(kind(), ListErrorKind::Encoding));
        fs::write(&path, "a\n".repeat(ROWS + 1)).unwrap();
        assert!(matches!(kind(), ListErrorKind::TooLarge));
        fs::write(&path, "{").unwrap();
        let conda = FileList::Conda(path);
        assert!(matches!(read(&conda), Err(ListErrorKind::Document)));
        for none in [FileList::Given, FileList::Missing] {
            assert!(matches!(read(&none), Err(ListErrorKind::Missing)));
        }
    }
}
