//! What passed through into an artefact, as a record beside it.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_env::Scratch;
use passthrough_protocol::{ArtefactKind, BuildRecord, BuiltArtefact};
use sha2::{Digest as _, Sha256};

use crate::hooks::Artefact;

impl From<Artefact> for ArtefactKind {
    fn from(artefact: Artefact) -> Self {
        match artefact {
            Artefact::Wheel => Self::Wheel,
            Artefact::Sdist => Self::Sdist,
            Artefact::Editable => Self::Editable,
        }
    }
}

/// Where the record of an artefact is kept: in a hidden directory beside it,
/// as uploaders take everything else that is beside an artefact for one.
///
/// ```
/// # use std::path::Path;
/// let record = passthrough_build::record::path(Path::new("dist/demo-1.0-py3-none-any.whl"));
/// assert_eq!(record, Path::new("dist/.passthrough/demo-1.0-py3-none-any.whl.json"));
/// ```
pub fn path(artefact: &Path) -> PathBuf {
    let mut file = artefact.file_name().unwrap_or_default().to_owned();
    file.push(".json");
    directory(artefact.parent().unwrap_or(Path::new(""))).join(file)
}

/// That hidden directory of an output folder.
pub(crate) fn directory(folder: &Path) -> PathBuf {
    folder.join(".passthrough")
}

/// Names an artefact by its content.
pub fn artefact(path: &Path, kind: Artefact) -> io::Result<BuiltArtefact> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let digest = hasher.finalize();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = path.file_name().unwrap_or_default();
    Ok(BuiltArtefact {
        kind: kind.into(),
        file: name.to_string_lossy().into_owned(),
        digest: format!("sha256:{digest}"),
    })
}

/// Writes the record of an artefact, and returns where it is. A record of an
/// earlier build is replaced at once or not at all.
pub fn write(artefact: &Path, record: &BuildRecord) -> io::Result<PathBuf> {
    let path = path(artefact);
    let directory = directory(artefact.parent().unwrap_or(Path::new("")));
    fs::create_dir_all(&directory)?;
    let mut text = serde_json::to_vec_pretty(record).map_err(io::Error::other)?;
    text.push(b'\n');
    let scratch = Scratch::new(&directory).map_err(io::Error::other)?;
    let file = scratch.path().join("record");
    fs::write(&file, &text)?;
    fs::rename(file, &path)?;
    Ok(path)
}
