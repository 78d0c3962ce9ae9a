//! What a run of the conformance suite found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::adapter::{Implementation, Reply};
use crate::blackbox::evidence::Evidence;
use crate::blackbox::profile::Profile;
use crate::case::Expectation;
use crate::expectations::ExpectedFailure;

/// What a run of the conformance suite found out about an implementation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: a report of the conformance suite")]
pub struct ConformanceReport {
    /// Names this document's format.
    pub schema: ReportSchema,
    /// The implementation; null if none said who it is.
    pub implementation: Option<Implementation>,
    /// The features that it claims.
    pub features: Vec<String>,
    /// The adapter's command; null for the reference in the runner itself, and
    /// for a frontend.
    pub adapter: Option<Vec<String>>,
    /// The frontend that was run, where the cases are of the black-box level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontend: Option<FrontendRun>,
    /// The revision of the specification.
    pub revision: String,
    /// The digest of all cases and requirements, `sha256:…`.
    pub suite: String,
    /// What the order of the cases was made from.
    pub seed: u64,
    /// The part of the plan that was run, `hash:1/3`; null for all of it.
    pub partition: Option<String>,
    /// What the run comes to.
    pub summary: Summary,
    /// By requirement, in the order of the specification.
    pub requirements: Vec<RequirementResult>,
    /// Every case that was run, by id. At black-box level each check of a case
    /// is one, `CASE/CHECK`.
    pub cases: Vec<CaseResult>,
    /// What shows the verdicts at black-box level, once for each case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The ids of all cases that were selected, whatever the partition.
    pub plan: Vec<String>,
    /// The ids of those that were not.
    pub not_selected: Vec<String>,
    /// The digest of the entries of the expectations file, `sha256:…`; null
    /// without one.
    #[serde(default)]
    pub expectations: Option<String>,
    /// Entries of the expectations file that do not describe this run.
    pub stale: Vec<String>,
    /// Entries on a requirement that describe nothing in this part, and may
    /// describe something in another: what no part has is stale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<ExpectedFailure>,
    /// Case files that could not be used.
    pub problems: Vec<String>,
    /// What else was noticed.
    pub notes: Vec<String>,
}

/// How a real frontend was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrontendRun {
    /// Its version, as it says itself.
    pub version: String,
    /// Whether it was run in an environment that was prepared for it.
    pub prepared: bool,
    /// `X.Y` of the interpreter that the environments were made with.
    pub python: String,
    /// The digest of the profile, `sha256:…`.
    pub digest: String,
    /// Its commands, and all else that the suite knows of it.
    pub profile: Profile,
}

/// Names the report's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ReportSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-report/1")]
    V1,
}

/// How many cases ended in which verdict, and how many requirements are met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The exit code of the run.
    pub exit_code: u8,
    /// Cases by verdict.
    pub verdicts: Verdicts,
    /// Requirements of level MUST.
    pub must: Met,
    /// Requirements of level SHOULD.
    pub should: Met,
}

/// Cases by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the verdict of that name")]
pub struct Verdicts {
    pub pass: usize,
    pub fail: usize,
    pub error: usize,
    pub unsupported: usize,
    pub xfail: usize,
    pub xpass: usize,
    pub observed: usize,
}

/// How many requirements are met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Met {
    /// All their cases pass.
    pub met: usize,
    /// A case of theirs was run.
    pub tested: usize,
}

/// What the cases of a requirement come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementResult {
    /// Its id.
    pub id: String,
    /// How much it binds.
    pub level: Level,
    /// Its text.
    pub text: String,
    /// Where its text is.
    pub section: String,
    /// Whether it is met.
    pub result: RequirementVerdict,
    /// The cases that cite it, by id.
    pub cases: Vec<String>,
}

/// How much a requirement binds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Level {
    /// As in RFC 2119.
    #[serde(rename = "MUST")]
    Must,
    /// As in RFC 2119.
    #[serde(rename = "SHOULD")]
    Should,
    /// As in RFC 2119.
    #[serde(rename = "MAY")]
    May,
    /// Left to the discussion of the PEP.
    #[serde(rename = "open")]
    Open,
}

impl Level {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Open => "open",
        }
    }
}

/// Whether a requirement is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementVerdict {
    /// Every case passes.
    Met,
    /// A case does not pass.
    NotMet,
    /// What was run passes, but a case needs what the implementation lacks.
    Partial,
    /// Every case needs what the implementation lacks.
    Unsupported,
    /// It is an open question: what was seen is not scored.
    Observed,
    /// No case of it was run.
    Untested,
}

impl RequirementVerdict {
    /// The word for readers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::Partial => "partial",
            Self::Unsupported => "unsupported",
            Self::Observed => "observed",
            Self::Untested => "untested",
        }
    }
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The case's id.
    pub id: String,
    /// The rule at work.
    pub title: String,
    /// What goes wrong for a user if it fails.
    pub why: String,
    /// The requirements that it cites.
    pub cites: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// A stable word for what is wrong; null where nothing is.
    pub code: Option<String>,
    /// What is wrong, in words.
    pub differences: Vec<String>,
    /// What the case expects, at decision level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expectation>,
    /// What was answered, at decision level; null where nothing was.
    #[serde(default)]
    pub answer: Option<Reply>,
    /// The case whose `evidence` shows it, at black-box level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The end of the adapter's stderr, where there was trouble.
    pub stderr: Option<String>,
    /// How long the answer took, in microseconds; at black-box level, how long
    /// the frontend ran for all checks of the case.
    pub micros: u64,
    /// A command that runs this case again.
    pub reproduce: String,
}

/// What a case ended in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Another answer than expected.
    Fail,
    /// No answer that could be judged.
    Error,
    /// As expected, though the expectations file says otherwise.
    Xpass,
    /// Wrong, as the expectations file says.
    Xfail,
    /// The implementation lacks a feature that the case names.
    Unsupported,
    /// The case is about open questions alone: nothing is scored.
    Observed,
    /// As expected.
    Pass,
}

impl Verdict {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Xpass => "xpass",
            Self::Xfail => "xfail",
            Self::Unsupported => "unsupported",
            Self::Observed => "observed",
            Self::Pass => "pass",
        }
    }
}
