use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::Role;

/// What of the host is in a build environment: kept in it, as
/// `.passthrough/manifest.json`.
///
/// Distributions are sorted by name, and files by path; the same host, plan and
/// place give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: the manifest of a build environment")]
pub struct Manifest {
    /// Names this document's format.
    pub schema: ManifestSchema,
    /// The environment's interpreter.
    pub python: String,
    /// The interpreter that the environment and the host are made on.
    pub base_python: String,
    /// What passes through.
    pub distributions: Vec<ManifestDistribution>,
}

/// Names the manifest's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ManifestSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-manifest/1")]
    V1,
}

/// A distribution that passes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestDistribution {
    /// The normalised name.
    pub name: String,
    /// The host's version.
    pub version: String,
    /// Why it passes through.
    pub role: Role,
    /// Whether it is an editable install.
    pub editable: bool,
    /// The `sys.path` entry of the host that it is in.
    pub location: String,
    /// Its files. One that another distribution has brought already, with the
    /// same content, is not repeated.
    pub files: Vec<ManifestFile>,
    /// The scripts made from its entry points, relative to the environment.
    pub scripts: Vec<String>,
    /// What leads to its source tree, relative to the environment: the
    /// `.egg-link` and the `.pth` file of an installation by `setup.py develop`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads: Vec<String>,
    /// What its list names and the host does not have.
    pub missing: Vec<String>,
}

/// A file of the host, and its place in the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// The place, relative to the environment.
    pub path: String,
    /// The file of the host.
    pub source: String,
    /// How the one was made from the other.
    pub mode: FileMode,
    /// The size of the host's file, in bytes.
    #[schemars(range(min = 0, max = 18_446_744_073_709_551_615_u64))]
    pub size: u64,
    /// When it was modified, in nanoseconds since 1970.
    #[schemars(range(min = -9_223_372_036_854_775_808_i64, max = 9_223_372_036_854_775_807_i64))]
    pub mtime_ns: i64,
    /// Its inode.
    #[schemars(range(min = 0, max = 18_446_744_073_709_551_615_u64))]
    pub inode: u64,
    /// Its permissions, as `chmod` takes them.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub permissions: u32,
}

/// How a file of the environment was made from the host's.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FileMode {
    /// A copy that shares its blocks until either is written to.
    Clone,
    /// A copy.
    Copy,
    /// The same file under another name.
    Hardlink,
    /// A link that names the host's file.
    Symlink,
    /// A copy whose first line names the environment's interpreter.
    Rewritten,
}
