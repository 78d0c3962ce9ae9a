use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use fs_err as fs;
use passthrough_protocol::{BlackboxCase, Profile, Step};
use passthrough_world::python;
use serde_json::json;

use super::environment::Template;
use super::{World, WorldError};
use crate::interpreter::Interpreter;
use crate::profile::Profiles;

fn template(directory: &Path) -> Template {
    let interpreter = Interpreter::ask(&python::any()).unwrap();
    Template::of(&interpreter, &directory.join("cache")).unwrap()
}

fn profile(name: &str) -> Profile {
    Profiles::embedded().profiles[name].clone()
}

fn case() -> BlackboxCase {
    serde_json::from_value(json!({
        "id": "c", "title": "t", "why": "w", "step": "requirement",
        "world": {
            "host": [
                {"name": "lib", "version": "1.0", "requires_dist": ["dep>=1"], "scripts": ["lib-tool"],
                 "entry_points": {"g": ["p"]}, "data": ["share/lib.txt"]},
                {"name": "Own.Tree", "version": "0.1.dev0", "form": "editable", "scripts": ["own-tool"]}
            ],
            "second_host": [{"name": "lib", "version": "1.0", "copy": "another"}],
            "index": [
                {"name": "lib", "version": "1.0"},
                {"name": "source", "version": "2", "form": "sdist", "project": {"requires": ["lib"], "list": ["lib"]}}
            ],
            "project": {"requires": ["lib"], "list": ["lib"]},
            "constraints": ["lib<3"]
        },
        "checks": [{"id": "c", "cites": ["X"], "what": "import", "of": "watched", "is": []}]
    }))
    .unwrap()
}

fn make(profile: &Profile, directory: &Path) -> Result<World, WorldError> {
    let index = "http://127.0.0.1:1/simple/";
    let template = template(directory);
    World::make(
        &case(),
        profile,
        None,
        &template,
        index,
        &directory.join("world"),
    )
}

fn said(python: &Path, program: &str) -> String {
    let output = python::run(Command::new(python).args(["-c", program]));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn hosts_hold_what_the_case_says() {
    let directory = tempfile::tempdir().unwrap();
    let world = make(&profile("pip"), directory.path()).unwrap();
    let nonce = &world.nonce;
    let python = world.hosts[0].join("bin/python");
    let program = "import lib, own_tree; print(lib.COPY, own_tree.COPY, own_tree.__file__)";
    let tree = world
        .directory
        .join("editable/host/Own.Tree/own_tree/__init__.py");
    let expected = format!("host@{nonce} host@{nonce} {}", tree.display());
    assert_eq!(said(&python, program), expected);
    let program = "from importlib.metadata import distribution as d; \
        print(d('own-tree').read_text('direct_url.json'), d('lib').version, d('lib').requires)";
    let facts = said(&python, program);
    assert!(
        facts.contains("\"editable\":true") && facts.ends_with("1.0 ['dep>=1']"),
        "{facts}"
    );
    for script in ["lib-tool", "own-tool"] {
        let output = python::run(&mut Command::new(world.hosts[0].join("bin").join(script)));
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["copy"], format!("host@{nonce}"));
        assert_eq!(answer["prefix"], world.hosts[0].display().to_string());
    }
    assert!(world.hosts[0].join("share/lib.txt").is_file());
    let second = world.hosts[1].join("bin/python");
    assert_eq!(
        said(&second, "import lib; print(lib.COPY)"),
        format!("another@{nonce}")
    );
    assert_eq!(fs::read_to_string(&world.constraints).unwrap(), "lib<3\n");
}

#[test]
fn the_backend_is_in_the_tree_or_a_wheel_of_its_own() {
    for (name, in_tree) in [("pip", true), ("hatch", false)] {
        let directory = tempfile::tempdir().unwrap();
        let world = make(&profile(name), directory.path()).unwrap();
        let backend = world.project.join("_probe/probe_backend.py");
        assert_eq!(backend.is_file(), in_tree);
        let files: BTreeSet<&str> = world
            .archives
            .iter()
            .map(|archive| archive.file_name.as_str())
            .collect();
        let mut expected = BTreeSet::from([
            "demo-1.0.tar.gz",
            "lib-1.0-py3-none-any.whl",
            "source-2.tar.gz",
        ]);
        if !in_tree {
            expected.insert("passthrough_probe_demo-1.0-py3-none-any.whl");
            expected.insert("passthrough_probe_source-2-py3-none-any.whl");
        }
        assert_eq!(files, expected);
        for file in files {
            assert!(world.directory.join("index").join(file).is_file());
        }
        let pyproject = fs::read_to_string(world.project.join("pyproject.toml")).unwrap();
        let table = format!("[tool.{name}]\nno-build-isolation-package = [\"lib\"]\n");
        assert!(pyproject.contains(&table), "{pyproject}");
    }
}

#[test]
fn what_a_frontend_needs_has_the_address_of_the_index() {
    let directory = tempfile::tempdir().unwrap();
    let world = make(&profile("poetry"), directory.path()).unwrap();
    let pyproject = fs::read_to_string(world.project.join("pyproject.toml")).unwrap();
    assert!(
        pyproject.contains("url = \"http://127.0.0.1:1/simple/\""),
        "{pyproject}"
    );
}

#[test]
fn two_worlds_have_two_nonces_and_a_full_directory_is_left_alone() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = make(&profile("pip"), one.path()).unwrap();
    let second = make(&profile("pip"), other.path()).unwrap();
    assert_ne!(first.nonce, second.nonce);
    let again = make(&profile("pip"), one.path());
    assert!(matches!(again, Err(WorldError::NotEmpty(_))));
}

#[test]
fn nothing_of_the_users_environment_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let world = make(&profile("pip"), directory.path()).unwrap();
    let environment = world.environment(&profile("pip"), &world.hosts[0], "http://127.0.0.1:2");
    assert_eq!(environment["PATH"], "/usr/bin:/bin");
    assert!(!environment.contains_key("VIRTUAL_ENV"));
    for variable in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
        let place = Path::new(&environment[variable]);
        assert!(place.starts_with(&world.directory), "{variable}");
    }
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        assert_eq!(environment[variable], "http://127.0.0.1:2");
    }
    let active = world.environment(&profile("pdm"), &world.hosts[1], "");
    assert_eq!(active["VIRTUAL_ENV"], world.hosts[1].display().to_string());
    assert!(active["PATH"].starts_with(&active["VIRTUAL_ENV"]));
}

#[test]
fn a_distribution_that_cannot_be_made_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let template = template(directory.path());
    let mut number = 0;
    let mut make = |change: fn(&mut BlackboxCase)| {
        let mut case = case();
        change(&mut case);
        number += 1;
        let place = directory.path().join(number.to_string());
        let made = World::make(&case, &profile("pip"), None, &template, "", &place);
        made.unwrap_err().to_string()
    };
    for (change, said) in [
        (
            (|case| case.world.index[0].version = "one".to_owned()) as fn(&mut BlackboxCase),
            "lib one: `one` is not a version",
        ),
        (
            |case| case.world.index[1].version = "x".to_owned(),
            "source: `x` is not a version",
        ),
        (
            |case| case.world.host[0].data = vec!["../x".to_owned()],
            "`data/../x` is not a path",
        ),
        (
            |case| case.world.host[0].requires_dist = vec!["(".to_owned()],
            "`(` is not a requirement",
        ),
        (
            |case| case.world.host[1] = case.world.host[0].clone(),
            "is there already",
        ),
        (
            |case| case.world.project.list = Some(json!(null)),
            "`list` has a value that TOML does not have",
        ),
    ] {
        let error = make(change);
        assert!(error.contains(said), "{said}: {error}");
    }
}

/// The world of the example, with a change.
fn changed(
    name: &str,
    directory: &Path,
    change: impl FnOnce(&mut BlackboxCase),
) -> Result<World, WorldError> {
    let mut case = case();
    change(&mut case);
    let (template, index) = (template(directory), "http://127.0.0.1:1/simple/");
    let place = directory.join("world");
    World::make(&case, &profile(name), None, &template, index, &place)
}

fn given(value: serde_json::Value) -> Vec<passthrough_protocol::GivenDistribution> {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_is_wrong_on_purpose_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let world = changed("pip", directory.path(), |case| {
        case.world.host = given(json!([
            {"name": "whole", "version": "1.0"},
            {"name": "a", "version": "1.0", "defect": "no-record"},
            {"name": "b", "version": "1.0", "defect": "no-metadata"},
            {"name": "c", "version": "1.0", "defect": "other-version"},
            {"name": "d", "version": "1.0", "defect": "second-version"},
            {"name": "e", "version": "1.0", "defect": "bad-requirement"},
            {"name": "f", "version": "1.0", "form": "editable", "defect": "source-gone"},
            {"name": "g", "version": "1.0", "form": "editable-finder", "defect": "source-gone"}
        ]));
    });
    let world = world.unwrap();
    let site = world.site(&world.hosts[0]);
    let text = |path: &str| fs::read_to_string(site.join(path)).unwrap_or_default();
    assert!(site.join("whole-1.0.dist-info/RECORD").is_file());
    assert!(!site.join("a-1.0.dist-info/RECORD").exists());
    assert!(site.join("a-1.0.dist-info/METADATA").is_file());
    assert!(!site.join("b-1.0.dist-info/METADATA").exists());
    assert!(text("c-1.0.dist-info/METADATA").contains("\nVersion: 0.0.1.dev1\n"));
    assert!(text("d-1.0.dist-info/METADATA").contains("\nVersion: 1.0\n"));
    assert!(text("d-0.0.1.dev1.dist-info/METADATA").contains("\nVersion: 0.0.1.dev1\n"));
    assert!(text("e-1.0.dist-info/METADATA").contains("\nRequires-Dist: (\n"));
    let python = world.hosts[0].join("bin/python");
    let program = "import importlib.util as u; print([n for n in 'abcdefg' if not u.find_spec(n)])";
    assert_eq!(said(&python, program), "['f']");
    let program = "import g";
    let mut command = Command::new(&python);
    let output = command.args(["-c", program]).output().unwrap();
    assert!(!output.status.success());
}

#[test]
fn an_import_hook_has_one_package_and_a_namespace_has_several() {
    let directory = tempfile::tempdir().unwrap();
    let world = changed("pip", directory.path(), |case| {
        case.world.host = given(json!([
            {"name": "hooked", "version": "1.0", "form": "editable-finder", "scripts": ["hooked-tool"]},
            {"name": "one", "version": "1.0", "module": "shared.one"},
            {"name": "two", "version": "1.0", "module": "shared.two", "copy": "other"}
        ]));
    });
    let world = world.unwrap();
    let python = world.hosts[0].join("bin/python");
    let program = "import sys, hooked, shared.one, shared.two; from importlib.metadata import version; \
        print(hooked.COPY, shared.one.COPY, shared.two.COPY, version('hooked'), \
        any('editable' in entry for entry in sys.path), hasattr(sys.modules['shared'], 'COPY'))";
    let nonce = &world.nonce;
    let expected = format!("host@{nonce} host@{nonce} other@{nonce} 1.0 False False");
    assert_eq!(said(&python, program), expected);
    let output = python::run(&mut Command::new(world.hosts[0].join("bin/hooked-tool")));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["copy"], format!("host@{nonce}"));
}

#[test]
fn addresses_are_those_of_the_index() {
    let directory = tempfile::tempdir().unwrap();
    let world = changed("pip", directory.path(), |case| {
        let word = "{file:lib-1.0-py3-none-any.whl}";
        case.world.project.requires = vec![format!("lib @ {word}")];
        case.world.host = given(json!([
            {"name": "lib", "version": "1.0", "origin": {"url": word, "archive_info": {}}}
        ]));
    });
    let world = world.unwrap();
    let wheel = world.archives.iter().find(|archive| archive.name == "lib");
    let address = format!(
        "http://127.0.0.1:1/files/{}/lib-1.0-py3-none-any.whl",
        wheel.unwrap().sha256()
    );
    let pyproject = fs::read_to_string(world.project.join("pyproject.toml")).unwrap();
    assert!(
        pyproject.contains(&format!("\"lib @ {address}\"")),
        "{pyproject}"
    );
    let origin = world
        .site(&world.hosts[0])
        .join("lib-1.0.dist-info/direct_url.json");
    let origin = fs::read_to_string(origin).unwrap();
    assert!(origin.contains(&address), "{origin}");
}

/// Whoever is told of its host is told of that one, with another one activated.
#[test]
fn other_environments_are_no_hosts() {
    for (name, activated) in [("pip", "active"), ("pdm", "host")] {
        let directory = tempfile::tempdir().unwrap();
        let world = changed(name, directory.path(), |case| {
            case.step = Step::Archive;
            case.world.project_environment =
                Some(given(json!([{"name": "lib", "version": "2.0"}])));
            case.world.active_environment = Some(given(json!([{"name": "lib", "version": "3.0"}])));
        });
        let world = world.unwrap();
        assert_eq!(world.hosts.len(), 2);
        let copy = |environment: &Path| {
            let program = "import lib; print(lib.COPY.split('@')[0])";
            said(&environment.join("bin/python"), program)
        };
        assert_eq!(copy(&world.hosts[0]), "host");
        assert_eq!(copy(&world.project.join(".venv")), "project-environment");
        assert_eq!(copy(world.active.as_ref().unwrap()), "active");
        let environment = world.environment(&profile(name), &world.hosts[0], "");
        let expected = world.directory.join(activated).display().to_string();
        assert_eq!(environment["VIRTUAL_ENV"], expected);
        assert!(environment["PATH"].starts_with(&expected));
        let archive = world.archive.unwrap();
        assert!(archive.ends_with("sdist/demo-1.0.tar.gz") && archive.is_file());
        // It is a file, and no index has it.
        assert!(world.archives.iter().all(|known| known.name != "demo"));
    }
}
