//! The distributions of a world.

use std::collections::BTreeMap;
use std::path::Path;

use passthrough_protocol::{Form, GivenDistribution};
use passthrough_wheelhouse::{Archive, CopyMark, Scheme, Wheel, WheelError, sdist};
use serde_json::json;

use super::project::Project;
use super::{WorldError, defect, write};
use crate::probe::{self, Settings, Watch};

/// What finds the package of an editable installation, and nothing beside it.
const FINDER: &str = r#"import importlib.util
import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == @PACKAGE@:
            return importlib.util.spec_from_file_location(name, @FILE@)
        return None


def install():
    sys.meta_path.append(Finder)
"#;

/// Makes the distributions of one world, for one frontend.
pub(super) struct Maker<'a> {
    pub(super) nonce: &'a str,
    pub(super) recordings: &'a Path,
    pub(super) watch: Watch,
    /// The frontend's table, and what it needs in a `pyproject.toml`.
    pub(super) table: &'a str,
    pub(super) appended: String,
    /// Whether the backend is in the source tree, and not a wheel of its own.
    pub(super) in_tree: bool,
}

/// The package of a distribution.
pub(super) fn module_of(given: &GivenDistribution) -> String {
    given.module.clone().unwrap_or_else(|| module(&given.name))
}

/// The file of a package, from the directory that it is found in.
fn file(package: &str) -> String {
    format!("{}/__init__.py", package.replace('.', "/"))
}

/// The module that the name of a distribution makes.
pub(super) fn module(name: &str) -> String {
    name.to_lowercase().replace(['-', '.'], "_")
}

impl Maker<'_> {
    /// What the index has of a distribution.
    pub(super) fn archives(&self, given: &GivenDistribution) -> Result<Vec<Archive>, WorldError> {
        if let Some(nested) = &given.project {
            let project = Project::nested(given, nested);
            let mut archives = vec![self.sdist(&project)?];
            archives.extend(self.backend(&project)?);
            return Ok(archives);
        }
        let wheel = self.wheel(given, "index");
        let archive = wheel.archive().map_err(wrong(given))?;
        Ok(vec![archive])
    }

    /// Installs a distribution into a host.
    pub(super) fn install(
        &self,
        given: &GivenDistribution,
        label: &str,
        scheme: &Scheme,
        directory: &Path,
    ) -> Result<(), WorldError> {
        let mut wheel = self.wheel(given, label);
        let source = directory.join("editable").join(label).join(&given.name);
        if let Form::Editable | Form::EditableFinder = given.form {
            let package = source.join(file(&module_of(given)));
            write(&package, self.code(given, label).as_bytes())?;
            wheel = self.editable(given, label, &source);
        }
        if let Some(origin) = &given.origin {
            let text = json!(origin).to_string();
            wheel = wheel.info_file("direct_url.json", text);
        }
        wheel
            .install(scheme)
            .map_err(|source| WorldError::Install {
                name: given.name.clone(),
                version: given.version.clone(),
                source,
            })?;
        if let Some(defect) = given.defect {
            defect::make(defect, given, &scheme.site, &source)?;
        }
        Ok(())
    }

    /// The backend of a project as a distribution, where it is not in the tree.
    pub(super) fn backend(&self, project: &Project<'_>) -> Result<Option<Archive>, WorldError> {
        if self.in_tree {
            return Ok(None);
        }
        let file = format!("{}.py", project.module(false));
        let wheel = Wheel::new(project.backend(), project.version).file(file, self.source(project));
        wheel
            .archive()
            .map(Some)
            .map_err(|source| WorldError::Wheel {
                name: project.backend(),
                version: project.version.to_owned(),
                source,
            })
    }

    /// The source tree of a project.
    pub(super) fn tree(
        &self,
        project: &Project<'_>,
    ) -> Result<BTreeMap<String, Vec<u8>>, WorldError> {
        let pyproject = project.pyproject(self.table, self.in_tree, &self.appended)?;
        let mut tree = BTreeMap::from([("pyproject.toml".to_owned(), pyproject.into_bytes())]);
        if self.in_tree {
            let path = format!("{}/{}.py", probe::DIRECTORY, probe::MODULE);
            tree.insert(path, self.source(project).into_bytes());
        }
        Ok(tree)
    }

    /// A project as the index has it.
    pub(super) fn sdist(&self, project: &Project<'_>) -> Result<Archive, WorldError> {
        let tree = self.tree(project)?;
        let (name, version) = (project.name, project.version);
        sdist(name, version, &tree, Some(project.copy)).map_err(|source| WorldError::Sdist {
            name: name.to_owned(),
            source,
        })
    }

    fn source(&self, project: &Project<'_>) -> String {
        probe::source(&Settings {
            nonce: self.nonce,
            recordings: self.recordings,
            name: project.name,
            version: project.version,
            copy: project.copy,
            dynamic: &project.dynamic,
            overwrites: project.overwrites,
            watch: &self.watch,
        })
    }

    fn mark(&self, given: &GivenDistribution, label: &str) -> CopyMark {
        CopyMark {
            label: given.copy.clone().unwrap_or_else(|| label.to_owned()),
            nonce: self.nonce.to_owned(),
        }
    }

    /// A package that says whose copy it is, and what runs its scripts.
    fn code(&self, given: &GivenDistribution, label: &str) -> String {
        let mark = json!(self.mark(given, label).to_string());
        format!(
            "COPY = {mark}\n\n\ndef main():\n    import json\n    import sys\n\n    \
             print(json.dumps({{\"copy\": COPY, \"prefix\": sys.prefix}}))\n"
        )
    }

    fn wheel(&self, given: &GivenDistribution, label: &str) -> Wheel {
        let package = file(&module_of(given));
        let mut wheel = self
            .described(given, label)
            .file(package, self.code(given, label));
        for path in &given.data {
            wheel = wheel.data(format!("data/{path}"), format!("{label}\n"));
        }
        wheel
    }

    /// What is left of an editable installation in `site-packages`: its
    /// metadata, and a path to its source, or what imports only its package.
    fn editable(&self, given: &GivenDistribution, label: &str, source: &Path) -> Wheel {
        let url = format!("file://{}", source.display());
        let origin = json!({"url": url, "dir_info": {"editable": true}});
        let path = format!("__editable__.{}-{}.pth", module(&given.name), given.version);
        let mut wheel = self
            .described(given, label)
            .info_file("direct_url.json", origin.to_string());
        let mut line = source.display().to_string();
        if given.form == Form::EditableFinder {
            let finder = format!("__editable___{}_finder", module(&given.name));
            let package = module_of(given);
            let place = source.join(file(&package));
            let code = FINDER
                .replace("@PACKAGE@", &json!(package).to_string())
                .replace("@FILE@", &json!(place).to_string());
            wheel = wheel.file(format!("{finder}.py"), code);
            line = format!("import {finder}; {finder}.install()");
        }
        wheel.file(path, format!("{line}\n"))
    }

    fn described(&self, given: &GivenDistribution, label: &str) -> Wheel {
        let mut wheel = Wheel::new(&given.name, &given.version).copy(self.mark(given, label));
        for requirement in &given.requires_dist {
            wheel = wheel.requires(requirement);
        }
        for extra in &given.provides_extra {
            wheel = wheel.extra(extra);
        }
        if let Some(specifiers) = &given.requires_python {
            wheel = wheel.requires_python(specifiers);
        }
        let main = format!("{}:main", module_of(given));
        for script in &given.scripts {
            wheel = wheel.entry_point("console_scripts", script, &main);
        }
        for (group, names) in &given.entry_points {
            for name in names {
                wheel = wheel.entry_point(group, name, &main);
            }
        }
        wheel
    }
}

fn wrong(given: &GivenDistribution) -> impl FnOnce(WheelError) -> WorldError {
    |source| WorldError::Wheel {
        name: given.name.clone(),
        version: given.version.clone(),
        source,
    }
}
