//! conda's package database: `conda-meta/<name>-<version>-<build>.json` names
//! every file of one package, relative to the environment's prefix.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;

use super::Wanted;
use crate::open;

/// The most bytes of one document; the largest of today have some ten million.
const LIMIT: usize = 256 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Database {
    prefix: PathBuf,
    /// The documents of `conda-meta`.
    documents: OnceCell<Vec<PathBuf>>,
    /// The document that names a metadata path; made when a guess fails.
    index: OnceCell<HashMap<PathBuf, PathBuf>>,
}

/// One document, as far as it is needed.
#[derive(Deserialize)]
pub(super) struct Document {
    /// Every file, relative to the prefix.
    #[serde(default)]
    pub(super) files: Vec<String>,
}

/// Reads a document.
pub(super) fn read(path: &Path) -> Option<Document> {
    let bytes = open::read(path, LIMIT).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl Database {
    pub(crate) fn new(prefix: &Path) -> Self {
        Self {
            prefix: prefix.to_owned(),
            documents: OnceCell::new(),
            index: OnceCell::new(),
        }
    }

    /// The document that names `info`, or a file in it.
    pub(super) fn find(&self, wanted: Wanted<'_>) -> Option<PathBuf> {
        if !wanted.location.starts_with(&self.prefix) {
            return None;
        }
        let documents = self.documents.get_or_init(|| documents(&self.prefix));
        // Most packages have the name of their distribution.
        let start = format!("{}-", wanted.name);
        let guess = documents.iter().find(|document| {
            let file_name = document.file_name().unwrap_or_default();
            file_name.to_string_lossy().starts_with(&start)
                && self.infos(document).any(|info| info == wanted.info)
        });
        guess.cloned().or_else(|| {
            let index = self.index.get_or_init(|| self.read(documents));
            index.get(wanted.info).cloned()
        })
    }

    fn read(&self, documents: &[PathBuf]) -> HashMap<PathBuf, PathBuf> {
        let mut index = HashMap::new();
        for document in documents {
            for info in self.infos(document) {
                index.entry(info).or_insert_with(|| document.clone());
            }
        }
        index
    }

    /// The metadata directories and files that a document names.
    fn infos(&self, document: &Path) -> impl Iterator<Item = PathBuf> {
        let files = read(document).map(|document| document.files);
        files.into_iter().flatten().filter_map(|file| {
            let path = Path::new(&file);
            let info = path.ancestors().take(2).find(|path| is_info(path))?;
            Some(self.prefix.join(info))
        })
    }
}

fn is_info(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "dist-info" || extension == "egg-info")
}

fn documents(prefix: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(prefix.join("conda-meta")) else {
        return Vec::new();
    };
    let mut documents: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    documents.sort();
    documents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_name::Form;

    fn find(database: &Database, name: &str, info: &Path) -> Option<String> {
        let found = database.find(Wanted {
            name: &name.parse().unwrap(),
            form: Form::DistInfo,
            info,
            location: info.parent().unwrap(),
        })?;
        Some(found.file_name()?.to_str()?.to_owned())
    }

    #[test]
    fn documents_are_found_by_guess_and_by_index() {
        let prefix = tempfile::tempdir().unwrap();
        let meta = prefix.path().join("conda-meta");
        fs::create_dir_all(&meta).unwrap();
        let write = |file: &str, files: &[&str]| {
            let document = serde_json::json!({"name": "x", "files": files, "link": {"type": 1}});
            fs::write(meta.join(file), document.to_string()).unwrap();
        };
        const SITE: &str = "lib/python3.11/site-packages";
        write(
            "numpy-1.26.4-py311h1.json",
            &[
                "bin/f2py",
                &format!("{SITE}/numpy-1.26.4.dist-info/METADATA"),
            ],
        );
        write(
            "pytorch-2.4.0-0.json",
            &[&format!("{SITE}/torch-2.4.0-py3.11.egg-info/PKG-INFO")],
        );
        write("file-1.0-0.json", &[&format!("{SITE}/file-1.0.egg-info")]);
        fs::write(meta.join("broken-1-0.json"), "{").unwrap();
        fs::write(meta.join("history"), "").unwrap();
        let database = Database::new(prefix.path());
        let site = prefix.path().join(SITE);
        let found = |name: &str, file: &str| find(&database, name, &site.join(file));
        assert_eq!(
            found("numpy", "numpy-1.26.4.dist-info").as_deref(),
            Some("numpy-1.26.4-py311h1.json")
        );
        assert!(database.index.get().is_none(), "the guess was enough");
        assert_eq!(
            found("torch", "torch-2.4.0-py3.11.egg-info").as_deref(),
            Some("pytorch-2.4.0-0.json")
        );
        assert_eq!(
            found("file", "file-1.0.egg-info").as_deref(),
            Some("file-1.0-0.json")
        );
        assert_eq!(found("numpy", "numpy-1.26.5.dist-info"), None);
        let elsewhere = Path::new("/elsewhere/numpy-1.26.4.dist-info");
        assert_eq!(find(&database, "numpy", elsewhere), None);
    }
}
