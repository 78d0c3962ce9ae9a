//! What the files of an interpreter tell, in layouts of all kinds.

use std::path::{Path, PathBuf};

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_interpreter::{Environment, Origin, ReadError, ReadErrorKind, Reading, read};
use tempfile::TempDir;

use crate::support::{beyond_stdlib, scratch, script, shell, variables};

/// A file tree that looks like an interpreter's.
struct Tree {
    _guard: TempDir,
    root: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let (guard, root) = scratch();
        Self {
            _guard: guard,
            root,
        }
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn directory(&self, path: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// An executable that is no script.
    fn binary(&self, path: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        script(&path, "\x7fELF")
    }

    fn link(&self, path: &str, target: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, &path).unwrap();
        path
    }

    /// A standard library and its site directory.
    fn library(&self, path: &str) -> PathBuf {
        self.file(&format!("{path}/os.py"), "");
        self.file(&format!("{path}/site.py"), "");
        self.directory(&format!("{path}/site-packages"))
    }

    fn configuration(&self, venv: &str, home: &str, more: &str) {
        let text = format!("home = {}\n{more}\n", self.root.join(home).display());
        self.file(&format!("{venv}/pyvenv.cfg"), &text);
    }

    fn shell(&self) -> Environment {
        shell(&self.root)
    }

    #[track_caller]
    fn read(&self, executable: &Path) -> Reading {
        read(executable, &self.shell()).unwrap()
    }

    #[track_caller]
    fn error(&self, executable: &Path) -> (ReadError, String) {
        let error = read(executable, &self.shell()).unwrap_err();
        let text = format!("{error}\n{}", error.hint().unwrap());
        (error, text.replace(self.root.to_str().unwrap(), "[DIR]"))
    }
}

#[test]
fn a_free_threaded_interpreter_keeps_its_library_apart() {
    for name in ["python3.13t", "python3.13", "python3"] {
        let tree = Tree::new();
        let executable = tree.binary(&format!("base/bin/{name}"));
        let site = tree.library("base/lib/python3.13t");
        tree.file("base/lib/python313t.zip", "");
        tree.file(
            "base/lib/python3.13t/_sysconfigdata_t_linux_x86_64-linux-gnu.py",
            "",
        );
        tree.file(
            "base/include/python3.13t/patchlevel.h",
            "#define PY_VERSION \"3.13.2\"\n",
        );
        tree.file("user/lib/python3.13t/site-packages/a", "");
        let shell = variables(&tree.root, &[("PYTHONUSERBASE", &tree.root.join("user"))]);
        let reading = read(&executable, &shell).unwrap();
        let interpreter = &reading.interpreter;
        assert_eq!(interpreter.identity.abi_flags, "t", "{name}");
        assert_eq!(interpreter.identity.version, "3.13");
        assert_eq!(interpreter.markers.python_full_version, "3.13.2");
        let user = tree.root.join("user/lib/python3.13t/site-packages");
        assert_eq!(
            beyond_stdlib(interpreter),
            [(user, Origin::UserSite), (site, Origin::Site)]
        );
        assert_eq!(
            interpreter.sys_path[0].path,
            tree.root.join("base/lib/python313t.zip")
        );
        assert_eq!(reading.notes, [""; 0]);
    }
}

#[test]
fn two_builds_of_one_version_are_told_apart() {
    let tree = Tree::new();
    let site = tree.library("base/lib/python3.13");
    let free = tree.library("base/lib/python3.13t");
    for (name, expected) in [("python3.13", &site), ("python3.13t", &free)] {
        let executable = tree.binary(&format!("base/bin/{name}"));
        let reading = tree.read(&executable);
        assert_eq!(&beyond_stdlib(&reading.interpreter)[0].0, expected);
    }
    // A copy in an environment: its site directory tells.
    let own = tree.directory("venv/lib/python3.13t/site-packages");
    tree.configuration("venv", "base/bin", "include-system-site-packages = true");
    let copy = tree.binary("venv/bin/python");
    let interpreter = tree.read(&copy).interpreter;
    assert_eq!(
        beyond_stdlib(&interpreter),
        [(own, Origin::Site), (free, Origin::SystemSite)]
    );
}

#[test]
fn debug_builds_share_the_library_and_differ_in_flags() {
    let tree = Tree::new();
    tree.library("base/lib/python3.12");
    for flags in ["", "d"] {
        tree.file(
            &format!("base/lib/python3.12/_sysconfigdata_{flags}_linux_x86_64-linux-gnu.py"),
            "",
        );
    }
    for (name, flags) in [("python3.12", ""), ("python3.12d", "d")] {
        let executable = tree.binary(&format!("base/bin/{name}"));
        assert_eq!(tree.read(&executable).interpreter.identity.abi_flags, flags);
    }
}

#[test]
fn pypy_has_a_version_of_its_own() {
    let tree = Tree::new();
    let executable = tree.binary("pypy/bin/pypy3.10");
    tree.link("pypy/bin/python", "pypy3.10");
    let site = tree.library("pypy/lib/pypy3.10");
    tree.file(
        "pypy/include/pypy3.10/patchlevel.h",
        "#define PY_VERSION\t\"3.10.14\"\n#define PYPY_VERSION \"7.3.17\"\n",
    );
    let reading = tree.read(&executable);
    let markers = &reading.interpreter.markers;
    assert_eq!(markers.implementation_name, "pypy");
    assert_eq!(markers.implementation_version, "7.3.17");
    assert_eq!(markers.platform_python_implementation, "PyPy");
    assert_eq!(markers.python_full_version, "3.10.14");
    assert_eq!(reading.interpreter.identity.abi_flags, "");
    assert_eq!(beyond_stdlib(&reading.interpreter), [(site, Origin::Site)]);
    assert_eq!(reading.notes, [""; 0]);

    let own = tree.directory("venv/lib/pypy3.10/site-packages");
    tree.configuration("venv", "pypy/bin", "include-system-site-packages = false");
    let link = tree.link("venv/bin/python", "../../pypy/bin/python");
    let reading = tree.read(&link);
    assert_eq!(beyond_stdlib(&reading.interpreter), [(own, Origin::Site)]);
    assert_eq!(reading.interpreter.base_prefix, tree.root.join("pypy"));

    fs::remove_dir_all(tree.root.join("pypy/include")).unwrap();
    let notes = tree.read(&executable).notes;
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[1].contains("implementation_version"));
}

#[test]
fn two_implementations_may_share_a_prefix() {
    let tree = Tree::new();
    let dist_packages = "\"dist-packages\"";
    for (name, library) in [("python3.9", "python3.9"), ("pypy3.9", "pypy3.9")] {
        tree.binary(&format!("usr/bin/{name}"));
        tree.library(&format!("usr/lib/{library}"));
        tree.file(&format!("usr/lib/{library}/site.py"), dist_packages);
        tree.directory(&format!("usr/lib/{library}/dist-packages"));
    }
    for (name, implementation) in [("python3.9", "cpython"), ("pypy3.9", "pypy")] {
        let interpreter = tree.read(&tree.root.join("usr/bin").join(name)).interpreter;
        assert_eq!(interpreter.identity.implementation, implementation);
        let own = tree.root.join(format!("usr/lib/{name}/dist-packages"));
        let seen = beyond_stdlib(&interpreter);
        // Debian's PyPy has no such directory.
        let expected = [(own, Origin::SystemSite)];
        assert_eq!(seen, expected[..usize::from(name == "python3.9")]);
    }
    // A copy of either is called `python`; its site directory tells.
    for (name, implementation) in [("python3.9", "cpython"), ("pypy3.9", "pypy")] {
        let venv = format!("venv-{implementation}");
        tree.directory(&format!("{venv}/lib/{name}/site-packages"));
        tree.configuration(&venv, "usr/bin", "include-system-site-packages = false");
        let copy = tree.binary(&format!("{venv}/bin/python"));
        let interpreter = tree.read(&copy).interpreter;
        assert_eq!(interpreter.identity.implementation, implementation);
    }
}

#[test]
fn build_details_tell_what_was_built() {
    let tree = Tree::new();
    let executable = tree.binary("base/bin/python3.14");
    tree.library("base/lib/python3.14t");
    tree.file(
        "base/include/python3.14t/patchlevel.h",
        "#define PY_VERSION \"3.14.9\"\n",
    );
    tree.file(
        "base/lib/python3.14t/build-details.json",
        r#"{"schema_version": "1.0", "platform": "linux-x86_64",
            "base_interpreter": "/base/bin/python3.14",
            "language": {"version": "3.14", "version_info":
              {"major": 3, "minor": 14, "micro": 0, "releaselevel": "candidate", "serial": 1}},
            "implementation": {"name": "cpython"},
            "abi": {"flags": ["t", "d"], "extension_suffix": ".so"}}"#,
    );
    let reading = tree.read(&executable);
    let interpreter = &reading.interpreter;
    assert_eq!(interpreter.markers.python_full_version, "3.14.0rc1");
    assert_eq!(interpreter.markers.implementation_version, "3.14.0c1");
    assert_eq!(interpreter.markers.python_version, "3.14");
    assert_eq!(interpreter.identity.abi_flags, "td");
    assert_eq!(reading.notes, [""; 0]);

    // What is damaged does not count.
    for text in ["", "[]", "{\"platform\": 3}"] {
        tree.file("base/lib/python3.14t/build-details.json", text);
        let markers = tree.read(&executable).interpreter.markers;
        assert_eq!(markers.python_full_version, "3.14.9");
    }
}

#[test]
fn fedora_keeps_its_library_in_lib64() {
    let tree = Tree::new();
    let executable = tree.binary("usr/bin/python3.12");
    let platform = tree.library("usr/lib64/python3.12");
    let pure = tree.directory("usr/lib/python3.12/site-packages");
    let interpreter = tree.read(&executable).interpreter;
    assert_eq!(
        beyond_stdlib(&interpreter),
        [(platform, Origin::Site), (pure, Origin::Site)]
    );
    // In an environment one is a link to the other.
    tree.directory("venv/lib/python3.12/site-packages");
    tree.link("venv/lib64", "lib");
    tree.configuration("venv", "usr/bin", "include-system-site-packages = false");
    let link = tree.link("venv/bin/python", "../../usr/bin/python3.12");
    let own = tree.root.join("venv/lib64/python3.12/site-packages");
    assert_eq!(
        beyond_stdlib(&tree.read(&link).interpreter),
        [(own, Origin::Site)]
    );
}

#[test]
fn debian_adds_dist_packages_in_environments_too() {
    let tree = Tree::new();
    let executable = tree.binary("usr/bin/python3.11");
    tree.library("usr/lib/python3.11");
    tree.file(
        "usr/lib/python3.11/site.py",
        "path = os.path.join(prefix, \"lib\", \"python3\", \"dist-packages\")",
    );
    let local = tree.directory("usr/local/lib/python3.11/dist-packages");
    let shared = tree.directory("usr/lib/python3/dist-packages");
    let expected = [(local, Origin::SystemSite), (shared, Origin::SystemSite)];
    assert_eq!(beyond_stdlib(&tree.read(&executable).interpreter), expected);

    let own = tree.directory("venv/lib/python3.11/site-packages");
    tree.configuration("venv", "usr/bin", "include-system-site-packages = true");
    let link = tree.link("venv/bin/python3", "../../usr/bin/python3.11");
    let site = tree.root.join("usr/lib/python3.11/site-packages");
    let mut all = vec![(own, Origin::Site), (site, Origin::SystemSite)];
    all.extend(expected);
    assert_eq!(beyond_stdlib(&tree.read(&link).interpreter), all);
}

#[test]
fn the_version_of_an_environment_may_be_out_of_date() {
    let tree = Tree::new();
    tree.library("base/lib/python3.12");
    tree.binary("base/bin/python3.12");
    tree.directory("venv/lib/python3.11/site-packages");
    tree.configuration("venv", "base/bin", "version = 3.11.4");
    let link = tree.link("venv/bin/python", "../../base/bin/python3.12");
    let reading = tree.read(&link);
    assert_eq!(reading.interpreter.markers.python_full_version, "3.12.0");
    assert!(
        reading.notes[0].contains("third number"),
        "{:?}",
        reading.notes
    );
}

#[test]
fn code_is_not_run_and_said_so() {
    let tree = Tree::new();
    let executable = tree.binary("base/bin/python3.12");
    let site = tree.library("base/lib/python3.12");
    tree.file(
        "base/include/python3.12/patchlevel.h",
        "#define PY_VERSION \"3.12.1\"\n",
    );
    let egg = tree.directory("egg");
    let text = format!("import sys; sys.path\n{}\nimport os\n", egg.display());
    fs::write(site.join("easy-install.pth"), text).unwrap();
    fs::write(site.join("bytes.pth"), b"\xff\n").unwrap();
    fs::write(site.join("sitecustomize.py"), "").unwrap();
    let interpreter_and_notes = tree.read(&executable);
    assert_eq!(
        beyond_stdlib(&interpreter_and_notes.interpreter),
        [
            (site.clone(), Origin::Site),
            (egg, Origin::Pth(site.join("easy-install.pth")))
        ]
    );
    let notes = interpreter_and_notes.notes.join("\n");
    insta::assert_snapshot!(notes.replace(tree.root.to_str().unwrap(), "[DIR]"), @"
    the ABI flags are not known, and taken to be none
    `[DIR]/base/lib/python3.12/site-packages/bytes.pth` is not UTF-8: its lines do not count
    the code in `[DIR]/base/lib/python3.12/site-packages/easy-install.pth` is not run
    `[DIR]/base/lib/python3.12/site-packages/sitecustomize.py` is not run
    ");
}

#[test]
fn variables_that_do_not_count_are_named() {
    let tree = Tree::new();
    let executable = tree.binary("base/bin/python3.12");
    tree.library("base/lib/python3.12");
    let shell: Environment = [("PYTHONHOME", "/x"), ("PYTHONPLATLIBDIR", "lib64")]
        .into_iter()
        .collect();
    let notes = read(&executable, &shell).unwrap().notes.join("\n");
    insta::assert_snapshot!(notes, @"
    the third number of Python's version is not known, and taken to be 0: 3.12.0
    the ABI flags are not known, and taken to be none
    PYTHONHOME is set, and does not count
    PYTHONPLATLIBDIR is set, and does not count
    HOME is not set, so the user's site directory is not known
    ");
}

#[test]
fn what_no_file_tells_is_an_error() {
    let tree = Tree::new();
    let shim = tree.root.join("shim");
    script(&shim, "#!/bin/sh\n");
    let (error, text) = tree.error(&shim);
    assert!(matches!(error.kind, ReadErrorKind::Script));
    insta::assert_snapshot!(text, @"
    `[DIR]/shim` is a script: only starting it tells which interpreter it stands for
    name the interpreter itself with --python, or do without --no-spawn
    ");

    let bare = tree.binary("bare/bin/python3.12");
    let (error, text) = tree.error(&bare);
    assert!(matches!(error.kind, ReadErrorKind::NoStandardLibrary));
    insta::assert_snapshot!(text, @"
    `[DIR]/bare/bin/python3.12` has no standard library around it (`lib/python3.*/os.py`)
    do without --no-spawn, or choose another interpreter with --python
    ");

    let several = tree.binary("several/bin/python3");
    tree.library("several/lib/python3.12");
    tree.library("several/lib/python3.13");
    let (error, text) = tree.error(&several);
    assert!(matches!(error.kind, ReadErrorKind::Ambiguous(_)));
    insta::assert_snapshot!(text, @"
    `[DIR]/several/bin/python3` may belong to any of several standard libraries: python3.12, python3.13
    name the executable with its version, such as python3.12, or do without --no-spawn
    ");

    let gone = tree.link("gone/bin/python", "/nonexistent/python3");
    let (error, text) = tree.error(&gone);
    assert!(matches!(error.kind, ReadErrorKind::Gone(_)));
    insta::assert_snapshot!(text, @"
    `[DIR]/gone/bin/python` is gone: `/nonexistent/python3` does not exist
    recreate the environment, or choose another interpreter with --python
    ");
}

#[test]
fn a_hostile_configuration_is_an_error() {
    let tree = Tree::new();
    tree.library("base/lib/python3.12");
    tree.binary("base/bin/python3.12");
    let link = tree.link("venv/bin/python", "../../base/bin/python3.12");
    let file = tree.root.join("venv/pyvenv.cfg");
    for content in [b"home = \xff".to_vec(), vec![b'x'; 1 << 20]] {
        fs::write(&file, content).unwrap();
        assert_eq!(tree.error(&link).0.path, file);
    }
    // A home that is nowhere: where the executable leads to still tells.
    fs::write(&file, "home = /nonexistent/bin\n").unwrap();
    let base = tree.read(&link).interpreter.base_prefix;
    assert_eq!(base, tree.root.join("base"));
    // No home at all.
    fs::write(&file, "").unwrap();
    assert_eq!(tree.read(&link).interpreter.prefix, tree.root.join("venv"));
}
