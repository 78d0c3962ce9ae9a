//! A backend under development, from the complaint to the wheel: it is
//! installed editable on the host, on no index, and builds another project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_build::diagnosis::{Diagnosis, Scene, diagnose};
use passthrough_build::hooks::{Artefact, Backend, ConfigSettings, HookError};
use passthrough_config::Reading;
use passthrough_env::{BuildEnvironment, LinkMode};
use passthrough_host::Site;
use passthrough_interpreter::{AskOptions, Interpreter, ask};
use passthrough_plan::Plan;
use passthrough_world::python;

use crate::diagnosis::decide;
use crate::support::{PATIENCE, names, variables};

struct Desk {
    directory: tempfile::TempDir,
    host: Interpreter,
}

impl Desk {
    /// A host with flit, and a backend on top of it that is being worked on.
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let venv = directory.path().join("host");
        let source = directory.path().join("src/my-backend");
        fs::create_dir_all(source.join("mybackend")).expect("a directory");
        fs::write(source.join("mybackend/__init__.py"), "\"\"\"Mine.\"\"\"\n").expect("a file");
        fs::write(source.join("mybackend/api.py"), api("first")).expect("a file");
        fs::write(
            source.join("pyproject.toml"),
            "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\
             [project]\nname = \"my-backend\"\nversion = \"0.1.dev0\"\ndescription = \"x\"\n\
             dependencies = [\"flit_core>=3\"]\n[tool.flit.module]\nname = \"mybackend\"\n",
        )
        .expect("a file");
        python::run(Command::new(python::any()).args(["-m", "venv"]).arg(&venv));
        let pip = |arguments: &[&str]| {
            python::run(
                Command::new(venv.join("bin/python"))
                    .args(["-m", "pip", "install", "--quiet", "--no-input"])
                    .args(arguments),
            );
        };
        pip(&["flit_core==3.12.0"]);
        let source = source.to_str().expect("a path that is text");
        pip(&["--no-build-isolation", "--no-deps", "-e", source]);
        let asked = ask(
            &venv.join("bin/python"),
            &variables(),
            &AskOptions::default(),
        );
        Self {
            host: asked.expect("an interpreter"),
            directory,
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// What building this project comes to, and what was planned for it.
    fn build(&self, source: &str) -> (Result<PathBuf, Box<(HookError, Diagnosis)>>, Plan) {
        let project = self.path("project");
        fs::create_dir_all(project.join("demo")).expect("a directory");
        fs::write(project.join("demo/__init__.py"), "\"\"\"A demo.\"\"\"\n").expect("a file");
        fs::write(project.join("pyproject.toml"), source).expect("a file");
        let out = self.path("out");
        fs::create_dir_all(&out).expect("a directory");

        let pyproject = passthrough_config::read(source, &Reading::Neutral);
        assert_eq!(pyproject.findings, [], "{source}");
        let site = Site::new(&self.host);
        let decided = decide(&pyproject, &self.host, &site);
        assert_eq!(decided.install, [], "nothing can be downloaded");
        let mut environment =
            BuildEnvironment::create(&self.path("env"), &self.host).expect("an environment");
        environment
            .expose(&decided.expose, LinkMode::Auto)
            .expect("exposed distributions");
        let variables = environment.variables(&variables());
        let settings = ConfigSettings::default();
        let backend = Backend {
            python: environment.python(),
            project: &project,
            name: &pyproject.backend.name,
            path: &pyproject.backend.path,
            variables: &variables,
            scratch: &environment.layout().notes(),
            timeout: Some(PATIENCE),
            follow: None,
        };
        let built = backend.build(Artefact::Wheel, &out, &settings, None);
        let result = built.map_err(|error| {
            let diagnosis = diagnose(
                &error,
                &Scene {
                    backend,
                    settings: &settings,
                    source,
                    pyproject: &pyproject,
                    table: "tool.passthrough-check",
                    dynamic: &[],
                    plan: &decided,
                    present: &environment.present().unwrap_or_else(|_| BTreeMap::new()),
                    owners: &|module| site.owners(module),
                },
            );
            Box::new((error, diagnosis))
        });
        environment.remove().expect("a removed environment");
        (result, decided)
    }
}

/// The backend's code, which names what it builds after its state.
fn api(state: &str) -> String {
    format!(
        "from flit_core.buildapi import *
import flit_core.buildapi, zipfile, os
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = flit_core.buildapi.build_wheel(directory, config_settings, metadata_directory)
    with zipfile.ZipFile(os.path.join(directory, name), 'a') as wheel:
        wheel.writestr('demo/state.txt', '{state}')
    return name
"
    )
    .replace("(directory,", "(wheel_directory,")
    .replace("join(directory,", "join(wheel_directory,")
}

fn state(wheel: &Path) -> String {
    let file = fs::File::open(wheel).expect("a wheel");
    let mut archive = zip::ZipArchive::new(file).expect("a zip file");
    let member = archive
        .by_name("demo/state.txt")
        .expect("the backend's mark");
    std::io::read_to_string(member).expect("a text")
}

const PROJECT: &str = "[project]\nname = \"demo\"\nversion = \"1.0\"\ndescription = \"x\"\n\
     requires-python = \">=3\"\n";
const BACKEND: &str = "build-backend = \"mybackend.api\"\n";

#[test]
fn the_diagnosis_leads_to_a_build_with_the_backend_as_it_is() {
    let desk = Desk::new();

    // The backend is isolated away. What is said ends the guessing.
    let (built, _) = desk.build(&format!(
        "[build-system]\nrequires = []\n{BACKEND}{PROJECT}"
    ));
    let (error, diagnosis) = *built.expect_err("nothing passes through");
    assert_eq!(names(&desk.path("out")), [] as [&str; 0], "{error}");
    let missing = diagnosis.missing.as_ref().unwrap();
    assert!(missing.is_backend);
    assert_eq!(
        (missing.name.as_str(), missing.host.len()),
        ("mybackend", 1)
    );
    assert_eq!(missing.host[0].name.as_str(), "my-backend");
    let advice = diagnosis.advice[0].toml.as_deref().unwrap();
    assert_eq!(
        advice,
        "[build-system]\nrequires = [\"my-backend\"]\n\n\
         [tool.passthrough-check]\nno-build-isolation-package = [\"my-backend\"]"
    );

    // Taken at its word, it is enough: the backend, and what it needs itself.
    let (build_system, list) = advice.split_once("\n\n").unwrap();
    let source = format!("{build_system}\n{BACKEND}{list}\n{PROJECT}");
    let (built, plan) = desk.build(&source);
    let wheel = built.map_err(|error| error.1.lines().join("\n")).unwrap();
    assert!(wheel.ends_with("demo-1.0-py3-none-any.whl"));
    assert_eq!(state(&wheel), "first");
    let exposed: Vec<&str> = plan
        .expose
        .iter()
        .map(|exposed| exposed.installed.name.as_str())
        .collect();
    assert_eq!(exposed, ["flit-core", "my-backend"]);

    // Its source is what counts, without installing it again.
    let code = desk.path("src/my-backend/mybackend/api.py");
    fs::write(&code, api("second")).unwrap();
    let wheel = desk.build(&source).0.map_err(|error| error.0).unwrap();
    assert_eq!(state(&wheel), "second");

    // And a mistake in it is found where it is, in that source.
    fs::write(&code, "import flit_core.buildapi\nimport not_written_yet\n").unwrap();
    let (_, diagnosis) = *desk.build(&source).0.expect_err("a broken backend");
    let frames = diagnosis.exception.unwrap().frames;
    let last = frames.last().unwrap();
    assert_eq!(Path::new(&last.file), code.canonicalize().unwrap());
    assert_eq!(
        (last.line, last.text.as_str()),
        (2, "import not_written_yet")
    );
    assert!(!diagnosis.missing.unwrap().is_backend);
}
