//! Where the parts of an interpreter are, told by names of files and directories.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::pyvenv::{self, Config};
use crate::read::ReadErrorKind;
use crate::{ReadError, files};

/// An implementation whose layout is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Implementation {
    CPython,
    PyPy,
}

/// The parts of an interpreter.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// `sys.prefix`.
    pub(crate) prefix: PathBuf,
    /// What makes it a virtual environment, if it is one.
    pub(crate) config: Option<Config>,
    pub(crate) base: StandardLibrary,
    /// The name of the executable that all links lead to.
    pub(crate) name: String,
}

/// A standard library, and thereby the installation around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StandardLibrary {
    /// `sys.base_prefix`.
    pub(crate) prefix: PathBuf,
    /// `sys.platlibdir`: `lib` or `lib64`.
    pub(crate) library: &'static str,
    pub(crate) kind: Kind,
}

/// What the name of a directory such as `python3.13t` or `pypy3.10` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) implementation: Implementation,
    pub(crate) minor: u32,
    pub(crate) free_threaded: bool,
}

/// What is known about the standard library before it is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    implementation: Option<Implementation>,
    minor: Option<u32>,
    free_threaded: Option<bool>,
}

impl Kind {
    /// The name of the directory: `python3.13t`.
    pub(crate) fn directory(self) -> String {
        let (name, t) = match self.implementation {
            Implementation::CPython => ("python", if self.free_threaded { "t" } else { "" }),
            Implementation::PyPy => ("pypy", ""),
        };
        format!("{name}3.{}{t}", self.minor)
    }

    fn parse(name: &str) -> Option<Self> {
        let (implementation, version) = split(name)?;
        let minor = version.strip_prefix("3.")?;
        let (minor, free_threaded) = match minor.strip_suffix('t') {
            Some(minor) => (minor, true),
            None => (minor, false),
        };
        let kind = Self {
            implementation,
            minor: minor.parse().ok()?,
            free_threaded,
        };
        // Refuses `python3.09` and the like.
        (kind.directory() == name).then_some(kind)
    }
}

impl StandardLibrary {
    /// The directory of the standard library.
    pub(crate) fn directory(&self) -> PathBuf {
        self.prefix.join(self.library).join(self.kind.directory())
    }
}

impl Wanted {
    /// What the name of an executable says: `python3.13td`, `pypy3`, `python`.
    fn by_name(name: &str) -> Self {
        let Some((implementation, version)) = split(name) else {
            return Self::default();
        };
        let number = version.strip_prefix("3.").unwrap_or_default();
        let digits = number
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(number.len());
        Self {
            // PyPy's environments call theirs `python` too.
            implementation: Some(implementation).filter(|&it| it == Implementation::PyPy),
            minor: number[..digits].parse().ok(),
            // A free-threaded build goes by both names.
            free_threaded: number[digits..].starts_with('t').then_some(true),
        }
    }

    /// Fills in what is not known yet.
    fn or(self, other: Self) -> Self {
        Self {
            implementation: self.implementation.or(other.implementation),
            minor: self.minor.or(other.minor),
            free_threaded: self.free_threaded.or(other.free_threaded),
        }
    }

    fn admits(self, kind: Kind) -> bool {
        self.implementation
            .is_none_or(|wanted| wanted == kind.implementation)
            && self.minor.is_none_or(|wanted| wanted == kind.minor)
            && self
                .free_threaded
                .is_none_or(|wanted| wanted == kind.free_threaded)
    }
}

fn split(name: &str) -> Option<(Implementation, &str)> {
    if let Some(version) = name.strip_prefix("python") {
        Some((Implementation::CPython, version))
    } else {
        let version = name.strip_prefix("pypy")?;
        Some((Implementation::PyPy, version))
    }
}

/// Finds the parts of the interpreter that `executable`, an absolute path, starts.
pub(crate) fn find(executable: &Path) -> Result<Layout, ReadError> {
    let fail = |path: &Path, kind| ReadError {
        path: path.to_owned(),
        kind,
    };
    let real = files::links(executable).pop().unwrap_or_default();
    let real = files::normalize(&real);
    if let Err(error) = fs::metadata(&real) {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ReadErrorKind::Gone(real),
            _ => ReadErrorKind::Io(error),
        };
        return Err(fail(executable, kind));
    }
    let config_file = pyvenv::find(executable);
    let config = match &config_file {
        Some(file) => {
            Some(pyvenv::read(file).map_err(|error| fail(file, ReadErrorKind::Io(error)))?)
        }
        None => None,
    };
    if config.is_none() && is_script(&real) {
        return Err(fail(executable, ReadErrorKind::Script));
    }
    let above = |path: &Path| path.parent().unwrap_or(Path::new("/")).to_owned();
    let directory = above(executable);
    let name = real.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let wanted = wanted(name, config.as_ref(), &above(&directory));

    let home = config.as_ref().and_then(|config| config.home.clone());
    let canonical = fs::canonicalize(&real).unwrap_or_else(|_| real.clone());
    let starts = home.into_iter().chain([above(&real), above(&canonical)]);
    let mut base = None;
    for start in starts {
        base = search(&start, wanted).map_err(|kinds| {
            fail(
                executable,
                ReadErrorKind::Ambiguous(kinds.iter().map(|kind| kind.directory()).collect()),
            )
        })?;
        if base.is_some() {
            break;
        }
    }
    let base = base.ok_or_else(|| fail(executable, ReadErrorKind::NoStandardLibrary))?;
    Ok(Layout {
        prefix: match config {
            Some(_) => above(&directory),
            None => base.prefix.clone(),
        },
        config,
        base,
        name: name.to_owned(),
    })
}

/// What is said about the interpreter, the most reliable word first: its own
/// name, the site directory of its environment, `pyvenv.cfg` (which keeps the
/// version of the day that the environment was made).
fn wanted(name: &str, config: Option<&Config>, prefix: &Path) -> Wanted {
    let mut wanted = Wanted::by_name(name);
    let Some(config) = config else {
        return wanted;
    };
    let exact = |kind: Kind| Wanted {
        implementation: Some(kind.implementation),
        minor: Some(kind.minor),
        free_threaded: Some(kind.free_threaded),
    };
    let sites: Vec<Kind> = kinds(&prefix.join("lib"), "site-packages")
        .into_iter()
        .filter(|kind| wanted.admits(*kind))
        .collect();
    if let [site] = sites[..] {
        wanted = wanted.or(exact(site));
    }
    wanted.or(Wanted {
        implementation: match config.implementation.as_deref() {
            Some("cpython") => Some(Implementation::CPython),
            Some("pypy") => Some(Implementation::PyPy),
            _ => None,
        },
        minor: config.version.map(|version| version.minor),
        free_threaded: None,
    })
}

/// Looks for a standard library from `start` upward, as the interpreter does. The
/// error: there are several, and nothing tells which one it is.
fn search(start: &Path, wanted: Wanted) -> Result<Option<StandardLibrary>, Vec<Kind>> {
    // The root does not count: `/bin` and `/lib` may be links into `/usr`.
    let prefixes = start.ancestors().filter(|prefix| prefix.parent().is_some());
    for prefix in prefixes {
        for library in ["lib", "lib64"] {
            let mut found = kinds(&prefix.join(library), "os.py");
            found.retain(|kind| wanted.admits(*kind));
            // Where both would do, it is the ordinary one.
            if wanted.implementation.is_none() {
                prefer(&mut found, |kind| {
                    kind.implementation == Implementation::CPython
                });
            }
            if wanted.free_threaded.is_none() {
                prefer(&mut found, |kind| !kind.free_threaded);
            }
            match found[..] {
                [] => {}
                [kind] => {
                    return Ok(Some(StandardLibrary {
                        prefix: prefix.to_owned(),
                        library,
                        kind,
                    }));
                }
                _ => return Err(found),
            }
        }
    }
    Ok(None)
}

fn prefer(kinds: &mut Vec<Kind>, good: impl Fn(Kind) -> bool) {
    if kinds.iter().any(|&kind| good(kind)) {
        kinds.retain(|&kind| good(kind));
    }
}

/// The directories in `library` that are named as a standard library is, and
/// hold `landmark`; sorted by version.
fn kinds(library: &Path, landmark: &str) -> Vec<Kind> {
    let Ok(entries) = fs::read_dir(library) else {
        return Vec::new();
    };
    let mut kinds: Vec<Kind> = entries
        .filter_map(|entry| Kind::parse(entry.ok()?.file_name().to_str()?))
        .filter(|kind| library.join(kind.directory()).join(landmark).exists())
        .collect();
    kinds.sort_by_key(|kind| (kind.minor, kind.free_threaded));
    kinds
}

/// Whether a file begins as a script does. pyenv's shims are scripts.
pub(crate) fn is_script(file: &Path) -> bool {
    files::starts_with(file, b"#!")
}
