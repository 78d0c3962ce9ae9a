//! The suite as one document, to vendor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Case, Level};

/// The decision cases and the requirements that they cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: test vectors")]
pub struct Vectors {
    /// Names this document's format.
    pub schema: VectorsSchema,
    /// The digest of the suite that they are from, `sha256:…`.
    pub suite: String,
    /// The requirements that decisions show.
    pub requirements: Vec<VectorRequirement>,
    /// The cases, by id.
    pub cases: Vec<Case>,
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
