//! Wrong implementations, as data: what a suite has to notice, and whether it
//! does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Ways to break the second implementation, one rule at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: mutants")]
pub struct Mutants {
    /// Names this document's format.
    pub schema: MutantsSchema,
    /// The mutants, in the order in which they are reported.
    pub mutant: Vec<Mutant>,
}

/// Names the format of the mutants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MutantsSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-mutants/1")]
    V1,
}

/// One wrong implementation: the right one with a few lines replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// Its name, of lower-case words with dashes between them; no other mutant
    /// has it.
    pub name: String,
    /// The id of the requirement that it breaks.
    pub breaks: String,
    /// What it does, in one line.
    pub what: String,
    /// What is replaced, one after the other.
    pub patch: Vec<Patch>,
}

/// A text and what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// The only file to look in, below `conformance/adapters/python`; without
    /// it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The text. It occurs exactly once.
    pub find: String,
    /// What is put in its place.
    pub replace: String,
}

/// What the cases notice of the mutants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: mutants-report")]
pub struct MutantsReport {
    /// Names this document's format.
    pub schema: MutantsReportSchema,
    /// The digest of all cases and requirements, `sha256:…`.
    pub suite: String,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Every mutant, in the order of the files and in them.
    pub mutants: Vec<MutantResult>,
    /// Requirements that bind and that decisions show, but that no mutant breaks.
    pub unbroken: Vec<String>,
    /// The ids of cases that kill no mutant and are no guards.
    pub idle: Vec<String>,
    /// The ids of guards that kill a mutant after all.
    pub busy_guards: Vec<String>,
    /// How many cases each mutant was put to.
    pub cases: usize,
    /// Files that could not be used.
    pub problems: Vec<String>,
}

/// Names the format of the report on mutants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MutantsReportSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-mutants-report/1")]
    V1,
}

/// What the cases notice of one mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MutantResult {
    /// Its name.
    pub name: String,
    /// The file that it is from, without `.toml`.
    pub group: String,
    /// The id of the requirement that it breaks.
    pub breaks: String,
    /// What it does.
    pub what: String,
    /// What became of it.
    pub verdict: MutantVerdict,
    /// The ids of the cases that it fails and that cite the requirement.
    pub killed_by: Vec<String>,
    /// The ids of other cases that it fails. They count for nothing.
    pub noticed_by: Vec<String>,
    /// The ids of cases that it has no answer to. They count for nothing.
    pub crashed_by: Vec<String>,
}

/// What became of a mutant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MutantVerdict {
    /// No case that cites the requirement fails.
    Survived,
    /// One case alone fails that cites the requirement.
    Thin,
    /// Several do.
    Killed,
}

impl MutantVerdict {
    /// The word of the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Survived => "survived",
            Self::Thin => "thin",
            Self::Killed => "killed",
        }
    }
}
