use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_protocol::{BlackboxCase, Defect, Form, Run, View};
use sha2::{Digest, Sha256};

/// No case needs more, in bytes.
const LARGEST: u64 = 1 << 20;

/// The cases that the library carries: path below `conformance/cases/blackbox`,
/// text.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// The black-box cases that can be run, and what is wrong with the others.
#[derive(Clone, Debug, Default)]
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
    pub case: BlackboxCase,
    /// The file's path: below the suite's directory, or as found in the user's.
    pub path: String,
    text: String,
}

/// A file that is no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Problem {
    /// The file, or directory.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// Whether it is one of the suite's own files, which the library carries.
    pub embedded: bool,
}

impl Suite {
    /// The cases that the library carries.
    pub fn embedded() -> Self {
        let files = EMBEDDED
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
            let loaded = text.and_then(|text| load(&path, text)).and_then(|loaded| {
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

    /// The requirements that checks cite and that are not among those known, by
    /// case.
    pub fn unknown_citations(&self, known: &BTreeSet<&str>) -> Vec<(String, String)> {
        let cited = self.cases.values().flat_map(|loaded| {
            let checks = loaded.case.checks.iter();
            checks
                .flat_map(|check| &check.cites)
                .map(|cited| (loaded.case.id.clone(), cited.clone()))
        });
        cited
            .filter(|(_, cited)| !known.contains(cited.as_str()))
            .collect()
    }

    /// The identity of all cases, `sha256:…`.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for loaded in self.cases.values() {
            hasher.update((loaded.text.len() as u64).to_be_bytes());
            hasher.update(&loaded.text);
        }
        let digest = hasher.finalize();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hex}")
    }
}

fn load(path: &str, text: String) -> Result<Loaded, String> {
    let case: BlackboxCase = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let stem = Path::new(path).file_stem();
    if stem.is_none_or(|stem| stem != case.id.as_str()) {
        return Err(format!("the id `{}` is not the file's name", case.id));
    }
    check(&case)?;
    Ok(Loaded {
        case,
        path: path.to_owned(),
        text,
    })
}

/// What the types cannot say.
fn check(case: &BlackboxCase) -> Result<(), String> {
    for (key, text) in [("title", &case.title), ("why", &case.why)] {
        if text.trim().is_empty() {
            return Err(format!("`{key}` is empty"));
        }
    }
    let world = &case.world;
    for given in world.installed() {
        let is_editable = matches!(given.form, Form::Editable | Form::EditableFinder);
        if given.form == Form::Sdist {
            return Err(format!("`{}` is an sdist on a host", given.name));
        }
        if given.defect == Some(Defect::SourceGone) && !is_editable {
            return Err(format!("`{}` has no source tree that is gone", given.name));
        }
        if given.origin.is_some() && is_editable {
            return Err(format!("`{}` has two origins", given.name));
        }
    }
    for given in &world.index {
        if matches!(given.form, Form::Editable | Form::EditableFinder) {
            return Err(format!("`{}` is editable on an index", given.name));
        }
        if given.defect.is_some() || given.origin.is_some() {
            return Err(format!(
                "`{}` has what only an installed one can have",
                given.name
            ));
        }
        if (given.form == Form::Sdist) != given.project.is_some() {
            return Err(format!(
                "`{}` has an sdist without its project, or the reverse",
                given.name
            ));
        }
    }
    if case.checks.is_empty() {
        return Err("it checks nothing".to_owned());
    }
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for check in &case.checks {
        let id = &check.id;
        let wrong = if check.cites.is_empty() {
            Some("cites no requirement")
        } else if check.is.is_none() && check.has.is_none() && check.lacks.is_none() {
            Some("expects nothing")
        } else if check.what.has_object() != check.of.is_some() {
            Some("names what it is of where there is nothing to name, or does not")
        } else if !check.what.is_seen_in_hooks()
            && (check.hook.is_some() || check.project.is_some() || check.view != View::Hook)
        {
            Some("is not of what a hook sees")
        } else if check.first && check.hook.is_none() {
            Some("is of the first time of no hook")
        } else if check.run == Run::Second && world.second_host.is_none() {
            Some("is of a second run, and there is none")
        } else if check
            .premise
            .as_ref()
            .is_some_and(|premise| !ids.contains(premise.as_str()))
        {
            Some("has a premise that is no check before it")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return Err(format!("the check `{id}` {wrong}"));
        }
        if !ids.insert(id) {
            return Err(format!("the check `{id}` is there twice"));
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests;
