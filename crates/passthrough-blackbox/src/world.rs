//! The world of a case, in a directory: all that a frontend finds, and all that
//! a person can look at afterwards.

pub(crate) mod environment;
mod generate;
mod project;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_protocol::{BlackboxCase, Capability, HostDiscovery, Profile, Step, What};
use passthrough_wheelhouse::{Archive, InstallError, Scheme, SdistError, WheelError};

use crate::nonce::nonce;
use crate::probe::Watch;
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
        let project = project::Project::given(&world.project);
        let source = directory.join("project");
        for (path, content) in maker.tree(&project)? {
            write(&source.join(path), &content)?;
        }
        if case.step == Step::Requirement {
            archives.push(maker.sdist(&project)?);
        }
        archives.extend(maker.backend(&project)?);
        for archive in &archives {
            fs::write(
                directory.join("index").join(&archive.file_name),
                &archive.content,
            )?;
        }

        let mut hosts = Vec::new();
        let given = [
            ("host", Some(&world.host)),
            ("second-host", world.second_host.as_ref()),
        ];
        for (label, distributions) in given {
            let Some(distributions) = distributions else {
                continue;
            };
            let host = directory.join(label);
            template.copy_to(&host)?;
            if let (HostDiscovery::SelfEnv, Some(tool)) = (profile.host, tool) {
                environment::copy_site(tool, &host, template.version())?;
            }
            let scheme = Scheme::posix(&host, template.version());
            for given in distributions {
                maker.install(given, label, &scheme, &directory)?;
            }
            hosts.push(host);
        }
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
        if matches!(
            profile.host,
            HostDiscovery::ActiveVenv | HostDiscovery::ManagedEnv
        ) {
            let host = host.display();
            path = format!("{host}/bin:{path}");
            variables.insert("VIRTUAL_ENV".to_owned(), host.to_string());
        }
        variables.insert("PATH".to_owned(), path);
        variables
    }
}

/// What the backend has to look for: all that any copy of anything brings.
fn watch(case: &BlackboxCase) -> Watch {
    let world = &case.world;
    let mut watch = Watch::default();
    let all = [&world.host, &world.index]
        .into_iter()
        .chain(world.second_host.as_ref());
    for given in all.flatten() {
        watch.modules.insert(generate::module(&given.name));
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

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)
}

#[cfg(test)]
mod tests;
