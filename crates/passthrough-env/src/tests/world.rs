//! Hosts made by hand.

use std::collections::BTreeMap;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use fs_err as fs;
use passthrough_host::{Inventory as _, Site};
use passthrough_interpreter::{Identity, Interpreter, Knowledge, Origin, PathEntry};
use passthrough_plan::{Exposed, Role};
use passthrough_requirement::MarkerEnvironment;
use passthrough_world::site::SiteBuilder;

use crate::operations::At;
use crate::{BuildEnvironment, EnvError, LinkMode};

pub(crate) const SITE: &str = "lib/python3.11/site-packages";

/// A host's site directory, and the place for an environment.
pub(crate) struct World {
    scratch: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self {
            scratch: tempfile::tempdir().unwrap(),
        };
        world.write("base/bin/python3.11", "");
        world.write("base/lib/python3.11/os.py", "");
        fs::create_dir_all(world.path("host").join(SITE)).unwrap();
        world
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Distributions in the host's own site directory.
    pub(crate) fn site(&self) -> SiteBuilder {
        SiteBuilder::new(self.path("host").join(SITE))
    }

    /// The host, with further site directories.
    pub(crate) fn host(&self, more: &[&str]) -> Interpreter {
        let text = |text: &str| text.to_owned();
        let site = self.path("host").join(SITE);
        let paths = [site]
            .into_iter()
            .chain(more.iter().map(|path| self.path(path)));
        Interpreter {
            executable: self.path("base/bin/python3.11"),
            prefix: self.path("host"),
            base_prefix: self.path("base"),
            identity: Identity {
                implementation: text("cpython"),
                version: text("3.11"),
                abi_flags: String::new(),
                platform: text("linux-x86_64"),
            },
            markers: MarkerEnvironment {
                implementation_name: text("cpython"),
                implementation_version: text("3.11.7"),
                os_name: text("posix"),
                platform_machine: text("x86_64"),
                platform_python_implementation: text("CPython"),
                platform_release: text("6.1.0"),
                platform_system: text("Linux"),
                platform_version: text("#1"),
                python_full_version: text("3.11.7"),
                python_version: text("3.11"),
                sys_platform: text("linux"),
            },
            sys_path: paths
                .map(|path| PathEntry {
                    path,
                    origin: Origin::Site,
                })
                .collect(),
            knowledge: Knowledge::Asked,
        }
    }

    pub(crate) fn exposed(&self, names: &[&str]) -> Vec<Exposed> {
        exposed(&Site::new(&self.host(&[])), names)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path("env")
    }

    pub(crate) fn environment(&self) -> BuildEnvironment {
        BuildEnvironment::create(&self.root(), &self.host(&[])).unwrap()
    }

    /// A new environment with these exposed.
    pub(crate) fn expose(
        &self,
        names: &[&str],
        mode: LinkMode,
    ) -> Result<BuildEnvironment, EnvError> {
        let mut environment = self.environment();
        environment.expose(&self.exposed(names), mode)?;
        Ok(environment)
    }

    pub(crate) fn in_env(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn in_site(&self, path: &str) -> PathBuf {
        self.root().join(SITE).join(path)
    }
}

/// These of a site, whatever a planner would say.
pub(crate) fn exposed(site: &Site, names: &[&str]) -> Vec<Exposed> {
    names
        .iter()
        .map(|name| {
            let installed = site.get(&name.parse().unwrap());
            let installed = installed.unwrap_or_else(|| panic!("there is no {name}"));
            Exposed {
                version: installed.version.clone().unwrap(),
                installed: Rc::clone(&installed),
                role: Role::Listed,
                required_by: Vec::new(),
            }
        })
        .collect()
}

/// Everything below a directory; links are not followed.
pub(crate) fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    use std::os::unix::fs::MetadataExt as _;

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
                format!("{:?}", fs::read(&path).unwrap())
            } else {
                "special".to_owned()
            };
            let mode = metadata.mode();
            found.insert(
                path.strip_prefix(root).unwrap().to_owned(),
                format!("{mode:o} {what}"),
            );
        }
    }
    found
}

/// A directory whose files are given to an operation.
pub(crate) struct Opened {
    path: PathBuf,
    handle: OwnedFd,
}

impl Opened {
    pub(crate) fn new(path: &Path) -> Self {
        let flags = crate::directories::HANDLE;
        Self {
            handle: rustix::fs::open(path, flags, rustix::fs::Mode::empty()).unwrap(),
            path: path.to_owned(),
        }
    }

    pub(crate) fn at<'a>(&'a self, name: &'a str) -> At<'a> {
        At {
            directory: self.handle.as_fd(),
            parent: &self.path,
            name: name.as_ref(),
        }
    }
}
