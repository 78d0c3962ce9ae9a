use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::number;

/// The decision for one project and one host.
///
/// Lists are sorted by normalised name; the same input gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: the plan for a project")]
pub struct Plan {
    /// Names this document's format.
    pub schema: PlanSchema,
    /// The project.
    pub project: Project,
    /// The host; absent where the planner was given none to name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostSummary>,
    /// The passthrough lists that were read, in the order of the file.
    pub declarations: Vec<Declaration>,
    /// Every listed name, with the one status that it ends in.
    pub listed: Vec<Listed>,
    /// What passes through from the host.
    pub expose: Vec<Exposed>,
    /// What is to be downloaded into the build environment.
    pub install: Vec<Install>,
    /// `name==version` of everything exposed, for the installer.
    pub constraints: Vec<String>,
    /// Whether a cache may hold the result under `cache_key`.
    pub cacheable: bool,
    /// The identity of all that is exposed, `sha256:…`; null when nothing is
    /// exposed, or when the result is not cacheable.
    pub cache_key: Option<String>,
    /// Everything found: in the project's file, about the host, about the decision.
    pub diagnostics: Vec<Diagnostic>,
}

/// Names the plan document's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PlanSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-plan/1")]
    V1,
}

/// The project that is to be built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Its directory.
    pub path: String,
    /// Its normalised name, if it is static.
    pub name: Option<String>,
}

/// The interpreter whose environment is the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostSummary {
    /// Its executable.
    pub python: String,
    /// `X.Y.Z`.
    pub version: String,
    /// `sys.prefix`.
    pub prefix: String,
}

/// A passthrough list in the project's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// The table, such as `tool.uv`.
    pub table: String,
    /// The names, normalised, in the order of the file.
    pub names: Vec<String>,
    /// The line of the key, from 1.
    #[serde(deserialize_with = "number::from_one")]
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub line: u32,
}

/// A listed name and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The normalised name.
    pub name: String,
    /// What became of it.
    pub status: Status,
    /// The host's version, whenever the host has one.
    pub version: Option<String>,
    /// The reason, in words, where there is more to say than the status says.
    pub detail: Option<String>,
}

/// What becomes of a listed name: `host` passes through, everything else falls
/// back to an ordinary download or needs none.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The user refused it, or all.
    Denied,
    /// No build requirement names it.
    NotRequired,
    /// It is required, but no marker is true for the host.
    Marker,
    /// The build interpreter differs from the host's.
    Interpreter,
    /// The host has no such distribution.
    NotInstalled,
    /// After the operation under way the host has another copy, or none.
    Replaced,
    /// The host has it, but its metadata are unreadable or contradictory.
    Metadata,
    /// A build requirement or a constraint excludes the host's version.
    Version,
    /// It is required by a direct reference that the host does not record.
    Url,
    /// Its files are not all known, or its source tree is gone.
    NotExposable,
    /// Its runtime closure on the host is incomplete or inconsistent.
    Closure,
    /// Its closure leaves no version for something that must be downloaded.
    Conflict,
    /// It passes through.
    Host,
}

/// A distribution that passes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exposed {
    /// The normalised name.
    pub name: String,
    /// The host's version.
    pub version: String,
    /// Why it passes through.
    pub role: Role,
    /// Those exposed distributions that require it.
    pub required_by: Vec<String>,
    /// Whether it is an editable install.
    pub editable: bool,
    /// The `sys.path` entry of the host that it is in.
    pub location: String,
}

/// Why a distribution passes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The project lists and requires it.
    Listed,
    /// Something that passes through needs it at run time.
    Closure,
}

/// Something to download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// The normalised name.
    pub name: String,
    /// All that must hold for it, merged, in canonical order.
    pub requirement: String,
    /// Why it is downloaded.
    pub because: Because,
}

/// Why a build requirement is downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// The closure of something exposed needs it, but the host's copy will not do.
    Displaced,
    /// It is listed, and fell back.
    Fallback,
    /// It is not listed.
    Unlisted,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// The stable code; `passthrough-check explain CODE` says more.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// The file it speaks of, if any.
    pub path: Option<String>,
    /// The line, from 1.
    #[serde(default, deserialize_with = "number::from_one_if_any")]
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub line: Option<u32>,
    /// The column in characters, from 1.
    #[serde(default, deserialize_with = "number::from_one_if_any")]
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub column: Option<u32>,
    /// What to do about it.
    pub help: Option<String>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but probably not as meant.
    Warning,
    /// The project is at fault.
    Error,
}
