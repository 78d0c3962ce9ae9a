use passthrough_diagnostic::{Diagnostic, Span};
use passthrough_requirement::{PackageName, Requirement};

/// Whose tables count (CONF-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Every `[tool.*]` table, merged; the draft's spelling in `[build-system]` too.
    Neutral,
    /// One frontend's own table, `[tool.<name>]`.
    Frontend(String),
}

/// A value and the bytes of the source text that it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

/// What a `pyproject.toml` says about its build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pyproject {
    /// `[project] name`, if static and valid (or `[tool.poetry] name`).
    pub name: Option<PackageName>,
    /// The passthrough lists that count under the chosen [`Reading`], in the
    /// order of the file.
    pub declarations: Vec<Declaration>,
    /// `[build-system] requires`.
    pub requires: Requires,
    /// `[build-system] build-backend`.
    pub backend: Backend,
    /// Everything found, in the order of the file.
    pub findings: Vec<Diagnostic>,
}

/// One passthrough list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The table, dotted: `tool.uv`, or `build-system` for the draft's spelling.
    pub table: String,
    /// Where the key is written.
    pub key: Span,
    /// The names, duplicates removed, in the order of the file.
    pub names: Vec<Spanned<PackageName>>,
}

/// The static build requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requires {
    /// The valid ones, in the order of the file.
    pub requirements: Vec<Spanned<Requirement>>,
    /// False when they are PEP 518's default, because the file has no
    /// `[build-system]`. The spans are then empty, at the start of the text.
    pub declared: bool,
}

/// The build backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// `build-backend`, or PEP 517's default `setuptools.build_meta:__legacy__`.
    pub name: String,
    /// `backend-path`: where an in-tree backend is; empty when it is not in-tree.
    pub path: Vec<String>,
}

impl Default for Backend {
    /// PEP 517's backend for a project that names none.
    fn default() -> Self {
        Self {
            name: "setuptools.build_meta:__legacy__".to_owned(),
            path: Vec::new(),
        }
    }
}
