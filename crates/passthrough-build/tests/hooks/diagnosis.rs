//! What is said when a backend cannot be used.

use std::collections::BTreeMap;

use fs_err as fs;
use insta::assert_snapshot;
use passthrough_build::diagnosis::{Diagnosis, Scene, Source, Stage, diagnose};
use passthrough_build::hooks::{Artefact, ConfigSettings};
use passthrough_config::{Pyproject, Reading};
use passthrough_host::Site;
use passthrough_interpreter::{AskOptions, Interpreter, Origin, PathEntry, ask};
use passthrough_plan::{BuildRequirement, Host, Input, Listing, Pass, Plan, Policy, Present, plan};
use passthrough_requirement::{PackageName, Requirement};
use passthrough_world::site::SiteBuilder;

use crate::support::{Project, variables};

/// A project, and a host of which some things pass through.
pub(crate) struct World {
    pub(crate) project: Project,
    pub(crate) host: SiteBuilder,
    _directory: tempfile::TempDir,
    source: String,
    settings: ConfigSettings,
}

impl World {
    fn new(source: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut project = Project::new();
        project.file("pyproject.toml", source);
        let pyproject = passthrough_config::read(source, &Reading::Neutral);
        project.name = pyproject.backend.name;
        project.path = pyproject.backend.path;
        Self {
            project,
            host: SiteBuilder::new(directory.path().join("site-packages")),
            _directory: directory,
            source: source.to_owned(),
            settings: ConfigSettings::default(),
        }
    }

    fn interpreter(&self) -> Interpreter {
        let asked = ask(&self.project.python, &variables(), &AskOptions::default());
        let mut interpreter = asked.expect("an interpreter");
        interpreter.sys_path = vec![PathEntry {
            path: self.host.directory().to_owned(),
            origin: Origin::Site,
        }];
        interpreter
    }

    /// Builds a wheel, which fails, in an environment that holds what the plan
    /// exposes and downloads everything else of a version 1.0, but for `lacks`.
    fn diagnose(&self, lacks: &[&str]) -> Diagnosis {
        let interpreter = self.interpreter();
        let site = Site::new(&interpreter);
        let pyproject = passthrough_config::read(&self.source, &Reading::Neutral);
        let decided = decide(&pyproject, &interpreter, &site);
        let mut present: BTreeMap<PackageName, Present> = BTreeMap::new();
        for install in &decided.install {
            let version = "1.0".parse().expect("a version");
            let name = install.requirement.name.clone();
            present.insert(
                name,
                Present {
                    version,
                    exposed: false,
                },
            );
        }
        for exposed in &decided.expose {
            let version = exposed.version.clone();
            let name = exposed.installed.name.clone();
            present.insert(
                name,
                Present {
                    version,
                    exposed: true,
                },
            );
        }
        present.retain(|name, _| !lacks.contains(&name.as_str()));
        let backend = self.project.backend();
        let error = backend
            .build(Artefact::Wheel, &self.project.out, &self.settings, None)
            .expect_err("a failing hook");
        let dynamic: [Requirement; 1] = ["asked>=2".parse().expect("a requirement")];
        diagnose(
            &error,
            &Scene {
                backend,
                settings: &self.settings,
                source: &self.source,
                pyproject: &pyproject,
                table: "tool.passthrough-check",
                dynamic: &dynamic,
                plan: &decided,
                present: &present,
                owners: &|module| site.owners(module),
            },
        )
    }

    /// Its lines, without what differs from run to run.
    fn lines(&self, diagnosis: &Diagnosis) -> String {
        let surroundings = diagnosis.surroundings.as_ref().expect("an interpreter");
        let text = diagnosis.lines().join("\n");
        let mut known = vec![
            (self.project.root.display().to_string(), "PROJECT"),
            (self.host.directory().display().to_string(), "HOST"),
            (surroundings.executable.clone(), "PYTHON"),
            (surroundings.prefix.clone(), "PREFIX"),
            (surroundings.version.clone(), "X.Y.Z"),
        ];
        known.push((self.project.python.display().to_string(), "PYTHON"));
        let text = known
            .into_iter()
            .fold(text, |text, (path, name)| text.replace(&path, name));
        let is_stdlib =
            |line: &&str| line.starts_with("      PREFIX") || line.starts_with("      /");
        let lines: Vec<&str> = text.lines().filter(|line| !is_stdlib(line)).collect();
        lines.join("\n")
    }
}

pub(crate) fn decide(pyproject: &Pyproject, interpreter: &Interpreter, site: &Site) -> Plan {
    let listed: Vec<Listing> = pyproject
        .declarations
        .iter()
        .flat_map(|declaration| &declaration.names)
        .map(|name| Listing {
            name: name.value.clone(),
            span: name.span.clone(),
        })
        .collect();
    let requirements: Vec<BuildRequirement> = pyproject
        .requires
        .requirements
        .iter()
        .map(|requirement| BuildRequirement {
            requirement: requirement.value.clone(),
            span: requirement.span.clone(),
        })
        .collect();
    plan(Input {
        project: None,
        listed: &listed,
        requirements: &requirements,
        pass: Pass::First,
        constraints: &[],
        host: Host {
            inventory: site,
            identity: &interpreter.identity,
            markers: &interpreter.markers,
        },
        build_interpreter: &interpreter.identity,
        policy: &Policy::default(),
    })
}

fn toml(diagnosis: &Diagnosis) -> Vec<&str> {
    let advice = diagnosis.advice.iter();
    advice.filter_map(|advice| advice.toml.as_deref()).collect()
}

fn text(diagnosis: &Diagnosis) -> String {
    let advice = diagnosis.advice.iter();
    advice.map(|advice| format!("{}\n", advice.text)).collect()
}

#[test]
fn a_backend_that_only_the_host_has() {
    let world = World::new(
        "[build-system]
requires = [\"wheel>=0.40\"]
build-backend = \"hatch_npm.build\"
",
    );
    world
        .host
        .dist_info("hatch-npm", "0.3.dev1")
        .file("hatch_npm/build.py", "")
        .write();
    let diagnosis = world.diagnose(&[]);
    assert_eq!(diagnosis.stage, Stage::Import);
    assert_snapshot!(world.lines(&diagnosis), @r##"
    build_wheel was not called: the backend cannot be imported: ModuleNotFoundError: No module named 'hatch_npm'
      stage: import
      backend: hatch_npm.build (pyproject.toml, line 3)
      ModuleNotFoundError: No module named 'hatch_npm'
      interpreter: PYTHON (Python X.Y.Z)
      prefix: PREFIX
      sys.path:
      build requirements:
          wheel>=0.40: 1.0, downloaded
          asked>=2 (asked for by the backend): missing
      missing: hatch_npm
          the host has it: hatch-npm 0.3.dev1, in HOST
      help: the host has `hatch_npm`, by hatch-npm 0.3.dev1, but nothing asks for hatch-npm: require it, and list it to have the host's copy
          [build-system]
          requires = ["wheel>=0.40", "hatch-npm"]

          [tool.passthrough-check]
          no-build-isolation-package = ["hatch-npm"]
      to do the same again:
          cd PROJECT && env -u PYTHONHOME -u PYTHONPATH PYTHONNOUSERSITE=1 PYTHON -c 'import sys, tempfile; sys.path[:1] = []; import hatch_npm.build; print(hatch_npm.build.build_wheel(tempfile.mkdtemp(), None))'
    "##);
}

#[test]
fn what_is_listed_is_not_yet_required() {
    let world = World::new(
        "[build-system]
requires = [\"wheel\"]
build-backend = \"nope_backend\"
[tool.mine]
no-build-isolation-package = [\"nope-backend\"]
",
    );
    let file = ("nope_backend.py", "");
    world
        .host
        .dist_info("nope-backend", "1.0")
        .file(file.0, file.1)
        .write();
    let diagnosis = world.diagnose(&[]);
    assert_eq!(
        toml(&diagnosis),
        ["[build-system]\nrequires = [\"wheel\", \"nope-backend\"]"]
    );
    assert!(
        text(&diagnosis).contains("listing requires nothing"),
        "{diagnosis:?}"
    );
}

#[test]
fn what_was_downloaded_can_be_listed_instead() {
    let world = World::new(
        "[build-system]
requires = [\"a\", \"nope-backend\"]
build-backend = \"nope_backend.new\"
[tool.mine]
no-build-isolation-package = [\"A\"]
",
    );
    world
        .host
        .dist_info("nope-backend", "2.0.dev0")
        .file("nope_backend/new.py", "")
        .write();
    // The whole package is not there: the download has another layout.
    let diagnosis = world.diagnose(&[]);
    assert_eq!(diagnosis.missing.as_ref().unwrap().name, "nope_backend");
    assert_eq!(
        toml(&diagnosis),
        ["[tool.mine]\nno-build-isolation-package = [\"a\", \"nope-backend\"]"]
    );
    assert!(text(&diagnosis).contains("was downloaded"), "{diagnosis:?}");
}

#[test]
fn what_falls_back_is_told_with_its_reason() {
    let world = World::new(
        "[build-system]
requires = [\"nope-backend>=2\"]
build-backend = \"nope_backend\"
[tool.mine]
no-build-isolation-package = [\"nope-backend\"]
",
    );
    world
        .host
        .dist_info("nope-backend", "1.0")
        .file("nope_backend.py", "")
        .write();
    let diagnosis = world.diagnose(&["nope-backend"]);
    assert_eq!(toml(&diagnosis), [] as [&str; 0]);
    assert!(
        text(&diagnosis).contains("does not pass through (version: "),
        "{diagnosis:?}"
    );
    assert_eq!(diagnosis.requirements[0].source, Source::Missing);
}

#[test]
fn an_editable_backend_whose_source_is_gone() {
    let world = World::new(
        "[build-system]
requires = []
build-backend = \"nope_backend.api\"
",
    );
    world
        .host
        .dist_info("nope-backend", "1.0")
        .direct_url(r#"{"url": "file:///nonexistent/nope", "dir_info": {"editable": true}}"#)
        .write();
    let diagnosis = world.diagnose(&[]);
    let told = text(&diagnosis);
    assert!(
        told.contains("source tree `/nonexistent/nope` is gone"),
        "{told}"
    );
    assert_eq!(toml(&diagnosis), [] as [&str; 0]);
}

#[test]
fn a_backend_that_nobody_has_by_a_known_name() {
    let mut world = World::new(
        "[build-system]
requires = [\"wheel\"]
build-backend = \"mesonpy\"
",
    );
    let diagnosis = world.diagnose(&[]);
    assert_eq!(
        toml(&diagnosis),
        ["[build-system]\nrequires = [\"wheel\", \"meson-python\"]"]
    );
    world.project.name = "nobody_knows_this".to_owned();
    let diagnosis = world.diagnose(&[]);
    assert_eq!(toml(&diagnosis), [] as [&str; 0]);
    assert!(text(&diagnosis).contains("add the distribution that has it"));
}

#[test]
fn a_project_without_build_system_keeps_its_backend() {
    let world = World::new("");
    // Nothing is installed for the interpreter's own prefix but what it brings.
    world.project.file("setup.py", "import surely_not_there\n");
    world.project.file("setuptools/__init__.py", "");
    let mut world = world;
    world.project.name = "fake".to_owned();
    world.project.path = vec![".".to_owned()];
    world.project.file("fake.py", "import numpy_not_there\n");
    world
        .host
        .dist_info("numpy-not-there", "1.0")
        .file("numpy_not_there.py", "")
        .write();
    let diagnosis = world.diagnose(&[]);
    assert_eq!(
        toml(&diagnosis),
        [
            "[build-system]\nrequires = [\"setuptools>=40.8.0\", \"numpy-not-there\"]\n\
          build-backend = \"fake\"\n\n\
          [tool.passthrough-check]\nno-build-isolation-package = [\"numpy-not-there\"]"
        ]
    );
}

#[test]
fn an_in_tree_backend_whose_import_fails() {
    let world = World::new(
        "[build-system]
requires = [\"passing\", \"loaded; python_version > '3'\", \"never; python_version < '3'\"]
build-backend = \"badbk.api:make.backend\"
backend-path = [\"tools\", \"gone\"]
[tool.mine]
no-build-isolation-package = [\"passing\"]
",
    );
    world
        .host
        .dist_info("passing", "3.1+local")
        .file("passing.py", "")
        .write();
    world.project.file("tools/badbk/__init__.py", "");
    world
        .project
        .file("tools/badbk/api.py", "from badbk.deep import x\n");
    world
        .project
        .file("tools/badbk/deep.py", "\n\nimport tomli_nope\n");
    let diagnosis = world.diagnose(&[]);
    assert_snapshot!(world.lines(&diagnosis), @r##"
    build_wheel was not called: the backend cannot be imported: ModuleNotFoundError: No module named 'tomli_nope'
      stage: import
      backend: badbk.api:make.backend (pyproject.toml, line 3, in-tree: tools, gone)
      found: badbk at PROJECT/tools/badbk/__init__.py
      PROJECT/tools/badbk/api.py:1: from badbk.deep import x
      PROJECT/tools/badbk/deep.py:3: import tomli_nope
      ModuleNotFoundError: No module named 'tomli_nope'
      interpreter: PYTHON (Python X.Y.Z)
      prefix: PREFIX
      sys.path:
          PROJECT/tools
      build requirements:
          passing: 3.1+local from the host, HOST
          loaded; python_version > "3": 1.0, downloaded
          never; python_version < "3": not needed here
          asked>=2 (asked for by the backend): missing
      missing: tomli_nope
          the host does not have it
      help: the `backend-path` entry `gone` is no directory of the project
      help: neither the environment nor the host has `tomli_nope`: add the distribution that has it to `requires` in `[build-system]`
      help: what an in-tree backend imports has to be among the build requirements: `backend-path` brings only the backend itself
      to do the same again:
          cd PROJECT && env -u PYTHONHOME -u PYTHONPATH PYTHONNOUSERSITE=1 PYTHON -c 'import sys, tempfile; sys.path[:1] = ["PROJECT/tools","PROJECT/gone"]; import badbk.api; print(badbk.api.make.backend.build_wheel(tempfile.mkdtemp(), None))'
    "##);
}

#[test]
fn what_is_in_the_project_itself_is_found_there() {
    let mut world = World::new(
        "[build-system]
requires = []
build-backend = \"own_backend.api\"
",
    );
    world.project.file("_build/own_backend/__init__.py", "");
    world
        .project
        .file("_build/own_backend/api.py", "import own_helper\n");
    world.project.file("own_helper.py", "");
    // The host has an older copy of the project: not what is meant.
    world
        .host
        .dist_info("own", "0.1")
        .file("own_helper.py", "")
        .file("own_backend/__init__.py", "")
        .write();
    let diagnosis = world.diagnose(&[]);
    assert_eq!(
        toml(&diagnosis),
        ["[build-system]\nbackend-path = [\"_build\"]"]
    );
    // Taken at its word, it leads to the next mistake.
    world.project.path = vec!["_build".to_owned()];
    let diagnosis = world.diagnose(&[]);
    assert_eq!(toml(&diagnosis), [] as [&str; 0]);
    assert!(
        text(&diagnosis).contains("`own_helper` is in the project itself, in `.`"),
        "{diagnosis:?}"
    );
    // Further down it may be a copy of what the host has.
    let root = &world.project.root;
    fs::create_dir(root.join("vendor")).unwrap();
    fs::rename(
        root.join("own_helper.py"),
        root.join("vendor/own_helper.py"),
    )
    .unwrap();
    let told = text(&world.diagnose(&[]));
    assert!(told.starts_with("the host has `own_helper`"), "{told}");
    assert!(
        told.contains("in the project itself, in `vendor`"),
        "{told}"
    );
}

#[test]
fn a_hook_that_raises() {
    let mut world = World::new(
        "[build-system]
requires = []
build-backend = \"backend\"
backend-path = [\".\"]
",
    );
    world.settings.add("jobs", "2");
    world.settings.add("it's", "\"q\"");
    world.settings.add("it's", "$HOME");
    world.project.file(
        "backend.py",
        "def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    try:
        import numpy_nope
    except ImportError as error:
        raise RuntimeError('first\\nsecond') from error
",
    );
    world
        .host
        .dist_info("numpy-nope", "2.4")
        .file("numpy_nope/__init__.py", "")
        .write();
    let diagnosis = world.diagnose(&[]);
    assert_snapshot!(world.lines(&diagnosis), @r##"
    build_wheel raised RuntimeError: first
      stage: hook
      backend: backend (pyproject.toml, line 3, in-tree: .)
          Traceback (most recent call last):
            File "PROJECT/backend.py", line 3, in build_wheel
              import numpy_nope
          ModuleNotFoundError: No module named 'numpy_nope'

          The above exception was the direct cause of the following exception:

          Traceback (most recent call last):
            File "PROJECT/backend.py", line 5, in build_wheel
              raise RuntimeError('first\nsecond') from error
          RuntimeError: first
          second
      interpreter: PYTHON (Python X.Y.Z)
      prefix: PREFIX
      sys.path:
          PROJECT
      build requirements:
          asked>=2 (asked for by the backend): missing
      missing: numpy_nope
          the host has it: numpy-nope 2.4, in HOST
      help: the host has `numpy_nope`, by numpy-nope 2.4, but nothing asks for numpy-nope: require it, and list it to have the host's copy
          [build-system]
          requires = ["numpy-nope"]

          [tool.passthrough-check]
          no-build-isolation-package = ["numpy-nope"]
      help: what an in-tree backend imports has to be among the build requirements: `backend-path` brings only the backend itself
      to do the same again:
          cd PROJECT && env -u PYTHONHOME -u PYTHONPATH PYTHONNOUSERSITE=1 PYTHON -c "import sys, tempfile; sys.path[:1] = [\"PROJECT\"]; import backend; print(backend.build_wheel(tempfile.mkdtemp(), {\"it's\":[\"\\\"q\\\"\",\""'$HOME"],"jobs":"2"}))'
    "##);
}

#[test]
fn the_command_does_it_again() {
    let world = World::new(
        "[build-system]
requires = []
build-backend = \"backend:a.b\"
backend-path = [\"to ols\"]
",
    );
    world.project.file(
        "to ols/backend.py",
        "import os
class a:
    class b:
        def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
            raise RuntimeError(os.getcwd(), config_settings, os.environ['PYTHONNOUSERSITE'])
",
    );
    let diagnosis = world.diagnose(&[]);
    let output = std::process::Command::new("sh")
        .args(["-c", diagnosis.reproduce.as_ref().unwrap()])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    let expected = format!(
        "RuntimeError: ('{}', None, '1')",
        world.project.root.display()
    );
    assert!(stderr.ends_with(&format!("{expected}\n")), "{stderr}");
    // And succeeds where the cause is gone.
    fs::write(
        world.project.root.join("to ols/backend.py"),
        "class a:\n  class b:\n    build_wheel = lambda wheel_directory, config_settings: 3\n",
    )
    .unwrap();
    let status = std::process::Command::new("sh")
        .args(["-c", diagnosis.reproduce.as_ref().unwrap()])
        .output()
        .unwrap();
    assert!(status.status.success());
}

#[test]
fn a_backend_path_that_leaves_the_project_started_nothing() {
    let world = World::new(
        "[build-system]
requires = []
build-backend = \"backend\"
backend-path = [\"link\"]
",
    );
    std::os::unix::fs::symlink("/", world.project.root.join("link")).unwrap();
    let diagnosis = world.diagnose(&[]);
    assert_eq!(diagnosis.stage, Stage::BackendPath);
    assert_eq!(diagnosis.reproduce, None);
    assert_eq!(diagnosis.declared.line, Some(3));
    assert!(
        diagnosis
            .summary
            .contains("leads out of the project, to `/`")
    );
    assert!(text(&diagnosis).contains("relative to its root"));
}

#[test]
fn other_failures_have_their_stage() {
    for (name, source, stage, words) in [
        (
            "backend:gone",
            "",
            Stage::Attribute,
            "names an object that is not there",
        ),
        (
            "backend",
            "import ctypes; ctypes.CDLL('libnope.so')",
            Stage::Import,
            "",
        ),
        ("backend", "def build_wheel(:", Stage::Import, ""),
        ("backend", "import sys; sys.exit(1)", Stage::Import, ""),
        ("backend", "", Stage::Hook, ""),
        (
            "backend",
            "def build_wheel(*a, **k): return 3",
            Stage::Hook,
            "fault of the build backend",
        ),
        ("json", "", Stage::BackendPath, "has to bring it along"),
    ] {
        let world = World::new(&format!(
            "[build-system]\nrequires = []\nbuild-backend = \"{name}\"\nbackend-path = [\"in\"]\n"
        ));
        world.project.file("in/backend.py", source);
        let diagnosis = world.diagnose(&[]);
        assert_eq!(diagnosis.stage, stage, "{name}: {source}");
        assert!(text(&diagnosis).contains(words), "{diagnosis:?}");
        assert_eq!(diagnosis.missing, None);
        assert!(diagnosis.reproduce.is_some());
        assert!(!diagnosis.lines().is_empty());
    }
}

#[test]
fn a_book_of_a_failure_is_shown_in_part() {
    let world = World::new(
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
    );
    for source in [
        "raise ValueError('line\\n' * 100000)",
        "import sys; sys.path[:] = ['/x'] * 100000; raise ValueError",
        "def build_wheel(*a, **k): raise ValueError('line\\n' * 100000)",
        "def build_wheel(*a, **k): build_wheel()",
        "def build_wheel(*a, **k): raise ValueError('x' * 1000000)",
        "import importlib; importlib.import_module('x' * 1000000)",
    ] {
        world.project.file("backend.py", source);
        let lines = world.diagnose(&[]).lines();
        assert!(lines.len() < 150, "{}", lines.len());
        assert!(lines.iter().all(|line| line.len() < 1100));
    }
}
