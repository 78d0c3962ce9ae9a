//! What is installed, as a document: the inverse of [`crate::Given`].

use std::path::Path;

use passthrough_interpreter::Interpreter;
use passthrough_protocol::{Distribution, Editable, Host, HostSchema, Markers, PathEntry, Python};
use passthrough_requirement::PackageName;

use crate::direct_url;
use crate::model::{FileList, Installed, Inventory};

/// Writes down what `inventory` answers for `names`, so that a
/// [`crate::Given`] of the document answers the same.
///
/// Only paths, findings and the wording of versions and requirements may
/// differ: a shadowed copy is known by its version alone, and a copy whose
/// metadata are a problem by the words that say so. Paths that are not UTF-8
/// are not kept.
pub fn to_document<'a>(
    interpreter: &Interpreter,
    inventory: &dyn Inventory,
    names: impl IntoIterator<Item = &'a PackageName>,
) -> Host {
    let mut sys_path: Vec<PathEntry> = interpreter
        .sys_path
        .iter()
        .map(|entry| PathEntry {
            path: text(&entry.path),
            distributions: Vec::new(),
        })
        .collect();
    let mut add = |location: &Path, distribution: Distribution| {
        let path = text(location);
        if let Some(entry) = sys_path.iter_mut().find(|entry| entry.path == path) {
            entry.distributions.push(distribution);
        }
    };
    for name in names {
        let Some(installed) = inventory.get(name) else {
            continue;
        };
        for shadowed in &installed.shadowed {
            let version = shadowed.version.clone().unwrap_or_default();
            let location = shadowed.info.parent().unwrap_or(&shadowed.info);
            add(location, plain(name, version));
        }
        let digest = inventory.digest(&installed);
        add(&installed.location, distribution(&installed, digest));
    }
    sys_path.retain(|entry| !entry.distributions.is_empty());
    Host {
        schema: HostSchema::V1,
        python: python(interpreter),
        markers: markers(interpreter),
        sys_path,
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn plain(name: &PackageName, version: String) -> Distribution {
    Distribution {
        name: name.to_string(),
        version,
        directory_version: None,
        requires_dist: Vec::new(),
        provides_extra: Vec::new(),
        requires_python: None,
        direct_url: None,
        editable: None,
        unreadable: None,
        has_file_list: true,
        digest: None,
    }
}

fn distribution(installed: &Installed, digest: Option<String>) -> Distribution {
    let version = installed.version.as_ref().map(ToString::to_string);
    let mut distribution = Distribution {
        direct_url: installed
            .direct_url
            .as_ref()
            .map(|direct_url| direct_url::to_document(direct_url).into_iter().collect()),
        editable: installed.editable.as_ref().map(|editable| Editable {
            source: editable.source.as_deref().map(text),
            exists: editable.exists,
        }),
        has_file_list: installed.files != FileList::Missing,
        digest,
        ..plain(&installed.name, version.unwrap_or_default())
    };
    match &installed.metadata {
        Ok(metadata) => {
            distribution.requires_dist =
                metadata.requires.iter().map(ToString::to_string).collect();
            distribution.provides_extra = metadata.extras.iter().map(ToString::to_string).collect();
            distribution.requires_python =
                metadata.requires_python.as_ref().map(ToString::to_string);
        }
        Err(problem) => distribution.unreadable = Some(problem.message.clone()),
    }
    distribution
}

fn python(interpreter: &Interpreter) -> Python {
    let identity = &interpreter.identity;
    Python {
        executable: text(&interpreter.executable),
        prefix: text(&interpreter.prefix),
        implementation: identity.implementation.clone(),
        version: identity.version.clone(),
        abi_flags: identity.abi_flags.clone(),
        platform: identity.platform.clone(),
    }
}

fn markers(interpreter: &Interpreter) -> Markers {
    let markers = &interpreter.markers;
    Markers {
        implementation_name: markers.implementation_name.clone(),
        implementation_version: markers.implementation_version.clone(),
        os_name: markers.os_name.clone(),
        platform_machine: markers.platform_machine.clone(),
        platform_python_implementation: markers.platform_python_implementation.clone(),
        platform_release: markers.platform_release.clone(),
        platform_system: markers.platform_system.clone(),
        platform_version: markers.platform_version.clone(),
        python_full_version: markers.python_full_version.clone(),
        python_version: markers.python_version.clone(),
        sys_platform: markers.sys_platform.clone(),
    }
}
