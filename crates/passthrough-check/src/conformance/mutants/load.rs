//! The mutants: those that the binary carries, and those of a directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_conformance::requirements::Requirement;
use passthrough_protocol::{Mutant, Mutants};

use super::implementation::Implementation;
use super::trial::Silence;
use crate::failure::Failure;
use crate::input;

/// In MiB. No file of mutants needs more.
const LARGEST: u64 = 4;

macro_rules! group {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!(
                "../../../../../conformance/mutants/",
                $name,
                ".toml"
            )),
        )
    };
}

/// The files of `conformance/mutants`, in the order of the algorithm.
static GROUPS: [(&str, &str); 10] = [
    group!("declaration"),
    group!("host"),
    group!("rows"),
    group!("requirements"),
    group!("walk"),
    group!("displaced"),
    group!("conflict"),
    group!("second-pass"),
    group!("result"),
    group!("said"),
];

/// A mutant that can be put to the test.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) mutant: Mutant,
    /// The name of its file, without `.toml`.
    pub(super) group: String,
    /// Its file, to be shown.
    file: String,
    embedded: bool,
}

/// Why a file, or a mutant in it, was left out.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) failure: Failure,
    /// Whether it is one that the binary carries.
    pub(super) embedded: bool,
    /// The name of the mutant, if one is meant.
    mutant: Option<String>,
}

/// All mutants that can be put to the test, and what is wrong with the others.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// In the order of the files, and in them.
    pub(super) mutants: Vec<Loaded>,
    pub(super) problems: Vec<Problem>,
    /// Where each name is among the mutants.
    places: BTreeMap<String, usize>,
}

/// A file of mutants.
#[derive(Clone, Copy)]
struct File<'a> {
    group: &'a str,
    shown: &'a str,
    embedded: bool,
}

impl Problem {
    fn of_file(file: File<'_>, message: &str) -> Self {
        Self {
            failure: Failure::unable(format_args!("{}: {message}", file.shown)),
            embedded: file.embedded,
            mutant: None,
        }
    }

    fn of_mutant(file: File<'_>, name: &str, message: &str) -> Self {
        Self {
            mutant: Some(name.to_owned()),
            ..Self::of_file(file, &format!("mutant `{name}`: {message}"))
        }
    }
}

impl Loaded {
    /// It was put to the test in vain.
    pub(super) fn answers_nothing(&self, silence: Silence) -> Problem {
        let message = format!("it answers no case: {}", silence.line());
        let mut problem = self.problem(&message);
        problem.failure.detail = silence.stderr;
        problem
    }

    fn problem(&self, message: &str) -> Problem {
        let file = File {
            group: &self.group,
            shown: &self.file,
            embedded: self.embedded,
        };
        Problem::of_mutant(file, &self.mutant.name, message)
    }
}

impl Set {
    /// Those that the binary carries.
    pub(super) fn embedded(requirements: &[Requirement]) -> Self {
        let mut set = Self::default();
        for (group, text) in GROUPS {
            let file = File {
                group,
                shown: &format!("conformance/mutants/{group}.toml"),
                embedded: true,
            };
            set.add_file(file, text, requirements);
        }
        set
    }

    /// Adds those of the `.toml` files of a directory. One with the name of a
    /// mutant that the binary carries takes its place.
    pub(super) fn add_directory(
        &mut self,
        directory: &Path,
        requirements: &[Requirement],
    ) -> Result<(), Failure> {
        for path in files(directory).map_err(Failure::unable)? {
            let stem = path.file_stem().unwrap_or_default();
            let file = File {
                group: &stem.to_string_lossy(),
                shown: &path.display().to_string(),
                embedded: false,
            };
            match input::read(&path, LARGEST).and_then(|bytes| input::utf8(bytes, &path)) {
                Ok(text) => self.add_file(file, &text, requirements),
                // It names the file.
                Err(failure) => self.problems.push(Problem {
                    failure,
                    embedded: false,
                    mutant: None,
                }),
            }
        }
        Ok(())
    }

    /// Says so if there is no mutant of this name, whole or left out.
    pub(super) fn expect(&mut self, name: &str) {
        let is_left_out = |found: &Problem| found.mutant.as_deref() == Some(name);
        if !self.places.contains_key(name) && !self.problems.iter().any(is_left_out) {
            self.problems.push(Problem {
                failure: Failure::unable(format_args!("there is no mutant `{name}`"))
                    .hint("without `--mutant`, all are run and named"),
                embedded: false,
                mutant: None,
            });
        }
    }

    fn add_file(&mut self, file: File<'_>, text: &str, requirements: &[Requirement]) {
        let read: Mutants = match toml_edit::de::from_str(text) {
            Ok(read) => read,
            Err(error) => {
                let error = error.to_string();
                let (first, more) = error.trim_end().split_once('\n').unwrap_or((&error, ""));
                let mut problem = Problem::of_file(file, first);
                problem.failure = problem
                    .failure
                    .detail(Some(more.to_owned()))
                    .hint("`passthrough-check schema mutants` prints what a file may be");
                return self.problems.push(problem);
            }
        };
        let mut names = BTreeSet::new();
        for mutant in read.mutant {
            let name = mutant.name.clone();
            let loaded = if names.insert(name.clone()) {
                load(mutant, file, requirements)
            } else {
                Err("the name is used twice".to_owned())
            };
            match loaded {
                Ok(loaded) => self.add(loaded),
                Err(message) => self
                    .problems
                    .push(Problem::of_mutant(file, &name, &message)),
            }
        }
    }

    fn add(&mut self, loaded: Loaded) {
        let name = loaded.mutant.name.clone();
        match self
            .places
            .get(&name)
            .map(|place| &mut self.mutants[*place])
        {
            None => {
                self.places.insert(name, self.mutants.len());
                self.mutants.push(loaded);
            }
            Some(other) if other.embedded && !loaded.embedded => *other = loaded,
            Some(other) => {
                let problem = loaded.problem(&format!("{} has one of that name", other.file));
                self.problems.push(problem);
            }
        }
    }
}

/// The mutant, once it is known to make sense.
fn load(mutant: Mutant, file: File<'_>, requirements: &[Requirement]) -> Result<Loaded, String> {
    let is_word = |word: &str| {
        let mut letters = word.bytes();
        letters.len() > 0 && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !mutant.name.split('-').all(is_word) {
        return Err("the name is not lower-case words with dashes between them".to_owned());
    }
    if mutant.what.trim().is_empty() || mutant.what.contains('\n') {
        return Err("`what` is not one line".to_owned());
    }
    if !requirements.iter().any(|found| found.id == mutant.breaks) {
        return Err(format!(
            "it breaks `{}`, which is no requirement",
            mutant.breaks
        ));
    }
    // The text itself is made when it is needed: there can be many.
    Implementation::patched(&mutant.patch)?;
    Ok(Loaded {
        mutant,
        group: file.group.to_owned(),
        file: file.shown.to_owned(),
        embedded: file.embedded,
    })
}

fn files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use passthrough_conformance::requirements;

    use super::*;

    const FILE: File<'_> = File {
        group: "a",
        shown: "a.toml",
        embedded: false,
    };

    /// What is wrong with a file that is one mutant with these fields.
    fn problems(fields: &str) -> Vec<String> {
        let mut set = Set::default();
        let text = format!("schema = 'passthrough-mutants/1'\n[[mutant]]\n{fields}");
        set.add_file(FILE, &text, &requirements::embedded().unwrap());
        assert_eq!(set.mutants.is_empty(), !set.problems.is_empty());
        set.problems
            .into_iter()
            .map(|found| found.failure.message)
            .collect()
    }

    fn fields(name: &str, breaks: &str, what: &str, find: &str) -> String {
        format!(
            "name = '{name}'\nbreaks = '{breaks}'\nwhat = \"{what}\"\n\
             patch = [{{ find = '{find}', replace = 'x' }}]"
        )
    }

    #[test]
    fn the_binary_carries_every_file_and_all_mutants_make_sense() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/mutants");
        let mut carried: Vec<_> = GROUPS
            .iter()
            .map(|(group, _)| directory.join(format!("{group}.toml")))
            .collect();
        carried.sort();
        assert_eq!(files(&directory).unwrap(), carried);
        let set = Set::embedded(&requirements::embedded().unwrap());
        assert!(set.problems.is_empty(), "{:#?}", set.problems);
        assert!(set.mutants.len() > 200, "{}", set.mutants.len());
    }

    #[test]
    fn a_mutant_that_makes_no_sense_is_named() {
        let find = "def local_status(";
        assert!(problems(&fields("a-1", "CLOS-1", "x", find)).is_empty());
        for (wrong, words) in [
            (fields("A", "CLOS-1", "x", find), "`A`: the name is not"),
            (
                fields("a--b", "CLOS-1", "x", find),
                "`a--b`: the name is not",
            ),
            (fields("", "CLOS-1", "x", find), "``: the name is not"),
            (
                fields("a", "CLOS-99", "x", find),
                "`CLOS-99`, which is no requirement",
            ),
            (fields("a", "CLOS-1", " ", find), "`what` is not one line"),
            (
                fields("a", "CLOS-1", "x\\ny", find),
                "`what` is not one line",
            ),
            (
                fields("a", "CLOS-1", "x", "gone"),
                "`find` occurs nowhere: `gone`",
            ),
            (
                "name = 'a'\nbreaks = 'CLOS-1'\nwhat = 'x'\npatch = []".to_owned(),
                "it has no patch",
            ),
            ("name = 'a'".to_owned(), "TOML parse error"),
        ] {
            let problems = problems(&wrong);
            let [problem] = problems.as_slice() else {
                panic!("{wrong}: {problems:?}");
            };
            assert!(
                problem.starts_with("a.toml: ") && problem.contains(words),
                "{problem}"
            );
        }
    }

    #[test]
    fn a_name_is_that_of_one_mutant() {
        let requirements = requirements::embedded().unwrap();
        let one = fields("a", "CLOS-1", "x", "def local_status(");
        let twice = format!("{one}\n[[mutant]]\n{one}");
        assert_eq!(
            problems_of_two(&twice),
            ["a.toml: mutant `a`: the name is used twice"]
        );

        let mut set = Set::embedded(&requirements);
        let (count, name) = (set.mutants.len(), set.mutants[0].mutant.name.clone());
        let text = format!(
            "schema = 'passthrough-mutants/1'\n[[mutant]]\n{}",
            fields(&name, "CLOS-1", "mine", "def local_status(")
        );
        set.add_file(FILE, &text, &requirements);
        assert_eq!((set.mutants.len(), set.problems.len()), (count, 0));
        assert_eq!(set.mutants[0].mutant.what, "mine");
        set.add_file(FILE, &text, &requirements);
        assert_eq!(set.problems.len(), 1);
    }

    fn problems_of_two(fields: &str) -> Vec<String> {
        let mut set = Set::default();
        let text = format!("schema = 'passthrough-mutants/1'\n[[mutant]]\n{fields}");
        set.add_file(FILE, &text, &requirements::embedded().unwrap());
        assert_eq!(set.mutants.len(), 1);
        set.problems
            .into_iter()
            .map(|found| found.failure.message)
            .collect()
    }
}
