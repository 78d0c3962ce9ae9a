//! A prepared environment, a project, and frontends from PyPI.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_build::frontends::{Frontend, FrontendError, Job, Tool, custom, find, run};
use passthrough_build::hooks::Artefact;
use passthrough_build::installer::User;
use passthrough_env::BuildEnvironment;
use passthrough_interpreter::{AskOptions, Environment, Interpreter, ask};
use passthrough_process::Follow;
use passthrough_wheelhouse::{Index, IndexOptions, Scheme, TrapProxy, Wheel};
use passthrough_world::python;
use tempfile::TempDir;

pub(crate) const ALL: [Frontend; 5] = [
    Frontend::Pip,
    Frontend::Build,
    Frontend::Uv,
    Frontend::Pdm,
    Frontend::Hatch,
];

/// The frontend of the version that its command line was measured with.
pub(crate) fn executable(frontend: Frontend) -> PathBuf {
    let (requirement, command) = match frontend {
        Frontend::Pip => ("pip==26.3", "pip"),
        Frontend::Build => ("build==1.6.1", "pyproject-build"),
        Frontend::Uv => ("uv==0.13.8", "uv"),
        Frontend::Pdm => ("pdm[locked]==2.29.3", "pdm"),
        Frontend::Hatch => ("hatch==1.18.2", "hatch"),
    };
    let environment = python::environment(&python::any(), &[requirement]);
    environment.join("bin").join(command)
}

/// An interpreter that has the backends of the tests, and pip 26.3.
pub(crate) fn host() -> Interpreter {
    let requirements = ["pip==26.3", "flit_core==3.12.0", "setuptools==80.9.0"];
    let environment = python::environment(&python::any(), &requirements);
    let options = AskOptions {
        timeout: Duration::from_secs(60),
        ..AskOptions::default()
    };
    let executable = environment.join("bin/python");
    ask(&executable, &Environment::of_process(), &options).unwrap()
}

pub(crate) struct Workshop {
    directory: TempDir,
    pub(crate) host: Interpreter,
    pub(crate) environment: BuildEnvironment,
    pub(crate) index: Index,
    pub(crate) proxy: TrapProxy,
    variables: BTreeMap<OsString, OsString>,
}

/// What a build said of itself.
#[derive(serde::Deserialize)]
pub(crate) struct Seen {
    pub(crate) executable: PathBuf,
    pub(crate) prefix: PathBuf,
    pub(crate) hostlib: PathBuf,
    pub(crate) distributions: Vec<String>,
}

/// Run by the build itself: by setup.py, or by the backend.
const LOOK: &str = "\
import hostlib, importlib.metadata, json, os, sys
with open(os.environ['SEEN'], 'a') as seen:
    seen.write(json.dumps({
        'executable': sys.executable,
        'prefix': sys.prefix,
        'hostlib': hostlib.__file__,
        # setuptools puts those that it carries on its own path.
        'distributions': sorted({
            d.metadata['Name'] for d in importlib.metadata.distributions()
            if not str(d.locate_file('')).endswith('_vendor')
        }),
    }) + '\\n')
";

impl Workshop {
    /// An environment with both backends and hostlib, which is on no index.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let host = host();
        let environment = BuildEnvironment::create(&directory.path().join("env"), &host).unwrap();
        let site =
            |root: &Path| root.join(format!("lib/python{}/site-packages", host.identity.version));
        for name in [
            "flit_core",
            "setuptools",
            "_distutils_hack",
            "pkg_resources",
        ] {
            let source = site(&host.prefix);
            let wanted = fs::read_dir(&source)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            for path in wanted.filter(|path| {
                let file = path.file_name().unwrap().to_str().unwrap();
                file == name || file.starts_with(&format!("{name}-"))
            }) {
                let mut copy = Command::new("cp");
                copy.arg("-r").arg(path).arg(site(environment.root()));
                python::run(&mut copy);
            }
        }
        Wheel::new("hostlib", "2.0")
            .file("hostlib.py", "")
            .install(&Scheme::posix(environment.root(), &host.identity.version))
            .unwrap();
        let index = Index::start(Vec::new(), IndexOptions::default()).unwrap();
        let proxy = TrapProxy::start(0).unwrap();
        let mut workshop = Self {
            directory,
            host,
            environment,
            variables: BTreeMap::new(),
            index,
            proxy,
        };
        for folder in ["home", "project", "out"] {
            fs::create_dir(workshop.path(folder)).unwrap();
        }
        let set = [
            ("PATH", OsString::from("/usr/bin:/bin")),
            ("HOME", workshop.path("home").into()),
            ("TMPDIR", workshop.path("").into()),
            ("SEEN", workshop.path("seen").into()),
            ("UV_DEFAULT_INDEX", workshop.index.url().into()),
            ("PIP_INDEX_URL", workshop.index.url().into()),
            ("PDM_PYPI_URL", workshop.index.url().into()),
            ("NO_PROXY", "127.0.0.1".into()),
            ("HTTPS_PROXY", workshop.proxy.url().into()),
            ("HTTP_PROXY", workshop.proxy.url().into()),
            ("ALL_PROXY", workshop.proxy.url().into()),
        ];
        for (name, value) in set {
            workshop.set(name, value);
        }
        workshop
    }

    /// A project of setuptools that needs hostlib.
    pub(crate) fn with_setuptools(self) -> Self {
        self.write(
            "project/pyproject.toml",
            "[build-system]\nrequires = ['setuptools', 'hostlib']\n\
             build-backend = 'setuptools.build_meta'\n\
             [project]\nname = 'demo'\nversion = '1.0'\n\
             [tool.uv]\nno-build-isolation-package = ['hostlib']\n",
        );
        self.write(
            "project/setup.py",
            &format!("{LOOK}from setuptools import setup\nsetup(py_modules=['demo'])\n"),
        );
        self.write("project/demo.py", "");
        self
    }

    /// A project of `flit_core` that needs hostlib.
    pub(crate) fn with_flit(self) -> Self {
        self.write(
            "project/pyproject.toml",
            "[build-system]\nrequires = ['flit_core >=3.2', 'hostlib']\n\
             build-backend = 'flit_core.buildapi'\n\
             [project]\nname = 'demo'\nversion = '1.0'\ndescription = 'd'\n",
        );
        self.write("project/demo.py", "");
        self
    }

    /// A project with a backend of its own, which writes down its settings.
    pub(crate) fn with_own_backend(self) -> Self {
        self.write(
            "project/pyproject.toml",
            "[build-system]\nrequires = ['flit_core', 'hostlib']\n\
             build-backend = 'own'\nbackend-path = ['backend']\n\
             [project]\nname = 'demo'\nversion = '1.0'\ndescription = 'd'\n",
        );
        self.write(
            "project/backend/own.py",
            &format!(
                "from flit_core.buildapi import *\nfrom flit_core import buildapi\n{LOOK}\n\
                 def build_wheel(directory, config_settings=None, metadata_directory=None):\n\
                 \x20   with open(os.environ['SEEN'] + '-settings', 'w') as file:\n\
                 \x20       json.dump(config_settings, file, sort_keys=True)\n\
                 \x20   return buildapi.build_wheel(directory, config_settings, metadata_directory)\n"
            ),
        );
        self.write("project/demo.py", "");
        self
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join(below)
    }

    pub(crate) fn write(&self, below: &str, content: &str) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.insert(name.into(), value.into());
    }

    pub(crate) fn find(
        &self,
        frontend: Frontend,
        given: Option<&Path>,
    ) -> Result<Tool, FrontendError> {
        let environment: Environment = self.variables.iter().collect();
        let directory = self.path("");
        find(
            frontend,
            given,
            &User {
                environment: &environment,
                directory: &directory,
                system: &directory,
            },
            &self.host,
        )
    }

    /// The one of PyPI.
    pub(crate) fn tool(&self, frontend: Frontend) -> Tool {
        self.find(frontend, Some(&executable(frontend))).unwrap()
    }

    pub(crate) fn run(
        &self,
        tool: &Tool,
        artefact: Artefact,
        arguments: &[&str],
    ) -> Result<Vec<PathBuf>, FrontendError> {
        self.run_following(tool, artefact, arguments, None)
    }

    pub(crate) fn run_following<'a>(
        &self,
        tool: &Tool,
        artefact: Artefact,
        arguments: &[&str],
        follow: Option<&'a mut Follow<'a>>,
    ) -> Result<Vec<PathBuf>, FrontendError> {
        self.with_job(artefact, arguments, |job| run(tool, job, None, follow))
    }

    pub(crate) fn custom(&self, words: &[&str]) -> Command {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        self.with_job(Artefact::Wheel, &[], |job| custom(&words, job).unwrap())
    }

    fn with_job<T>(
        &self,
        artefact: Artefact,
        arguments: &[&str],
        work: impl FnOnce(&Job<'_>) -> T,
    ) -> T {
        let outer: Environment = self.variables.iter().collect();
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        work(&Job {
            environment: self.environment.root(),
            python: self.environment.python(),
            variables: &self.environment.variables(&outer),
            users_path: outer.get("PATH"),
            project: &self.path("project"),
            output: &self.path("out"),
            artefact,
            arguments: &arguments,
        })
    }

    /// What every start of the build saw; forgotten by that.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let text = fs::read_to_string(self.path("seen")).unwrap_or_default();
        let _ = fs::remove_file(self.path("seen"));
        let seen = text.lines().map(|line| serde_json::from_str(line).unwrap());
        seen.collect()
    }

    /// The names in a folder.
    pub(crate) fn names(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(below)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Nobody asked any index, nor anybody else.
    pub(crate) fn assert_nothing_was_fetched(&self, context: &str) {
        let requests = self.index.requests();
        assert!(requests.is_empty(), "{context}: {requests:?}");
        assert_eq!(self.proxy.attempts(), [], "{context}");
    }
}
