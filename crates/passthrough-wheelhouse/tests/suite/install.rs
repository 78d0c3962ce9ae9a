//! A wheel that we install is installed as pip installs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use passthrough_wheelhouse::{Scheme, Wheel};
use passthrough_world::python;

use crate::support::{bare, empty_environment, version, wheel};

/// Every file of an environment that was not in it when it was empty, with its
/// content, below the environment; scripts and records by what they mean.
fn added(environment: &Path, empty: &[PathBuf]) -> BTreeMap<String, Vec<u8>> {
    let paths = all(environment).into_iter();
    let paths = paths.filter(|path| !empty.contains(path));
    let read = |path: PathBuf| {
        let content = fs_err::read(environment.join(&path)).unwrap();
        (path.display().to_string(), content)
    };
    paths.map(read).collect()
}

fn all(environment: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![environment.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs_err::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                directories.push(entry.path());
            } else {
                found.push(
                    entry
                        .path()
                        .strip_prefix(environment)
                        .unwrap()
                        .to_path_buf(),
                );
            }
        }
    }
    found
}

/// The paths that a `RECORD` names, and those with a digest.
fn recorded(record: &[u8]) -> Vec<(String, bool)> {
    let text = String::from_utf8(record.to_vec()).unwrap();
    let mut lines: Vec<_> = text
        .lines()
        .map(|line| {
            let (path, rest) = line.split_once(',').unwrap();
            (path.to_owned(), rest.starts_with("sha256="))
        })
        // pip tells apart what was asked for; nobody asked us.
        .filter(|(path, _)| !path.ends_with("/REQUESTED"))
        .collect();
    lines.sort();
    lines
}

fn full() -> Wheel {
    wheel("some-lib", "1.0+local", "host")
        .entry_point("console_scripts", "lib-tool", "some_lib:main")
        .entry_point("some.group", "point", "some_lib:COPY")
        .data("scripts/lib-script", "#!python\nprint('script')\n")
        .data("scripts/lib-shell", "#!/bin/sh\necho shell\n")
        .data("data/share/some/thing.txt", "thing")
        .data("headers/some.h", "#define SOME 1\n")
        .data("purelib/pure.py", "")
}

#[test]
fn files_records_and_scripts_are_those_of_pip() {
    let directory = tempfile::tempdir().unwrap();
    let wheel = full();
    let archive = wheel.archive().unwrap();
    let file = directory.path().join(&archive.file_name);
    fs_err::write(&file, &archive.content).unwrap();

    let ours = empty_environment(&directory.path().join("ours"));
    let empty = all(&ours);
    let scheme = Scheme::posix(&ours, &version(&python::any()));
    wheel.install(&scheme).unwrap();

    let theirs = empty_environment(&directory.path().join("theirs"));
    let pip = python::environment(&python::any(), &["pip==26.3"]).join("bin/python");
    python::run(
        bare(pip, directory.path())
            .args(["-m", "pip", "--python"])
            .arg(theirs.join("bin/python"))
            .args(["install", "--no-compile", "--no-index", "--no-deps"])
            .arg(file.strip_prefix(directory.path()).unwrap())
            .current_dir(directory.path()),
    );

    let (ours_files, mut theirs_files) = (added(&ours, &empty), added(&theirs, &empty));
    // These say by whom and how it was asked for.
    theirs_files
        .retain(|path, _| !path.ends_with("/REQUESTED") && !path.ends_with("/direct_url.json"));
    let paths = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&ours_files), paths(&theirs_files));
    for (path, content) in &ours_files {
        if path.ends_with("/RECORD") {
            let theirs = recorded(&theirs_files[path]).into_iter();
            let theirs: Vec<_> = theirs
                .filter(|(path, _)| !path.ends_with("/direct_url.json"))
                .collect();
            assert_eq!(recorded(content), theirs);
        } else if !path.starts_with("bin/") && !path.ends_with("/INSTALLER") {
            assert_eq!(content, &theirs_files[path], "{path}");
        }
    }
    for script in ["lib-tool", "lib-script", "lib-shell"] {
        let said = |environment: &Path| {
            let script = environment.join("bin").join(script);
            python::run(&mut Command::new(script)).stdout
        };
        assert_eq!(said(&ours), said(&theirs), "{script}");
    }
}

/// pip takes what we installed for its own: it can uninstall it.
#[test]
fn pip_removes_what_was_installed() {
    let directory = tempfile::tempdir().unwrap();
    let environment = empty_environment(directory.path());
    let empty = all(&environment);
    let scheme = Scheme::posix(&environment, &version(&python::any()));
    full().install(&scheme).unwrap();
    assert!(all(&environment).len() > empty.len() + 8);
    let pip = python::environment(&python::any(), &["pip==26.3"]).join("bin/python");
    python::run(
        bare(pip, directory.path())
            .args(["-m", "pip", "--python"])
            .arg(environment.join("bin/python"))
            .args(["uninstall", "--yes", "some-lib"]),
    );
    let mut left = all(&environment);
    left.retain(|path| !empty.contains(path));
    assert_eq!(left, Vec::<PathBuf>::new());
}

/// A path that is too long for the kernel is run all the same.
#[test]
fn a_script_below_a_long_path_runs() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory.path().join("with space").join("x".repeat(150));
    let environment = empty_environment(&deep);
    let scheme = Scheme::posix(&environment, &version(&python::any()));
    full().install(&scheme).unwrap();
    let output = python::run(&mut Command::new(environment.join("bin/lib-tool")));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "host@n0");
}
