//! What is installed, given by a document instead of read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use passthrough_interpreter::{Identity, Interpreter, Knowledge, Origin, PathEntry};
use passthrough_protocol::{Distribution, Host};
use passthrough_requirement::{MarkerEnvironment, NameError, PackageName};

use crate::choose::{self, Copy, Shape};
use crate::direct_url;
use crate::entry_name::Form;
use crate::files;
use crate::header::Fields;
use crate::judge::{Claims, judge};
use crate::model::{
    DirectUrl, Editable, FileList, Installed, Inventory, Origin as LeadsTo, Shadowed,
};
use crate::rules;

/// The distributions that a document gives. They are judged by the same rules
/// as those of a [`crate::Site`], without any look at the disk.
#[derive(Debug)]
pub struct Given {
    entries: Vec<Entry>,
    /// In the order of `sys.path`.
    by_name: HashMap<PackageName, Vec<Place>>,
    answers: RefCell<HashMap<PackageName, Option<Answer>>>,
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    distributions: Vec<Distribution>,
}

/// An entry of `sys.path` and a place in it.
type Place = (usize, usize);

#[derive(Clone, Debug)]
struct Answer {
    installed: Rc<Installed>,
    place: Place,
}

/// A document that makes no sense as a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sys_path[{entry}].distributions[{distribution}]: {name:?} is {source}")]
#[non_exhaustive]
pub struct GivenError {
    /// Which entry of `sys_path`, from 0.
    pub entry: usize,
    /// Which of its distributions, from 0.
    pub distribution: usize,
    /// The name that is none.
    pub name: String,
    /// What is wrong with it.
    pub source: NameError,
}

impl Given {
    /// Takes the distributions of a document.
    ///
    /// Fails on a name that is none; every other fault is one of the
    /// distribution, as it would be on the disk.
    pub fn from_document(host: Host) -> Result<Self, GivenError> {
        let mut by_name: HashMap<PackageName, Vec<Place>> = HashMap::new();
        for (entry, content) in host.sys_path.iter().enumerate() {
            for (place, distribution) in content.distributions.iter().enumerate() {
                let name = distribution.name.parse().map_err(|source| GivenError {
                    entry,
                    distribution: place,
                    name: distribution.name.clone(),
                    source,
                })?;
                by_name.entry(name).or_default().push((entry, place));
            }
        }
        let entries = host
            .sys_path
            .into_iter()
            .map(|entry| Entry {
                path: entry.path.into(),
                distributions: entry.distributions,
            })
            .collect();
        Ok(Self {
            entries,
            by_name,
            answers: RefCell::default(),
        })
    }

    fn answer(&self, name: &PackageName) -> Option<Answer> {
        if let Some(answer) = self.answers.borrow().get(name) {
            return answer.clone();
        }
        let answer = self.find(name);
        self.answers
            .borrow_mut()
            .insert(name.clone(), answer.clone());
        answer
    }

    fn find(&self, name: &PackageName) -> Option<Answer> {
        let mut entries = self.by_name.get(name)?.chunk_by(|a, b| a.0 == b.0);
        let first = entries.next()?;
        let copies = first.iter().map(|&place| self.copy(name, place));
        let copy = choose::choose(copies.collect())?;
        let place = (first[0].0, copy.place);
        let distribution = self.distribution(place);
        let shadowed: Vec<Shadowed> = entries
            .flatten()
            .map(|&place| Shadowed {
                version: directory_version(self.distribution(place)).map(str::to_owned),
                info: self.info(place),
            })
            .collect();
        let mut findings = copy.judged.findings;
        let document = distribution.direct_url.clone();
        let direct_url = document.and_then(|document| {
            direct_url::from_document(&document.into_iter().collect())
                .map_err(|fault| findings.push(fault.at(&copy.info)))
                .ok()
        });
        findings.extend(
            shadowed
                .iter()
                .map(|shadowed| rules::shadowed(shadowed).at(&copy.info)),
        );
        let installed = Installed {
            name: name.clone(),
            version: copy.judged.version,
            location: self.entries[place.0].path.clone(),
            info: copy.info,
            metadata: copy.judged.metadata,
            files: if distribution.has_file_list {
                FileList::Given
            } else {
                FileList::Missing
            },
            editable: editable(distribution, direct_url.as_ref()),
            direct_url,
            shadowed,
            findings,
        };
        Some(Answer {
            installed: Rc::new(installed),
            place,
        })
    }

    fn copy(&self, name: &PackageName, place: Place) -> Copy {
        let distribution = self.distribution(place);
        let info = self.info(place);
        let claims = Claims {
            directory_version: directory_version(distribution).map(str::to_owned),
            fields: match &distribution.unreadable {
                Some(words) => Err(rules::unreadable(words)),
                None => Ok(Fields {
                    metadata_version: None,
                    name: Some(distribution.name.clone()),
                    version: Some(distribution.version.clone()),
                    requires_dist: distribution.requires_dist.clone(),
                    provides_extra: distribution.provides_extra.clone(),
                    requires_python: distribution.requires_python.clone(),
                }),
            },
            oddities: Vec::new(),
        };
        Copy {
            place: place.1,
            form: Form::DistInfo,
            shape: Shape::Directory,
            judged: judge(name, &info, claims),
            info,
        }
    }

    fn distribution(&self, (entry, place): Place) -> &Distribution {
        &self.entries[entry].distributions[place]
    }

    /// The path that its metadata would have.
    fn info(&self, place: Place) -> PathBuf {
        let distribution = self.distribution(place);
        let name = distribution.name.replace('-', "_");
        let file_name = match directory_version(distribution) {
            Some(version) => format!("{name}-{version}.dist-info"),
            None => format!("{name}.dist-info"),
        };
        self.entries[place.0].path.join(file_name)
    }
}

impl Inventory for Given {
    fn get(&self, name: &PackageName) -> Option<Rc<Installed>> {
        self.answer(name).map(|answer| answer.installed)
    }

    fn digest(&self, installed: &Installed) -> Option<String> {
        let answer = self.answer(&installed.name)?;
        let distribution = self.distribution(answer.place);
        if !distribution.has_file_list {
            return None;
        }
        let by_default = || format!("{}=={}", installed.name, distribution.version);
        let given = distribution.digest.clone();
        Some(given.unwrap_or_else(|| files::digest_of_text(&by_default())))
    }
}

fn directory_version(distribution: &Distribution) -> Option<&str> {
    let version = distribution.directory_version.as_ref();
    Some(version.unwrap_or(&distribution.version).as_str()).filter(|text| !text.is_empty())
}

/// Without a word on it, an editable install's source tree is there.
fn editable(distribution: &Distribution, direct_url: Option<&DirectUrl>) -> Option<Editable> {
    if let Some(editable) = &distribution.editable {
        return Some(Editable {
            source: editable.source.as_ref().map(PathBuf::from),
            exists: editable.exists,
        });
    }
    let direct_url = direct_url?;
    matches!(direct_url.origin, LeadsTo::Directory { editable: true }).then(|| Editable {
        source: direct_url.directory(),
        exists: true,
    })
}

/// The interpreter that a document gives.
pub fn interpreter(host: &Host) -> Interpreter {
    let Host {
        python, markers, ..
    } = host;
    let prefix = PathBuf::from(&python.prefix);
    Interpreter {
        executable: PathBuf::from(&python.executable),
        base_prefix: prefix.clone(),
        prefix,
        identity: Identity {
            implementation: python.implementation.clone(),
            version: python.version.clone(),
            abi_flags: python.abi_flags.clone(),
            platform: python.platform.clone(),
        },
        markers: MarkerEnvironment {
            implementation_name: markers.implementation_name.clone(),
            implementation_version: markers.implementation_version.clone(),
            os_name: markers.os_name.clone(),
            platform_machine: markers.platform_machine.clone(),
            platform_python_implementation: markers.platform_python_implementation.clone(),
            platform_release: markers.platform_release.clone(),
            platform_system: markers.platform_system.clone(),
            platform_version: markers.platform_version.clone(),
            python_full_version: markers.python_full_version.clone(),
            python_version: markers.python_version.clone(),
            sys_platform: markers.sys_platform.clone(),
        },
        sys_path: host
            .sys_path
            .iter()
            .map(|entry| PathEntry {
                path: PathBuf::from(&entry.path),
                origin: Origin::Other,
            })
            .collect(),
        knowledge: Knowledge::Given,
    }
}
