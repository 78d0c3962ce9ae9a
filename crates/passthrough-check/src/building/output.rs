//! The folder for what is built.

use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_interpreter::{Interpreter, Origin};

use super::source::Source;
use crate::failure::Failure;

/// The folder that the user named, or `dist`; absolute. That it cannot be
/// written to is found out when it is.
pub(super) fn folder(
    named: Option<&Path>,
    source: &Source,
    host: &Interpreter,
) -> Result<PathBuf, Failure> {
    let folder = match named {
        Some(named) => std::path::absolute(named).map_err(Failure::unable)?,
        None if source.is_unpacked() => source.origin.clone(),
        None => source.origin.join("dist"),
    };
    let real = real(&folder);
    let wrong = |problem| {
        Err(Failure::unable(format_args!(
            "the output folder {} {problem}",
            folder.display()
        ))
        .hint("name another folder with --output"))
    };
    if real == self::real(&source.directory) {
        return wrong("is the project itself");
    }
    if is_in_host(&real, &self::real(&source.directory), host) {
        return wrong("is in the host, which a build does not change");
    }
    if fs::metadata(&folder).is_ok_and(|metadata| !metadata.is_dir()) {
        return wrong("is no folder");
    }
    Ok(folder)
}

/// Whether a folder is one of the host's own. Source trees that the host refers
/// to, this project among them, are not: not even those below a virtual
/// environment, where pip checks them out.
fn is_in_host(folder: &Path, project: &Path, host: &Interpreter) -> bool {
    let prefix = real(&host.prefix);
    let is_venv = host.prefix != host.base_prefix;
    let own = host.sys_path.iter().filter(|entry| {
        let is_foreign = matches!(entry.origin, Origin::Pth(_) | Origin::Other);
        !is_foreign
    });
    let mut own = own.map(|entry| real(&entry.path));
    folder == prefix
        || folder.starts_with(prefix.join("bin"))
        || own.any(|entry| folder.starts_with(entry))
        || (is_venv && folder.starts_with(&prefix) && !folder.starts_with(project))
}

/// The path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    for known in path.ancestors() {
        if let Ok(real) = fs::canonicalize(known) {
            return real.join(path.strip_prefix(known).unwrap_or(Path::new("")));
        }
    }
    path.to_owned()
}
