//! The cases, read and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_protocol::{Case, Expectation, ExpectedPlan};

use crate::digest;
use crate::embedded;
use crate::requirements::Requirement;

/// No case needs more, in bytes; a larger file is a mistake.
const LARGEST: u64 = 4 << 20;

/// All cases that can be run, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct Suite {
    /// By id.
    pub cases: BTreeMap<String, Loaded>,
    /// Why other files were left out.
    pub problems: Vec<Problem>,
}

/// A case and where it is from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The case.
    pub case: Case,
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

impl Suite {
    /// The cases that the binary carries.
    pub fn embedded() -> Self {
        let files = embedded::CASES
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
            let text = read(&path);
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
            let loaded = text
                .and_then(|text| load(&path, text, embedded))
                .and_then(|loaded| {
                    if added.insert(loaded.case.id.clone()) {
                        Ok(loaded)
                    } else {
                        Err(format!("the id `{}` is used twice", loaded.case.id))
                    }
                });
            match loaded {
                Ok(loaded) => {
                    self.cases.insert(loaded.case.id.clone(), loaded);
                }
                Err(message) => self.problems.push(Problem {
                    path,
                    message,
                    embedded,
                }),
            }
        }
    }

    /// Leaves out the cases that cite what the registry does not have.
    pub fn refuse_unknown_citations(&mut self, requirements: &[Requirement]) {
        let known: BTreeSet<&str> = requirements.iter().map(|found| found.id.as_str()).collect();
        let problems = &mut self.problems;
        self.cases.retain(|_, loaded| {
            let unknown = loaded
                .case
                .cites
                .iter()
                .find(|cited| !known.contains(cited.as_str()));
            let Some(unknown) = unknown else {
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

    /// The identity of all cases and requirements, `sha256:…`: two suites of one
    /// digest expect the same.
    pub fn digest(&self) -> String {
        let cases = self.cases.values().map(|loaded| loaded.text.as_bytes());
        digest::of(cases.chain([embedded::REQUIREMENTS.as_bytes()]))
    }
}

fn load(path: &str, text: String, embedded: bool) -> Result<Loaded, String> {
    let case: Case = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let stem = Path::new(path).file_stem();
    if stem.is_none_or(|stem| stem != case.id.as_str()) {
        return Err(format!("the id `{}` is not the file's name", case.id));
    }
    for (key, text) in [("title", &case.title), ("why", &case.why)] {
        if text.trim().is_empty() {
            return Err(format!("`{key}` is empty"));
        }
    }
    if case.cites.is_empty() {
        return Err("it cites no requirement".to_owned());
    }
    if case.expect == Expectation::Plan(ExpectedPlan::default()) {
        return Err("it expects nothing".to_owned());
    }
    Ok(Loaded {
        case,
        path: path.to_owned(),
        text,
        embedded,
    })
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

fn read(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    if metadata.len() > LARGEST {
        return Err(format!("larger than {} MiB", LARGEST >> 20));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}
