use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::profile::Step;
use super::recording::Recording;
use crate::report::Verdict;

/// What came of a case with a frontend, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: the evidence of a run")]
pub struct Evidence {
    /// Names this document's format.
    pub schema: EvidenceSchema,
    /// The case's id.
    pub case: String,
    /// The rule at work.
    pub title: String,
    /// What goes wrong for a user if it fails.
    pub why: String,
    /// The name of the frontend's profile.
    pub profile: String,
    /// The frontend's version, as it says itself.
    pub version: String,
    /// Whether it was run in a prepared environment.
    pub prepared: bool,
    /// What it was made to do.
    pub step: Step,
    /// What marks this run's recordings and copies.
    pub nonce: String,
    /// What the checks came to.
    pub checks: Vec<CheckResult>,
    /// What was done: one run, or two.
    pub runs: Vec<RunEvidence>,
    /// A command that does it again.
    pub reproduce: String,
}

/// Names the format of the evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EvidenceSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-evidence/1")]
    V1,
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// The check's id.
    pub id: String,
    /// The requirements that it cites.
    pub cites: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// A stable word for what is wrong; null where nothing is.
    pub code: Option<String>,
    /// What was looked at.
    pub about: String,
    /// What had to be seen.
    pub expected: String,
    /// What was seen, each word once; null where there was nothing to look at.
    pub observed: Option<Vec<String>>,
    /// What is wrong, in words; null where nothing is.
    pub message: Option<String>,
}

/// A run of the frontend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunEvidence {
    /// The command.
    pub argv: Vec<String>,
    /// The directory that it ran in.
    pub directory: String,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// How it ended.
    pub ending: Ending,
    /// Its exit code, where it has one.
    pub exit_code: Option<i32>,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// The end of its standard output.
    pub stdout: String,
    /// The end of its standard error.
    pub stderr: String,
    /// How many processes it had left outside of its group, where the system can
    /// tell; they were ended, as were those in it.
    pub left_processes: u32,
    /// The hooks that ran, in their order.
    pub recordings: Vec<Recording>,
    /// Recordings that are none of this run, and why.
    pub refused_recordings: Vec<String>,
    /// What was asked of the index.
    pub requests: Vec<RecordedRequest>,
    /// What was to leave the machine.
    pub attempts: Vec<RecordedAttempt>,
    /// What changed in the host.
    pub host_changes: Vec<String>,
    /// The files that came of it.
    pub results: Vec<String>,
    /// What those say they were built with: copies by distribution; null where
    /// they say nothing.
    pub built_with: Option<BTreeMap<String, Vec<String>>>,
    /// What else went wrong.
    pub trouble: Vec<String>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// By itself.
    Exit,
    /// By a signal.
    Signal,
    /// It was ended after its time.
    Timeout,
    /// It was ended because of how much it wrote.
    Flood,
    /// It could not be started.
    NotStarted,
}

/// A request to the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// What was asked for.
    pub target: String,
    /// The status of the answer.
    pub status: u16,
    /// How much of the answer's body was sent, in bytes.
    pub sent: u64,
    /// The range that was asked for.
    pub range: Option<String>,
    /// Who asked.
    pub user_agent: Option<String>,
    /// The project whose file it was; null where it was not a file.
    pub project: Option<String>,
    /// The copy that was sent.
    pub copy: Option<String>,
}

/// An attempt to leave the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedAttempt {
    /// The method.
    pub method: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
    /// What was asked for.
    pub target: String,
}
