//! What the script answers.

use serde::Deserialize;

/// Its answer, in its words.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    /// The hook returned.
    Returned(Returned),
    /// The backend has no such hook.
    Missing(Surroundings),
    /// The hook raised the backend's `UnsupportedOperation`.
    Unsupported(Failure),
    /// The hook raised anything else.
    Raised(Failure),
    /// There is no backend to ask.
    Unavailable(Unavailable),
}

/// What a hook returned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Returned {
    Text(String),
    List(Vec<String>),
    /// The type of anything else.
    Other(String),
}

impl Returned {
    /// The Python type.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Text(_) => "str".to_owned(),
            Self::List(_) => "list".to_owned(),
            Self::Other(kind) => kind.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Unavailable {
    pub(crate) stage: Stage,
    pub(crate) found: Vec<(String, String)>,
    #[serde(flatten)]
    pub(crate) exception: Option<Exception>,
    #[serde(default)]
    pub(crate) causes: Vec<Exception>,
    #[serde(default)]
    pub(crate) traceback: String,
    #[serde(flatten)]
    pub(crate) surroundings: Surroundings,
}

/// How far the way to a backend went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Its module could not be imported.
    Import,
    /// Its module was found, but not below `backend-path`.
    InTree,
    /// Its module has no such object.
    Attribute,
}

/// What an exception tells. Every text is the backend's own, cut where it is
/// very long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Failure {
    /// The exception.
    #[serde(flatten)]
    pub exception: Exception,
    /// Those it was raised from, the immediate one first.
    pub causes: Vec<Exception>,
    /// All of it, as Python prints it.
    pub traceback: String,
    /// Where it happened.
    #[serde(flatten)]
    pub surroundings: Surroundings,
}

/// One exception.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Exception {
    /// Its class, such as `ModuleNotFoundError`.
    #[serde(rename = "type")]
    pub class: String,
    /// What it says.
    pub message: String,
    /// The module that could not be imported, if that is what it is about.
    pub module: Option<String>,
    /// The way to where it was raised, without that of the import system. The
    /// last is where it happened; for a `SyntaxError` that is the faulty line.
    pub frames: Vec<Frame>,
}

/// A place in a Python program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Frame {
    /// The file, as Python calls it.
    pub file: String,
    /// The line, counted from 1; 0 if it is not known.
    pub line: u64,
    /// The function, `<module>` outside of any.
    pub function: String,
    /// The line itself, empty if it is not known.
    pub text: String,
}

/// The interpreter that a hook ran in, by its own account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Surroundings {
    /// `sys.executable`.
    pub executable: String,
    /// `X.Y.Z`.
    pub version: String,
    /// `sys.prefix`.
    pub prefix: String,
    /// `sys.path` as it was in the end.
    pub sys_path: Vec<String>,
}
