use sha2::{Digest, Sha256};

use crate::index::encoded;

/// A wheel or an sdist, as it lies on an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// `wheel` or `sdist`.
    pub kind: ArchiveKind,
    /// The normalised name of the distribution.
    pub name: String,
    /// Its version, as its metadata have it.
    pub version: String,
    /// The name of the file, which has both.
    pub file_name: String,
    /// The file.
    pub content: Vec<u8>,
    /// `METADATA` or `PKG-INFO`; an index offers it apart for wheels (PEP 658).
    pub metadata: Vec<u8>,
    /// `Requires-Python`, which an index repeats.
    pub requires_python: Option<String>,
    /// The label of its [`CopyMark`](crate::CopyMark), if it has one.
    pub copy: Option<String>,
}

/// What kind of archive it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArchiveKind {
    /// A `.whl`.
    Wheel,
    /// A `.tar.gz`.
    Sdist,
}

impl Archive {
    /// The SHA-256 digest of the file, in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(&self.content)
    }

    /// The address of the file at an index, whose own [`url`](crate::Index::url)
    /// is given.
    pub fn address(&self, index: &str) -> String {
        let root = index.strip_suffix("simple/").unwrap_or(index);
        let file_name = encoded(&self.file_name);
        format!("{root}files/{}/{file_name}", self.sha256())
    }
}

pub(crate) fn sha256(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a distribution, or its version, as a part of a file's name.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('-', "_")
}

/// Whether a path is a place below a directory: relative, with `/` alone, and
/// without a step that leads nowhere or up.
pub(crate) fn is_below(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', '\n', '\r', ':'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
