//! One look at every entry of `sys.path`: which names could be installed there.
//!
//! Each directory is listed once; no file is opened but a zip file that is an
//! entry of `sys.path` itself.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use passthrough_diagnostic::Diagnostic;
use passthrough_interpreter::PathEntry;
use passthrough_requirement::PackageName;

use crate::archive::Archive;
use crate::entry_name::{self, Form, Reading};
use crate::listing;
use crate::open;
use crate::rules;

/// What the entries of `sys.path` hold, by name.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    candidates: Vec<Candidate>,
    /// The fingerprint of every name that any reading gives, with its
    /// candidate; sorted.
    index: Vec<(u64, usize)>,
    egg_links: HashMap<PackageName, Vec<PathBuf>>,
    pth_files: HashMap<PackageName, Vec<PathBuf>>,
    /// Entries that could not be listed.
    pub(crate) findings: Vec<Diagnostic>,
}

/// Something that may be the metadata of a distribution.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Which entry of `sys.path`, from 0.
    pub(crate) entry: usize,
    /// Whether that entry is a zip file.
    pub(crate) zipped: bool,
    pub(crate) form: Form,
    pub(crate) file_name: OsString,
    readings: OnceCell<Vec<Reading>>,
}

impl Candidate {
    /// Whether only its metadata can tell which distribution it is.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.readings().len() > 1
    }

    /// What its file name may mean, likeliest first. A candidate for a name
    /// has at least one.
    pub(crate) fn readings(&self) -> &[Reading] {
        self.readings.get_or_init(|| {
            let text = self.file_name.to_string_lossy();
            entry_name::form(&text)
                .map_or_else(Vec::new, |(form, stem)| entry_name::readings(form, stem))
        })
    }

    /// The version in its file name, if the name before it is `name`.
    pub(crate) fn version(&self, name: &PackageName) -> Option<&str> {
        self.readings()
            .iter()
            .find(|reading| reading.name == *name)?
            .version
            .as_deref()
    }
}

impl Scan {
    /// Lists every entry of `sys.path`.
    pub(crate) fn new(sys_path: &[PathEntry]) -> Self {
        let mut scan = Self::default();
        for (index, entry) in sys_path.iter().enumerate() {
            if let Err(words) = scan.list(index, &entry.path) {
                let finding = rules::unreadable_entry(&words).at(&entry.path);
                scan.findings.push(finding);
            }
        }
        scan.index.sort_unstable();
        for paths in scan
            .egg_links
            .values_mut()
            .chain(scan.pth_files.values_mut())
        {
            paths.sort();
        }
        scan
    }

    /// What may be `name`, in the order of `sys.path`; within an entry by file
    /// name, because the order of a listing is the file system's whim.
    pub(crate) fn candidates(&self, name: &PackageName) -> Vec<&Candidate> {
        let wanted = entry_name::fingerprint(name.as_str());
        let start = self
            .index
            .partition_point(|&(fingerprint, _)| fingerprint < wanted);
        let found = self.index[start..]
            .iter()
            .take_while(|&&(fingerprint, _)| fingerprint == wanted)
            .map(|&(_, index)| &self.candidates[index]);
        let mut candidates: Vec<_> = found
            .filter(|candidate| {
                candidate
                    .readings()
                    .iter()
                    .any(|reading| reading.name == *name)
            })
            .collect();
        candidates.sort_by_key(|candidate| (candidate.entry, &candidate.file_name));
        candidates
    }

    /// Every name that any reading of any entry gives.
    pub(crate) fn names(&self) -> impl Iterator<Item = &PackageName> {
        let readings = self.candidates.iter().flat_map(Candidate::readings);
        readings
            .map(|reading| &reading.name)
            .chain(self.egg_links.keys())
    }

    /// The `.egg-link` files of `name`.
    pub(crate) fn egg_links(&self, name: &PackageName) -> &[PathBuf] {
        self.egg_links.get(name).map_or(&[], Vec::as_slice)
    }

    /// The `.pth` and `.start` files whose names speak of `name`.
    pub(crate) fn pth_files(&self, name: &PackageName) -> &[PathBuf] {
        self.pth_files.get(name).map_or(&[], Vec::as_slice)
    }

    fn list(&mut self, index: usize, path: &Path) -> Result<(), String> {
        match listing::each_name(path, |name| self.take(index, path, name, false)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                self.list_archive(index, path)
            }
            // The interpreter skips what is not there (any more).
            Err(error) if open::is_absent(&error) => Ok(()),
            Err(error) => Err(cannot_be_listed(&error)),
        }
    }

    fn list_archive(&mut self, index: usize, path: &Path) -> Result<(), String> {
        let archive = Archive::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => "is neither a directory nor a zip file".to_owned(),
            _ => cannot_be_listed(&error),
        })?;
        for name in archive.top_level() {
            self.take(index, path, OsStr::new(&name), true);
        }
        Ok(())
    }

    fn take(&mut self, entry: usize, path: &Path, file_name: &OsStr, zipped: bool) {
        let text = file_name.to_string_lossy();
        let readings = OnceCell::new();
        let candidate = self.candidates.len();
        let form = if let Some((form, stem)) = entry_name::form(&text) {
            if let Some(name) = entry_name::specified_name(form, stem) {
                self.index.push((entry_name::fingerprint(name), candidate));
            } else {
                let _ = readings.set(entry_name::readings(form, stem));
            }
            form
        } else if text.eq_ignore_ascii_case("EGG-INFO") {
            let Some(stem) = egg_stem(path) else { return };
            let _ = readings.set(entry_name::readings(Form::Egg, &stem));
            Form::Egg
        } else {
            if let Some(name) = pth_name(&text) {
                let files = self.pth_files.entry(name).or_default();
                files.push(path.join(file_name));
            }
            return;
        };
        if let Some(readings) = readings.get() {
            let Some(likeliest) = readings.first() else {
                return;
            };
            if form == Form::EggLink {
                let links = self.egg_links.entry(likeliest.name.clone()).or_default();
                links.push(path.join(file_name));
                return;
            }
            let start = self.index.len();
            for reading in readings {
                let entry = (entry_name::fingerprint(reading.name.as_str()), candidate);
                // Two readings of one entry may normalise to the same name.
                if !self.index[start..].contains(&entry) {
                    self.index.push(entry);
                }
            }
        }
        self.candidates.push(Candidate {
            entry,
            zipped,
            form,
            file_name: file_name.to_owned(),
            readings,
        });
    }
}

fn cannot_be_listed(error: &io::Error) -> String {
    // The place of the finding names the path.
    format!("cannot be listed: {error}")
}

/// The stem of `foo-1.0-py3.12.egg`, an entry of `sys.path`.
fn egg_stem(path: &Path) -> Option<String> {
    let is_egg = path.extension()?.eq_ignore_ascii_case("egg");
    is_egg
        .then(|| path.file_stem().map(OsStr::to_string_lossy))?
        .map(Into::into)
}

/// The distribution that a `.pth` (or `.start`) file belongs to, going by the names that
/// build backends give to the files of editable installs.
fn pth_name(file_name: &str) -> Option<PackageName> {
    let (stem, extension) = file_name.rsplit_once('.')?;
    if !extension.eq_ignore_ascii_case("pth") && !extension.eq_ignore_ascii_case("start") {
        return None;
    }
    if let Some(setuptools) = stem.strip_prefix("__editable__.") {
        return setuptools.split('-').next()?.parse().ok();
    }
    stem.strip_prefix("_editable_impl_")
        .or_else(|| stem.strip_prefix("_editable_skbc_"))
        .or_else(|| stem.strip_prefix('_')?.strip_suffix("_editable"))
        .or_else(|| stem.strip_suffix("-editable"))
        // hatchling puts an underscore in front.
        .unwrap_or_else(|| stem.trim_start_matches('_'))
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;
    use passthrough_interpreter::Origin;

    fn scan(directories: &[&Path]) -> Scan {
        let entries: Vec<_> = directories
            .iter()
            .map(|directory| PathEntry {
                path: directory.to_path_buf(),
                origin: Origin::Site,
            })
            .collect();
        Scan::new(&entries)
    }

    fn name(text: &str) -> PackageName {
        text.parse().unwrap()
    }

    #[test]
    fn every_reading_is_a_candidate() {
        let directory = tempfile::tempdir().unwrap();
        for file in [
            "foo-bar-1.0.dist-info",
            "foo-1.0.dist-info",
            "foo--1.dist-info",
        ] {
            fs::create_dir_all(directory.path().join(file)).unwrap();
        }
        let scan = scan(&[directory.path()]);
        let files = |text: &str| {
            let candidates = scan.candidates(&name(text));
            let files: Vec<_> = candidates
                .iter()
                .map(|candidate| candidate.file_name.to_str().unwrap().to_owned())
                .collect();
            files
        };
        assert_eq!(
            files("foo"),
            [
                "foo--1.dist-info",
                "foo-1.0.dist-info",
                "foo-bar-1.0.dist-info"
            ]
        );
        assert_eq!(files("foo-bar"), ["foo-bar-1.0.dist-info"]);
        assert_eq!(files("foo-1"), ["foo--1.dist-info"]);
        assert_eq!(files("bar"), [] as [&str; 0]);
    }

    #[test]
    fn entries_keep_the_order_of_the_path() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(first.path().join("foo-2.dist-info")).unwrap();
        fs::create_dir_all(second.path().join("foo-1.dist-info")).unwrap();
        let scan = scan(&[first.path(), second.path()]);
        let entries: Vec<_> = scan
            .candidates(&name("foo"))
            .iter()
            .map(|candidate| candidate.entry)
            .collect();
        assert_eq!(entries, [0, 1]);
    }

    #[test]
    fn an_entry_that_went_away_is_skipped() {
        let directory = tempfile::tempdir().unwrap();
        let scan = scan(&[&directory.path().join("gone")]);
        assert!(scan.findings.is_empty());
    }

    #[test]
    fn a_file_that_is_no_zip_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("python311.zip");
        fs::write(&path, "no").unwrap();
        let scan = scan(&[&path]);
        assert_eq!(scan.findings.len(), 1);
        assert_eq!(
            scan.findings[0].message,
            "this entry of sys.path is neither a directory nor a zip file"
        );
    }

    #[test]
    fn eggs_are_named_by_their_own_entry() {
        let directory = tempfile::tempdir().unwrap();
        let egg = directory.path().join("foo_bar-1.0-py3.12.EGG");
        fs::create_dir_all(egg.join("EGG-INFO")).unwrap();
        let other = directory.path().join("foo-1.0");
        fs::create_dir_all(other.join("EGG-INFO")).unwrap();
        let scan = scan(&[&egg, &other, directory.path()]);
        let names: Vec<_> = scan.names().map(PackageName::as_str).collect();
        assert_eq!(names, ["foo-bar"]);
        let candidates = scan.candidates(&name("foo-bar"));
        assert_eq!(candidates[0].form, Form::Egg);
        assert_eq!(candidates[0].version(&name("foo-bar")), Some("1.0"));
    }

    #[test]
    fn pth_files_of_editable_installs_are_known_by_name() {
        for (file, expected) in [
            ("__editable__.foo_bar-1.0.pth", Some("foo-bar")),
            ("_editable_impl_foo_bar.pth", Some("foo-bar")),
            ("_editable_skbc_foo_bar.pth", Some("foo-bar")),
            ("foo-bar-editable.pth", Some("foo-bar")),
            ("Foo.Bar.PTH", Some("foo-bar")),
            ("_foo_bar.pth", Some("foo-bar")),
            ("_foo_bar_editable.pth", Some("foo-bar")),
            ("_editable_skbc_foo_bar.start", Some("foo-bar")),
            ("__editable__.pth", None),
            ("foo.py", None),
            ("pth", None),
        ] {
            let name = pth_name(file);
            assert_eq!(name.as_ref().map(PackageName::as_str), expected, "{file}");
        }
    }
}
