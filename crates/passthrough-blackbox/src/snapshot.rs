//! What an environment consists of, so that a change is noticed.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;

/// The largest file whose content is looked at, in bytes.
const LARGEST: u64 = 16 << 20;

/// Files, links and directories, by path from the top.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, Entry>);

/// What a change shows in. The number of links and the time of the inode are
/// left out: a hard link to a file changes those, and not the file.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Directory {
        mode: u32,
    },
    Link {
        target: PathBuf,
    },
    Other {
        mode: u32,
    },
    File {
        inode: u64,
        size: u64,
        modified: (i64, i64),
        mode: u32,
        content: u64,
    },
}

impl Snapshot {
    pub(crate) fn of(directory: &Path) -> io::Result<Self> {
        let mut found = BTreeMap::new();
        let mut to_read = vec![directory.to_path_buf()];
        while let Some(current) = to_read.pop() {
            for entry in fs::read_dir(&current)? {
                let path = entry?.path();
                let metadata = fs::symlink_metadata(&path)?;
                let entry = if metadata.is_symlink() {
                    let target = fs::read_link(&path)?;
                    Entry::Link { target }
                } else if metadata.is_dir() {
                    to_read.push(path.clone());
                    Entry::Directory {
                        mode: metadata.mode(),
                    }
                } else if !metadata.is_file() {
                    // A pipe or a device: it has no content that could be read to its end.
                    Entry::Other {
                        mode: metadata.mode(),
                    }
                } else {
                    Entry::File {
                        inode: metadata.ino(),
                        size: metadata.size(),
                        modified: (metadata.mtime(), metadata.mtime_nsec()),
                        mode: metadata.mode(),
                        content: hash(&path, metadata.size())?,
                    }
                };
                let relative = path.strip_prefix(directory).unwrap_or(&path);
                found.insert(relative.to_path_buf(), entry);
            }
        }
        Ok(Self(found))
    }

    /// What is `+` new, `-` gone and `~` another than it was, but for the files
    /// that belong to the distribution of that name.
    pub(crate) fn changes(&self, after: &Self, but_for: Option<&str>) -> Vec<String> {
        let mut changes = Vec::new();
        for (path, entry) in &self.0 {
            match after.0.get(path) {
                None => changes.push((path, '-')),
                Some(now) if now != entry => changes.push((path, '~')),
                Some(_) => {}
            }
        }
        let new = after.0.keys().filter(|path| !self.0.contains_key(*path));
        changes.extend(new.map(|path| (path, '+')));
        changes.sort();
        changes
            .into_iter()
            .filter(|(path, _)| but_for.is_none_or(|name| !belongs(path, name)))
            .map(|(path, sign)| format!("{sign} {}", path.display()))
            .collect()
    }
}

/// What tells contents apart: a file can be written anew with the size, the time
/// and even the inode that it had. Large files are left at those.
fn hash(path: &Path, size: u64) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    if size <= LARGEST {
        hasher.write(&fs::read(path)?);
    }
    Ok(hasher.finish())
}

/// Whether a path is one that an installer gives to a distribution: in
/// `site-packages` and named after it; or the lock that uv takes for it.
fn belongs(path: &Path, name: &str) -> bool {
    if path == Path::new(".lock") {
        return true;
    }
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    if !parts.any(|part| part == "site-packages") {
        return false;
    }
    let name = name.replace('-', "_");
    let Some(part) = parts.next() else {
        return false;
    };
    let part = part
        .trim_start_matches("__editable__.")
        .trim_start_matches('_');
    part.strip_prefix(&name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use fs_err as fs;

    use super::{Snapshot, belongs};

    #[test]
    fn every_kind_of_change_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["a", "b", "c", "linked"] {
            fs::write(path(name), name).unwrap();
        }
        symlink("a", path("link")).unwrap();
        let before = Snapshot::of(directory.path()).unwrap();
        assert_eq!(
            before.changes(&Snapshot::of(directory.path()).unwrap(), None),
            [""; 0]
        );
        // The same size, and the same time.
        let time = fs::metadata(path("a")).unwrap().modified().unwrap();
        fs::remove_file(path("a")).unwrap();
        fs::write(path("a"), "A").unwrap();
        let file = fs::OpenOptions::new().write(true).open(path("a")).unwrap();
        file.file().set_modified(time).unwrap();
        fs::remove_file(path("b")).unwrap();
        fs::write(path("c"), "longer").unwrap();
        fs::create_dir(path("d")).unwrap();
        fs::write(path("d/e"), "").unwrap();
        fs::remove_file(path("link")).unwrap();
        symlink("c", path("link")).unwrap();
        fs::hard_link(path("linked"), path("d/second")).unwrap();
        let after = Snapshot::of(directory.path()).unwrap();
        assert_eq!(
            before.changes(&after, None),
            ["~ a", "- b", "~ c", "+ d", "+ d/e", "+ d/second", "~ link"]
        );
    }

    #[test]
    fn only_what_is_named_after_it_is_its_own() {
        for (path, own) in [
            ("lib/python3.11/site-packages/demo/x.py", true),
            (
                "lib/python3.11/site-packages/demo-1.0.dist-info/RECORD",
                true,
            ),
            (
                "lib/python3.11/site-packages/__editable__.demo-1.0.pth",
                true,
            ),
            ("lib/python3.11/site-packages/_demo.pth", true),
            (".lock", true),
            ("lib/.lock", false),
            ("lib/python3.11/site-packages/demonstration/x.py", false),
            ("lib/python3.11/site-packages/other/demo/x.py", false),
            ("lib/python3.11/site-packages", false),
            ("bin/demo", false),
        ] {
            assert_eq!(belongs(Path::new(path), "demo"), own, "{path}");
        }
    }
}
