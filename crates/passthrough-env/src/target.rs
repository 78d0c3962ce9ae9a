//! The place for an environment.

use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use passthrough_interpreter::{Interpreter, Origin};

use crate::{EnvError, EnvErrorKind};

/// The place as an absolute path that can stand in a script and in `PATH`, and
/// is none of the host's.
pub(crate) fn usable(root: &Path, host: &Interpreter) -> Result<PathBuf, EnvError> {
    let absolute = std::path::absolute(root).map_err(EnvError::io(root, "used"))?;
    let mut root = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => {
                // Through links as the system goes.
                root = fs::canonicalize(&root).unwrap_or(root);
                root.pop();
            }
            other => root.push(other),
        }
    }
    let Some(text) = root.to_str() else {
        return Err(EnvError::new(&root, EnvErrorKind::Encoding));
    };
    let is_bad = |c: &char| c.is_control() || matches!(c, ':' | '"' | '$' | '`' | '\\');
    if let Some(bad) = text.chars().find(is_bad) {
        return Err(EnvError::new(&root, EnvErrorKind::Name(bad.to_string())));
    }
    let resolved = resolved(&root);
    let is_host = |root: &Path| {
        root == host.prefix
            || host.sys_path.iter().any(|entry| {
                let own = !matches!(entry.origin, Origin::Pth(_) | Origin::Other);
                own && root.starts_with(&entry.path)
            })
    };
    if is_host(&root) || is_host(&resolved) {
        return Err(EnvError::new(&root, EnvErrorKind::InHost));
    }
    Ok(root)
}

/// The path with all links resolved, of as much of it as there is.
fn resolved(path: &Path) -> PathBuf {
    let real = path.ancestors().find_map(|above| {
        let rest = path.strip_prefix(above).ok()?;
        Some(fs::canonicalize(above).ok()?.join(rest))
    });
    real.unwrap_or_else(|| path.to_owned())
}
