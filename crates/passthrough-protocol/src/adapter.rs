//! What the runner of the suite and an adapter say to each other: one JSON
//! object a line, one answer for each request, in order.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::case::{
    CaseInput, PartialDiagnostic, PartialExposed, PartialInstall, PartialListed, Refusal,
};
use crate::plan::{Declaration, Exposed, HostSummary, Install, Listed, Plan, PlanSchema, Project};
use crate::{Diagnostic, fields};

/// The version of the protocol.
pub const PROTOCOL: u32 = 1;

/// Any line of the conversation: what the schema `adapter` describes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Build isolation passthrough: a line between the suite and an adapter")]
pub enum AdapterMessage {
    /// The runner speaks.
    Request(Box<Request>),
    /// The adapter answers `start`.
    Started(Started),
    /// The adapter answers `run`.
    Answer(Box<Answer>),
}

/// What the runner says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "cmd", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// The first line: who are you?
    Start {
        /// The version of the protocol, [`PROTOCOL`].
        #[schemars(range(max = 4_294_967_295_u32))]
        protocol: u32,
    },
    /// Decide.
    Run {
        /// The number that the answer has to repeat.
        seq: u64,
        /// What is decided about.
        input: Box<CaseInput>,
    },
    /// The last line: the adapter ends with exit status 0, without an answer.
    Stop {},
}

/// The answer to `start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// Who answers.
    pub implementation: Implementation,
    /// The names of the features that it has. A runner knows those of a case;
    /// others mean nothing to it.
    #[serde(default)]
    pub features: Vec<String>,
}

/// An implementation of the specification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Implementation {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The answer to `run`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
// What is flattened reads the other fields, and refuses more than one of them.
#[schemars(extend("unevaluatedProperties" = false))]
pub struct Answer {
    /// The number of the request.
    pub seq: u64,
    /// What it says.
    #[serde(flatten)]
    pub reply: Reply,
}

/// What an implementation says about an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The decision.
    Plan(Box<AnsweredPlan>),
    /// There is no decision: the project is at fault.
    Error(Refusal),
    /// The implementation does not have what it takes.
    Unsupported(Unsupported),
    /// The implementation failed.
    Crashed(Crashed),
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::<String, Value>::deserialize(deserializer)?;
        let mut entries = map.into_iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else {
            return Err(D::Error::custom(
                "an answer has `seq` and one of `plan`, `error`, `unsupported`, `crashed`",
            ));
        };
        match key.as_str() {
            "plan" => fields::value(value).map(Self::Plan),
            "error" => fields::value(value).map(Self::Error),
            "unsupported" => fields::value(value).map(Self::Unsupported),
            "crashed" => fields::value(value).map(Self::Crashed),
            _ => Err(D::Error::unknown_variant(
                &key,
                &["plan", "error", "unsupported", "crashed"],
            )),
        }
    }
}

/// A plan as an adapter gives it: a part of the plan document, in which only
/// `listed` has to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnsweredPlan {
    /// Names the plan document's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<PlanSchema>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Project>,
    /// The host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostSummary>,
    /// The passthrough lists that were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declarations: Option<Vec<Declaration>>,
    /// Every listed name.
    pub listed: Vec<PartialListed>,
    /// What passes through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expose: Option<Vec<PartialExposed>>,
    /// What is to be downloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<Vec<PartialInstall>>,
    /// `name==version` of everything exposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraints: Option<Vec<String>>,
    /// Whether a cache may hold the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacheable: Option<bool>,
    /// The identity of all that is exposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_key: Option<String>,
    /// What was found on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Vec<AnsweredDiagnostic>>,
}

/// A finding, in full or by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AnsweredDiagnostic {
    /// The code alone.
    Code(PartialDiagnostic),
    /// As the plan document has it.
    Full(Diagnostic),
}

/// The implementation lacks a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsupported {
    /// The feature's name.
    pub feature: String,
}

/// The implementation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crashed {
    /// What it says of its failure.
    pub message: String,
}

impl From<Plan> for AnsweredPlan {
    fn from(plan: Plan) -> Self {
        Self {
            schema: Some(plan.schema),
            project: Some(plan.project),
            host: plan.host,
            declarations: Some(plan.declarations),
            listed: plan.listed.into_iter().map(Into::into).collect(),
            expose: Some(plan.expose.into_iter().map(Into::into).collect()),
            install: Some(plan.install.into_iter().map(Into::into).collect()),
            constraints: Some(plan.constraints),
            cacheable: Some(plan.cacheable),
            cache_key: plan.cache_key,
            diagnostics: Some(
                plan.diagnostics
                    .into_iter()
                    .map(AnsweredDiagnostic::Full)
                    .collect(),
            ),
        }
    }
}

impl From<Listed> for PartialListed {
    fn from(listed: Listed) -> Self {
        Self {
            name: listed.name,
            status: Some(listed.status),
            version: Some(listed.version),
            detail: Some(listed.detail),
        }
    }
}

impl From<Exposed> for PartialExposed {
    fn from(exposed: Exposed) -> Self {
        Self {
            name: exposed.name,
            version: Some(exposed.version),
            role: Some(exposed.role),
            required_by: Some(exposed.required_by),
            editable: Some(exposed.editable),
            location: Some(exposed.location),
        }
    }
}

impl From<Install> for PartialInstall {
    fn from(install: Install) -> Self {
        Self {
            name: install.name,
            requirement: Some(install.requirement),
            because: Some(install.because),
        }
    }
}
