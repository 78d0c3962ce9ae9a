//! Which interpreter is meant.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_interpreter::{AskOptions, Environment, LocateError, Located, Request, locate};
use passthrough_world::python;
use tempfile::TempDir;

use crate::support::{interpreters, scratch, script, venv};

/// A directory in which things may be found, and nothing else: no variable is
/// set but those that a test sets.
struct Place {
    _guard: TempDir,
    root: PathBuf,
    variables: Vec<(&'static str, OsString)>,
}

impl Place {
    fn new() -> Self {
        let (guard, root) = scratch();
        for name in ["work/deep", "bin"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let variables = vec![
            ("PATH", root.join("bin").into()),
            ("HOME", root.clone().into()),
        ];
        Self {
            _guard: guard,
            root,
            variables,
        }
    }

    fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.push((name, value.into()));
    }

    fn environment(&self) -> Environment {
        self.variables.iter().cloned().collect()
    }

    /// An executable file; nobody starts it.
    fn executable(&self, path: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        script(&path, "#!/bin/false\n")
    }

    fn locate(&self, request: &Request) -> Result<Located, LocateError> {
        locate(
            request,
            &self.root.join("work/deep"),
            &self.environment(),
            None,
        )
    }

    /// What is found when nothing is said, and how; relative to the place.
    #[track_caller]
    fn found(&self) -> (String, String) {
        let located = self.locate(&Request::Unsaid).unwrap();
        (
            self.relative(located.executable.to_str().unwrap()),
            self.relative(&located.how.to_string()),
        )
    }

    #[track_caller]
    fn said(&self, said: &str) -> String {
        let located = self.locate(&Request::parse(said.as_ref())).unwrap();
        assert_eq!(located.how.to_string(), "--python");
        self.relative(located.executable.to_str().unwrap())
    }

    #[track_caller]
    fn error(&self, said: Option<&str>) -> String {
        let request = said.map_or(Request::Unsaid, |said| Request::parse(said.as_ref()));
        let error = self.locate(&request).unwrap_err();
        self.relative(&format!("{error}\n{}", error.hint))
    }

    fn relative(&self, text: &str) -> String {
        text.replace(self.root.to_str().unwrap(), "[DIR]")
    }
}

fn pair(executable: &str, how: &str) -> (String, String) {
    (executable.to_owned(), how.to_owned())
}

#[test]
fn the_order_is_that_of_uv() {
    let mut place = Place::new();
    place.executable("bin/python");
    assert_eq!(place.found(), pair("[DIR]/bin/python", "python on PATH"));
    place.executable("bin/python3");
    assert_eq!(place.found(), pair("[DIR]/bin/python3", "python3 on PATH"));

    place.executable("conda/bin/python");
    place.set("CONDA_PREFIX", place.root.join("conda"));
    let conda = pair("[DIR]/conda/bin/python", "from CONDA_PREFIX");
    assert_eq!(place.found(), conda);

    place.executable(".venv/bin/python");
    assert_eq!(place.found(), conda);
    // The base environment is active all the time.
    for (name, value) in [
        ("CONDA_DEFAULT_ENV", OsString::from("base")),
        ("CONDA_DEFAULT_ENV", OsString::from("root")),
        ("_CONDA_ROOT", place.root.join("conda").into()),
    ] {
        place.set(name, value);
        let outer = pair("[DIR]/.venv/bin/python", "from .venv at [DIR]/.venv");
        assert_eq!(place.found(), outer, "{name}");
        fs::rename(place.root.join(".venv"), place.root.join("away")).unwrap();
        assert_eq!(place.found(), conda, "{name}");
        fs::rename(place.root.join("away"), place.root.join(".venv")).unwrap();
        place.variables.pop();
    }
    place.set("CONDA_DEFAULT_ENV", "science");
    assert_eq!(place.found(), conda);

    place.executable("active/bin/python");
    place.set("VIRTUAL_ENV", place.root.join("active"));
    assert_eq!(
        place.found(),
        pair("[DIR]/active/bin/python", "from VIRTUAL_ENV")
    );
    place.set("VIRTUAL_ENV", "");
    assert_eq!(place.found(), conda);
}

#[test]
fn the_nearest_venv_counts() {
    let place = Place::new();
    place.executable(".venv/bin/python");
    place.executable("work/.venv/bin/python3");
    let nearest = pair(
        "[DIR]/work/.venv/bin/python3",
        "from .venv at [DIR]/work/.venv",
    );
    assert_eq!(place.found(), nearest);
    // A file of that name belongs to another tool.
    fs::write(place.root.join("work/deep/.venv"), "name").unwrap();
    assert_eq!(place.found(), nearest);
}

#[test]
fn what_is_on_path_can_be_started() {
    let mut place = Place::new();
    fs::create_dir_all(place.root.join("first/python3")).unwrap();
    fs::create_dir(place.root.join("second")).unwrap();
    fs::write(place.root.join("second/python3"), "").unwrap();
    fs::create_dir(place.root.join("third")).unwrap();
    symlink("/nonexistent", place.root.join("third/python3")).unwrap();
    place.executable("bin/python3");
    let directories = ["", "/nonexistent", "../../first", "../../second"];
    let directories = directories.iter().map(PathBuf::from);
    let rest = [place.root.join("third"), place.root.join("bin")];
    place.set(
        "PATH",
        std::env::join_paths(directories.chain(rest)).unwrap(),
    );
    assert_eq!(place.found().0, "[DIR]/bin/python3");
}

#[test]
fn a_path_or_a_name_may_be_an_executable_or_an_environment() {
    let place = Place::new();
    place.executable("bin/python3.12");
    place.executable("work/deep/env/bin/python3");
    place.executable("work/deep/mine");
    for (said, found) in [
        ("python3.12", "[DIR]/bin/python3.12"),
        ("env", "[DIR]/work/deep/env/bin/python3"),
        ("env/", "[DIR]/work/deep/env//bin/python3"),
        ("./mine", "[DIR]/work/deep/./mine"),
        ("mine", "[DIR]/work/deep/mine"),
    ] {
        assert_eq!(
            PathBuf::from(place.said(said)),
            PathBuf::from(found),
            "{said}"
        );
    }
}

#[test]
fn nothing_to_be_found_is_an_error() {
    let mut place = Place::new();
    insta::assert_snapshot!(place.error(None), @"
    no interpreter found: VIRTUAL_ENV and CONDA_PREFIX are not set, there is no .venv in `[DIR]/work/deep` or above it, and no python3 or python on PATH
    name one with --python
    ");
    place.variables.clear();
    assert!(place.locate(&Request::Unsaid).is_err());
}

#[test]
fn a_broken_active_environment_is_never_skipped() {
    let mut place = Place::new();
    place.executable("bin/python3");
    place.executable(".venv/bin/python3");
    let environment = place.root.join("env");
    place.set("VIRTUAL_ENV", &environment);
    insta::assert_snapshot!(place.error(None), @"
    VIRTUAL_ENV is set, but `[DIR]/env` does not exist
    recreate the environment, unset VIRTUAL_ENV, or choose an interpreter with --python
    ");
    fs::write(&environment, "").unwrap();
    insta::assert_snapshot!(place.error(None), @"
    VIRTUAL_ENV is set, but `[DIR]/env` is not a directory
    recreate the environment, unset VIRTUAL_ENV, or choose an interpreter with --python
    ");
    fs::remove_file(&environment).unwrap();
    fs::create_dir_all(environment.join("bin")).unwrap();
    insta::assert_snapshot!(place.error(None), @"
    VIRTUAL_ENV is set, but `[DIR]/env` is not an environment: it has no `bin/python`
    recreate the environment, unset VIRTUAL_ENV, or choose an interpreter with --python
    ");
    symlink("/nonexistent/python3", environment.join("bin/python")).unwrap();
    symlink("python", environment.join("bin/python3")).unwrap();
    insta::assert_snapshot!(place.error(None), @"
    VIRTUAL_ENV is set, but `[DIR]/env/bin/python` is a link to `/nonexistent/python3`, which does not exist: its interpreter is gone
    recreate the environment, unset VIRTUAL_ENV, or choose an interpreter with --python
    ");
    fs::remove_file(environment.join("bin/python")).unwrap();
    fs::write(environment.join("bin/python"), "").unwrap();
    insta::assert_snapshot!(place.error(None), @"
    VIRTUAL_ENV is set, but `[DIR]/env/bin/python` is not executable
    recreate the environment, unset VIRTUAL_ENV, or choose an interpreter with --python
    ");
    place.variables.pop();
    place.set("CONDA_PREFIX", &environment);
    insta::assert_snapshot!(place.error(None), @"
    CONDA_PREFIX is set, but `[DIR]/env/bin/python` is not executable
    recreate the environment, unset CONDA_PREFIX, or choose an interpreter with --python
    ");
}

#[test]
fn a_broken_venv_is_never_skipped() {
    let place = Place::new();
    place.executable("bin/python3");
    fs::create_dir_all(place.root.join("work/.venv/bin")).unwrap();
    insta::assert_snapshot!(place.error(None), @"
    `[DIR]/work/.venv` is not an environment: it has no `bin/python`
    recreate the environment, remove it, or choose an interpreter with --python
    ");
    symlink(
        "/nonexistent/python3",
        place.root.join("work/.venv/bin/python"),
    )
    .unwrap();
    insta::assert_snapshot!(place.error(None), @"
    `[DIR]/work/.venv/bin/python` is a link to `/nonexistent/python3`, which does not exist: its interpreter is gone
    recreate the environment, remove it, or choose an interpreter with --python
    ");
    symlink("/nonexistent", place.root.join("work/deep/.venv")).unwrap();
    insta::assert_snapshot!(place.error(None), @"
    `[DIR]/work/deep/.venv` does not exist
    recreate the environment, remove it, or choose an interpreter with --python
    ");
}

#[test]
fn what_was_said_and_is_not_there_is_an_error() {
    let place = Place::new();
    fs::create_dir(place.root.join("work/deep/empty")).unwrap();
    fs::write(place.root.join("work/deep/plain"), "").unwrap();
    for name in ["./missing", "missing", "empty", "plain", "/dev/null", ""] {
        assert!(
            place.locate(&Request::parse(name.as_ref())).is_err(),
            "{name}"
        );
    }
    insta::assert_snapshot!(place.error(Some("./missing")), @"
    `[DIR]/work/deep/./missing` does not exist
    name an executable, the directory of an environment, or a version such as 3.12
    ");
    insta::assert_snapshot!(place.error(Some("missing")), @"
    no command `missing` on PATH, and nothing of that name in `[DIR]/work/deep`
    name an executable, the directory of an environment, or a version such as 3.12
    ");
    insta::assert_snapshot!(place.error(Some("empty")), @"
    `[DIR]/work/deep/empty` is not an environment: it has no `bin/python`
    name an executable, or the directory of an environment
    ");
    insta::assert_snapshot!(place.error(Some("plain")), @"
    `[DIR]/work/deep/plain` is not executable
    name an executable, or the directory of an environment
    ");
    insta::assert_snapshot!(place.error(Some("/dev/null")), @"
    `/dev/null` is not a file
    name an executable, or the directory of an environment
    ");
    insta::assert_snapshot!(place.error(Some("2.7")), @"
    Python 2.7 cannot be a host
    ask for a version of Python 3, from 3.8
    ");
    insta::assert_snapshot!(place.error(Some("3.12")), @"
    no Python 3.12 found on PATH or among the versions of pyenv
    name an executable with --python
    ");
}

/// Something that has the files of an interpreter.
fn install(root: &Path, version: &str, t: &str) -> PathBuf {
    let (minor, _) = version.rsplit_once('.').unwrap();
    let name = format!("python{minor}{t}");
    for directory in ["bin", "lib", "include"] {
        fs::create_dir_all(root.join(directory).join(&name)).unwrap();
    }
    fs::write(root.join(format!("lib/{name}/os.py")), "").unwrap();
    fs::write(
        root.join(format!("include/{name}/patchlevel.h")),
        format!("#define PY_VERSION \t\"{version}\"\n"),
    )
    .unwrap();
    fs::remove_dir(root.join("bin").join(&name)).unwrap();
    script(&root.join("bin").join(&name), "\x7fELF");
    for link in ["python", "python3"] {
        symlink(&name, root.join("bin").join(link)).unwrap();
    }
    root.join("bin").join(name)
}

#[test]
fn versions_are_found_on_path_and_with_pyenv() {
    let mut place = Place::new();
    install(&place.root.join("a"), "3.11.2", "");
    install(&place.root.join("b"), "3.13.1", "");
    install(&place.root.join("c"), "3.13.2", "t");
    let pyenv = place.root.join(".pyenv/versions");
    for version in ["3.12.9", "3.12.10", "3.12.1"] {
        install(&pyenv.join(version), version, "");
    }
    // A shim is found by every name, and tells nothing.
    for name in ["python3.12", "python3", "python"] {
        place.executable(&format!("bin/{name}"));
    }
    let path = ["bin", "a/bin", "b/bin", "c/bin"].map(|name| place.root.join(name));
    place.set("PATH", std::env::join_paths(path).unwrap());
    for (said, found) in [
        ("3", "[DIR]/a/bin/python3"),
        ("3.11", "[DIR]/a/bin/python3.11"),
        ("3.11.2", "[DIR]/a/bin/python3.11"),
        ("3.13", "[DIR]/b/bin/python3.13"),
        ("3.13t", "[DIR]/c/bin/python3.13t"),
        ("3.12", "[DIR]/.pyenv/versions/3.12.10/bin/python"),
        ("3.12.1", "[DIR]/.pyenv/versions/3.12.1/bin/python"),
    ] {
        assert_eq!(place.said(said), found, "{said}");
    }
    assert!(place.locate(&Request::parse("3.13.2".as_ref())).is_err());
    insta::assert_snapshot!(place.error(Some("3.11.3")), @"
    no Python 3.11.3 found on PATH or among the versions of pyenv
    there is 3.11.2 at `[DIR]/a/bin/python3`, 3.13.1 at `[DIR]/b/bin/python3`, 3.13.2t at `[DIR]/c/bin/python3`, 3.12.10 at `[DIR]/.pyenv/versions/3.12.10/bin/python`, 3.12.9 at `[DIR]/.pyenv/versions/3.12.9/bin/python`, 3.12.1 at `[DIR]/.pyenv/versions/3.12.1/bin/python`
    ");
    insta::assert_snapshot!(place.error(Some("3.11t")), @"
    no Python 3.11t found on PATH or among the versions of pyenv
    there is 3.11.2 at `[DIR]/a/bin/python3`, 3.13.1 at `[DIR]/b/bin/python3`, 3.13.2t at `[DIR]/c/bin/python3`, 3.12.10 at `[DIR]/.pyenv/versions/3.12.10/bin/python`, 3.12.9 at `[DIR]/.pyenv/versions/3.12.9/bin/python`, 3.12.1 at `[DIR]/.pyenv/versions/3.12.1/bin/python`
    ");

    place.set("PYENV_ROOT", place.root.join("elsewhere"));
    assert!(place.locate(&Request::parse("3.12".as_ref())).is_err());
    install(&place.root.join("elsewhere/versions/3.12.3"), "3.12.3", "");
    assert_eq!(
        place.said("3.12"),
        "[DIR]/elsewhere/versions/3.12.3/bin/python"
    );
}

#[test]
fn real_interpreters_are_found_by_version() {
    for (version, python) in &interpreters() {
        let (_guard, root) = scratch();
        venv(python, &root.join("venv"), &[]);
        let environment: Environment = [("PATH", root.join("venv/bin")), ("HOME", root.clone())]
            .into_iter()
            .collect();
        let request = Request::parse(version.as_ref());
        let located = locate(&request, &root, &environment, None).unwrap();
        assert!(located.executable.starts_with(root.join("venv/bin")));
    }
}

#[test]
fn an_interpreter_is_asked_where_no_file_tells() {
    let mut place = Place::new();
    let python = python::any();
    let executable = script(
        &place.root.join("bin/python3"),
        &format!("#!/bin/sh\nexec '{}' \"$@\"\n", python.display()),
    );
    let options = AskOptions::default();
    let path = std::env::var_os("PATH").unwrap();
    let mut all = vec![place.root.join("bin")];
    all.extend(std::env::split_paths(&path).filter(|path| path.starts_with("/usr/")));
    // Only the script is an interpreter here; what it runs needs the rest.
    place.set("PATH", place.root.join("bin"));
    let full = crate::support::ask_in(&python, &Environment::of_process())
        .markers
        .python_full_version;
    let request = Request::parse(full.as_ref());
    assert!(place.locate(&request).is_err());
    let environment: Environment = place
        .variables
        .iter()
        .cloned()
        .chain([("PATH", std::env::join_paths(all).unwrap())])
        .collect();
    let located = locate(&request, &place.root, &environment, Some(&options)).unwrap();
    assert_eq!(located.executable, executable);
}
