use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::profile::{Capability, Step};

/// A case at black-box level: a world, one step of a frontend in it, and what
/// is to be seen of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Build isolation passthrough: a black-box case (blackbox-case)")]
pub struct BlackboxCase {
    /// Its id: unique, and never given to another case.
    pub id: String,
    /// The rule at work, in one sentence.
    pub title: String,
    /// What goes wrong for a user where the checks fail.
    pub why: String,
    /// The revision of the specification that it came with.
    #[serde(default = "first_revision")]
    pub since: String,
    /// What a frontend may be without; the case is then unsupported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Capability>,
    /// What there is.
    pub world: BlackboxWorld,
    /// What the frontend is made to do.
    #[serde(default)]
    pub step: Step,
    /// What is looked at, in the order of a report.
    pub checks: Vec<Check>,
}

fn first_revision() -> String {
    "1".to_owned()
}

/// What there is when the frontend starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlackboxWorld {
    /// What is installed in the host.
    #[serde(default)]
    pub host: Vec<GivenDistribution>,
    /// If there, the step is repeated with another environment as the host, in
    /// which this is installed. Home, caches and index stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_host: Option<Vec<GivenDistribution>>,
    /// If there, the source tree has an environment `.venv`, which is not the
    /// host, and in which this is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_environment: Option<Vec<GivenDistribution>>,
    /// If there, an environment is activated that is not the host, and in which
    /// this is installed. A frontend that takes the activated one for the host
    /// cannot run the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_environment: Option<Vec<GivenDistribution>>,
    /// What the index has.
    #[serde(default)]
    pub index: Vec<GivenDistribution>,
    /// What is built.
    pub project: GivenProject,
    /// The names that the user refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// Whether the user refuses passthrough as a whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refuses_all: bool,
    /// Requirements that the frontend is given as constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    /// Environment variables of the frontend.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

impl BlackboxWorld {
    /// All that is installed or offered anywhere.
    pub fn distributions(&self) -> impl Iterator<Item = &GivenDistribution> {
        self.installed().chain(&self.index)
    }

    /// All that is installed in any environment.
    pub fn installed(&self) -> impl Iterator<Item = &GivenDistribution> {
        let others = [
            &self.second_host,
            &self.project_environment,
            &self.active_environment,
        ];
        let others = others.into_iter().flatten().flatten();
        self.host.iter().chain(others)
    }
}

/// A distribution of a world: a package of its own name, with a mark inside
/// that tells this copy from others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenDistribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What the mark says; absent: `host`, `second-host`, `project-environment`,
    /// `active` or `index`, by the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// In which form it is there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub form: Form,
    /// What is wrong with it, in a host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<Defect>,
    /// Its package, which is below a namespace where it has a dot; absent: made
    /// of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// What its `direct_url.json` has, in a host. `{file:NAME}` is the address of a
    /// file of the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub origin: Option<serde_json::Map<String, Value>>,
    /// `Requires-Dist`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_dist: Vec<String>,
    /// `Provides-Extra`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides_extra: Vec<String>,
    /// `Requires-Python`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// Console scripts, which say whose copy they are and what runs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<String>,
    /// Other entry points: names by group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entry_points: BTreeMap<String, Vec<String>>,
    /// Files below the prefix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<String>,
    /// The project whose sdist it is, where that is its form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<NestedProject>,
}

/// In which form a distribution is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A wheel on the index; on a host, what an installer makes of one.
    #[default]
    Wheel,
    /// On a host: a source tree beside it, and a path to that.
    Editable,
    /// On a host: a source tree beside it, and an import hook that has only its
    /// package.
    EditableFinder,
    /// On the index: an sdist, whose backend records as that of the project does.
    Sdist,
}

/// What is wrong with what is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// There is no `RECORD`.
    NoRecord,
    /// There is no `METADATA`.
    NoMetadata,
    /// `METADATA` has another version than the name of its directory.
    OtherVersion,
    /// There are the metadata of a second version.
    SecondVersion,
    /// A `Requires-Dist` is no requirement.
    BadRequirement,
    /// The source tree of an editable installation is gone.
    SourceGone,
}

/// What an sdist of the index says of its own build.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NestedProject {
    /// `[build-system] requires`, but for the backend itself.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The value of `no-build-isolation-package` in the frontend's table.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::fields::given"
    )]
    #[schemars(with = "Value")]
    pub list: Option<Value>,
}

/// The project that is built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenProject {
    /// Its name.
    #[serde(default = "demo")]
    pub name: String,
    /// Its version.
    #[serde(default = "one")]
    pub version: String,
    /// `[build-system] requires`, but for the backend itself. `{file:NAME}` is
    /// the address of a file of the index.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The value of `no-build-isolation-package` in the table of the frontend,
    /// whatever it is; absent: no such key. Null is none that TOML has.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::fields::given"
    )]
    #[schemars(with = "Value")]
    pub list: Option<Value>,
    /// Other keys of `[build-system]`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub build_system: BTreeMap<String, Value>,
    /// What the hooks `get_requires_for_build_*` answer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dynamic: DynamicRequires,
    /// Modules whose files the backend writes to, removes from and adds to when
    /// it builds a wheel, after it has recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overwrites: Vec<String>,
    /// Text that is added to its `pyproject.toml`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pyproject: String,
}

fn demo() -> String {
    "demo".to_owned()
}

fn one() -> String {
    "1.0".to_owned()
}

/// What the hooks `get_requires_for_build_*` answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DynamicRequires {
    /// Those of a wheel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wheel: Vec<String>,
    /// Those of an editable wheel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editable: Vec<String>,
    /// Those of an sdist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sdist: Vec<String>,
}

/// Something that is to be seen.
///
/// Whatever is looked at is a set of words. At least one of `is`, `has` and
/// `lacks` is there, and all that are there have to hold. Where hooks are looked
/// at, it has to hold in each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name, unique in the case.
    pub id: String,
    /// The requirements that it follows from.
    pub cites: Vec<String>,
    /// Another check, without which this one says nothing: it cannot pass where
    /// that does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub premise: Option<String>,
    /// In which run, where there are two.
    #[serde(default, skip_serializing_if = "is_default")]
    pub run: Run,
    /// What is looked at.
    pub what: What,
    /// Of which distribution, module, script, group, file or text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// As which process of a hook sees it.
    #[serde(default, rename = "in", skip_serializing_if = "is_default")]
    pub view: View,
    /// In which hook; absent: in each that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
    /// Only the first time that this hook ran: what it has asked for can be there
    /// when it is asked again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first: bool,
    /// In the build of which project; absent: of the one that is built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// These and no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Vec<String>>,
    /// These, and perhaps others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has: Option<Vec<String>>,
    /// None of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Vec<String>>,
}

/// Which of two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// The one with the host.
    #[default]
    First,
    /// The one with the second host.
    Second,
}

/// Which process of a hook looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// The one that the hook runs in.
    #[default]
    Hook,
    /// An interpreter that the hook starts.
    Child,
    /// An interpreter that the hook starts with `-I`.
    IsolatedChild,
}

/// What is looked at. Those that name a copy give the label of its mark.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// `yes` if the frontend ended well and there is what the step makes.
    Built,
    /// The hooks that ran.
    Hooks,
    /// The names of all distributions that `importlib.metadata` has.
    Distributions,
    /// The copies of a distribution that `importlib.metadata` has.
    Copies,
    /// Their versions.
    Versions,
    /// The copy that a module is imported from.
    Import,
    /// The copy that a script on `PATH` belongs to.
    Script,
    /// What runs a script on `PATH`: `environment` of the hook, `host`, `other`.
    ScriptInterpreter,
    /// The names in a group of entry points.
    EntryPoints,
    /// The files that a distribution records, and that are not there.
    MissingFiles,
    /// Of all data files of the world, those below the prefix.
    Data,
    /// The copies of a distribution that were downloaded, in whole or in part.
    Fetched,
    /// The hosts elsewhere that were to be reached.
    Elsewhere,
    /// What changed in the host, the installed result aside.
    HostChanges,
    /// The copies of a distribution that what was built says it was built with.
    BuiltWith,
    /// `yes` if the frontend's output has the text.
    Said,
}

impl What {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Hooks => "hooks",
            Self::Distributions => "distributions",
            Self::Copies => "copies",
            Self::Versions => "versions",
            Self::Import => "import",
            Self::Script => "script",
            Self::ScriptInterpreter => "script-interpreter",
            Self::EntryPoints => "entry-points",
            Self::MissingFiles => "missing-files",
            Self::Data => "data",
            Self::Fetched => "fetched",
            Self::Elsewhere => "elsewhere",
            Self::HostChanges => "host-changes",
            Self::BuiltWith => "built-with",
            Self::Said => "said",
        }
    }

    /// Whether it is of something that has to be named.
    pub fn has_object(self) -> bool {
        !matches!(
            self,
            Self::Built
                | Self::Hooks
                | Self::Distributions
                | Self::Data
                | Self::Elsewhere
                | Self::HostChanges
        )
    }

    /// Whether it is seen in a hook.
    pub fn is_seen_in_hooks(self) -> bool {
        matches!(
            self,
            Self::Distributions
                | Self::Copies
                | Self::Versions
                | Self::Import
                | Self::Script
                | Self::ScriptInterpreter
                | Self::EntryPoints
                | Self::MissingFiles
                | Self::Data
        )
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
