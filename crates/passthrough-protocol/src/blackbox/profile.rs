use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a real frontend is run: all that the suite knows of it.
///
/// Words in braces stand for places of a world: `{tool}` the environment that
/// the frontend is installed in, `{host}` the host, `{python}` its interpreter,
/// `{project}` the source tree, `{out}` where the result goes, `{index}` the
/// address of the index, `{requirement}` the published project, `{archive}` its
/// sdist as a file, `{constraints}` a file of constraints, `{prepared}` a prepared
/// environment, `{self}` the program that runs the suite. An argument `{refused}`
/// stands for those by which the user refuses what the project asks for, mostly
/// none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: a profile of a frontend")]
pub struct Profile {
    /// Names this document's format.
    pub schema: ProfileSchema,
    /// The frontend's name, and the file's.
    pub name: String,
    /// Where the frontend is at home.
    pub source: String,
    /// What is installed to have it: `name==version`, the frontend first. With
    /// none, `argv` has to find it.
    pub requirements: Vec<String>,
    /// How its version is asked for.
    pub version: VersionCommand,
    /// How it learns which environment is the host.
    pub host: HostDiscovery,
    /// The `<name>` of the `[tool.<name>]` that it reads.
    pub table: String,
    /// What it can do beside its steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// How its user refuses what a project asks for; absent: there is no way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalArguments>,
    /// Text that a project needs in its `pyproject.toml`, to use the index say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pyproject: String,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Its commands.
    pub steps: Steps,
    /// What it is known to do wrong, where that is why there is the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// Its commands with an environment that was prepared for it.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub prepared: Steps,
}

/// Names the format of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ProfileSchema {
    /// The first format.
    #[default]
    #[serde(rename = "passthrough-profile/1")]
    V1,
}

/// A frontend that is wrong in a known way: a suite that does not notice is wrong
/// itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// What it does wrong.
    pub why: String,
    /// The cases that show it, or checks of them, `CASE/CHECK`.
    pub cases: Vec<String>,
    /// The requirements that it does not meet in those cases: these and no
    /// others.
    pub fails: Vec<String>,
}

/// How a version is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionCommand {
    /// The command and its arguments.
    pub argv: Vec<String>,
    /// A regular expression with one group, the version, for its output.
    pub pattern: String,
    /// How long it may take, in seconds; a minute without.
    #[schemars(range(min = 1, max = 3600))]
    #[serde(
        default = "a_minute",
        deserialize_with = "seconds",
        skip_serializing_if = "is_a_minute"
    )]
    pub timeout: u16,
}

fn a_minute() -> u16 {
    60
}

fn is_a_minute(seconds: &u16) -> bool {
    *seconds == a_minute()
}

/// The arguments by which a user refuses what a project asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalArguments {
    /// Those for one name, which `{name}` stands for; they are repeated for each.
    pub name: Vec<String>,
    /// Those for all names.
    pub all: Vec<String>,
}

/// How a frontend learns which environment is the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HostDiscovery {
    /// An option names its interpreter.
    PythonFlag,
    /// It is the environment that is activated.
    ActiveVenv,
    /// It is the environment that the frontend runs in.
    SelfEnv,
    /// The frontend makes one of its own; the one that is activated is not it.
    ManagedEnv,
}

/// The commands of a frontend; what is absent it cannot do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// A wheel of the source tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheel: Option<StepCommand>,
    /// The source tree, installed as editable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editable: Option<StepCommand>,
    /// An sdist of the source tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdist: Option<StepCommand>,
    /// The metadata of the source tree, without a wheel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<StepCommand>,
    /// A wheel of the project as the index has it, an sdist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<StepCommand>,
    /// A wheel of the project's sdist, a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<StepCommand>,
}

impl Steps {
    /// The command of a step, if there is one.
    pub fn get(&self, step: Step) -> Option<&StepCommand> {
        match step {
            Step::Wheel => self.wheel.as_ref(),
            Step::Editable => self.editable.as_ref(),
            Step::Sdist => self.sdist.as_ref(),
            Step::Metadata => self.metadata.as_ref(),
            Step::Requirement => self.requirement.as_ref(),
            Step::Archive => self.archive.as_ref(),
        }
    }
}

fn is_empty(steps: &Steps) -> bool {
    *steps == Steps::default()
}

/// What a frontend is made to do.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Make a wheel of the source tree.
    #[default]
    Wheel,
    /// Install the source tree as editable.
    Editable,
    /// Make an sdist of the source tree.
    Sdist,
    /// Ask for the metadata of the source tree.
    Metadata,
    /// Make a wheel of the sdist that the index has.
    Requirement,
    /// Make a wheel of an sdist, a file.
    Archive,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Wheel,
        Self::Editable,
        Self::Sdist,
        Self::Metadata,
        Self::Requirement,
        Self::Archive,
    ];

    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::Editable => "editable",
            Self::Sdist => "sdist",
            Self::Metadata => "metadata",
            Self::Requirement => "requirement",
            Self::Archive => "archive",
        }
    }
}

/// The command of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepCommand {
    /// The command and its arguments.
    pub argv: Vec<String>,
    /// How long it may take, in seconds.
    #[schemars(range(min = 1, max = 3600))]
    #[serde(deserialize_with = "seconds")]
    pub timeout: u16,
    /// Whether the result ends up in the host, and not in `{out}`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub installs: bool,
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let seconds = u16::deserialize(deserializer)?;
    if (1..=3600).contains(&seconds) {
        Ok(seconds)
    } else {
        let message = "the time-out is not between 1 and 3600 seconds";
        Err(serde::de::Error::custom(message))
    }
}

/// What a frontend may be without.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// It loads a backend from the source tree (PEP 517, `backend-path`).
    BackendPath,
    /// It applies constraints to build requirements.
    Constraints,
    /// It builds a build requirement that there is only as an sdist.
    SdistRequirements,
}

impl Capability {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BackendPath => "backend-path",
            Self::Constraints => "constraints",
            Self::SdistRequirements => "sdist-requirements",
        }
    }
}
