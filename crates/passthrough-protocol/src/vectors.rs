//! The suite as one document, to vendor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{BlackboxCase, Case, Level};

/// The cases of one level and the requirements that they cite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: test vectors")]
pub struct Vectors {
    /// Names this document's format.
    pub schema: VectorsSchema,
    /// The digest of the suite that they are from, `sha256:…`.
    pub suite: String,
    /// The requirements that show at the level.
    pub requirements: Vec<VectorRequirement>,
    /// The decision cases, by id.
    pub cases: Vec<Case>,
    /// The black-box cases, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blackbox: Vec<BlackboxCase>,
}

/// Names the format of the vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VectorsSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-vectors/1")]
    V1,
}

/// A requirement, as far as one needs it to read a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VectorRequirement {
    /// Its id.
    pub id: String,
    /// How much it binds.
    pub level: Level,
    /// Its text.
    pub text: String,
}
