//! What the error and the scene say, before anything is concluded.

use passthrough_host::Installed;
use passthrough_requirement::Requirement;

use crate::hooks::{self, Failure, HookErrorKind, Surroundings};

use super::{HostCopy, MissingModule, Origin, Scene, Source, Stage, in_project};

/// What the error says.
pub(super) struct Facts<'e> {
    pub(super) stage: Stage,
    pub(super) found: &'e [(String, String)],
    pub(super) failure: Option<&'e Failure>,
    pub(super) surroundings: Option<&'e Surroundings>,
}

impl<'e> Facts<'e> {
    pub(super) fn of(kind: &'e HookErrorKind) -> Self {
        let at = |stage| Self {
            stage,
            found: &[],
            failure: None,
            surroundings: None,
        };
        match kind {
            HookErrorKind::BackendPath { .. } => at(Stage::BackendPath),
            HookErrorKind::Unavailable(unavailable) => Self {
                stage: match unavailable.stage {
                    hooks::Stage::Import => Stage::Import,
                    hooks::Stage::InTree => Stage::BackendPath,
                    hooks::Stage::Attribute => Stage::Attribute,
                },
                found: &unavailable.found,
                failure: unavailable.failure.as_ref(),
                surroundings: Some(&unavailable.surroundings),
            },
            HookErrorKind::Raised(failure) => Self {
                failure: Some(failure),
                surroundings: Some(&failure.surroundings),
                ..at(Stage::Hook)
            },
            HookErrorKind::Missing(surroundings) => Self {
                surroundings: Some(surroundings),
                ..at(Stage::Hook)
            },
            _ => at(Stage::Hook),
        }
    }

    /// The module that nobody found: what was raised is about it, or was
    /// raised because of it.
    pub(super) fn missing_module(&self, scene: &Scene<'_>) -> Option<MissingModule> {
        let failure = self.failure?;
        let exception = std::iter::once(&failure.exception)
            .chain(&failure.causes)
            .find(|exception| exception.class == "ModuleNotFoundError")?;
        let name = exception.module.as_ref()?;
        let module = scene.backend.name.split(':').next().unwrap_or_default();
        let is_on_the_way = module == name || module.starts_with(&format!("{name}."));
        Some(MissingModule {
            name: name.clone(),
            is_backend: self.stage == Stage::Import && exception.frames.is_empty() && is_on_the_way,
            in_project: in_project::directory(scene.backend.project, name),
            host: (scene.owners)(name)
                .iter()
                .map(|installed| host_copy(installed, scene))
                .collect(),
        })
    }
}

fn host_copy(installed: &Installed, scene: &Scene<'_>) -> HostCopy {
    let name = &installed.name;
    let listed = scene.plan.listed.iter().find(|each| each.name == *name);
    HostCopy {
        name: name.clone(),
        version: installed.version.as_ref().map(ToString::to_string),
        location: installed.location.clone(),
        lost_source: installed
            .editable
            .as_ref()
            .filter(|editable| !editable.exists)
            .map(|editable| editable.source.clone()),
        required: requirements(scene).any(|(requirement, _)| requirement.name == *name),
        exposed: is_exposed(scene, installed),
        listed: listed.map(|decision| (decision.status, decision.detail.clone())),
    }
}

fn is_exposed(scene: &Scene<'_>, installed: &Installed) -> bool {
    let mut exposed = scene.plan.expose.iter();
    exposed.any(|each| each.installed.name == installed.name)
}

/// Every build requirement, and whether the backend asked for it.
fn requirements<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (&'s Requirement, bool)> {
    let declared = scene.pyproject.requires.requirements.iter();
    declared
        .map(|requirement| (&requirement.value, false))
        .chain(scene.dynamic.iter().map(|requirement| (requirement, true)))
}

/// Where what satisfies each build requirement came from.
pub(super) fn origins(scene: &Scene<'_>) -> Vec<Origin> {
    requirements(scene)
        .map(|(requirement, dynamic)| Origin {
            requirement: requirement.to_string(),
            dynamic,
            source: source(requirement, scene),
        })
        .collect()
}

fn source(requirement: &Requirement, scene: &Scene<'_>) -> Source {
    let name = &requirement.name;
    let mut exposed = scene.plan.expose.iter();
    let mut installs = scene.plan.install.iter();
    match scene.present.get(name) {
        Some(present) if present.exposed => Source::Host {
            version: present.version.to_string(),
            location: exposed
                .find(|each| each.installed.name == *name)
                .map(|each| each.installed.location.clone())
                .unwrap_or_default(),
            editable: scene
                .plan
                .expose
                .iter()
                .any(|each| each.installed.name == *name && each.installed.editable.is_some()),
        },
        Some(present) => Source::Downloaded {
            version: present.version.to_string(),
        },
        None => {
            let is_wanted = exposed.any(|each| each.installed.name == *name)
                || installs.any(|each| each.requirement.name == *name);
            if is_wanted || requirement.marker.is_always_true() {
                Source::Missing
            } else {
                Source::NotNeeded
            }
        }
    }
}
