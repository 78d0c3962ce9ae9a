//! Real interpreters: the inventory is what their own `importlib.metadata`
//! says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_host::{FileList, Inventory, Site};
use passthrough_interpreter::{AskOptions, Environment, Interpreter, ask};
use passthrough_world::python;
use passthrough_world::site::SiteBuilder;

use crate::support::{name, shown};

/// Every distribution on `sys.path`, the first of a name: its version, and how
/// many requirements it has.
const ORACLE: &str = r#"
import importlib.metadata, json, re, sys
sys.path = [entry for entry in sys.path if entry]
found = {}
for distribution in importlib.metadata.distributions():
    name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
    requires = len(distribution.requires or [])
    found.setdefault(name, [distribution.version, requires])
print(json.dumps(found))
"#;

fn variables(home: &Path, more: &[(&str, &Path)]) -> Environment {
    let mut all: Vec<(OsString, OsString)> = vec![
        ("HOME".into(), home.into()),
        ("PATH".into(), std::env::var_os("PATH").unwrap()),
    ];
    all.extend(
        more.iter()
            .map(|(name, value)| ((*name).into(), (*value).into())),
    );
    all.into_iter().collect()
}

fn asked(executable: &Path, environment: &Environment) -> Interpreter {
    ask(executable, environment, &AskOptions::default()).unwrap()
}

/// Asks the interpreter for its path, and compares with what it sees itself.
#[track_caller]
fn agreed(executable: &Path, home: &Path) -> Site {
    let interpreter = asked(executable, &variables(home, &[]));
    let output = python::run(
        Command::new(&interpreter.executable)
            .args(["-c", ORACLE])
            .env("HOME", home)
            .current_dir("/"),
    );
    let oracle: BTreeMap<String, (String, usize)> = serde_json::from_slice(&output.stdout).unwrap();
    let site = Site::new(&interpreter);
    let ours: BTreeMap<String, (String, usize)> = site
        .names()
        .iter()
        .map(|name| {
            let installed = site.get(name).unwrap();
            let metadata = installed.metadata.as_ref();
            let metadata = metadata.unwrap_or_else(|problem| panic!("{name}: {problem}"));
            let facts = (metadata.version.to_string(), metadata.requires.len());
            (name.to_string(), facts)
        })
        .collect();
    assert_eq!(ours, oracle, "{}", executable.display());
    assert_eq!(site.path_findings(), []);
    site
}

fn venv(python: &Path, directory: &Path, options: &[&str]) -> PathBuf {
    let mut command = Command::new(python);
    command.args(["-m", "venv", "--without-pip"]).args(options);
    python::run(command.arg(directory));
    directory.join("bin/python")
}

fn site_directory(environment: &Path) -> PathBuf {
    let mut versions = fs::read_dir(environment.join("lib")).unwrap();
    versions
        .next()
        .unwrap()
        .unwrap()
        .path()
        .join("site-packages")
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(directory.path()).unwrap();
    (directory, path)
}

#[test]
fn environments_of_every_interpreter() {
    let (_directory, home) = scratch();
    for (version, python) in python::all() {
        let environment = python::environment(&python, &["requests==2.32.5"]);
        let site = agreed(&environment.join("bin/python"), &home);
        assert_eq!(shown(&site, "requests"), "2.32.5 record", "{version}");
        let found = site.get(&name("requests")).unwrap();
        assert!(found.location.starts_with(&environment), "{found:?}");
    }
}

#[test]
fn interpreters_themselves() {
    let (_directory, home) = scratch();
    for python in python::all().values() {
        agreed(python, &home);
    }
}

/// An environment that sees the site directories of its base: first its own.
#[test]
fn system_site_packages() {
    let (_directory, root) = scratch();
    for (version, python) in python::all() {
        let base = agreed(&python, &root);
        let environment = root.join(&version);
        let executable = venv(&python, &environment, &["--system-site-packages"]);
        let site = agreed(&executable, &root);
        assert_eq!(site.names(), base.names(), "{version}");
        for name in site.names() {
            let found = site.get(&name).unwrap();
            assert!(!found.location.starts_with(&environment), "{found:?}");
        }
        let Some(shared) = base.names().into_iter().next() else {
            continue;
        };
        let own = SiteBuilder::new(site_directory(&environment));
        own.dist_info(shared.as_str(), "0.0.1").write();
        let found = agreed(&executable, &root).get(&shared).unwrap();
        assert_eq!(found.location, own.directory());
        assert_eq!(found.shadowed.len(), 1, "{found:?}");
        let plain = venv(&python, &root.join(format!("{version}-plain")), &[]);
        assert_eq!(agreed(&plain, &root).names().len(), 0);
    }
}

#[test]
fn the_user_site() {
    let (_directory, home) = scratch();
    for (version, python) in python::all() {
        let directory = home.join(format!(".local/lib/python{version}/site-packages"));
        SiteBuilder::new(&directory)
            .dist_info("mine", "1.0")
            .write();
        let site = agreed(&python, &home);
        assert_eq!(shown(&site, "mine"), "1.0 record", "{version}");
        assert_eq!(site.get(&name("mine")).unwrap().location, directory);
        // A virtual environment leaves it out.
        let executable = venv(&python, &home.join(&version), &[]);
        assert_eq!(
            shown(&agreed(&executable, &home), "mine"),
            "none",
            "{version}"
        );
    }
}

#[test]
fn pythonpath_does_not_count() {
    let (_directory, home) = scratch();
    let extra = SiteBuilder::new(home.join("extra"));
    extra.dist_info("extra", "1.0").write();
    let executable = venv(&python::any(), &home.join("venv"), &[]);
    SiteBuilder::new(site_directory(&home.join("venv")))
        .dist_info("extra", "0.5")
        .write();
    let environment = variables(&home, &[("PYTHONPATH", extra.directory())]);
    let site = Site::new(&asked(&executable, &environment));
    assert_eq!(shown(&site, "extra"), "0.5 record");
}

#[test]
fn directories_and_eggs_of_pth_files() {
    let (_directory, home) = scratch();
    let executable = venv(&python::any(), &home.join("venv"), &[]);
    let own = SiteBuilder::new(site_directory(&home.join("venv")));
    let added = SiteBuilder::new(home.join("added"));
    added.dist_info("added", "1.0").requires(["a", "b"]).write();
    let header = "Metadata-Version: 1.2\nName: an-egg\nVersion: 2.0\n";
    own.file("an_egg-2.0-py3.egg/EGG-INFO/PKG-INFO", header);
    own.file("an_egg-2.0-py3.egg/EGG-INFO/requires.txt", "c\n");
    own.file(
        "easy-install.pth",
        format!("{}\n./an_egg-2.0-py3.egg\n", added.directory().display()),
    );
    let site = agreed(&executable, &home);
    assert_eq!(shown(&site, "added"), "1.0 record");
    assert_eq!(shown(&site, "an-egg"), "2.0 tree");
}

/// Debian's own packages are `.egg-info` files and directories without RECORD.
#[test]
fn a_debian_interpreter() {
    let (_directory, home) = scratch();
    let python = Path::new("/usr/bin/python3");
    let packages = Path::new("/usr/lib/python3/dist-packages");
    let database = Path::new("/var/lib/dpkg/info");
    if !(python.is_file() && packages.is_dir() && database.is_dir()) {
        // Not Debian: the forms that it has are in the other tests.
        return;
    }
    let site = agreed(python, &home);
    for name in site.names() {
        let found = site.get(&name).unwrap();
        if found.location == packages && !found.info.join("RECORD").exists() {
            assert!(matches!(found.files, FileList::Dpkg(_)), "{found:?}");
            assert!(site.digest(&found).is_some(), "{found:?}");
        }
    }
}
