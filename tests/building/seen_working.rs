//! A host with numpy, scipy and a backend that is under development: built
//! with them, by us and by frontends that know nothing of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_wheelhouse::{Answered, Index, IndexOptions, Request, TrapProxy, Wheel};
use passthrough_world::python::{any, run, target_directory};

use super::world::{FRONTENDS, Snapshot, command, names, only, python, records, uv};
use crate::context::{Context, Ran};

/// Of the numpy that the index would have given, nobody could build: it is a
/// stand-in of the next major version.
const PROJECT: &str = r#"[build-system]
requires = ["devbackend", "setuptools", "cython", "numpy", "scipy", "helper"]
build-backend = "devbackend"

[project]
name = "demo"
version = "1.0"

[tool.uv]
no-build-isolation-package = ["devbackend", "setuptools", "cython", "numpy", "scipy"]
"#;

const SETUP: &str = r#"
import helper, numpy
from setuptools import Extension, setup
from Cython.Build import cythonize
module = Extension("demo", ["demo.pyx"], include_dirs=[numpy.get_include()],
                   define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")])
setup(ext_modules=cythonize([module]))
"#;

/// Says what numpy it was compiled against, and calls it; scipy gives a
/// declaration at compile time.
const SOURCE: &str = r#"
cimport numpy as cnp
from scipy.linalg.cython_blas cimport dasum
cdef extern from "numpy/arrayobject.h":
    int NPY_ABI_VERSION
    int NPY_API_VERSION
cnp.import_array()
def compiled_against():
    return hex(NPY_ABI_VERSION), hex(NPY_API_VERSION)
def total(cnp.ndarray[double] values):
    cdef int count = values.shape[0], step = 1
    return dasum(&count, &values[0], &step)
"#;

const BACKEND_PROJECT: &str = r#"[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "devbackend"
version = "0.1.dev7"
dependencies = ["setuptools"]

[tool.setuptools]
packages = ["devbackend"]
package-dir = { "" = "src" }
"#;

/// Its wheels can be told.
const BACKEND: &str = r#"
from setuptools.build_meta import *
from setuptools import build_meta

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open("demo.py.txt", "w") as file:
        file.write("devbackend was here")
    print("devbackend was here")
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
"#;

struct Scene {
    context: Context,
    host: PathBuf,
    index: Index,
    proxy: TrapProxy,
}

impl Scene {
    fn new() -> Self {
        let context = Context::new();
        let host = context.venv("host", &any(), &["--without-pip"]);
        let install = |arguments: &[&str]| {
            run(Command::new(uv().join("uv"))
                .args(["pip", "install", "--quiet", "--no-config", "--python"])
                .arg(host.join("bin/python"))
                .args(arguments)
                .env("UV_CACHE_DIR", target_directory().join("python/uv-cache")));
        };
        install(&[
            "numpy==1.26.4",
            "scipy==1.13.1",
            "cython==3.0.12",
            "setuptools==75.8.0",
        ]);
        context.write("devbackend/pyproject.toml", BACKEND_PROJECT);
        context.write("devbackend/src/devbackend/__init__.py", BACKEND);
        let backend = context.path("devbackend");
        install(&[
            "--no-build-isolation",
            "--no-deps",
            "--editable",
            backend.to_str().unwrap(),
        ]);
        context.pyproject(PROJECT);
        context.write("project/setup.py", SETUP);
        context.write("project/demo.pyx", SOURCE);
        let wheels = [
            Wheel::new("helper", "1.0").file("helper.py", ""),
            Wheel::new("numpy", "3.0"),
        ];
        let archives = wheels.map(|wheel| wheel.archive().unwrap());
        Self {
            index: Index::start(archives.into(), IndexOptions::default()).unwrap(),
            proxy: TrapProxy::start(0).unwrap(),
            host,
            context,
        }
    }

    /// A command that knows of no index but ours, and has no other way out.
    fn command(&self, arguments: &[&str]) -> Command {
        // What uv has, it does not ask for.
        let cache = self.context.path("uv-cache");
        let _ = fs::remove_dir_all(&cache);
        let mut command = command(&self.context, &self.host, arguments);
        for variable in ["UV_DEFAULT_INDEX", "PIP_INDEX_URL", "PDM_PYPI_URL"] {
            command.env(variable, self.index.url());
        }
        for variable in [
            "PIP_FIND_LINKS",
            "UV_FIND_LINKS",
            "PIP_EXTRA_INDEX_URL",
            "UV_INDEX",
        ] {
            command.env_remove(variable);
        }
        for variable in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            command
                .env(variable, self.proxy.url())
                .env_remove(variable.to_lowercase());
        }
        command
            .env("NO_PROXY", "127.0.0.1")
            .env("UV_CACHE_DIR", cache)
            .env("PIP_NO_CACHE_DIR", "1");
        command
    }

    /// The wheel is one of the backend under development, built against the
    /// host's numpy and works with it.
    fn assert_uses_the_host(&self, wheel: &Path) {
        let unpacked = self.context.path("unpacked");
        let _ = fs::remove_dir_all(&unpacked);
        let python_of_host = self.host.join("bin/python");
        let unpack = format!("import zipfile; zipfile.ZipFile({wheel:?}).extractall({unpacked:?})");
        python(&python_of_host, Path::new("/"), &unpack);
        let said = python(
            &python_of_host,
            &unpacked,
            "import demo, numpy\nprint(*demo.compiled_against(), numpy.__version__, demo.total(numpy.array([1.0, -2.0])))",
        );
        // Of numpy 1.26; 2.0 has 0x2000000.
        assert_eq!(said, "0x1000009 0x11 1.26.4 3.0");
        let mark = self.context.project().join("demo.py.txt");
        assert_eq!(fs::read_to_string(&mark).unwrap(), "devbackend was here");
        fs::remove_file(mark).unwrap();
    }

    /// The requests since `before`; none of them about what the host has.
    fn assert_asked_for_the_helper_alone(&self, before: usize) {
        let asked = projects(&self.index.requests()[before..]);
        assert_eq!(asked, ["helper"]);
        assert!(
            self.proxy.attempts().is_empty(),
            "{:?}",
            self.proxy.attempts()
        );
    }

    /// As it was before anything was built.
    fn clean(&self) {
        for leaf in ["build", "demo.egg-info", "demo.c", "dist"] {
            let path = self.context.project().join(leaf);
            let _ = fs::remove_dir_all(&path);
            let _ = fs::remove_file(&path);
        }
    }
}

/// The projects that were asked for, each once.
fn projects(requests: &[Request]) -> Vec<String> {
    let asked = requests.iter().map(|request| match &request.answered {
        Answered::Project { project }
        | Answered::Metadata { project, .. }
        | Answered::File { project, .. } => project.clone(),
        Answered::Projects | Answered::Nothing => request.target.clone(),
    });
    let asked: std::collections::BTreeSet<String> = asked.collect();
    asked.into_iter().collect()
}

#[test]
fn numpy_scipy_and_a_backend_under_development() {
    let scene = Scene::new();
    let host = Snapshot::of(&scene.host);
    let project = scene.context.project();
    let project = project.to_str().unwrap();
    let out = scene.context.path("out");
    let out = out.to_str().unwrap();
    let build = [
        "build",
        "--wheel",
        "-q",
        "--output-format",
        "json",
        "-o",
        out,
        project,
    ];

    let ran = Ran::of(&mut scene.command(&build));
    let [record] = records(&ran).try_into().unwrap();
    let exposed: Vec<&str> = record["plan"]["expose"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exposed| exposed["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        exposed,
        ["cython", "devbackend", "numpy", "scipy", "setuptools"]
    );
    assert_eq!(
        record["downloaded"],
        serde_json::json!([{"name": "helper", "version": "1.0"}])
    );
    // An editable install has no version that means one content.
    assert_eq!(record["plan"]["cacheable"], false);
    scene.assert_uses_the_host(&only(Path::new(out), ".whl"));
    scene.assert_asked_for_the_helper_alone(0);
    host.assert_unchanged(&scene.host, "build");

    // Refused, it is asked for: the record of the requests is worth something.
    let before = scene.index.requests().len();
    let ran = Ran::of(scene.command(&build).args(["--deny", "numpy", "--strict"]));
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert!(projects(&scene.index.requests()[before..]).contains(&"numpy".to_owned()));
    host.assert_unchanged(&scene.host, "a build without the host's numpy");

    for (frontend, ..) in FRONTENDS {
        scene.clean();
        let before = scene.index.requests().len();
        let out = scene.context.path(format!("out-{frontend}"));
        let named = super::world::frontend(frontend);
        let arguments = [
            "run",
            project,
            "--frontend",
            &named,
            "-o",
            out.to_str().unwrap(),
        ];
        let ran = Ran::of(&mut scene.command(&arguments));
        assert_eq!(
            ran.code,
            Some(0),
            "{frontend}: {}\n{}",
            ran.stdout,
            ran.stderr
        );
        let wheel = only(&out, ".whl");
        assert_eq!(ran.stdout, format!("{}\n", wheel.display()), "{frontend}");
        scene.assert_uses_the_host(&wheel);
        scene.assert_asked_for_the_helper_alone(before);
        let recorded = names(&out.join(".passthrough"));
        assert_eq!(recorded.len(), 1, "{frontend}: {recorded:?}");
        host.assert_unchanged(&scene.host, frontend);
    }
}
