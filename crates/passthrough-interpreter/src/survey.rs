//! From what an interpreter says of itself to an [`Interpreter`], and to what
//! must stay as it is for that to stay true.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use passthrough_requirement::MarkerEnvironment;

use crate::facts::Facts;
use crate::habits::Habits;
use crate::pth::{self, PthFile};
use crate::stamp::Aspect;
use crate::text::Bytes;
use crate::{Identity, Interpreter, Knowledge, Origin, PathEntry, files, probe};

/// An interpreter, and the paths that its `sys.path` depends upon.
pub(crate) struct Survey {
    pub(crate) interpreter: Interpreter,
    pub(crate) depends_on: Vec<(PathBuf, Aspect)>,
}

/// Makes sense of the answer of `executable`.
pub(crate) fn survey(facts: Facts, executable: &Path) -> Survey {
    let layout = Layout {
        prefix: facts.prefix.into_path(),
        base_prefix: facts.base_prefix.into_path(),
        base_exec_prefix: facts.base_exec_prefix.into_path(),
        stdlib: facts.stdlib.into_path(),
        packages: facts.packages.into_iter().map(normal).collect(),
        user: facts.user.into_iter().map(normal).next(),
    };
    let markers: MarkerEnvironment = facts.markers.into();
    let path: Vec<PathBuf> = facts.path.into_iter().map(Bytes::into_path).collect();
    let minor = minor(&markers.python_version);
    let mut entries = classify(path, &layout, minor);
    // Added by code as the current directory, which does not count.
    entries
        .retain(|entry| entry.origin != Origin::Other || entry.path != Path::new(probe::DIRECTORY));
    let customize = facts.customize.into_iter().map(Bytes::into_path);
    let depends_on = dependencies(executable, &entries, &layout, customize.collect());
    let own = facts.executable;
    let interpreter = Interpreter {
        executable: if own.is_empty() {
            executable.to_owned()
        } else {
            own.into_path()
        },
        prefix: layout.prefix,
        base_prefix: layout.base_prefix,
        identity: Identity {
            implementation: markers.implementation_name.clone(),
            version: markers.python_version.clone(),
            abi_flags: facts.abi_flags.into_string(),
            platform: facts.platform.into_string(),
        },
        markers,
        sys_path: existing(entries.into_iter().map(|entry| (entry.path, entry.origin))),
        knowledge: Knowledge::Asked,
    };
    Survey {
        interpreter,
        depends_on,
    }
}

/// Drops what does not exist, and what leads to the same place as an entry before it.
pub(crate) fn existing(entries: impl IntoIterator<Item = (PathBuf, Origin)>) -> Vec<PathEntry> {
    let mut seen = HashSet::new();
    entries
        .into_iter()
        .filter(|(path, _)| files::identity(path).is_some_and(|identity| seen.insert(identity)))
        .map(|(path, origin)| PathEntry { path, origin })
        .collect()
}

/// The second number of an `X.Y`; 0 for what has none.
pub(crate) fn minor(version: &str) -> u32 {
    let (_, minor) = version.split_once('.').unwrap_or_default();
    minor.parse().unwrap_or(0)
}

/// Where an interpreter says that things are.
struct Layout {
    prefix: PathBuf,
    base_prefix: PathBuf,
    base_exec_prefix: PathBuf,
    stdlib: PathBuf,
    packages: Vec<PathBuf>,
    user: Option<PathBuf>,
}

/// An entry of `sys.path`, existing or not.
struct Entry {
    path: PathBuf,
    origin: Origin,
    /// What `site` read in it, if it is a site directory.
    pth: Vec<PthFile>,
}

fn classify(path: Vec<PathBuf>, layout: &Layout, minor: u32) -> Vec<Entry> {
    let habits = Habits::of(&layout.stdlib);
    let origins: Vec<Option<Origin>> = path
        .iter()
        .map(|entry| layout.origin(&files::normalize(entry)))
        .collect();
    let mut named: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut entries: Vec<(PathBuf, Option<Origin>, Vec<PthFile>)> = Vec::new();
    for (path, origin) in path.into_iter().zip(origins) {
        // What is of unknown origin may have been added by `site.addsitedir`.
        let pth = match origin {
            Some(Origin::Stdlib) => Vec::new(),
            _ => pth_files(&path, habits, minor),
        };
        if origin.is_some() {
            for file in &pth {
                for target in file.content.iter().flat_map(|content| &content.paths) {
                    named
                        .entry(target.clone())
                        .or_insert_with(|| file.path.clone());
                }
            }
        }
        entries.push((path, origin, pth));
    }
    entries
        .into_iter()
        .map(|(path, origin, pth)| {
            if let Some(origin) = origin {
                return Entry { path, origin, pth };
            }
            match named.get(&files::normalize(&path)) {
                // `site` does not look for `.pth` files in what a `.pth` file adds.
                Some(file) => Entry {
                    path,
                    origin: Origin::Pth(file.clone()),
                    pth: Vec::new(),
                },
                None => Entry {
                    path,
                    origin: Origin::Other,
                    pth,
                },
            }
        })
        .collect()
}

fn pth_files(directory: &Path, habits: Habits, minor: u32) -> Vec<PthFile> {
    pth::names(directory, habits)
        .unwrap_or_default()
        .iter()
        .map(|name| pth::read(directory, name, minor))
        .collect()
}

impl Layout {
    /// What put an entry on `sys.path`, as far as the interpreter's own layout tells.
    fn origin(&self, path: &Path) -> Option<Origin> {
        if self.is_stdlib(path) {
            Some(Origin::Stdlib)
        } else if self.packages.iter().any(|directory| directory == path) {
            let own = !path.ends_with("dist-packages") && self.is_own(path);
            Some(if own {
                Origin::Site
            } else {
                Origin::SystemSite
            })
        } else if self.user.as_deref() == Some(path) {
            Some(Origin::UserSite)
        } else {
            None
        }
    }

    fn is_stdlib(&self, path: &Path) -> bool {
        let (Some(name), Some(parent)) = (path.file_name().and_then(|n| n.to_str()), path.parent())
        else {
            return false;
        };
        let based = [&self.base_prefix, &self.base_exec_prefix]
            .into_iter()
            .any(|prefix| path.starts_with(prefix));
        let zip = || {
            let middle = name
                .strip_prefix("python")
                .and_then(|n| n.strip_suffix(".zip"));
            middle.is_some_and(|middle| middle.starts_with(|c: char| c.is_ascii_digit()))
        };
        // The platform's part may be below another prefix, or in `lib64`.
        let platform =
            || parent.file_name().is_some() && parent.file_name() == self.stdlib.file_name();
        path == self.stdlib
            || name == "lib-dynload" && (parent == self.stdlib || based && platform())
            || based && zip()
            || based && path.file_name() == self.stdlib.file_name() && is_library(parent)
            || ["lib_pypy", "lib-python"]
                .into_iter()
                .any(|part| path.starts_with(self.base_prefix.join(part)))
    }

    /// Whether a site directory belongs to the environment itself, not to its base.
    fn is_own(&self, path: &Path) -> bool {
        let nested = self.base_prefix != self.prefix && self.base_prefix.starts_with(&self.prefix);
        path.starts_with(&self.prefix) && !(nested && path.starts_with(&self.base_prefix))
    }
}

fn is_library(directory: &Path) -> bool {
    directory
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("lib"))
}

/// Everything whose change may change `sys.path`, as far as it can be known:
/// code in a `.pth` file may depend on anything.
fn dependencies(
    executable: &Path,
    entries: &[Entry],
    layout: &Layout,
    customize: Vec<PathBuf>,
) -> Vec<(PathBuf, Aspect)> {
    let mut all: Vec<_> = files::links(executable)
        .into_iter()
        .map(|link| (link, Aspect::Link))
        .collect();
    if let Some(directory) = executable.parent() {
        all.push((directory.join("pyvenv.cfg"), Aspect::Exact));
        let above = directory.parent().unwrap_or(directory);
        all.push((above.join("pyvenv.cfg"), Aspect::Exact));
    }
    // A site directory that comes into being goes on the path.
    let candidates = layout.packages.iter().chain(&layout.user);
    all.extend(candidates.map(|directory| (directory.clone(), Aspect::Names)));
    for entry in entries {
        if let Origin::Pth(_) = entry.origin {
            // The names in it change all the time: it is somebody's source tree.
            all.push((entry.path.clone(), Aspect::Presence));
            for name in ["sitecustomize.py", "usercustomize.py"] {
                all.push((entry.path.join(name), Aspect::Content));
            }
        } else {
            all.push((entry.path.clone(), Aspect::Names));
        }
        for file in &entry.pth {
            all.push((file.path.clone(), Aspect::Content));
            let targets = file.content.iter().flat_map(|content| &content.paths);
            all.extend(targets.map(|target| (target.clone(), Aspect::Presence)));
        }
    }
    all.extend(customize.into_iter().map(|file| (file, Aspect::Content)));
    let mut seen = HashSet::new();
    all.retain(|dependency| seen.insert(dependency.clone()));
    all
}

fn normal(path: Bytes) -> PathBuf {
    files::normalize(&path.into_path())
}
