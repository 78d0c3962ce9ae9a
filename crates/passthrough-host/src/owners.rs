//! Which distribution a module comes from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use passthrough_requirement::PackageName;

use crate::model::{Editable, Installed, Inventory};
use crate::open;
use crate::site::Site;

/// The most bytes of a `top_level.txt` or a `.pth` file.
const LIMIT: usize = 1024 * 1024;

/// Where source trees keep what is to be imported, below their root.
const SOURCES: [&str; 4] = ["", "src", "python", "lib"];

impl Site {
    /// The distributions that have `module`, a dotted name, or something below
    /// it: the one of the module's own name first, then by name. A namespace
    /// package has many.
    ///
    /// Reads the file lists of everything installed: meant for when a build
    /// has failed. Of an editable install whose source tree is gone, only what
    /// its metadata and its name say is known.
    pub fn owners(&self, module: &str) -> Vec<Rc<Installed>> {
        let Some(wanted) = Wanted::new(module) else {
            return Vec::new();
        };
        let mut owners: Vec<Rc<Installed>> = self
            .names()
            .iter()
            .filter_map(|name| self.get(name))
            .filter(|installed| has(installed, &wanted))
            .collect();
        owners.sort_by_key(|installed| Some(&installed.name) != wanted.name.as_ref());
        owners
    }
}

struct Wanted {
    /// The module as a path without suffix.
    path: PathBuf,
    /// The first part of the dotted name.
    top: String,
    /// A distribution that is named like it.
    name: Option<PackageName>,
}

impl Wanted {
    /// None for what no import statement could name.
    fn new(module: &str) -> Option<Self> {
        let parts: Vec<&str> = module.split('.').collect();
        module.split('.').all(is_identifier).then(|| Self {
            path: parts.iter().collect(),
            top: parts[0].to_owned(),
            name: module.replace('.', "-").parse().ok(),
        })
    }

    /// Whether a file, by its path below an entry of `sys.path`, is the module
    /// or in it.
    fn is_in(&self, file: &Path) -> bool {
        let is_code = file
            .extension()
            .is_some_and(|suffix| suffix == "py" || suffix == "so" || suffix == "pyd");
        if !is_code {
            return false;
        }
        // `m/anything.py`, `m.py`, `m.cpython-311-x86_64-linux-gnu.so`.
        file.starts_with(&self.path)
            || file.parent() == self.path.parent()
                && file
                    .file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(|name| {
                        let stem = name.split_once('.').map(|(stem, _)| stem);
                        stem.is_some_and(|stem| self.path.file_name() == Some(stem.as_ref()))
                    })
    }

    /// Whether a directory that is, or could be, on `sys.path` has the module.
    fn is_below(&self, directory: &Path) -> bool {
        let place = directory.join(&self.path);
        place.with_extension("py").is_file() || place.is_dir()
    }
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric())
}

fn has(installed: &Installed, wanted: &Wanted) -> bool {
    let listed: BTreeSet<PathBuf> = installed
        .list_files()
        .map(|listed| listed.files.into_iter().map(|file| file.path).collect())
        .unwrap_or_default();
    let relative = |file: &PathBuf| Some(file.strip_prefix(&installed.location).ok()?.to_owned());
    if listed
        .iter()
        .filter_map(relative)
        .any(|file| wanted.is_in(&file))
    {
        return true;
    }
    match &installed.editable {
        Some(editable) => is_developed(editable, &listed, wanted) || is_said(installed, wanted),
        // Without a list there is nothing better.
        None => listed.is_empty() && is_said(installed, wanted),
    }
}

/// Whether the source tree of an editable install has the module; by the
/// install's name, if the tree is gone.
fn is_developed(editable: &Editable, listed: &BTreeSet<PathBuf>, wanted: &Wanted) -> bool {
    let of_source = editable
        .source
        .iter()
        .flat_map(|source| SOURCES.iter().map(move |below| source.join(below)));
    let pth_files = listed
        .iter()
        .filter(|file| file.extension().is_some_and(|suffix| suffix == "pth"));
    let of_pth_files = pth_files.flat_map(|file| {
        let text = open::read_text(file, LIMIT).unwrap_or_default();
        let lines = text.lines().map(str::trim_end);
        let paths = lines.map(PathBuf::from).filter(|path| path.is_absolute());
        paths.collect::<Vec<_>>()
    });
    of_source
        .chain(of_pth_files)
        .any(|directory| wanted.is_below(&directory))
}

/// Whether the distribution's metadata or name say that it has the module.
fn is_said(installed: &Installed, wanted: &Wanted) -> bool {
    let top_level = open::read_text(&installed.info.join("top_level.txt"), LIMIT);
    top_level.is_ok_and(|text| text.lines().any(|line| line.trim() == wanted.top))
        || Some(&installed.name) == wanted.top.parse().ok().as_ref()
}
