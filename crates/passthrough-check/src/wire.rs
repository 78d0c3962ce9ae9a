//! A plan in the words of the plan document.

use passthrough_config::Pyproject;
use passthrough_plan::{Decision, Exposed, Install, Plan};
use passthrough_protocol as protocol;

use crate::host::Host;
use crate::project::ProjectFile;
use crate::source::SourceText;

/// The plan document, but for its diagnostics. Only `with_key` pays for the
/// cache key, which takes a read of every RECORD.
pub fn document(
    file: &ProjectFile,
    pyproject: &Pyproject,
    host: &Host,
    plan: &Plan,
    with_key: bool,
) -> protocol::Plan {
    let text = SourceText::new(&file.text);
    let cache_key = with_key
        .then(|| plan.cache_key(host.inventory.as_ref()))
        .flatten();
    // Without an identity for what is exposed there is nothing to cache under.
    let has_no_key = with_key && cache_key.is_none() && !plan.expose.is_empty();
    protocol::Plan {
        schema: protocol::PlanSchema::V1,
        project: protocol::Project {
            path: file.directory.display().to_string(),
            name: pyproject.name.as_ref().map(ToString::to_string),
        },
        host: Some(protocol::HostSummary {
            python: host.interpreter.executable.display().to_string(),
            version: host.interpreter.markers.python_full_version.clone(),
            prefix: host.interpreter.prefix.display().to_string(),
        }),
        declarations: pyproject
            .declarations
            .iter()
            .map(|declaration| protocol::Declaration {
                table: declaration.table.clone(),
                names: strings(declaration.names.iter().map(|name| &name.value)),
                line: text.position(declaration.key.start).line,
            })
            .collect(),
        listed: plan.listed.iter().map(listed).collect(),
        expose: plan.expose.iter().map(exposed).collect(),
        install: plan.install.iter().map(install).collect(),
        constraints: plan.constraints(),
        cacheable: plan.cacheable() && !has_no_key,
        cache_key,
        diagnostics: Vec::new(),
    }
}

fn listed(decision: &Decision) -> protocol::Listed {
    protocol::Listed {
        name: decision.name.to_string(),
        status: decision.status,
        version: decision.version.as_ref().map(ToString::to_string),
        detail: decision.detail.clone(),
    }
}

fn exposed(exposed: &Exposed) -> protocol::Exposed {
    protocol::Exposed {
        name: exposed.installed.name.to_string(),
        version: exposed.version.to_string(),
        role: exposed.role,
        required_by: strings(&exposed.required_by),
        editable: exposed.installed.editable.is_some(),
        location: exposed.installed.location.display().to_string(),
    }
}

fn install(install: &Install) -> protocol::Install {
    protocol::Install {
        name: install.requirement.name.to_string(),
        requirement: install.requirement.to_string(),
        because: install.because,
    }
}

fn strings<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(|item| item.to_string()).collect()
}
