use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A host, given instead of read: its interpreter, and what is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: a host, given instead of read")]
pub struct Host {
    /// Names this document's format.
    pub schema: HostSchema,
    /// The interpreter.
    pub python: Python,
    /// The values of the environment markers.
    pub markers: Markers,
    /// The entries of `sys.path` that hold distributions, in order: the first
    /// copy of a name wins.
    pub sys_path: Vec<PathEntry>,
}

/// Names the host document's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HostSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-host/1")]
    V1,
}

/// An interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Python {
    /// Its executable.
    pub executable: String,
    /// `sys.prefix`.
    pub prefix: String,
    /// `sys.implementation.name`.
    pub implementation: String,
    /// `X.Y`, what binary packages are tied to; the full version is a marker.
    pub version: String,
    /// `sys.abiflags`.
    #[serde(default)]
    pub abi_flags: String,
    /// `sysconfig.get_platform()`.
    pub platform: String,
}

/// The values of the environment markers, but for `extra`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the marker of that name")]
pub struct Markers {
    pub implementation_name: String,
    pub implementation_version: String,
    pub os_name: String,
    pub platform_machine: String,
    pub platform_python_implementation: String,
    pub platform_release: String,
    pub platform_system: String,
    pub platform_version: String,
    pub python_full_version: String,
    pub python_version: String,
    pub sys_platform: String,
}

/// An entry of `sys.path` and the distributions found in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathEntry {
    /// The directory.
    pub path: String,
    /// What is installed in it. Two entries of one name with different
    /// versions are a contradiction, and make the name unusable.
    pub distributions: Vec<Distribution>,
}

/// An installed distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Its name, normalised or not.
    pub name: String,
    /// Its `Version` field, as written.
    pub version: String,
    /// The version in its directory's name, where that is not `version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_version: Option<String>,
    /// Its `Requires-Dist` fields, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_dist: Vec<String>,
    /// Its `Provides-Extra` fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides_extra: Vec<String>,
    /// Its `Requires-Python` field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// Its `direct_url.json` (PEP 610), as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_url: Option<BTreeMap<String, serde_json::Value>>,
    /// Set if it is an editable install.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editable: Option<Editable>,
    /// Set if its metadata cannot be read; the words say why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// Whether there is a complete list of its files.
    #[serde(default = "listed", skip_serializing_if = "is_listed")]
    pub has_file_list: bool,
    /// The digest of its RECORD, `sha256:…`; by default one of name and version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// An editable install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Editable {
    /// The source tree, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether the source tree is there.
    pub exists: bool,
}

fn listed() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_listed(has_file_list: &bool) -> bool {
    *has_file_list
}
