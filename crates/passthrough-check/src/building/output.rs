//! The folder for what is built.

use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_interpreter::Interpreter;

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
    let mut of_host = host.sys_path.iter().map(|entry| self::real(&entry.path));
    let scripts = self::real(&host.prefix.join("bin"));
    if real == self::real(&host.prefix)
        || real.starts_with(scripts)
        || of_host.any(|entry| real.starts_with(entry))
    {
        return wrong("is in the host, which a build does not change");
    }
    if fs::metadata(&folder).is_ok_and(|metadata| !metadata.is_dir()) {
        return wrong("is no folder");
    }
    Ok(folder)
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
