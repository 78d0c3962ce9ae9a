//! The files that a list names, as paths that can be relied upon.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::prefix::prefix;
use super::rows;
use crate::entry_name;
use crate::model::{FileList, Installed};

/// The most bytes of one path: what Linux takes.
const PATH_LIMIT: usize = 4096;

/// The files of one distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFiles {
    /// The prefix that the distribution is installed below, if its location
    /// belongs to one: no file is outside of both.
    pub prefix: Option<PathBuf>,
    /// The files, by path, each once. Some may be missing, or be directories:
    /// nothing was looked at.
    pub files: Vec<ListedFile>,
}

/// A file that a list names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedFile {
    /// Its absolute path, without `.` and `..`.
    pub path: PathBuf,
    /// Its SHA-256, where the list says so: urlsafe base 64 without padding.
    pub sha256: Option<String>,
}

/// The files of a distribution cannot be told.
#[derive(Debug, thiserror::Error)]
#[error("`{}` {kind}", path.display())]
#[non_exhaustive]
pub struct ListError {
    /// The list; the metadata directory where there is none.
    pub path: PathBuf,
    /// Why.
    pub kind: ListErrorKind,
}

/// Why the files of a distribution cannot be told. Each reads on after the
/// path of the list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListErrorKind {
    /// There is no list.
    #[error("has no complete list of its files")]
    Missing,
    /// The list cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It has more bytes or rows than any honest one.
    #[error("is too large")]
    TooLarge,
    /// It is not UTF-8.
    #[error("is not UTF-8")]
    Encoding,
    /// It is not of the format that it should have.
    #[error("is not a list of files")]
    Document,
    /// A row leads out of the environment that the list belongs to.
    #[error("names a file outside of its environment: {0:?}")]
    Outside(String),
    /// A row is no path.
    #[error("has a row that is no path: {0:?}")]
    NotAPath(String),
}

impl ListError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self.kind {
            ListErrorKind::Io(_) => None,
            _ => Some("install the distribution again, or take it off the list".to_owned()),
        }
    }
}

impl Installed {
    /// Every file that the distribution's list names (RECORD, dpkg, conda, an
    /// egg's tree; of a develop install its egg-info alone). Reads the list and looks at nothing else.
    ///
    /// Of what a system package names, only what is below the prefix counts,
    /// and documentation does not.
    pub fn list_files(&self) -> Result<ListedFiles, ListError> {
        let fail = |kind| ListError {
            path: match &self.files {
                FileList::Record(path)
                | FileList::Dpkg(path)
                | FileList::Conda(path)
                | FileList::Tree(path)
                | FileList::Develop(path) => path.clone(),
                FileList::Given | FileList::Missing => self.info.clone(),
            },
            kind,
        };
        let rows = rows::read(&self.files).map_err(fail)?;
        let prefix = match &self.files {
            FileList::Conda(_) => Some(rows.base.as_path()),
            FileList::Tree(_) | FileList::Develop(_) => None,
            _ => prefix(&self.location),
        };
        let is_inside = |path: &Path| {
            path.starts_with(&self.location)
                || prefix.is_some_and(|prefix| path.starts_with(prefix))
        };
        let system = matches!(self.files, FileList::Dpkg(_) | FileList::Conda(_));
        let mut files = Vec::with_capacity(rows.rows.len());
        for row in rows.rows {
            if row.path.is_empty() {
                continue;
            }
            let path = absolute(&rows.base, &row.path).map_err(fail)?;
            if !is_inside(&path) {
                if matches!(self.files, FileList::Dpkg(_)) {
                    continue;
                }
                return Err(fail(ListErrorKind::Outside(row.path)));
            }
            if system && (self.is_of_another(&path) || is_documentation(&path, prefix)) {
                continue;
            }
            files.push(ListedFile {
                path,
                sha256: row.sha256,
            });
        }
        files.sort();
        files.dedup_by(|a, b| a.path == b.path);
        Ok(ListedFiles {
            prefix: prefix.map(Path::to_owned),
            files,
        })
    }

    /// Whether a file is in the metadata of another distribution: one system
    /// package may hold several.
    fn is_of_another(&self, path: &Path) -> bool {
        let Ok(relative) = path.strip_prefix(&self.location) else {
            return false;
        };
        let first = relative.components().next();
        first.is_some_and(|first| {
            let name = first.as_os_str();
            name.to_str()
                .is_some_and(|name| entry_name::form(name).is_some())
                && self.info.file_name() != Some(name)
        })
    }
}

/// Debian's policy, 12.3: nothing may need what is in there.
fn is_documentation(path: &Path, prefix: Option<&Path>) -> bool {
    let relative = prefix.and_then(|prefix| path.strip_prefix(prefix).ok());
    relative.is_some_and(|relative| {
        ["share/doc", "share/lintian", "share/doc-base"]
            .iter()
            .any(|directory| relative.starts_with(directory))
    })
}

/// The path of a row, made absolute and normal without looking at it.
fn absolute(base: &Path, row: &str) -> Result<PathBuf, ListErrorKind> {
    if row.contains('\0') || row.len() > PATH_LIMIT {
        let start = row.chars().take(100).collect();
        return Err(ListErrorKind::NotAPath(start));
    }
    let path = base.join(row);
    let is_normal = |component: Component<'_>| !matches!(component, Component::ParentDir);
    if path.components().all(is_normal) {
        // Collected, for `.` and doubled separators.
        return Ok(path.components().collect());
    }
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                if !normal.pop() {
                    return Err(ListErrorKind::Outside(row.to_owned()));
                }
            }
            other => normal.push(other),
        }
    }
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Metadata, Problem};
    use fs_err as fs;

    const SITE: &str = "host/lib/python3.11/site-packages";

    fn installed(root: &Path, location: &str, files: FileList) -> Installed {
        Installed {
            name: "foo".parse().unwrap(),
            version: None,
            location: root.join(location),
            info: root.join(location).join("foo-1.0.dist-info"),
            metadata: Err::<Metadata, _>(Problem::new("not read")),
            files,
            direct_url: None,
            editable: None,
            shadowed: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// What comes of a RECORD with these rows, relative to the scratch folder.
    fn of_record(rows: &[&str]) -> Result<Vec<String>, ListError> {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path();
        let info = root.join(SITE).join("foo-1.0.dist-info");
        fs::create_dir_all(&info).unwrap();
        let rows: String = rows
            .iter()
            .map(|row| format!("{},,\n", row.replace("ROOT", root.to_str().unwrap())))
            .collect();
        fs::write(info.join("RECORD"), rows).unwrap();
        let record = FileList::Record(info.join("RECORD"));
        let listed = installed(root, SITE, record).list_files()?;
        assert_eq!(listed.prefix, Some(root.join("host")));
        Ok(shown(root, &listed))
    }

    fn shown(root: &Path, listed: &ListedFiles) -> Vec<String> {
        let paths = listed.files.iter().map(|file| &file.path);
        paths
            .map(|path| {
                path.strip_prefix(root)
                    .unwrap_or(path)
                    .display()
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn rows_become_normal_paths() {
        let rows = [
            "foo/b.py",
            "foo/a.py",
            "./foo//a.py",
            "foo/x/../c.py",
            "../../../bin/foo",
            "../../../share/foo/x",
            "ROOT/host/etc/foo",
            "",
        ];
        assert_eq!(
            of_record(&rows).unwrap(),
            [
                "host/bin/foo".to_owned(),
                "host/etc/foo".to_owned(),
                format!("{SITE}/foo/a.py"),
                format!("{SITE}/foo/b.py"),
                format!("{SITE}/foo/c.py"),
                "host/share/foo/x".to_owned(),
            ]
        );
    }

    #[test]
    fn rows_that_lead_out_are_errors() {
        for row in [
            "../../../../x",
            "/etc/passwd",
            "ROOT/host2/x",
            "foo/../../../../../x",
            "../../../../../../../../../../../../../../../../../../x",
        ] {
            let error = of_record(&["foo/a.py", row]).unwrap_err();
            assert!(
                matches!(error.kind, ListErrorKind::Outside(_)),
                "{row}: {error}"
            );
            assert!(error.hint().is_some());
        }
        for row in ["a\0b".to_owned(), "x".repeat(PATH_LIMIT + 1)] {
            let error = of_record(&[&row]).unwrap_err();
            assert!(matches!(error.kind, ListErrorKind::NotAPath(_)), "{error}");
            assert!(error.to_string().len() < 400);
        }
    }

    /// Without a prefix there is nothing but the location.
    #[test]
    fn a_location_of_no_prefix_is_all_there_is() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path();
        let info = root.join("target/foo-1.0.dist-info");
        fs::create_dir_all(&info).unwrap();
        let list = |rows: &str| {
            fs::write(info.join("RECORD"), rows).unwrap();
            let record = FileList::Record(info.join("RECORD"));
            installed(root, "target", record).list_files()
        };
        let listed = list("foo.py,,\n").unwrap();
        assert_eq!((listed.prefix, listed.files.len()), (None, 1));
        let error = list("../bin/foo,,\n").unwrap_err();
        assert!(matches!(error.kind, ListErrorKind::Outside(_)));
    }

    #[test]
    fn of_a_system_package_only_what_is_its_own_counts() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path();
        let location = "usr/lib/python3/dist-packages";
        let list = root.join("python3-foo.list");
        let rows = [
            "/.".to_owned(),
            "/etc/foo.conf".to_owned(),
            root.join(location).join("foo.py").display().to_string(),
            root.join(location)
                .join("foo-1.0.dist-info/METADATA")
                .display()
                .to_string(),
            root.join(location)
                .join("bar-1.0.egg-info")
                .display()
                .to_string(),
            root.join("usr/bin/foo").display().to_string(),
            root.join("usr/share/doc/foo/copyright")
                .display()
                .to_string(),
            root.join("usr/share/foo/data").display().to_string(),
        ];
        fs::write(&list, rows.join("\n")).unwrap();
        let listed = installed(root, location, FileList::Dpkg(list))
            .list_files()
            .unwrap();
        assert_eq!(
            shown(root, &listed),
            [
                "usr/bin/foo".to_owned(),
                format!("{location}/foo-1.0.dist-info/METADATA"),
                format!("{location}/foo.py"),
                "usr/share/foo/data".to_owned(),
            ]
        );
    }

    #[test]
    fn without_a_list_the_metadata_are_named() {
        for files in [FileList::Missing, FileList::Given] {
            let error = installed(Path::new("/x"), "site", files)
                .list_files()
                .unwrap_err();
            assert_eq!(
                error.to_string(),
                "`/x/site/foo-1.0.dist-info` has no complete list of its files"
            );
        }
    }
}
