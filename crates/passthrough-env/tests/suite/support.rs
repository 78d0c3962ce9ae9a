//! Hosts, plans for them, and what a test asks of an environment.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;
use passthrough_env::{BuildEnvironment, EnvError, LinkMode};
use passthrough_host::Site;
use passthrough_interpreter::{AskOptions, Environment, Interpreter, ask};
use passthrough_plan::{
    BuildRequirement, Exposed, Host, Input, Listing, Pass, Policy, Status, plan,
};
use sha2::{Digest as _, Sha256};

/// A host that is there: its interpreter, asked.
pub(crate) struct World {
    pub(crate) host: Interpreter,
    /// Everything the test makes.
    pub(crate) scratch: tempfile::TempDir,
    before: BTreeMap<PathBuf, String>,
}

impl World {
    /// The host of `python`, of which nothing may change in this test.
    pub(crate) fn new(python: &Path) -> Self {
        let host = interpreter(python);
        let before = tree(&host.prefix);
        Self {
            host,
            scratch: tempfile::tempdir().unwrap(),
            before,
        }
    }

    /// A host in a new environment with these packages, pinned, from `PyPI`.
    pub(crate) fn with(requirements: &[&str]) -> Self {
        let python = passthrough_world::python::any();
        let root = passthrough_world::python::environment(&python, requirements);
        Self::new(&root.join("bin/python"))
    }

    /// What is exposed when these are listed and required; each must pass.
    pub(crate) fn exposed(&self, names: &[&str]) -> Vec<Exposed> {
        exposed(&self.host, &Site::new(&self.host), names)
    }

    /// A new environment that exposes the closure of `names`.
    pub(crate) fn environment(&self, names: &[&str], mode: LinkMode) -> BuildEnvironment {
        self.try_environment(names, mode).unwrap()
    }

    pub(crate) fn try_environment(
        &self,
        names: &[&str],
        mode: LinkMode,
    ) -> Result<BuildEnvironment, EnvError> {
        let root = self.scratch.path().join("env");
        let mut environment = BuildEnvironment::create(&root, &self.host)?;
        environment.expose(&self.exposed(names), mode)?;
        Ok(environment)
    }

    /// Fails if any file of the host is another one than at the start.
    pub(crate) fn assert_untouched(&self) {
        assert_same(&self.before, &tree(&self.host.prefix));
    }
}

pub(crate) fn interpreter(python: &Path) -> Interpreter {
    ask(python, &Environment::of_process(), &AskOptions::default()).unwrap()
}

/// What is exposed from `site` when these are listed and required.
pub(crate) fn exposed(host: &Interpreter, site: &Site, names: &[&str]) -> Vec<Exposed> {
    let listed: Vec<_> = names
        .iter()
        .map(|name| Listing {
            name: name.parse().unwrap(),
            span: 0..0,
        })
        .collect();
    let requirements: Vec<_> = names
        .iter()
        .map(|name| BuildRequirement {
            requirement: name.parse().unwrap(),
            span: 0..0,
        })
        .collect();
    let plan = plan(Input {
        project: None,
        listed: &listed,
        requirements: &requirements,
        pass: Pass::First,
        constraints: &[],
        host: Host {
            inventory: site,
            identity: &host.identity,
            markers: &host.markers,
        },
        build_interpreter: &host.identity,
        policy: &Policy::default(),
    });
    for decision in &plan.listed {
        assert_eq!(decision.status, Status::Host, "{decision:?}");
    }
    plan.expose
}

/// Everything below a directory: what each entry is, and what is in it. A
/// change of nothing but byte code is a change as well.
pub(crate) fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let what = if metadata.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if metadata.is_dir() {
                directories.push(path.clone());
                "directory".to_owned()
            } else if metadata.is_file() {
                let digest = Sha256::digest(fs::read(&path).unwrap());
                format!("{digest:x?} {}", metadata.mtime_nsec())
            } else {
                "special".to_owned()
            };
            found.insert(path, format!("{:o} {what}", metadata.mode()));
        }
    }
    found
}

pub(crate) fn assert_same(before: &BTreeMap<PathBuf, String>, after: &BTreeMap<PathBuf, String>) {
    for (path, what) in before {
        assert_eq!(after.get(path), Some(what), "{}", path.display());
    }
    for path in after.keys() {
        assert!(before.contains_key(path), "{} is new", path.display());
    }
}

/// A command in the environment.
pub(crate) fn command(environment: &BuildEnvironment, program: &Path) -> Command {
    let mut command = Command::new(program);
    let variables = environment.variables(&Environment::of_process());
    command
        .env_clear()
        .envs(variables.iter())
        .current_dir(environment.root());
    command
}

/// Runs code in the environment's interpreter; what it printed, or the panic.
pub(crate) fn python(environment: &BuildEnvironment, code: &str) -> String {
    let output = output(command(environment, environment.python()).args(["-c", code]));
    assert!(output.status.success(), "{code}: {}", shown(&output));
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

pub(crate) fn output(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}
