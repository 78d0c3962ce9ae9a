//! A line for a shell that does what failed once more.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::hooks::{ConfigSettings, Hook, HookError, HookErrorKind};

use super::Scene;

/// Variables of an environment's processes that matter to Python, besides `PATH`.
const VARIABLES: [&str; 3] = ["PYTHONNOUSERSITE", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV"];

/// Variables that they are without.
const REMOVED: [&str; 2] = ["PYTHONHOME", "PYTHONPATH"];

/// The command, if the interpreter was started at all.
pub(super) fn command(error: &HookError, scene: &Scene<'_>) -> Option<String> {
    match error.kind {
        HookErrorKind::NotAProject(_)
        | HookErrorKind::BackendPath { .. }
        | HookErrorKind::Control(_) => return None,
        _ => {}
    }
    let backend = &scene.backend;
    let mut words = vec![
        "cd".to_owned(),
        quoted(backend.project.as_os_str()),
        "&&".to_owned(),
        "env".to_owned(),
    ];
    for name in REMOVED {
        if backend.variables.get(name).is_none() {
            words.extend(["-u".to_owned(), name.to_owned()]);
        }
    }
    // The rest of the path is the user's own.
    if let (Some(path), Some(directory)) = (backend.variables.get("PATH"), backend.python.parent())
        && std::env::split_paths(path).next().as_deref() == Some(directory)
    {
        words.push(format!("PATH={}:\"$PATH\"", quoted(directory.as_os_str())));
    }
    for name in VARIABLES {
        if let Some(value) = backend.variables.get(name) {
            words.push(format!("{name}={}", quoted(value)));
        }
    }
    words.push(quoted(backend.python.as_os_str()));
    words.push("-c".to_owned());
    words.push(quoted(program(error.hook, scene).as_ref()));
    Some(words.join(" "))
}

/// A word for a shell.
fn quoted(word: &OsStr) -> String {
    // A null character is in none of them: it could not have been passed on.
    let quoted = shlex::bytes::try_quote(word.as_bytes());
    quoted
        .map(|quoted| String::from_utf8_lossy(&quoted).into_owned())
        .unwrap_or_default()
}

/// The same call in a few words of Python.
fn program(hook: Hook, scene: &Scene<'_>) -> String {
    let (module, object) = scene
        .backend
        .name
        .split_once(':')
        .map_or((scene.backend.name, None), |(module, object)| {
            (module, Some(object))
        });
    let in_tree: Vec<Value> = scene
        .backend
        .path
        .iter()
        .map(|entry| {
            let path: PathBuf = scene.backend.project.join(entry).components().collect();
            Value::from(path.to_string_lossy())
        })
        .collect();
    let backend = match object {
        Some(object) => format!("{module}.{object}"),
        None => module.to_owned(),
    };
    let name = hook.name();
    let settings = settings(scene.settings);
    // `-c` puts the current directory where the hooks have the in-tree backend.
    let in_tree = Value::from(in_tree);
    let call = match hook {
        Hook::GetRequires(_) => format!("{name}({settings})"),
        Hook::Metadata(_) | Hook::Build(_) => {
            format!("{name}(tempfile.mkdtemp(), {settings})")
        }
    };
    format!(
        "import sys, tempfile; sys.path[:1] = {in_tree}; import {module}; \
         print({backend}.{call})"
    )
}

/// A Python expression: JSON is one, without `null` and the like.
fn settings(settings: &ConfigSettings) -> String {
    if settings.is_empty() {
        return "None".to_owned();
    }
    serde_json::to_string(settings).unwrap_or_else(|_| "None".to_owned())
}
