//! What the files say is what the interpreter says.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_interpreter::{Environment, Interpreter, Knowledge, read};
use passthrough_world::python;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{ask_in, debian, interpreters, scratch, shell, site, variables, venv};

fn both(executable: &Path, environment: &Environment) -> (Interpreter, Interpreter, Vec<String>) {
    let asked = ask_in(executable, environment);
    let reading = read(executable, environment).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(reading.interpreter.knowledge, Knowledge::Read);
    let mut read = reading.interpreter;
    read.knowledge = asked.knowledge;
    (read, asked, reading.notes)
}

/// Asserts that both say the same, but for what a note says.
#[track_caller]
fn assert_equal(executable: &Path, environment: &Environment) {
    let (mut read, asked, notes) = both(executable, environment);
    for note in notes {
        if note.contains("third number") {
            let zero = format!("{}.0", asked.markers.python_version);
            assert_eq!(read.markers.python_full_version, zero);
            read.markers.python_full_version = asked.markers.python_full_version.clone();
            read.markers.implementation_version = asked.markers.implementation_version.clone();
        } else {
            assert!(
                note.contains("customize") || note.contains("code in"),
                "{note}"
            );
        }
    }
    assert_eq!(read, asked);
}

#[test]
fn in_plain_environments_they_agree_in_everything() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        for (name, options) in [("links", &[][..]), ("copies", &["--copies"][..])] {
            let executable = venv(python, &scratch.join(name), options);
            let (read, asked, notes) = both(&executable, &shell(&scratch));
            assert_eq!(read, asked);
            assert!(
                notes.iter().all(|note| note.contains("sitecustomize")),
                "{notes:?}"
            );
        }
    }
}

#[test]
fn without_an_environment() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        assert_equal(python, &shell(&scratch));
        let link = scratch.join("link");
        symlink(python, &link).unwrap();
        assert_equal(&link, &shell(&scratch));
        fs::create_dir(scratch.join("deep")).unwrap();
        let relative = scratch.join("deep/python");
        symlink("../link", &relative).unwrap();
        assert_equal(&relative, &shell(&scratch));
    }
    if debian().is_some() {
        let (_guard, scratch) = scratch();
        assert_equal(Path::new("/bin/python3"), &shell(&scratch));
    }
}

#[test]
fn with_system_and_user_sites() {
    for (version, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let user = scratch.join("user");
        fs::create_dir_all(user.join(format!("lib/python{version}/site-packages"))).unwrap();
        let executable = venv(python, &scratch.join("venv"), &["--system-site-packages"]);
        for python in [python, &executable] {
            assert_equal(python, &variables(&scratch, &[("PYTHONUSERBASE", &user)]));
            let off = [
                ("PYTHONUSERBASE", &*user),
                ("PYTHONNOUSERSITE", Path::new("1")),
            ];
            assert_equal(python, &variables(&scratch, &off));
        }
        let local = scratch.join(format!(".local/lib/python{version}/site-packages"));
        fs::create_dir_all(&local).unwrap();
        assert_equal(&executable, &shell(&scratch));
    }
}

#[test]
fn when_the_configuration_does_not_say_whether_to_include_system_sites() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let file = scratch.join("venv/pyvenv.cfg");
        let text = fs::read_to_string(&file).unwrap();
        for line in [
            "",
            "INCLUDE-system-site-packages=TRUE",
            "include-system-site-packages = 1",
        ] {
            let changed = text.replace("include-system-site-packages = false", line);
            assert_ne!(changed, text);
            fs::write(&file, changed).unwrap();
            assert_equal(&executable, &shell(&scratch));
        }
    }
}

#[test]
fn in_environments_that_other_tools_make() {
    let tools = python::environment(&python::any(), &["uv==0.13.8", "virtualenv==21.15.7"]);
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        for (name, options) in [
            ("closed", &[][..]),
            ("open", &["--system-site-packages"][..]),
        ] {
            let uv = scratch.join(format!("uv-{name}"));
            python::run(
                Command::new(tools.join("bin/uv"))
                    .args(["venv", "--offline", "--no-config", "--python"])
                    .arg(python)
                    .args(options)
                    .arg(&uv)
                    .env("UV_CACHE_DIR", scratch.join("cache")),
            );
            assert_equal(&uv.join("bin/python"), &shell(&scratch));

            let other = scratch.join(format!("virtualenv-{name}"));
            python::run(
                Command::new(tools.join("bin/virtualenv"))
                    .args(["--no-seed", "--no-download", "--python"])
                    .arg(python)
                    .args(options)
                    .arg(&other),
            );
            assert_equal(&other.join("bin/python"), &shell(&scratch));
        }
    }
}

/// Text of `.pth` files: what they are made of, and what Python's versions
/// take differently.
fn pth_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "one",
        "two",
        "./three",
        "one/../two",
        "missing",
        "ROOT/four",
        "ROOT/four/",
        "#",
        "import ",
        "import\t",
        "import",
        "sys",
        " ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\u{b}",
        "\u{c}",
        "\u{1c}",
        "\u{1f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{e9}",
        "\0",
        "//",
        "..",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| {
        let text = pieces.concat();
        if text.contains("import") {
            // Code that fails would end the file, for a started interpreter alone.
            text.replace('\0', "").replace("import", "import sys #")
        } else {
            text
        }
    })
}

#[test]
fn about_any_pth_file() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let shell = variables(&scratch, &[("LC_ALL", Path::new("C.UTF-8"))]);
        let site = site(&ask_in(&executable, &shell));
        for name in ["one", "two", "three", "one sys", "\u{e9}"] {
            fs::create_dir(site.join(name)).unwrap();
        }
        fs::create_dir(scratch.join("four")).unwrap();
        let names =
            prop::sample::select(vec!["a.pth", "B.pth", ".hidden.pth", "c.PTH", "d.pth.bak"]);
        let files = prop::collection::vec((names, pth_text()), 1..5);
        let mut runner = TestRunner::new(Config {
            cases: 40,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&files, |files| {
                let written: Vec<PathBuf> = files
                    .iter()
                    .map(|(name, text)| {
                        let path = site.join(name);
                        let text = text.replace("ROOT", scratch.to_str().unwrap());
                        fs::write(&path, text).unwrap();
                        path
                    })
                    .collect();
                let (read, asked, _) = both(&executable, &shell);
                for path in written {
                    let _ = fs::remove_file(path);
                }
                prop_assert_eq!(read, asked);
                Ok(())
            })
            .unwrap();
    }
}
