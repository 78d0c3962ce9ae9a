//! What to do.

use std::path::Path;

use passthrough_plan::Status;
use passthrough_requirement::PackageName;

use crate::hooks::{HookError, HookErrorKind, Stage};

use super::{Advice, HostCopy, MissingModule, Scene, declaration, known};

/// What to do, most promising first.
pub(super) fn advice(
    error: &HookError,
    missing: Option<&MissingModule>,
    scene: &Scene<'_>,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut say = |text: String| advice.push(Advice { text, toml: None });
    if let HookErrorKind::Unavailable(unavailable) = &error.kind {
        for entry in &unavailable.missing_entries {
            say(format!(
                "the `backend-path` entry `{entry}` is no directory of the project"
            ));
        }
        match unavailable.stage {
            Stage::InTree => {
                let place = unavailable
                    .found
                    .last()
                    .map_or("elsewhere", |(_, place)| place);
                say(format!(
                    "the backend was found at `{place}`, but a project with `backend-path` has \
                     to bring it along (PEP 517): put it there, or leave out `backend-path`"
                ));
            }
            Stage::Attribute => {
                let name = scene.backend.name;
                say(format!(
                    "see what `build-backend` should be: `{name}` names an object that is not there"
                ));
            }
            Stage::Import => {}
        }
    }
    if let Some(missing) = missing {
        about(missing, scene, &mut advice);
    }
    if let Some(hint) = error.hint() {
        let text = hint.to_owned();
        advice.push(Advice { text, toml: None });
    }
    advice
}

/// About a module that is not in the environment.
fn about(missing: &MissingModule, scene: &Scene<'_>, advice: &mut Vec<Advice>) {
    let module = &missing.name;
    let own = missing.in_project.as_deref();
    // In its root, or as its backend, it is surely meant; further down it may
    // be a copy of something else.
    let is_own = own.is_some_and(|directory| missing.is_backend || directory == Path::new("."));
    match missing.host.split_first() {
        _ if is_own => {}
        Some((first, others)) => {
            advice.push(of_host(module, first, scene));
            if !others.is_empty() {
                let names = others.iter().take(5).map(|each| each.name.as_str());
                let names: Vec<&str> = names.collect();
                let text = format!(
                    "other distributions of the host have `{module}` too: {}",
                    names.join(", ")
                );
                advice.push(Advice { text, toml: None });
            }
        }
        None => advice.push(of_nobody(module, scene)),
    }
    advice.extend(own.map(|directory| in_project(missing, directory)));
    if !missing.is_backend && !scene.backend.path.is_empty() {
        let text = "what an in-tree backend imports has to be among the build requirements: \
                    `backend-path` brings only the backend itself"
            .to_owned();
        advice.push(Advice { text, toml: None });
    }
}

/// The project has it.
fn in_project(missing: &MissingModule, directory: &Path) -> Advice {
    let module = &missing.name;
    let place = directory.to_string_lossy();
    if missing.is_backend {
        return Advice {
            text: format!("`{module}` is in the project itself: say where"),
            toml: Some(format!(
                "[build-system]\nbackend-path = [{}]",
                declaration::quoted(&place)
            )),
        };
    }
    Advice {
        text: format!(
            "`{module}` is in the project itself, in `{place}`, which is not on sys.path while \
             a backend runs (PEP 517): what imports it has to put it there, or \
             `backend-path` has to name it for a backend of the project's own"
        ),
        toml: None,
    }
}

/// The host has it.
fn of_host(module: &str, copy: &HostCopy, scene: &Scene<'_>) -> Advice {
    let name = &copy.name;
    let version = copy
        .version
        .as_ref()
        .map(|version| format!(" {version}"))
        .unwrap_or_default();
    let host = format!("the host has `{module}`, by {name}{version}");
    if let Some(source) = &copy.lost_source {
        let place = source
            .as_ref()
            .map(|source| format!(" `{}`", source.display()))
            .unwrap_or_default();
        return Advice {
            text: format!(
                "{name}{version} is an editable install on the host, whose source tree{place} is \
                 gone or incomplete: restore it, or install {name} again"
            ),
            toml: None,
        };
    }
    match (&copy.listed, copy.required) {
        _ if copy.exposed => Advice {
            text: format!(
                "{name}{version} passes through, but `{module}` cannot be imported from its copy: \
                 see whether the host itself can"
            ),
            toml: None,
        },
        (None, false) => Advice {
            text: format!(
                "{host}, but nothing asks for {name}: require it, and list it to have the host's copy"
            ),
            toml: Some(format!(
                "{}\n\n{}",
                declaration::requires_with(name, scene),
                declaration::list_with(name, scene)
            )),
        },
        (None, true) => Advice {
            text: format!("{host}, but {name} was downloaded: list it to have the host's copy"),
            toml: Some(declaration::list_with(name, scene)),
        },
        (Some((Status::NotRequired | Status::Host, _)), false) => Advice {
            text: format!("{host}; {name} is listed, but listing requires nothing: require it too"),
            toml: Some(declaration::requires_with(name, scene)),
        },
        (Some((status, detail)), _) => {
            let detail = detail
                .as_ref()
                .map(|detail| format!(": {detail}"))
                .unwrap_or_default();
            Advice {
                text: format!(
                    "{host}; {name} is listed, but does not pass through ({}{detail})",
                    word(*status)
                ),
                toml: None,
            }
        }
    }
}

/// Nobody has it.
fn of_nobody(module: &str, scene: &Scene<'_>) -> Advice {
    let known = known::distribution(module).and_then(|name| name.parse::<PackageName>().ok());
    match known {
        Some(name) => match scene.present.get(&name) {
            Some(present) => Advice {
                text: format!(
                    "{name} {} is in the build environment and has no `{module}`: require a \
                     version that has it",
                    present.version
                ),
                toml: None,
            },
            None => Advice {
                text: format!(
                    "neither the environment nor the host has `{module}`, which comes with {name}: require it"
                ),
                toml: Some(declaration::requires_with(&name, scene)),
            },
        },
        None => Advice {
            text: format!(
                "neither the environment nor the host has `{module}`: add the distribution that \
                 has it to `requires` in `[build-system]`"
            ),
            toml: None,
        },
    }
}

/// The status as the plan document spells it.
fn word(status: Status) -> String {
    serde_json::to_value(status)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
