//! What is written down about an environment.

use std::io::Write as _;
use std::path::Path;

use fs_err as fs;
use passthrough_protocol::{
    FileMode, Manifest, ManifestDistribution, ManifestFile, ManifestSchema,
};

use crate::EnvError;
use crate::link::Method;
use crate::mapping::{MappedDistribution, Mapping, Origin};

/// The document of one distribution; `modes` says how its files were made.
pub(crate) fn distribution(
    mapped: &MappedDistribution,
    modes: &[Option<FileMode>],
) -> ManifestDistribution {
    let mut files = Vec::with_capacity(mapped.files.len());
    let (mut scripts, mut leads) = (Vec::new(), Vec::new());
    for (file, mode) in mapped.files.iter().zip(modes) {
        let Some((source, facts)) = file.host_file() else {
            match file.origin {
                Origin::Text(_) => leads.push(file.path.clone()),
                _ => scripts.push(file.path.clone()),
            }
            continue;
        };
        // Without a mode it was there already, as the same file of a download.
        let Some(mode) = *mode else { continue };
        files.push(ManifestFile {
            path: file.path.clone(),
            source: source.to_string_lossy().into_owned(),
            mode,
            size: facts.size,
            mtime_ns: facts.mtime_ns,
            inode: facts.inode,
            permissions: facts.permissions,
        });
    }
    ManifestDistribution {
        name: mapped.name.to_string(),
        version: mapped.version.to_string(),
        role: mapped.role,
        editable: mapped.editable,
        location: mapped.location.to_string_lossy().into_owned(),
        files,
        scripts,
        leads,
        missing: mapped
            .missing
            .iter()
            .map(|path| path.to_string_lossy().into_owned())
            .collect(),
    }
}

impl Mapping {
    /// The manifest that an environment will have if every file can be made
    /// in the first way that its mode knows.
    pub fn manifest(&self) -> Manifest {
        let distributions = self.distributions.iter().map(|mapped| {
            let modes: Vec<_> = mapped
                .files
                .iter()
                .map(|file| first(&file.origin))
                .collect();
            distribution(mapped, &modes)
        });
        Manifest {
            schema: ManifestSchema::V1,
            python: self.python.to_string_lossy().into_owned(),
            base_python: self.base_python.to_string_lossy().into_owned(),
            distributions: distributions.collect(),
        }
    }
}

fn first(origin: &Origin) -> Option<FileMode> {
    Some(match origin {
        Origin::Host { methods, .. } => match methods.first()? {
            Method::Clone => FileMode::Clone,
            Method::Copy => FileMode::Copy,
            Method::Hardlink => FileMode::Hardlink,
            Method::Symlink => FileMode::Symlink,
        },
        Origin::Script { .. } => FileMode::Rewritten,
        Origin::EntryPoint(_) | Origin::Text(_) => return None,
    })
}

/// `name==version` of every distribution, a line each.
pub(crate) fn constraints(manifest: &Manifest) -> String {
    let lines = manifest.distributions.iter();
    lines
        .map(|distribution| format!("{}=={}\n", distribution.name, distribution.version))
        .collect()
}

/// Replaces a file as a whole: who reads it sees the old or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), EnvError> {
    let directory = path.parent().unwrap_or(path);
    let fail = || EnvError::io(path, "written");
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(fail())?;
    file.write_all(content).map_err(fail())?;
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(file.path(), permissions).map_err(fail())?;
    file.persist(path).map_err(|error| fail()(error.error))?;
    Ok(())
}
