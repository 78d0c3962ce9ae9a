use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{env, iter};

use fs_err as fs;
use passthrough_host::{Installed, Inventory as _, Site};
use passthrough_interpreter::{Environment, Interpreter, Origin, PathEntry};
use passthrough_plan::{Exposed, Present};
use passthrough_protocol::{Manifest, ManifestSchema};
use passthrough_requirement::{PackageName, Version};

use crate::directories::take_away;
use crate::facts::Facts;
use crate::mapping::{MappedDistribution, map, share};
use crate::materialise::{Modes, materialise};
use crate::operations::{Operations, System};
use crate::target::usable;
use crate::verify::Changed;
use crate::workspace::{Workspace, remove_left_overs};
use crate::{EnvError, EnvErrorKind, Layout, LinkMode, base, manifest, remove, venv, verify};

/// A virtual environment with what passes through from a host.
///
/// Dropped, it stays; one made by [`Self::create_temporary`] is then removed by
/// the next run.
#[derive(Debug)]
pub struct BuildEnvironment {
    layout: Layout,
    host: Interpreter,
    manifest: Manifest,
    held: BTreeMap<PackageName, Held>,
    mapped: Vec<MappedDistribution>,
    /// The directory around it, if it is a temporary one.
    workspace: Option<Workspace>,
}

/// An exposed distribution, as it was put there.
#[derive(Clone, Debug)]
struct Held {
    version: Version,
    /// Its metadata file in the environment that tells it best, and what it was.
    token: PathBuf,
    facts: Facts,
}

/// The variables that lead an interpreter elsewhere than its own files do.
const MISLEADING: [&str; 6] = [
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONPLATLIBDIR",
    "PYTHONEXECUTABLE",
    "PYTHONUSERBASE",
    "__PYVENV_LAUNCHER__",
];

impl BuildEnvironment {
    /// Makes a virtual environment at `root` on the interpreter that the host
    /// is made on, without starting it. It appears as a whole.
    ///
    /// An environment of ours that is there is replaced; anything else is not,
    /// unless it is an empty directory.
    pub fn create(root: &Path, host: &Interpreter) -> Result<Self, EnvError> {
        let root = usable(root, host)?;
        let parent = root.parent().unwrap_or(&root);
        fs::create_dir_all(parent).map_err(EnvError::io(parent, "created"))?;
        remove_left_overs(parent);
        let replaced = match fs::symlink_metadata(&root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(EnvError::io(&root, "looked at")(error)),
            Ok(found) if !found.is_dir() => {
                return Err(EnvError::new(&root, EnvErrorKind::Foreign));
            }
            Ok(_) => {
                let mut entries = fs::read_dir(&root).map_err(EnvError::io(&root, "listed"))?;
                let is_empty = entries.next().is_none();
                if !is_empty && !venv::is_ours(&root) {
                    return Err(EnvError::new(&root, EnvErrorKind::Foreign));
                }
                !is_empty
            }
        };
        let base = base::executable(host)?;
        let workspace = Workspace::new(parent)?;
        let move_in = || {
            let made = workspace.path().join("new");
            venv::make(&made, &base, host)?;
            venv::check(&Layout::new(&made, &host.identity), host)?;
            if replaced {
                let old = workspace.path().join("old");
                fs::rename(&root, old).map_err(EnvError::io(&root, "replaced"))?;
            }
            fs::rename(&made, &root).map_err(EnvError::io(&root, "created"))
        };
        let result = move_in();
        let cleared = workspace.remove();
        result?;
        cleared?;
        Self::new(&root, &base, host, None)
    }

    /// Makes one in a new directory in `parent`, the user's directory for
    /// temporary files, after removing what killed runs have left there.
    pub fn create_temporary(parent: &Path, host: &Interpreter) -> Result<Self, EnvError> {
        let parent = usable(parent, host)?;
        remove_left_overs(&parent);
        let base = base::executable(host)?;
        let workspace = Workspace::new(&parent)?;
        let root = workspace.path().join("env");
        let made = venv::make(&root, &base, host)
            .and_then(|()| venv::check(&Layout::new(&root, &host.identity), host));
        if let Err(error) = made {
            let _ = workspace.remove();
            return Err(error);
        }
        Self::new(&root, &base, host, Some(workspace))
    }

    fn new(
        root: &Path,
        base: &Path,
        host: &Interpreter,
        workspace: Option<Workspace>,
    ) -> Result<Self, EnvError> {
        let layout = Layout::new(root, &host.identity);
        let environment = Self {
            manifest: Manifest {
                schema: ManifestSchema::V1,
                python: layout.python.to_string_lossy().into_owned(),
                base_python: base.to_string_lossy().into_owned(),
                distributions: Vec::new(),
            },
            layout,
            host: host.clone(),
            held: BTreeMap::new(),
            mapped: Vec::new(),
            workspace,
        };
        environment.write_down()?;
        Ok(environment)
    }

    /// The environment: `sys.prefix` of its interpreter.
    pub fn root(&self) -> &Path {
        &self.layout.root
    }

    /// Its interpreter.
    pub fn python(&self) -> &Path {
        &self.layout.python
    }

    /// Where its parts are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What is exposed in it, as it is written down in it.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Exposes what is not exposed yet. If that fails, nothing of it is there.
    pub fn expose(&mut self, exposed: &[Exposed], mode: LinkMode) -> Result<(), EnvError> {
        self.expose_with(exposed, mode, &System)
    }

    pub(crate) fn expose_with(
        &mut self,
        exposed: &[Exposed],
        mode: LinkMode,
        operations: &impl Operations,
    ) -> Result<(), EnvError> {
        let wanted = self.wanted(exposed)?;
        let root = &self.layout.root;
        let mut mapped = map(&wanted, &self.host, mode)?;
        share(&self.mapped, &mut mapped, root)?;
        let modes = materialise(&mapped, root, &self.layout.python, operations)?;
        for (mapped, modes) in mapped.iter().zip(&modes) {
            let document = manifest::distribution(mapped, modes);
            self.manifest.distributions.push(document);
        }
        self.manifest
            .distributions
            .sort_by(|a, b| a.name.cmp(&b.name));
        let written = self
            .held(&mapped)
            .and_then(|held| self.write_down().map(|()| held));
        match written {
            Ok(held) => self.held.extend(held),
            Err(error) => {
                self.manifest
                    .distributions
                    .retain(|kept| mapped.iter().all(|new| new.name.as_str() != kept.name));
                self.take_back(&mapped, &modes);
                return Err(error);
            }
        }
        self.mapped.append(&mut mapped);
        Ok(())
    }

    /// Those that are not exposed yet.
    fn wanted(&self, exposed: &[Exposed]) -> Result<Vec<Exposed>, EnvError> {
        let fail = |kind| Err(EnvError::new(&self.layout.root, kind));
        let mut wanted = Vec::new();
        let site = self.site();
        for exposed in exposed {
            let name = &exposed.installed.name;
            match self.held.get(name) {
                Some(held) if held.version == exposed.version => {}
                Some(held) => {
                    return fail(EnvErrorKind::OtherVersion {
                        name: name.clone(),
                        held: held.version.clone(),
                        wanted: exposed.version.clone(),
                    });
                }
                None if site.get(name).is_some_and(|found| self.holds(&found)) => {
                    return fail(EnvErrorKind::Downloaded(name.clone()));
                }
                None => wanted.push(exposed.clone()),
            }
        }
        Ok(wanted)
    }

    /// What is installed in the environment, whoever put it there, and what is
    /// in the source trees that it reads.
    fn site(&self) -> Site {
        let mut interpreter = venv::interpreter(&self.layout, &self.host);
        for mapped in &self.mapped {
            let Some(develop) = &mapped.develop else {
                continue;
            };
            interpreter.sys_path.push(PathEntry {
                path: develop.source.clone(),
                origin: Origin::Pth(self.layout.root.join(&mapped.info)),
            });
        }
        Site::new(&interpreter)
    }

    /// Whether something is installed in the environment itself: another
    /// distribution's source tree may hold it as well.
    fn holds(&self, found: &Installed) -> bool {
        found.location.starts_with(&self.layout.root)
    }

    /// What tells later that the distributions of a mapping are still there.
    fn held(&self, mapped: &[MappedDistribution]) -> Result<BTreeMap<PackageName, Held>, EnvError> {
        let distributions = mapped.iter();
        distributions
            .map(|mapped| {
                let info = self.layout.root.join(&mapped.info);
                let token = ["RECORD", "METADATA", "PKG-INFO"]
                    .into_iter()
                    .map(|file| info.join(file))
                    .find(|file| file.is_file())
                    .unwrap_or(info);
                let metadata =
                    fs::symlink_metadata(&token).map_err(EnvError::io(&token, "looked at"))?;
                let held = Held {
                    version: mapped.version.clone(),
                    token,
                    facts: Facts::from(&metadata),
                };
                Ok((mapped.name.clone(), held))
            })
            .collect()
    }

    fn take_back(&self, mapped: &[MappedDistribution], modes: &Modes) {
        let files = mapped.iter().zip(modes).flat_map(|(mapped, modes)| {
            let files = mapped.files.iter().zip(modes);
            files.filter(|(file, mode)| mode.is_some() || file.source().is_none())
        });
        let places = files.map(|(file, _)| file.path.as_str());
        take_away(&self.layout.root, places, Vec::new());
    }

    fn write_down(&self) -> Result<(), EnvError> {
        let file = self.layout.manifest();
        let mut text = serde_json::to_vec(&self.manifest)
            .map_err(|error| EnvError::io(&file, "written")(error.into()))?;
        text.push(b'\n');
        manifest::replace(&file, &text)?;
        let constraints = manifest::constraints(&self.manifest);
        manifest::replace(&self.layout.constraints(), constraints.as_bytes())
    }

    /// The environment variables of everything that runs in it, made from the
    /// user's: its scripts come first on `PATH`, those of the host are not on it
    /// (EXP-2), and neither `PYTHONPATH` and its like nor the user's own site
    /// directory count.
    pub fn variables(&self, outer: &Environment) -> Environment {
        let own: [(&str, OsString); 3] = [
            ("PATH", self.path(outer)),
            ("VIRTUAL_ENV", self.layout.root.clone().into()),
            ("PYTHONNOUSERSITE", "1".into()),
        ];
        let is_ours = |name: &OsStr| {
            MISLEADING.iter().any(|other| name == *other)
                || own.iter().any(|(other, _)| name == *other)
        };
        let kept = outer.iter().filter(|(name, _)| !is_ours(name));
        let kept: Vec<_> = kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let own = own.into_iter().map(|(name, value)| (name.into(), value));
        kept.into_iter().chain(own).collect()
    }

    fn path(&self, outer: &Environment) -> OsString {
        let host = &self.host;
        // Where any other Python has its scripts, the system has its programs.
        let is_virtual = host.prefix != host.base_prefix;
        let hidden = is_virtual.then(|| Layout::new(&host.prefix, &host.identity).scripts);
        let hidden = hidden.and_then(|scripts| fs::canonicalize(scripts).ok());
        let is_hidden =
            |directory: &PathBuf| hidden.is_some() && fs::canonicalize(directory).ok() == hidden;
        let outer = outer.get("PATH").into_iter().flat_map(env::split_paths);
        let directories =
            iter::once(self.layout.scripts.clone()).chain(outer.filter(|path| !is_hidden(path)));
        // A target with a colon is refused, and the others come from between colons.
        env::join_paths(directories).unwrap_or_default()
    }

    /// Everything that is installed in it, exposed or downloaded.
    ///
    /// That an exposed distribution is gone, or has been replaced, even by the
    /// same version, is an error (I5).
    pub fn present(&self) -> Result<BTreeMap<PackageName, Present>, EnvError> {
        let site = self.site();
        for (name, held) in &self.held {
            let is_same = fs::symlink_metadata(&held.token)
                .is_ok_and(|metadata| Facts::from(&metadata) == held.facts);
            if !is_same {
                let kind = EnvErrorKind::Replaced(name.clone());
                return Err(EnvError::new(&held.token, kind));
            }
        }
        let mut present = BTreeMap::new();
        for name in site.names() {
            let Some(installed) = site.get(&name) else {
                continue;
            };
            let version = match (&installed.version, &installed.metadata) {
                (Some(version), Ok(_)) => version.clone(),
                (_, Err(problem)) => {
                    let problem = problem.message.clone();
                    return Err(EnvError::new(
                        &installed.info,
                        EnvErrorKind::Metadata { name, problem },
                    ));
                }
                (None, Ok(metadata)) => metadata.version.clone(),
            };
            let exposed = self.held.contains_key(&name);
            present.insert(name, Present { version, exposed });
        }
        Ok(present)
    }

    /// The files of the host that are no longer what they were when they were
    /// exposed (I6): other size, time, inode or permissions. Empty if all is well.
    pub fn verify(&self) -> Vec<Changed> {
        verify::changed(&self.mapped)
    }

    /// Removes it. What it was made of stays as it is.
    pub fn remove(self) -> Result<(), EnvError> {
        match self.workspace {
            Some(workspace) => workspace.remove(),
            None => remove::remove(&self.layout.root),
        }
    }

    /// Keeps a temporary one: no later run removes it. Returns where it is.
    pub fn keep(self) -> Result<PathBuf, EnvError> {
        if let Some(workspace) = self.workspace {
            workspace.keep()?;
        }
        Ok(self.layout.root)
    }
}
