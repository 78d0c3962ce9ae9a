//! A digest of what a distribution's files are.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use fs_err as fs;
use sha2::{Digest, Sha256};

use super::rows;
use crate::model::FileList;
use crate::open;

/// `sha256:…` of RECORD, which has the hashes of all files; of the list of
/// files with sizes and times where there is no such thing.
pub(crate) fn digest(files: &FileList) -> Option<String> {
    match files {
        FileList::Record(path) if path.ends_with("RECORD") => of_content(path),
        FileList::Record(_)
        | FileList::Dpkg(_)
        | FileList::Conda(_)
        | FileList::Tree(_)
        | FileList::Develop(_) => {
            let rows = rows::read(files).ok()?;
            Some(of_files(
                rows.rows.iter().map(|row| rows.base.join(&row.path)),
            ))
        }
        FileList::Given | FileList::Missing => None,
    }
}

fn of_content(path: &Path) -> Option<String> {
    let mut file = open::open(path).ok()?;
    let mut hasher = Sha256::new();
    let mut buffer = [0; 64 * 1024];
    // It was a regular file when its list was found: it has an end.
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Some(shown(hasher)),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// Of paths, sizes and times; byte code is left out, for it comes and goes
/// with use.
fn of_files(files: impl Iterator<Item = PathBuf>) -> String {
    let mut lines: Vec<Vec<u8>> = files
        .filter(|path| path.extension().is_none_or(|extension| extension != "pyc"))
        .map(|path| line(&path))
        .collect();
    lines.sort_unstable();
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(&line);
        // No path holds NUL.
        hasher.update(b"\0");
    }
    shown(hasher)
}

/// A directory's time says nothing about the files that belong to the
/// distribution; a listed file may be missing (Debian's images leave out
/// documentation).
fn line(path: &Path) -> Vec<u8> {
    let mut line = path.as_os_str().as_encoded_bytes().to_vec();
    let facts = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => "directory".to_owned(),
        Ok(metadata) => {
            let modified = metadata.modified().ok();
            let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            format!(
                "{} {:?}",
                metadata.len(),
                since.map(|since| since.as_nanos())
            )
        }
        Err(_) => "missing".to_owned(),
    };
    line.push(0);
    line.extend(facts.into_bytes());
    line
}

fn shown(hasher: Sha256) -> String {
    let mut text = String::from("sha256:");
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The digest of a document's copy that gives none.
pub(crate) fn of_text(text: &str) -> String {
    shown(Sha256::new_with_prefix(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_record_is_its_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("RECORD");
        fs::write(&path, "abc").unwrap();
        assert_eq!(
            digest(&FileList::Record(path)).unwrap(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            digest(&FileList::Record(directory.path().join("gone/RECORD"))),
            None
        );
        assert_eq!(digest(&FileList::Missing), None);
    }

    /// Every other list changes with sizes and times, and with nothing else.
    #[test]
    fn lists_are_paths_sizes_and_times() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("conda-meta")).unwrap();
        fs::create_dir_all(root.join("x.egg-info")).unwrap();
        fs::create_dir_all(root.join("pkg")).unwrap();
        let (module, other) = (root.join("pkg/a.py"), root.join("pkg/b.py"));
        fs::write(&module, "1").unwrap();
        fs::write(&other, "1").unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let set_time = |path: &Path, time| {
            let file = fs::File::options().append(true).open(path).unwrap();
            file.file().set_modified(time).unwrap();
        };
        set_time(&module, time);
        let (list, document) = (
            directory.path().join("x.list"),
            root.join("conda-meta/x.json"),
        );
        fs::write(
            &list,
            format!("{}\n{}\n/gone\n", module.display(), other.display()),
        )
        .unwrap();
        fs::write(&document, r#"{"files": ["pkg/a.py", "pkg/b.py"]}"#).unwrap();
        let installed = root.join("x.egg-info/installed-files.txt");
        fs::write(&installed, "../pkg/a.py\n../pkg/b.py\n").unwrap();
        let all = || {
            [
                FileList::Record(installed.clone()),
                FileList::Dpkg(list.clone()),
                FileList::Conda(document.clone()),
                FileList::Tree(root.join("pkg")),
            ]
            .map(|files| digest(&files).unwrap())
        };
        let differ = |a: &[String; 4], b: &[String; 4]| a.iter().zip(b).all(|(a, b)| a != b);
        let first = all();
        assert_eq!(all(), first);
        fs::write(&module, "22").unwrap();
        set_time(&module, time);
        let resized = all();
        assert!(differ(&resized, &first));
        set_time(&module, time + Duration::from_nanos(1000));
        assert!(differ(&all(), &resized));
        fs::write(&module, "1").unwrap();
        set_time(&module, time);
        assert_eq!(all(), first);
        // Running the package leaves byte code behind.
        fs::write(root.join("pkg/a.cpython-311.pyc"), "").unwrap();
        assert_eq!(all(), first);
        fs::remove_file(&module).unwrap();
        assert!(differ(&all(), &first));
    }

    #[test]
    fn the_order_of_a_list_is_nothing() {
        let files = ["/gone/a", "/gone/b"].map(PathBuf::from);
        let forward = of_files(files.iter().cloned());
        assert_eq!(of_files(files.iter().rev().cloned()), forward);
    }
}
