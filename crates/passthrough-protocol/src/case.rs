//! A decision case: what is decided about, and what the decision has to be.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{Because, Host, Role, Status, fields};

/// A case of the conformance suite at decision level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: a decision case")]
pub struct Case {
    /// Its id: unique, and never given to another case.
    pub id: String,
    /// The rule at work, in one sentence.
    pub title: String,
    /// What goes wrong for a user where the expectation does not hold.
    pub why: String,
    /// The requirements that the expectation follows from.
    pub cites: Vec<String>,
    /// The revision of the specification that it came with.
    #[serde(default = "first_revision")]
    pub since: String,
    /// What an implementation may say it does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// A case that differs in one place, and has another expectation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<Twin>,
    /// Why it is there although it kills no mutant; absent, it kills one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// What is decided about.
    pub input: CaseInput,
    /// What the answer has to be.
    pub expect: Expectation,
}

fn first_revision() -> String {
    "1".to_owned()
}

/// A part of the suite that an implementation may be without.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// The case compares the codes of diagnostics.
    Diagnostics,
    /// The case is about what a `get_requires_for_build_*` hook adds.
    SecondPass,
    /// The case applies constraints.
    Constraints,
    /// The case checks downloads against hashes.
    HashMode,
    /// The case reads the tables of all frontends.
    Neutral,
    /// The case has a marker that compares what has no order.
    MarkersDubious,
}

impl Feature {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Diagnostics => "diagnostics",
            Self::SecondPass => "second-pass",
            Self::Constraints => "constraints",
            Self::HashMode => "hash-mode",
            Self::Neutral => "neutral",
            Self::MarkersDubious => "markers-dubious",
        }
    }
}

/// A case that differs from another in one place of its input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// The other case.
    pub id: String,
    /// The one place that differs, a JSON pointer (RFC 6901) into the case.
    pub pointer: String,
}

/// What is decided about: all that an adapter is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseInput {
    /// The text of a `pyproject.toml`.
    pub pyproject: String,
    /// The host.
    pub host: Host,
    /// The interpreter that runs the hooks; absent: the host's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_interpreter: Option<BuildInterpreter>,
    /// What a `get_requires_for_build_*` hook answered. Its presence, even
    /// when empty, makes this the second pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dynamic_requires: Option<Vec<String>>,
    /// In the second pass, what the build environment holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<PresentDistribution>,
    /// Requirements that the frontend applies as constraints.
    #[serde(default)]
    pub constraints: Vec<String>,
    /// The frontend whose table counts; null is the neutral reading.
    #[serde(default)]
    pub frontend: Option<String>,
    /// What the user and the operation under way say.
    #[serde(default)]
    pub policy: CasePolicy,
}

/// The interpreter of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildInterpreter {
    /// `sys.implementation.name`.
    pub implementation: String,
    /// `X.Y`.
    pub version: String,
    /// `sys.abiflags`.
    #[serde(default)]
    pub abi_flags: String,
    /// `sysconfig.get_platform()`.
    pub platform: String,
}

/// A distribution that the build environment holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentDistribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it was exposed; else it was downloaded.
    pub exposed: bool,
}

/// What the user refuses, and what the operation under way is about to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CasePolicy {
    /// Names the user refuses to pass through.
    pub denied: Vec<String>,
    /// Whether the user refuses passthrough altogether.
    pub deny_all: bool,
    /// Names of which the host has another copy, or none, after the operation.
    pub replacing: Vec<String>,
    /// Whether every download must match a hash.
    pub hash_mode: bool,
    /// Whether a required listed name that falls back is an error.
    pub strict: bool,
}

/// What the answer has to be: a plan, of which only what is stated is
/// compared, or an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Expectation {
    /// The project cannot be built, or the build has to be given up.
    Error(ExpectedError),
    /// A plan.
    Plan(ExpectedPlan),
}

impl<'de> Deserialize<'de> for Expectation {
    // An untagged enum would only say that no variant matches.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::<String, Value>::deserialize(deserializer)?;
        if map.contains_key("error") {
            fields::read(map).map(Self::Error)
        } else {
            fields::read(map).map(Self::Plan)
        }
    }
}

/// The expectation of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedError {
    /// The error.
    pub error: Refusal,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Where the work ended.
    pub stage: Stage,
    /// The requirement that forbids going on, such as `CONF-2`.
    pub code: String,
}

/// Where the work of a frontend can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// At the reading of the project's file: nothing is built.
    Configuration,
    /// After the backend asked for more than can be had.
    SecondPass,
}

impl Stage {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::SecondPass => "second-pass",
        }
    }
}

/// The parts of a plan that a case states. What is absent is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedPlan {
    /// Every listed name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Vec<PartialListed>>,
    /// Everything that passes through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expose: Option<Vec<PartialExposed>>,
    /// Everything that is downloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<Vec<PartialInstall>>,
    /// `name==version` of everything exposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraints: Option<Vec<String>>,
    /// Whether a cache may hold the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacheable: Option<bool>,
    /// Findings that have to occur; others may occur too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Vec<PartialDiagnostic>>,
}

/// A listed name, as far as it is known or compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialListed {
    /// The normalised name.
    pub name: String,
    /// What became of it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "Status")]
    pub status: Option<Status>,
    /// The host's version, null where the host has none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "Option<String>")]
    pub version: Option<Option<String>>,
    /// The reason, in words.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "Option<String>")]
    pub detail: Option<Option<String>>,
}

/// Something exposed, as far as it is known or compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialExposed {
    /// The normalised name.
    pub name: String,
    /// The host's version.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "String")]
    pub version: Option<String>,
    /// Why it passes through.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "Role")]
    pub role: Option<Role>,
    /// Those exposed distributions that require it, sorted.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "Vec<String>")]
    pub required_by: Option<Vec<String>>,
    /// Whether it is an editable install.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "bool")]
    pub editable: Option<bool>,
    /// The `sys.path` entry of the host that it is in.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "String")]
    pub location: Option<String>,
}

/// Something to download, as far as it is known or compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialInstall {
    /// The normalised name.
    pub name: String,
    /// All that must hold for it, merged: specifiers without duplicates and
    /// sorted as strings, extras sorted by name.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "String")]
    pub requirement: Option<String>,
    /// Why it is downloaded.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "fields::given"
    )]
    #[schemars(with = "Because")]
    pub because: Option<Because>,
}

/// A finding, known by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialDiagnostic {
    /// The stable code.
    pub code: String,
}
