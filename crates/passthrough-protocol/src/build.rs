use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::Plan;

/// What went into an artefact: kept beside it, so that whoever has the one can
/// ask the other what came from the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: the record of a build")]
pub struct BuildRecord {
    /// Names this document's format.
    pub schema: BuildRecordSchema,
    /// What was built.
    pub artefact: BuiltArtefact,
    /// What built it: this program with its version, or the frontend that it ran.
    pub built_by: String,
    /// Whether anything could pass through: false when the user refused, and
    /// when the build was tried again without.
    pub passthrough: bool,
    /// The final decision. Its `cache_key` identifies what passed through.
    pub plan: Plan,
    /// What the backend asked for (`get_requires_for_build_*`).
    pub dynamic_requires: Vec<String>,
    /// Everything that was downloaded into the build environment, by name.
    pub downloaded: Vec<Downloaded>,
}

/// Names the record's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BuildRecordSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-build/1")]
    V1,
}

/// A file that was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuiltArtefact {
    /// What it is.
    pub kind: ArtefactKind,
    /// Its name.
    pub file: String,
    /// Its digest, `sha256:…`.
    pub digest: String,
}

/// What a build makes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ArtefactKind {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
    /// A wheel for an editable installation (PEP 660).
    Editable,
}

/// A distribution that was downloaded into the build environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Downloaded {
    /// The normalised name.
    pub name: String,
    /// Its version.
    pub version: String,
}
