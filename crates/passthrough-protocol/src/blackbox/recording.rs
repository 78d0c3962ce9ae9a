use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the probe backend saw in one hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: a recording of a hook")]
pub struct Recording {
    /// Names this document's format.
    pub schema: RecordingSchema,
    /// The run that the backend was made for.
    pub nonce: String,
    /// The project whose backend it is.
    pub project: String,
    /// The hook.
    pub hook: String,
    /// The process.
    pub pid: u32,
    /// The directory that the hook ran in.
    pub directory: String,
    /// Environment variables, those that say where things are.
    pub environment: BTreeMap<String, String>,
    /// What the process of the hook sees.
    pub seen: Seen,
    /// What an interpreter sees that the hook starts.
    pub child: ChildSight,
    /// What an interpreter sees that the hook starts with `-I`.
    pub isolated_child: ChildSight,
}

/// Names the format of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RecordingSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-recording/1")]
    V1,
}

/// What a child sees, or why there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildSight {
    /// What it sees.
    pub seen: Option<Seen>,
    /// Why it could not say.
    pub error: Option<String>,
}

/// What an interpreter sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// `sys.executable`.
    pub executable: String,
    /// `X.Y.Z`.
    pub version: String,
    /// `sys.prefix`.
    pub prefix: String,
    /// `sys.base_prefix`.
    pub base_prefix: String,
    /// `sys.path`.
    pub sys_path: Vec<String>,
    /// All that `importlib.metadata` finds.
    pub distributions: Vec<SeenDistribution>,
    /// The modules of the world, by name.
    pub imports: BTreeMap<String, SeenImport>,
    /// The scripts of the world that are on `PATH`, by name.
    pub scripts: BTreeMap<String, SeenScript>,
    /// The entry points in the groups of the world.
    pub entry_points: Vec<SeenEntryPoint>,
    /// The data files of the world that are below the prefix.
    pub data: Vec<String>,
}

/// A distribution that is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenDistribution {
    /// Its name, as its metadata have it; null without.
    pub name: Option<String>,
    /// Its version, likewise.
    pub version: Option<String>,
    /// The entry of `sys.path` that it is in.
    pub location: String,
    /// Its mark, `label@nonce`; null without.
    pub copy: Option<String>,
    /// The files that it records and that are not there; null without a record.
    pub missing: Option<Vec<String>>,
}

/// What an import came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenImport {
    /// The file.
    pub origin: Option<String>,
    /// The mark in its code.
    pub copy: Option<String>,
    /// The error, where there was one.
    pub error: Option<String>,
}

/// What a script came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenScript {
    /// The file.
    pub path: String,
    /// The mark in the code that it ran.
    pub copy: Option<String>,
    /// `sys.prefix` of what ran it.
    pub prefix: Option<String>,
    /// The error, where there was one.
    pub error: Option<String>,
}

/// An entry point that is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenEntryPoint {
    /// The group.
    pub group: String,
    /// The name in it.
    pub name: String,
    /// What it refers to.
    pub value: String,
}
