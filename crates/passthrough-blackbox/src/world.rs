//! The world of a case, in a directory: all that a frontend finds, and all that
//! a person can look at afterwards.

mod defect;
pub(crate) mod environment;
mod generate;
mod project;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_protocol::{
    BlackboxCase, Capability, Form, GivenDistribution, HostDiscovery, Profile, Step, What,
};
use passthrough_wheelhouse::{Archive, InstallError, Scheme, SdistError, WheelError};
use serde_json::{Map, Value};

use crate::nonce::nonce;
use crate::probe::Watch;
use crate::process;
use crate::template::{self, Places};
use environment::Template;

/// What a world is made of, on disk; nothing of it runs.
#[derive(Debug)]
pub struct World {
    /// The directory that everything is in.
    pub directory: PathBuf,
    /// What marks the copies and the recordings of this world.
    pub nonce: String,
    /// The host, and the second one where there is one.
    pub hosts: Vec<PathBuf>,
    /// The source tree.
    pub project: PathBuf,
    /// `name==version` of the project.
    pub requirement: String,
    /// Its sdist as a file, where the case is of that.
    pub archive: Option<PathBuf>,
    /// The environment that is activated and is not the host, where there is one.
    pub active: Option<PathBuf>,
    /// Where the probe backend writes.
    pub recordings: PathBuf,
    /// What the index has to serve.
    pub archives: Vec<Archive>,
    /// The file of constraints.
    pub constraints: PathBuf,
    version: String,
}

/// Why there is no world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The directory has something in it.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A distribution of the case is none that can be made.
    #[error("{name} {version}: {source}")]
    Wheel {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// What is wrong with it.
        source: WheelError,
    },
    /// A distribution of the case cannot be installed.
    #[error("{name} {version} cannot be installed: {source}")]
    Install {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// Why.
        source: InstallError,
    },
    /// An sdist of the case is none that can be made.
    #[error("{name}: {source}")]
    Sdist {
        /// The project.
        name: String,
        /// What is wrong with it.
        source: SdistError,
    },
    /// The case has a value that TOML has not.
    #[error("`{key}` has a value that TOML does not have")]
    Toml {
        /// Where.
        key: String,
    },
    /// The file system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl World {
    /// Makes the world of a case for a frontend, in a directory that is empty or
    /// not there. `tool` is where the frontend is installed: one that works in
    /// its own environment is copied into the host. `index` is the address that
    /// the archives will be served at.
    pub(crate) fn make(
        case: &BlackboxCase,
        profile: &Profile,
        tool: Option<&Path>,
        template: &Template,
        index: &str,
        directory: &Path,
    ) -> Result<Self, WorldError> {
        fs::create_dir_all(directory)?;
        // Frontends resolve links, and their words have to be ours.
        let directory = fs::canonicalize(directory)?;
        if fs::read_dir(&directory)?.next().is_some() {
            return Err(WorldError::NotEmpty(directory));
        }
        for name in ["home", "tmp", "recordings", "index"] {
            fs::create_dir(directory.join(name))?;
        }
        let nonce = nonce(&directory);
        let recordings = directory.join("recordings");
        let maker = generate::Maker {
            nonce: &nonce,
            recordings: &recordings,
            watch: watch(case),
            table: &profile.table,
            appended: template::filled(
                &profile.pyproject,
                &Places::from([("index", index.to_owned())]),
            ),
            in_tree: profile.capabilities.contains(&Capability::BackendPath),
        };
        let world = &case.world;
        let mut archives = Vec::new();
        for given in &world.index {
            archives.extend(maker.archives(given)?);
        }
        let mut given = world.project.clone();
        for requirement in &mut given.requires {
            *requirement = addressed(requirement, &archives, index);
        }
        let project = project::Project::given(&given);
        let source = directory.join("project");
        for (path, content) in maker.tree(&project)? {
            write(&source.join(path), &content)?;
        }
        let mut archive = None;
        if let Step::Requirement | Step::Archive = case.step {
            let sdist = maker.sdist(&project)?;
            if case.step == Step::Requirement {
                archives.push(sdist);
            } else {
                let path = directory.join("sdist").join(&sdist.file_name);
                write(&path, &sdist.content)?;
                archive = Some(path);
            }
        }
        archives.extend(maker.backend(&project)?);
        for archive in &archives {
            fs::write(
                directory.join("index").join(&archive.file_name),
                &archive.content,
            )?;
        }

        let environment = |label: &str, place: PathBuf, given: &[GivenDistribution]| {
            template.copy_to(&place)?;
            if let (true, HostDiscovery::SelfEnv, Some(tool)) =
                (label.ends_with("host"), profile.host, tool)
            {
                environment::copy_site(tool, &place, template.version())?;
            }
            let scheme = Scheme::posix(&place, template.version());
            for given in given {
                let mut given = given.clone();
                let origin = given.origin.iter_mut().flat_map(Map::values_mut);
                for value in origin {
                    if let Value::String(text) = value {
                        *text = addressed(text, &archives, index);
                    }
                }
                maker.install(&given, label, &scheme, &directory)?;
            }
            if given.iter().any(|given| given.form == Form::EditableFinder) {
                start_once(&place)?;
            }
            Ok::<PathBuf, WorldError>(place)
        };
        let mut hosts = vec![environment("host", directory.join("host"), &world.host)?];
        if let Some(given) = &world.second_host {
            let place = directory.join("second-host");
            hosts.push(environment("second-host", place, given)?);
        }
        if let Some(given) = &world.project_environment {
            environment("project-environment", source.join(".venv"), given)?;
        }
        let active = match &world.active_environment {
            Some(given) => Some(environment("active", directory.join("active"), given)?),
            None => None,
        };
        let constraints = directory.join("constraints.txt");
        let lines: String = world
            .constraints
            .iter()
            .map(|line| format!("{line}\n"))
            .collect();
        fs::write(&constraints, lines)?;
        let text = serde_json::to_string_pretty(case).map_err(io::Error::from)?;
        fs::write(directory.join("case.json"), text)?;
        Ok(Self {
            nonce,
            hosts,
            project: source,
            archive,
            active,
            requirement: format!("{}=={}", project.name, project.version),
            recordings,
            archives,
            constraints,
            version: template.version().to_owned(),
            directory,
        })
    }

    /// The `site-packages` of a host.
    pub(crate) fn site(&self, host: &Path) -> PathBuf {
        Scheme::posix(host, &self.version).site
    }

    /// The environment variables that every frontend starts with: a home of its
    /// own, no configuration, and no way out but the trap.
    pub(crate) fn environment(
        &self,
        profile: &Profile,
        host: &Path,
        proxy: &str,
    ) -> BTreeMap<String, String> {
        let below = |name: &str| self.directory.join(name).display().to_string();
        let mut path = "/usr/bin:/bin".to_owned();
        let mut variables = BTreeMap::from([
            ("HOME".to_owned(), below("home")),
            ("TMPDIR".to_owned(), below("tmp")),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("NO_PROXY".to_owned(), "127.0.0.1".to_owned()),
            ("no_proxy".to_owned(), "127.0.0.1".to_owned()),
        ]);
        for (variable, directory) in [
            ("XDG_CACHE_HOME", "home/.cache"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_DATA_HOME", "home/.local/share"),
            ("XDG_STATE_HOME", "home/.local/state"),
        ] {
            variables.insert(variable.to_owned(), below(directory));
        }
        for variable in [
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
        ] {
            variables.insert(variable.to_owned(), proxy.to_owned());
        }
        let active = match profile.host {
            HostDiscovery::ActiveVenv | HostDiscovery::ManagedEnv => Some(host),
            HostDiscovery::PythonFlag | HostDiscovery::SelfEnv => self.active.as_deref(),
        };
        if let Some(active) = active {
            let active = active.display();
            path = format!("{active}/bin:{path}");
            variables.insert("VIRTUAL_ENV".to_owned(), active.to_string());
        }
        variables.insert("PATH".to_owned(), path);
        variables
    }
}

/// Starts an environment's interpreter, as its user has before any build: the
/// first start compiles what start-up code imports, and no frontend is to blame.
fn start_once(environment: &Path) -> Result<(), WorldError> {
    let mut command = Command::new(environment.join("bin/python"));
    command.args(["-c", ""]).env_clear();
    let patience = Duration::from_secs(60);
    process::helper(&mut command, patience).map_err(|error| io::Error::other(error.reason))?;
    Ok(())
}

/// What the backend has to look for: all that any copy of anything brings.
fn watch(case: &BlackboxCase) -> Watch {
    let world = &case.world;
    let mut watch = Watch::default();
    for given in world.distributions() {
        watch.modules.insert(generate::module_of(given));
        watch.scripts.extend(given.scripts.iter().cloned());
        watch.groups.extend(given.entry_points.keys().cloned());
        watch.data.extend(given.data.iter().cloned());
    }
    for check in &case.checks {
        let Some(of) = &check.of else { continue };
        match check.what {
            What::Import => watch.modules.insert(of.clone()),
            What::EntryPoints => watch.groups.insert(of.clone()),
            What::Script | What::ScriptInterpreter => watch.scripts.insert(of.clone()),
            _ => continue,
        };
    }
    watch
}

/// The text with the addresses of the index's files.
fn addressed(text: &str, archives: &[Archive], index: &str) -> String {
    archives.iter().fold(text.to_owned(), |text, archive| {
        let word = format!("{{file:{}}}", archive.file_name);
        text.replace(&word, &archive.address(index))
    })
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)
}

#[cfg(test)]
mod tests;
