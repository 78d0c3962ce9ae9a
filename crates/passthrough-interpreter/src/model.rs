use std::fmt;
use std::path::PathBuf;

use passthrough_requirement::MarkerEnvironment;

/// An interpreter as a host: what its own `python` sees when it is started
/// normally, but without `PYTHONPATH` and without the current directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// `sys.executable`: the path to start it by, not resolved.
    pub executable: PathBuf,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    /// `sys.base_prefix`; differs from [`Self::prefix`] in a virtual environment.
    pub base_prefix: PathBuf,
    /// What binary packages are tied to.
    pub identity: Identity,
    /// The values for environment markers.
    pub markers: MarkerEnvironment,
    /// The entries of `sys.path` that exist, in order.
    pub sys_path: Vec<PathEntry>,
    /// How the facts were got.
    pub knowledge: Knowledge,
}

/// One entry of `sys.path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathEntry {
    /// An absolute path: a directory, or a zip file.
    pub path: PathBuf,
    /// What put it there.
    pub origin: Origin,
}

/// What put an entry on `sys.path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The standard library.
    Stdlib,
    /// A site directory of the interpreter or virtual environment itself.
    Site,
    /// A site directory of the base interpreter (`--system-site-packages`),
    /// or Debian's `dist-packages`.
    SystemSite,
    /// The user's own site directory.
    UserSite,
    /// A line of this `.pth` file.
    Pth(PathBuf),
    /// Anything else: `sitecustomize`, code in a `.pth` file, a patched
    /// interpreter.
    Other,
}

/// What a built extension module is tied to: two interpreters that agree in
/// all of it can share binary packages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `sys.implementation.name`: `cpython`, `pypy`.
    pub implementation: String,
    /// `X.Y`.
    pub version: String,
    /// `sys.abiflags`, such as `""`, `d`, `t` (free-threaded).
    pub abi_flags: String,
    /// `sysconfig.get_platform()`, such as `linux-x86_64`.
    pub platform: String,
}

/// How the facts of an [`Interpreter`] were got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// The interpreter itself said so, now or when the cache was made.
    Asked,
    /// Read from `pyvenv.cfg`, `build-details.json` and directory names: code
    /// in `.pth` files, `sitecustomize` and some markers are not known.
    Read,
    /// Given by the user in a document.
    Given,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}{} {}",
            self.implementation, self.version, self.abi_flags, self.platform
        )
    }
}
