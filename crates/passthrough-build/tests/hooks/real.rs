//! Backends as they are on PyPI.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_build::hooks::{Artefact, ConfigSettings, HookErrorKind, WheelKind};
use passthrough_interpreter::Environment;
use passthrough_world::python;

use crate::support::{Project, names, variables};

const BACKENDS: [&str; 5] = [
    "setuptools==80.9.0",
    "wheel==0.45.1",
    "flit_core==3.12.0",
    "hatchling==1.27.0",
    "editables==0.5",
];

/// The oldest and the newest CPython of this machine.
fn pythons() -> Vec<PathBuf> {
    let all: BTreeMap<(u32, u32), PathBuf> = python::all()
        .into_iter()
        .map(|(version, python)| {
            let (major, minor) = version.split_once('.').expect("X.Y");
            let number = |text: &str| text.parse().expect("a number");
            ((number(major), number(minor)), python)
        })
        .collect();
    let mut found: Vec<PathBuf> = all
        .first_key_value()
        .map(|(_, p)| p.clone())
        .into_iter()
        .collect();
    found.extend(all.last_key_value().map(|(_, p)| p.clone()));
    found.dedup();
    assert!(!found.is_empty(), "no CPython 3.9 or later");
    found
}

/// The variables of an environment's processes.
fn activated(environment: &Path) -> Environment {
    let path = std::env::var_os("PATH").expect("a PATH");
    let mut directories = vec![environment.join("bin")];
    directories.extend(std::env::split_paths(&path));
    let path = std::env::join_paths(directories).expect("a PATH");
    variables()
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .chain([
            ("PATH".into(), path),
            ("VIRTUAL_ENV".into(), environment.into()),
        ])
        .collect()
}

fn project(python: &Path, backend: &str) -> Project {
    let environment = python::environment(python, &BACKENDS);
    let mut project = Project::new();
    project.python = environment.join("bin/python");
    project.variables = activated(&environment);
    project.path.clear();
    project.name = backend.to_owned();
    project
}

fn pyproject(project: &Project, backend: &str) {
    project.file(
        "pyproject.toml",
        format!(
            "[build-system]\nrequires = []\nbuild-backend = \"{backend}\"\n\
             [project]\nname = \"demo\"\nversion = \"1.0\"\ndescription = \"x\"\n"
        ),
    );
    project.file("demo/__init__.py", "\"\"\"A demo.\"\"\"\n");
}

#[test]
fn each_backend_builds_everything() {
    for python in pythons() {
        for name in [
            "setuptools.build_meta",
            "flit_core.buildapi",
            "hatchling.build",
        ] {
            let project = project(&python, name);
            pyproject(&project, name);
            let none = ConfigSettings::default();
            for artefact in [Artefact::Wheel, Artefact::Sdist, Artefact::Editable] {
                project.backend().get_requires(artefact, &none).unwrap();
            }
            let metadata = project
                .backend()
                .metadata(WheelKind::Standard, &none)
                .unwrap();
            let text = fs::read_to_string(metadata.dist_info().join("METADATA")).unwrap();
            assert!(text.contains("Name: demo\n"), "{name}: {text}");
            // With the metadata, as pip does it.
            let backend = project.backend();
            backend
                .build(Artefact::Wheel, &project.out, &none, Some(&metadata))
                .unwrap();
            project.build(Artefact::Sdist).unwrap();
            let built = names(&project.out);
            assert_eq!(built.len(), 2, "{built:?}");
            assert!(built[0].starts_with("demo-1.0-py"), "{built:?}");
            assert_eq!(built[1], "demo-1.0.tar.gz");
            let editable = project.build(Artefact::Editable).unwrap();
            assert!(fs::metadata(editable).unwrap().len() > 0);
        }
    }
}

#[test]
fn a_project_with_nothing_but_setup_py_is_built_as_pep_517_says() {
    for python in pythons() {
        let project = project(&python, "setuptools.build_meta:__legacy__");
        fs::remove_file(project.root.join("pyproject.toml")).unwrap();
        // What such projects rely on: their own directory on sys.path.
        project.file("helper.py", "VERSION = '1.0'\n");
        project.file(
            "setup.py",
            "import helper\nfrom setuptools import setup\n\
             setup(name='old', version=helper.VERSION, py_modules=['helper'])\n",
        );
        let wheel = project.build(Artefact::Wheel).unwrap();
        assert!(wheel.ends_with("old-1.0-py3-none-any.whl"), "{wheel:?}");
        // Without it, PEP 517's own backend refuses the same project.
        let mut strict = project;
        strict.file("pyproject.toml", "");
        strict.name = "setuptools.build_meta".to_owned();
        let error = strict.build(Artefact::Sdist).unwrap_err();
        assert!(matches!(&error.kind, HookErrorKind::Raised(_)), "{error}");
        assert!(
            error.to_string().contains("No module named 'helper'"),
            "{error}"
        );
    }
}

#[test]
fn the_source_date_reaches_the_backend() {
    let mut project = project(&pythons()[0], "flit_core.buildapi");
    pyproject(&project, "flit_core.buildapi");
    let build = |project: &Project| {
        let wheel = project.build(Artefact::Wheel).unwrap();
        fs::read(wheel).unwrap()
    };
    let now = build(&project);
    let variables = project.variables.iter();
    project.variables = variables
        .chain([("SOURCE_DATE_EPOCH".as_ref(), "1000000000".as_ref())])
        .collect();
    let then = build(&project);
    assert_ne!(now, then);
    assert_eq!(then, build(&project));
}

#[test]
fn setuptools_ends_politely_and_is_quoted() {
    let project = project(&pythons()[0], "setuptools.build_meta");
    project.file(
        "setup.py",
        "from setuptools import setup, Extension\n\
         setup(name='x', version='1', ext_modules=[Extension('x', ['gone.c'])])\n",
    );
    let error = project.build(Artefact::Wheel).unwrap_err();
    let HookErrorKind::Raised(failure) = &error.kind else {
        panic!("{error}");
    };
    assert!(!failure.exception.frames.is_empty());
    assert!(String::from_utf8_lossy(&error.output).contains("building 'x' extension"));
    assert_eq!(names(&project.out), [] as [&str; 0]);
}
