//! A host, an environment beside it, and an index on the record.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_build::installer::{
    InstallError, Installation, Installer, Kind, User, choose, install,
};
use passthrough_interpreter::{AskOptions, Environment, Interpreter, ask};
use passthrough_requirement::{PackageName, Requirement, Version};
use passthrough_wheelhouse::{Archive, Index, IndexOptions, Scheme, TrapProxy, Wheel, fetched};
use passthrough_world::python;
use tempfile::TempDir;

pub(crate) const BOTH: [Kind; 2] = [Kind::Uv, Kind::Pip];

pub(crate) struct World {
    directory: TempDir,
    user_directory: PathBuf,
    pub(crate) host: Interpreter,
    pub(crate) index: Index,
    pub(crate) proxy: TrapProxy,
    pub(crate) pins: BTreeMap<PackageName, Version>,
    pub(crate) offline: bool,
    variables: BTreeMap<OsString, OsString>,
}

/// A host with pip 26.3, which nobody may change.
pub(crate) fn host() -> Interpreter {
    asked(&python::environment(&python::any(), &["pip==26.3"]).join("bin/python"))
}

pub(crate) fn asked(python: &Path) -> Interpreter {
    let options = AskOptions {
        timeout: std::time::Duration::from_secs(60),
        ..AskOptions::default()
    };
    ask(python, &Environment::of_process(), &options).unwrap()
}

pub(crate) fn uv() -> PathBuf {
    python::environment(&python::any(), &["uv==0.13.8"]).join("bin/uv")
}

pub(crate) fn module(name: &str, version: &str) -> Wheel {
    Wheel::new(name, version).file(format!("{name}.py"), format!("version = '{version}'\n"))
}

impl World {
    /// hostlib 2.0 is exposed; the index has the wheels of `on_index`.
    pub(crate) fn new(on_index: &[Wheel]) -> Self {
        let archives = on_index.iter().map(|wheel| wheel.archive().unwrap());
        Self::with_archives(archives.collect())
    }

    pub(crate) fn with_archives(archives: Vec<Archive>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let host = host();
        let index = Index::start(archives, IndexOptions::default()).unwrap();
        let proxy = TrapProxy::start(0).unwrap();
        let mut world = Self {
            user_directory: directory.path().join("user"),
            directory,
            host,
            pins: BTreeMap::new(),
            offline: false,
            variables: BTreeMap::new(),
            index,
            proxy,
        };
        for folder in ["home", "user", "etc", "scratch"] {
            fs::create_dir(world.path(folder)).unwrap();
        }
        let set = [
            ("PATH", OsString::from("/usr/bin:/bin")),
            ("HOME", world.path("home").into()),
            ("TMPDIR", world.path("").into()),
            ("UV", uv().into()),
            ("UV_INDEX_URL", world.index.url().into()),
            ("PIP_INDEX_URL", world.index.url().into()),
            ("NO_PROXY", "127.0.0.1".into()),
            ("HTTPS_PROXY", world.proxy.url().into()),
            ("HTTP_PROXY", world.proxy.url().into()),
            ("ALL_PROXY", world.proxy.url().into()),
        ];
        for (name, value) in set {
            world.set(name, value);
        }
        world.renew();
        world
    }

    /// Makes the environment anew, with hostlib 2.0 in it.
    pub(crate) fn renew(&mut self) {
        let environment = self.path("env");
        let _ = fs::remove_dir_all(&environment);
        python::run(
            Command::new(&self.host.executable)
                .args(["-m", "venv", "--without-pip"])
                .arg(&environment),
        );
        self.expose(&module("hostlib", "2.0"), "hostlib", "2.0");
    }

    pub(crate) fn expose(&mut self, wheel: &Wheel, name: &str, version: &str) {
        wheel
            .install(&Scheme::posix(
                &self.path("env"),
                &self.host.identity.version,
            ))
            .unwrap();
        self.pins
            .insert(name.parse().unwrap(), version.parse().unwrap());
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

    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(&OsString::from(name));
    }

    pub(crate) fn environment(&self) -> Environment {
        self.variables.iter().collect()
    }

    pub(crate) fn choose(&self, wanted: Option<Kind>) -> Result<Installer, InstallError> {
        let environment = self.environment();
        let user = self.user(&environment);
        choose(wanted, &user, &self.host)
    }

    pub(crate) fn user<'a>(&'a self, environment: &'a Environment) -> User<'a> {
        User {
            environment,
            directory: &self.user_directory,
            system: self.directory.path(),
        }
    }

    pub(crate) fn install(&self, kind: Kind, requirements: &[&str]) -> Result<(), InstallError> {
        self.install_from("scratch", &self.choose(Some(kind))?, requirements)
    }

    pub(crate) fn install_from(
        &self,
        scratch: &str,
        installer: &Installer,
        requirements: &[&str],
    ) -> Result<(), InstallError> {
        let requirements: Vec<Requirement> = requirements
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let pins: String = self
            .pins
            .iter()
            .map(|(name, version)| format!("{name}=={version}\n"))
            .collect();
        let constraints = [self.write("constraints.txt", &pins)];
        let environment = self.environment();
        install(
            installer,
            Installation {
                requirements: &requirements,
                pins: &self.pins,
                constraints: &constraints,
                python: &self.path("env/bin/python"),
                scratch: &self.path(scratch),
                user: &self.user(&environment),
                offline: self.offline,
                timeout: None,
                follow: None,
            },
        )
    }

    /// What the environment's interpreter finds installed.
    pub(crate) fn installed(&self) -> Vec<String> {
        let code = "import importlib.metadata as m; print('\\n'.join(sorted(\
                    d.metadata['Name'] + ' ' + d.version for d in m.distributions())))";
        let output = python::run(
            Command::new(self.path("env/bin/python"))
                .args(["-I", "-c", code])
                .env_clear(),
        );
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The archives that the index has given out.
    pub(crate) fn downloaded(&self) -> Vec<String> {
        let mut names: Vec<String> = fetched(&self.index.requests())
            .into_iter()
            .map(|fetched| fetched.file_name)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Every file below a folder with its size, links not followed.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<PathBuf, u64> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path(below)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    found.insert(entry.path(), entry.metadata().unwrap().len());
                }
            }
        }
        found
    }
}
