//! The cases of a level, read and checked.

mod decision;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::de::DeserializeOwned;

use crate::digest;
use crate::embedded::Files;
use crate::requirements::Requirement;

pub use decision::Decision;

/// The cases at decision level.
pub type Suite = Cases<Decision>;

/// A level of conformance: what a case of it is.
pub trait Level {
    /// A case, as its file has it.
    type Case: DeserializeOwned;

    /// The files of the cases that the library carries.
    const EMBEDDED: Files;

    /// The most that a case may take, in bytes; a larger file is a mistake.
    const LARGEST: u64;

    /// Texts that decide, besides the cases, what is expected.
    const BESIDES: &'static [&'static str] = &[];

    /// What a case of any level has.
    fn head(case: &Self::Case) -> Head<'_>;

    /// Fails, in words, on what the types of the level cannot rule out.
    fn check(case: &Self::Case) -> Result<(), String>;
}

/// What a case of any level has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'c> {
    /// Its id: the name of its file.
    pub id: &'c str,
    /// The rule at work.
    pub title: &'c str,
    /// What goes wrong for a user where it does not hold.
    pub why: &'c str,
    /// The requirements that it cites anywhere.
    pub cites: Vec<&'c str>,
}

/// All cases of a level that can be run, and what is wrong with the others.
#[derive(Clone, Debug)]
pub struct Cases<L: Level> {
    /// By id.
    pub cases: BTreeMap<String, Loaded<L::Case>>,
    /// Why other files were left out.
    pub problems: Vec<Problem>,
}

/// A case and where it is from.
#[derive(Clone, Debug)]
pub struct Loaded<C> {
    /// The case.
    pub case: C,
    /// The file's path: below the suite's directory, or as found in the user's.
    pub path: String,
    text: String,
    embedded: bool,
}

/// A file that is no case of this suite.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Problem {
    /// The file, or directory.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// Whether it is one of the suite's own files, which the binary carries.
    pub embedded: bool,
}

impl<L: Level> Default for Cases<L> {
    fn default() -> Self {
        Self {
            cases: BTreeMap::new(),
            problems: Vec::new(),
        }
    }
}

impl<L: Level> Cases<L> {
    /// The cases that the binary carries.
    pub fn embedded() -> Self {
        let files = L::EMBEDDED
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Ok((*text).to_owned())));
        let mut suite = Self::default();
        suite.add(files, true);
        suite
    }

    /// Adds the cases of a directory, and of those below it. One that has the
    /// id of a case that is there takes its place.
    pub fn add_directory(&mut self, directory: &Path) {
        let mut files = Vec::new();
        if let Err(error) = find(directory, &mut files) {
            self.problems.push(Problem {
                path: directory.display().to_string(),
                message: error.to_string(),
                embedded: false,
            });
        }
        files.sort();
        let files = files.into_iter().map(|path| {
            let text = read(&path, L::LARGEST);
            (path.display().to_string(), text)
        });
        self.add(files, false);
    }

    fn add(
        &mut self,
        files: impl Iterator<Item = (String, Result<String, String>)>,
        embedded: bool,
    ) {
        let mut added = BTreeSet::new();
        for (path, text) in files {
            let case = text.and_then(|text| Ok((load::<L>(&path, &text)?, text)));
            let message = match case {
                Ok((case, text)) => {
                    let id = L::head(&case).id.to_owned();
                    if added.insert(id.clone()) {
                        let loaded = Loaded {
                            case,
                            path,
                            text,
                            embedded,
                        };
                        self.cases.insert(id, loaded);
                        continue;
                    }
                    format!("the id `{id}` is used twice")
                }
                Err(message) => message,
            };
            self.problems.push(Problem {
                path,
                message,
                embedded,
            });
        }
    }

    /// Leaves out the cases that cite what the registry does not have.
    pub fn refuse_unknown_citations(&mut self, requirements: &[Requirement]) {
        let known: BTreeSet<&str> = requirements.iter().map(|found| found.id.as_str()).collect();
        let problems = &mut self.problems;
        self.cases.retain(|_, loaded| {
            let cites = L::head(&loaded.case).cites;
            let Some(unknown) = cites.into_iter().find(|cited| !known.contains(cited)) else {
                return true;
            };
            problems.push(Problem {
                path: loaded.path.clone(),
                message: format!("it cites `{unknown}`, which is no requirement"),
                embedded: loaded.embedded,
            });
            false
        });
    }

    /// The identity of all cases, and of what else is expected by, `sha256:…`:
    /// two suites of one digest expect the same.
    pub fn digest(&self) -> String {
        let cases = self.cases.values().map(|loaded| loaded.text.as_bytes());
        digest::of(cases.chain(L::BESIDES.iter().map(|text| text.as_bytes())))
    }
}

fn load<L: Level>(path: &str, text: &str) -> Result<L::Case, String> {
    let case: L::Case = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let head = L::head(&case);
    let stem = Path::new(path).file_stem();
    if stem.is_none_or(|stem| stem != head.id) {
        return Err(format!("the id `{}` is not the file's name", head.id));
    }
    for (key, text) in [("title", head.title), ("why", head.why)] {
        if text.trim().is_empty() {
            return Err(format!("`{key}` is empty"));
        }
    }
    L::check(&case)?;
    Ok(case)
}

fn find(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // A link to a directory is not followed: it could lead back here.
        if entry.file_type()?.is_dir() {
            find(&entry.path(), files)?;
        } else if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn read(path: &Path, largest: u64) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    if metadata.len() > largest {
        return Err(format!("larger than {} MiB", largest >> 20));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}
