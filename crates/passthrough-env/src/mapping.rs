use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_host::{FileList, Installed, ListedFile};
use passthrough_interpreter::Interpreter;
use passthrough_plan::{Exposed, Role};
use passthrough_requirement::{PackageName, Version};

use crate::facts::Facts;
use crate::inspect::{Found, Inspector, Look};
use crate::launcher::{self, Script};
use crate::layout::Layout;
use crate::link::{LinkMode, Method};
use crate::place::{self, Misplaced, Scheme};
use crate::{EnvError, EnvErrorKind, base, content, develop, layout, target, threads};

/// The most bytes of an `entry_points.txt`, or of a script.
const SCRIPT_LIMIT: u64 = 1 << 20;

/// Which file of the host goes where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The environment's interpreter.
    pub(crate) python: PathBuf,
    /// The interpreter that it is made on.
    pub(crate) base_python: PathBuf,
    /// What is exposed, by name.
    pub distributions: Vec<MappedDistribution>,
}

/// One exposed distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedDistribution {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// Why it passes through.
    pub role: Role,
    /// Whether it is an editable install.
    pub editable: bool,
    /// The `sys.path` entry of the host that it is in.
    pub location: PathBuf,
    /// Its files that are there, by place. Byte code of a source that is there
    /// as well is none of them: the environment's interpreter makes its own.
    pub files: Vec<Mapped>,
    /// What its list names and the host does not have, byte code left aside.
    pub missing: Vec<PathBuf>,
    /// Its metadata directory or file in the environment, relative to it; the
    /// `.egg-link` of one that is read in its source tree.
    pub(crate) info: String,
    /// The source tree that the environment reads it in.
    pub(crate) develop: Option<Develop>,
}

/// A source tree that an environment reads a distribution in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Develop {
    /// The `sys.path` entry.
    pub(crate) source: PathBuf,
    /// The metadata in it, which are to stay as they are.
    pub(crate) watched: Vec<(PathBuf, Facts)>,
}

/// A file of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// Its place, relative to the environment.
    pub path: String,
    pub(crate) origin: Origin,
}

/// Where the content of a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is the host's.
    Host {
        source: PathBuf,
        facts: Facts,
        methods: &'static [Method],
    },
    /// It is the host's, with another first line.
    Script { source: PathBuf, facts: Facts },
    /// It is made from an entry point.
    EntryPoint(Script),
    /// It says where a source tree is.
    Text(String),
}

impl Mapped {
    /// The host's file; None for one that is written from nothing.
    pub fn source(&self) -> Option<&Path> {
        self.host_file().map(|(source, _)| source)
    }

    pub(crate) fn host_file(&self) -> Option<(&Path, &Facts)> {
        match &self.origin {
            Origin::Host { source, facts, .. } | Origin::Script { source, facts } => {
                Some((source, facts))
            }
            Origin::EntryPoint(_) | Origin::Text(_) => None,
        }
    }
}

/// Tells which file of the host goes where when `exposed` is exposed in an
/// environment at `root`. Reads the lists and looks at the files; writes
/// nothing.
///
/// It fails where a distribution has no complete list of its files, where a
/// list names what is not the distribution's to name, and where two
/// distributions have different files for one place.
pub fn mapping(
    exposed: &[Exposed],
    host: &Interpreter,
    root: &Path,
    mode: LinkMode,
) -> Result<Mapping, EnvError> {
    let root = target::usable(root, host)?;
    let layout = Layout::new(&root, &host.identity);
    let mut distributions = map(exposed, host, mode)?;
    share(&[], &mut distributions, &root)?;
    Ok(Mapping {
        python: layout.python,
        base_python: base::executable(host)?,
        distributions,
    })
}

/// Maps each distribution by itself, several at a time; sorted by name.
pub(crate) fn map(
    exposed: &[Exposed],
    host: &Interpreter,
    mode: LinkMode,
) -> Result<Vec<MappedDistribution>, EnvError> {
    let site = layout::site_packages(&host.identity);
    let mut wanted: Vec<Wanted<'_>> = exposed.iter().map(Wanted::of).collect();
    wanted.sort_by_key(|wanted| &wanted.installed.name);
    threads::each(&wanted, 1, |wanted| distribution(wanted, &site, mode))
        .into_iter()
        .collect()
}

/// What is to be mapped: an [`Exposed`] that can be sent to another thread.
pub(crate) struct Wanted<'a> {
    pub(crate) installed: &'a Installed,
    version: &'a Version,
    role: Role,
}

impl<'a> Wanted<'a> {
    pub(crate) fn version(&self) -> &'a Version {
        self.version
    }

    fn of(exposed: &'a Exposed) -> Self {
        Self {
            installed: &exposed.installed,
            version: &exposed.version,
            role: exposed.role,
        }
    }
}

fn distribution(
    wanted: &Wanted<'_>,
    site: &str,
    mode: LinkMode,
) -> Result<MappedDistribution, EnvError> {
    let installed = wanted.installed;
    let name = &installed.name;
    if let Some(editable) = &installed.editable
        && !editable.exists
    {
        return Err(EnvError::new(
            &installed.info,
            EnvErrorKind::SourceGone(name.clone()),
        ));
    }
    let listed = installed
        .list_files()
        .map_err(|error| EnvError::list(name, error))?;
    let egg = egg_info(installed);
    let scheme = Scheme {
        location: &installed.location,
        prefix: listed.prefix.as_deref(),
        egg: egg.as_deref(),
        site,
    };
    let mut inspector = Inspector::new(name, &installed.location, listed.prefix.as_deref());
    let entry_points = entry_points(installed);
    let mut collected = Collected {
        name,
        info: &installed.info,
        scheme,
        mode,
        entry_points: &entry_points,
        files: BTreeMap::new(),
        missing: Vec::new(),
    };
    if matches!(installed.files, FileList::Develop(_)) {
        return develop::map(wanted, collected, &listed.files, &mut inspector);
    }
    let mut own = metadata_files(&installed.info);
    // What RECORD names has its hash there.
    own.retain(|file| {
        let listed = &listed.files;
        listed
            .binary_search_by(|other| other.path.cmp(&file.path))
            .is_err()
    });
    let sources = Sources::of(&listed.files);
    let files = listed.files.iter().chain(&own);
    let mut files: Vec<&ListedFile> = files.filter(|file| !sources.covers(&file.path)).collect();
    // Directory by directory, each of which is opened once.
    files.sort_by_cached_key(|file| file.path.parent().map(Path::as_os_str));
    for file in files {
        match inspector.look(file)? {
            Look::File(found) => collected.add(&file.path, found)?,
            Look::Linked(files) => {
                for (relative, found) in files {
                    let path = file.path.join(relative);
                    if !sources.covers(&path) {
                        collected.add(&path, found)?;
                    }
                }
            }
            Look::Missing if !is_byte_code(&file.path) => collected.missing.push(file.path.clone()),
            Look::Directory | Look::Missing => {}
        }
    }
    let info = collected.place(&installed.info)?;
    collected.finish(wanted, info, None)
}

/// What an unpacked egg's `EGG-INFO` is called in a site directory.
fn egg_info(installed: &Installed) -> Option<String> {
    let FileList::Tree(egg) = &installed.files else {
        return None;
    };
    let name = egg.file_name()?.to_str()?;
    Some(format!("{name}-info"))
}

/// The scripts that the entry points of a distribution ask for.
fn entry_points(installed: &Installed) -> Vec<Script> {
    let file = installed.info.join("entry_points.txt");
    let text = content::read(&file, SCRIPT_LIMIT).ok().flatten();
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(|text| launcher::scripts(&text))
        .unwrap_or_default()
}

/// Everything in a metadata directory, listed or not; the file itself where
/// the metadata are a file.
fn metadata_files(info: &Path) -> Vec<ListedFile> {
    let mut files = Vec::new();
    let mut directories = vec![info.to_owned()];
    while let Some(directory) = directories.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            files.push(directory);
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                directories.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    let file = |path| ListedFile { path, sha256: None };
    files.into_iter().map(file).collect()
}

/// The places of the files of one distribution.
pub(crate) struct Collected<'a> {
    pub(crate) name: &'a PackageName,
    info: &'a Path,
    pub(crate) scheme: Scheme<'a>,
    mode: LinkMode,
    entry_points: &'a [Script],
    pub(crate) files: BTreeMap<String, Origin>,
    missing: Vec<PathBuf>,
}

impl Collected<'_> {
    fn place(&self, path: &Path) -> Result<String, EnvError> {
        self.scheme.place(path).map_err(|misplaced| {
            let kind = match misplaced {
                Misplaced::Reserved => EnvErrorKind::Reserved(self.name.clone()),
                Misplaced::Encoding => EnvErrorKind::Encoding,
                // The list has been held to it already.
                Misplaced::Outside => EnvErrorKind::LeadsAway {
                    owner: self.name.clone(),
                    target: path.to_owned(),
                },
            };
            EnvError::new(path, kind)
        })
    }

    fn add(&mut self, path: &Path, found: Found) -> Result<(), EnvError> {
        let place = self.place(path)?;
        let Found { source, facts } = found;
        let script = place
            .strip_prefix("bin/")
            .filter(|name| !name.contains('/'));
        let is_made =
            script.is_some_and(|name| self.entry_points.iter().any(|script| script.name == name));
        if is_made {
            return Ok(());
        }
        let origin = if script.is_some() && is_python_script(&source, facts.size) {
            Origin::Script { source, facts }
        } else {
            let verbatim = path.starts_with(self.info);
            Origin::Host {
                methods: self.mode.methods(path, facts.size, verbatim),
                source,
                facts,
            }
        };
        // Named twice, by a link and by itself: the first counts.
        self.files.entry(place).or_insert(origin);
        Ok(())
    }

    /// Adds the scripts of the entry points; that is all there is.
    pub(crate) fn finish(
        mut self,
        wanted: &Wanted<'_>,
        info: String,
        develop: Option<Develop>,
    ) -> Result<MappedDistribution, EnvError> {
        for script in self.entry_points {
            self.add_entry_point(script)?;
        }
        let files = self.files.into_iter();
        Ok(MappedDistribution {
            name: self.name.clone(),
            version: wanted.version.clone(),
            role: wanted.role,
            editable: wanted.installed.editable.is_some(),
            location: wanted.installed.location.clone(),
            missing: self.missing,
            files: files
                .map(|(path, origin)| Mapped { path, origin })
                .collect(),
            info,
            develop,
        })
    }

    fn add_entry_point(&mut self, script: &Script) -> Result<(), EnvError> {
        let place = format!("bin/{}", script.name);
        if place::is_reserved(&place, self.scheme.site) {
            return Err(EnvError::new(
                &self.info.join("entry_points.txt"),
                EnvErrorKind::Reserved(self.name.clone()),
            ));
        }
        self.files.insert(place, Origin::EntryPoint(script.clone()));
        Ok(())
    }
}

fn is_python_script(path: &Path, size: u64) -> bool {
    // Most of what is large in there is a program; no need to read it.
    size <= SCRIPT_LIMIT
        && content::read(path, SCRIPT_LIMIT)
            .ok()
            .flatten()
            .is_some_and(|text| launcher::rewritten(&text, Path::new("python")).is_some())
}

fn is_byte_code(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "pyc")
}

/// The source files that a list names, to tell which byte code has a source.
struct Sources<'a>(HashSet<&'a Path>);

impl<'a> Sources<'a> {
    fn of(files: &'a [ListedFile]) -> Self {
        let has_byte_code = files.iter().any(|file| is_byte_code(&file.path));
        let sources = files.iter().filter(|_| has_byte_code);
        Self(
            sources
                .map(|file| file.path.as_path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
                .collect(),
        )
    }

    /// Whether a file is byte code in `__pycache__` of one of the sources:
    /// `a/__pycache__/b.cpython-311.opt-1.pyc` of `a/b.py`.
    fn covers(&self, path: &Path) -> bool {
        let source = || {
            let cache = path
                .parent()
                .filter(|cache| cache.ends_with("__pycache__"))?;
            let stem = path.file_stem()?.to_str()?;
            let stem = stem.split(".opt-").next()?;
            let (module, _tag) = stem.rsplit_once('.')?;
            Some(cache.parent()?.join(format!("{module}.py")))
        };
        is_byte_code(path) && source().is_some_and(|source| self.0.contains(source.as_path()))
    }
}

/// Drops those files of `new` that another distribution, of `old` or of `new`,
/// brings already with the same content; fails where the content differs.
pub(crate) fn share(
    old: &[MappedDistribution],
    new: &mut [MappedDistribution],
    root: &Path,
) -> Result<(), EnvError> {
    let mut taken: HashMap<&str, (&PackageName, &Origin)> = HashMap::new();
    let mut repeated = Vec::new();
    for (index, distribution) in old.iter().chain(&*new).enumerate() {
        for (place, mapped) in distribution.files.iter().enumerate() {
            let entry = match taken.entry(&mapped.path) {
                Entry::Vacant(entry) => {
                    entry.insert((&distribution.name, &mapped.origin));
                    continue;
                }
                Entry::Occupied(entry) => entry,
            };
            let (first, origin) = entry.get();
            if !is_same(origin, &mapped.origin) {
                return Err(EnvError::new(
                    &root.join(&mapped.path),
                    EnvErrorKind::Clash {
                        first: first.to_string(),
                        second: distribution.name.clone(),
                    },
                ));
            }
            if let Some(index) = index.checked_sub(old.len()) {
                repeated.push((index, place));
            }
        }
    }
    // The last first, so that the places of the others hold.
    for (index, place) in repeated.into_iter().rev() {
        new[index].files.remove(place);
    }
    Ok(())
}

fn is_same(a: &Origin, b: &Origin) -> bool {
    match (a, b) {
        (Origin::EntryPoint(a), Origin::EntryPoint(b)) => a == b,
        (Origin::Text(a), Origin::Text(b)) => a == b,
        (
            Origin::Host { source: a, .. } | Origin::Script { source: a, .. },
            Origin::Host { source: b, .. } | Origin::Script { source: b, .. },
        ) => a == b || content::are_same(a, b).unwrap_or(false),
        _ => false,
    }
}
