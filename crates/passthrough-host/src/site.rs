//! What is installed for an interpreter, read from its `sys.path`.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use passthrough_diagnostic::Diagnostic;
use passthrough_interpreter::{Interpreter, Origin, PathEntry};
use passthrough_requirement::PackageName;

use crate::choose::{self, Copy, Shape};
use crate::claims;
use crate::direct_url;
use crate::editable;
use crate::entry_name::Form;
use crate::files::{self, Databases, Wanted};
use crate::judge::{Claims, judge};
use crate::model::{DirectUrl, Editable, FileList, Installed, Inventory, Shadowed};
use crate::open;
use crate::rules;
use crate::scan::{Candidate, Scan};

/// The most bytes of a `direct_url.json` or an `.egg-link`.
const SMALL: usize = 1024 * 1024;

/// The distributions installed for one interpreter.
///
/// Nothing is read until the first question; that lists every entry of
/// `sys.path`, once. Files are opened for the names that are asked for only.
#[derive(Debug)]
pub struct Site {
    sys_path: Vec<PathEntry>,
    databases: Databases,
    scan: OnceCell<Scan>,
    /// Where the entries of `sys.path` lead to; only asked when a name is
    /// found in more than one.
    places: OnceCell<Vec<Option<PathBuf>>>,
    answers: RefCell<HashMap<PackageName, Option<Rc<Installed>>>>,
}

impl Site {
    /// The distributions on the `sys.path` of `interpreter`.
    pub fn new(interpreter: &Interpreter) -> Self {
        Self {
            sys_path: interpreter.sys_path.clone(),
            databases: Databases::new(&interpreter.prefix, &interpreter.base_prefix),
            scan: OnceCell::new(),
            places: OnceCell::new(),
            answers: RefCell::default(),
        }
    }

    /// Looks for Debian's file lists in another directory than
    /// `/var/lib/dpkg/info`.
    #[must_use]
    pub fn with_dpkg_database(mut self, directory: impl Into<PathBuf>) -> Self {
        self.databases.set_dpkg(directory.into());
        self
    }

    /// What was found wrong with the entries of `sys.path` themselves; lists
    /// them, if no question has done so yet.
    pub fn path_findings(&self) -> &[Diagnostic] {
        &self.scan().findings
    }

    /// The names of everything installed. Opens the metadata of entries only
    /// whose names depart from the specification.
    pub fn names(&self) -> BTreeSet<PackageName> {
        let scan = self.scan();
        let candidates: BTreeSet<&PackageName> = scan.names().collect();
        candidates
            .into_iter()
            .filter(|name| {
                let candidates = scan.candidates(name);
                !scan.egg_links(name).is_empty()
                    || candidates
                        .iter()
                        .any(|candidate| self.is_named(name, candidate))
            })
            .cloned()
            .collect()
    }

    fn scan(&self) -> &Scan {
        self.scan.get_or_init(|| Scan::new(&self.sys_path))
    }

    fn find(&self, name: &PackageName) -> Option<Installed> {
        let candidates = self.scan().candidates(name);
        let mut entries = candidates.chunk_by(|a, b| a.entry == b.entry);
        let first = entries.by_ref().find_map(|group| {
            let copies = group
                .iter()
                .enumerate()
                .filter_map(|(place, candidate)| self.read(name, place, candidate));
            let copy = choose::choose(copies.collect())?;
            Some((&self.sys_path[group[0].entry], copy))
        });
        let Some((entry, copy)) = first else {
            return self.lost_link(name);
        };
        let shadowed = entries
            .flatten()
            .filter(|candidate| self.is_distinct(candidate.entry))
            .filter(|candidate| self.is_named(name, candidate))
            .map(|candidate| Shadowed {
                version: candidate.version(name).map(str::to_owned),
                info: self.sys_path[candidate.entry]
                    .path
                    .join(&candidate.file_name),
            })
            .collect();
        Some(self.complete(name, entry, copy, shadowed))
    }

    /// Whether no earlier entry of `sys.path` leads to the same directory:
    /// `lib64` is often a link to `lib`.
    fn is_distinct(&self, entry: usize) -> bool {
        let places = self.places.get_or_init(|| {
            let place = |entry: &PathEntry| fs_err::canonicalize(&entry.path).ok();
            self.sys_path.iter().map(place).collect()
        });
        let place = &places[entry];
        place.is_none() || !places[..entry].contains(place)
    }

    /// Whether a candidate is `name` indeed; reads its metadata only if
    /// nothing else can tell.
    fn is_named(&self, name: &PackageName, candidate: &Candidate) -> bool {
        !candidate.is_ambiguous() || self.read(name, 0, candidate).is_some()
    }

    /// Reads a candidate, if it is `name` indeed; `place` is its place among
    /// the candidates of its entry.
    fn read(&self, name: &PackageName, place: usize, candidate: &Candidate) -> Option<Copy> {
        let location = &self.sys_path[candidate.entry].path;
        let info = location.join(&candidate.file_name);
        let mut read = claims::read(location, &info, candidate);
        if candidate.is_ambiguous() {
            let named: Option<PackageName> = read
                .fields
                .as_ref()
                .ok()
                .and_then(|fields| fields.name.as_deref()?.parse().ok());
            if named.as_ref().unwrap_or(&candidate.readings()[0].name) != name {
                return None;
            }
            read.oddities.push(rules::odd(
                "the name of its metadata directory has dashes where the specification has none",
            ));
        }
        let directory_version = candidate.version(name).map(str::to_owned);
        if candidate.form == Form::DistInfo && directory_version.is_none() {
            let words = "the name of its metadata directory has no version";
            read.oddities.push(rules::odd(words));
        }
        let claims = Claims {
            directory_version,
            fields: read.fields,
            oddities: read.oddities,
        };
        Some(Copy {
            place,
            form: candidate.form,
            shape: read.shape,
            judged: judge(name, &info, claims),
            info,
        })
    }

    /// Adds what is not in the metadata to the copy that counts.
    fn complete(
        &self,
        name: &PackageName,
        entry: &PathEntry,
        copy: Copy,
        shadowed: Vec<Shadowed>,
    ) -> Installed {
        let mut findings = copy.judged.findings;
        let mut direct_url = None;
        if copy.form == Form::DistInfo && copy.shape == Shape::Directory {
            direct_url = read_direct_url(&copy.info).unwrap_or_else(|fault| {
                findings.push(fault.at(&copy.info));
                None
            });
        }
        let mut files = match copy.shape {
            Shape::Zipped | Shape::Hollow => FileList::Missing,
            Shape::Directory | Shape::File => self.databases.file_list(Wanted {
                name,
                form: copy.form,
                info: &copy.info,
                location: &entry.path,
            }),
        };
        let editable = match copy.form {
            Form::DistInfo => editable::editable(direct_url.as_ref(), &self.pth_files(name, entry)),
            Form::EggInfo => self.developed(name, entry, &files),
            Form::Egg | Form::EggLink => None,
        };
        let is_developed = copy.form == Form::EggInfo && editable.is_some();
        if is_developed
            && files == FileList::Missing
            && files::is_in_source_tree(&copy.info, &entry.path)
        {
            files = FileList::Develop(copy.info.clone());
        }
        findings.extend(
            shadowed
                .iter()
                .map(|shadowed| rules::shadowed(shadowed).at(&copy.info)),
        );
        Installed {
            name: name.clone(),
            version: copy.judged.version,
            location: entry.path.clone(),
            info: copy.info,
            metadata: copy.judged.metadata,
            files,
            direct_url,
            editable,
            shadowed,
            findings,
        }
    }

    /// The `.pth` files of `name` in an entry of `sys.path`.
    fn pth_files(&self, name: &PackageName, entry: &PathEntry) -> Vec<PathBuf> {
        let files = self.scan().pth_files(name).iter();
        files
            .filter(|file| file.parent() == Some(&entry.path))
            .cloned()
            .collect()
    }

    /// Whether an `.egg-info` is in a source tree, not in a site directory: it
    /// has an `.egg-link`, or lies in a directory that a `.pth` file adds and
    /// has no list of its files.
    fn developed(
        &self,
        name: &PackageName,
        entry: &PathEntry,
        files: &FileList,
    ) -> Option<Editable> {
        let links = self.scan().egg_links(name);
        let is_linked = links
            .iter()
            .filter_map(|link| link_target(link))
            .any(|target| is_same(&target, &entry.path));
        let is_added = matches!(entry.origin, Origin::Pth(_)) && *files == FileList::Missing;
        (is_linked || is_added).then(|| Editable {
            source: Some(entry.path.clone()),
            exists: entry.path.is_dir(),
        })
    }

    /// An `.egg-link` to what is not on `sys.path`: pip lists it as installed,
    /// the interpreter cannot import it.
    fn lost_link(&self, name: &PackageName) -> Option<Installed> {
        let link = self.scan().egg_links(name).first()?;
        let source = link_target(link);
        let exists = source.as_ref().is_some_and(|source| source.is_dir());
        let words = match &source {
            None => "its .egg-link names no directory".to_owned(),
            Some(source) if exists => format!(
                "its .egg-link leads to {}, which is not on sys.path",
                source.display()
            ),
            Some(source) => format!("its .egg-link leads to {}, which is gone", source.display()),
        };
        let fault = rules::unreadable(words);
        Some(Installed {
            name: name.clone(),
            version: None,
            location: link.parent().unwrap_or(link).to_owned(),
            info: link.clone(),
            metadata: Err(fault.problem()),
            files: FileList::Missing,
            direct_url: None,
            editable: Some(Editable { source, exists }),
            shadowed: Vec::new(),
            findings: vec![fault.at(link)],
        })
    }
}

impl Inventory for Site {
    fn get(&self, name: &PackageName) -> Option<Rc<Installed>> {
        if let Some(answer) = self.answers.borrow().get(name) {
            return answer.clone();
        }
        let answer = self.find(name).map(Rc::new);
        self.answers
            .borrow_mut()
            .insert(name.clone(), answer.clone());
        answer
    }

    fn digest(&self, installed: &Installed) -> Option<String> {
        files::digest(&installed.files)
    }
}

fn read_direct_url(info: &Path) -> Result<Option<DirectUrl>, rules::Fault> {
    match open::read(&info.join("direct_url.json"), SMALL) {
        Ok(bytes) => direct_url::parse(&bytes).map(Some),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(direct_url::invalid(&format!("it {}", error.words()))),
    }
}

/// The directory that an `.egg-link` names in its first line.
fn link_target(link: &Path) -> Option<PathBuf> {
    let text = open::read_text(link, SMALL).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| link.parent().unwrap_or(link).join(line))
}

/// Whether two paths lead to the same place.
fn is_same(a: &Path, b: &Path) -> bool {
    if a == b {
        return true;
    }
    match (fs_err::canonicalize(a), fs_err::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
