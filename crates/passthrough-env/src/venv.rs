//! A virtual environment, made without starting an interpreter.

use std::path::{Path, PathBuf};

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_interpreter::{Environment, Interpreter, Origin, PathEntry};

use crate::layout::{Layout, NOTES};
use crate::{EnvError, EnvErrorKind};

/// Makes a virtual environment on `base` in the directory `root`, which is not
/// there yet.
pub(crate) fn make(root: &Path, base: &Path, host: &Interpreter) -> Result<(), EnvError> {
    let layout = Layout::new(root, &host.identity);
    let create = |path: &Path| fs::create_dir_all(path).map_err(EnvError::io(path, "created"));
    let link = |target: &Path, path: PathBuf| {
        symlink(target, &path).map_err(EnvError::io(&path, "created"))
    };
    create(root)?;
    for directory in [&layout.site_packages, &layout.scripts, &layout.notes()] {
        create(directory)?;
    }
    create(&root.join("include"))?;
    link(base, layout.python.clone())?;
    for name in names(host) {
        link(Path::new("python"), layout.scripts.join(name))?;
    }
    // As the `venv` module does, where a library directory may be either.
    if cfg!(all(target_pointer_width = "64", not(target_os = "macos"))) {
        link(Path::new("lib"), root.join("lib64"))?;
    }
    let file = root.join("pyvenv.cfg");
    fs::write(&file, configuration(base, host)).map_err(EnvError::io(&file, "written"))?;
    let ignore = layout.notes().join(".gitignore");
    fs::write(&ignore, "*\n").map_err(EnvError::io(&ignore, "written"))
}

/// The other names of the interpreter.
fn names(host: &Interpreter) -> Vec<String> {
    let version = &host.identity.version;
    let mut names = vec!["python3".to_owned(), format!("python{version}")];
    if host.identity.implementation == "pypy" {
        names.extend([
            "pypy".to_owned(),
            "pypy3".to_owned(),
            format!("pypy{version}"),
        ]);
    } else if host.identity.abi_flags.contains('t') {
        names.push(format!("python{version}t"));
    }
    names
}

fn configuration(base: &Path, host: &Interpreter) -> String {
    let home = base.parent().unwrap_or(base);
    format!(
        "home = {}\nimplementation = {}\nversion = {}\ninclude-system-site-packages = false\n\
         executable = {}\npassthrough-env = {}\n",
        home.display(),
        host.markers.platform_python_implementation,
        host.markers.python_full_version,
        base.display(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// Whether a directory is an environment that we made, finished or not.
pub(crate) fn is_ours(root: &Path) -> bool {
    let is_dir = |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let says_so = || {
        let text = fs::read_to_string(root.join("pyvenv.cfg")).unwrap_or_default();
        text.lines()
            .any(|line| line.starts_with("passthrough-env ="))
    };
    is_dir(&root.join(NOTES)) && says_so()
}

/// Holds the new environment against the host (I7): its interpreter must be of
/// the same kind, and find the same standard library.
pub(crate) fn check(layout: &Layout, host: &Interpreter) -> Result<(), EnvError> {
    // Where files alone do not tell, the common base has to do.
    let Ok(reading) = passthrough_interpreter::read(&layout.python, &Environment::default()) else {
        return Ok(());
    };
    let own = reading.interpreter;
    let told = |interpreter: &Interpreter| {
        let base = fs::canonicalize(&interpreter.base_prefix);
        let base = base.unwrap_or_else(|_| interpreter.base_prefix.clone());
        let identity = &interpreter.identity;
        format!(
            "{} {} of `{}`",
            identity.implementation,
            identity.version,
            base.display()
        )
    };
    let (expected, found) = (told(host), told(&own));
    if expected == found {
        Ok(())
    } else {
        let kind = EnvErrorKind::Abi { expected, found };
        Err(EnvError::new(&layout.python, kind))
    }
}

/// The environment's interpreter, as far as it is known without asking it.
pub(crate) fn interpreter(layout: &Layout, host: &Interpreter) -> Interpreter {
    let library = host.sys_path.iter();
    let library = library
        .filter(|entry| entry.origin == Origin::Stdlib)
        .cloned();
    let site = PathEntry {
        path: layout.site_packages.clone(),
        origin: Origin::Site,
    };
    Interpreter {
        executable: layout.python.clone(),
        prefix: layout.root.clone(),
        sys_path: library.chain([site]).collect(),
        ..host.clone()
    }
}
