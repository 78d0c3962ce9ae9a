//! What an implementation is known not to do yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The cases of the suite that an implementation is known to fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: expectations of failure")]
pub struct Expectations {
    /// Names this document's format.
    pub schema: ExpectationsSchema,
    /// The failures, in any order.
    #[serde(default)]
    pub xfail: Vec<ExpectedFailure>,
}

/// Names the format of the expectations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ExpectationsSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-expectations/1")]
    V1,
}

/// A failure that is known: of one case, or of the cases of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailure {
    /// The id of the case; either this or `requirement` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The id of a requirement: every case that cites it and fails with `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// The code that the case fails with, as the report has it.
    pub code: String,
    /// Where the failure is tracked; this or `reason` has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// Why it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
