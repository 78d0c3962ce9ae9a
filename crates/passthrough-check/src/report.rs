//! What was found out about one project, ready to be rendered.

use std::path::Path;

use passthrough_diagnostic::{Diagnostic, Place, Severity, Span};
use passthrough_protocol as protocol;

use crate::source::{Position, SourceText};

/// The answer for one project.
#[derive(Clone, Debug)]
pub struct Report {
    /// The decision; its `diagnostics` are the wire form of [`Self::diagnostics`].
    pub plan: protocol::Plan,
    /// The path of `pyproject.toml` as it is shown.
    pub project_file: String,
    /// The text of `pyproject.toml`; empty if it could not be read.
    pub source: String,
    /// How the host was found, such as `.venv`.
    pub host_note: Option<String>,
    /// Everything found: first what has a place in the file, in its order,
    /// then what has a path, then the rest.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Puts the findings in order, and their wire form into the plan.
    pub fn new(
        mut plan: protocol::Plan,
        project_file: String,
        source: String,
        host_note: Option<String>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Self {
        diagnostics.sort_by(|a, b| order(&a.place).cmp(&order(&b.place)));
        let text = SourceText::new(&source);
        plan.diagnostics = diagnostics
            .iter()
            .map(|diagnostic| wire(diagnostic, &project_file, &text))
            .collect();
        Self {
            plan,
            project_file,
            source,
            host_note,
            diagnostics,
        }
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let found = self.diagnostics.iter();
        found.filter(|found| found.severity == severity).count()
    }
}

/// The wire form of a finding; `source` is the text that its spans are of.
fn wire(
    diagnostic: &Diagnostic,
    project_file: &str,
    source: &SourceText<'_>,
) -> protocol::Diagnostic {
    let position = match &diagnostic.place {
        Place::Source(span) => Some(source.position(span.start)),
        Place::Path(_) | Place::Whole => None,
    };
    protocol::Diagnostic {
        code: diagnostic.rule.code.to_owned(),
        severity: match diagnostic.severity {
            Severity::Info => protocol::Severity::Info,
            Severity::Warning => protocol::Severity::Warning,
            Severity::Error => protocol::Severity::Error,
        },
        message: diagnostic.message.clone(),
        path: match &diagnostic.place {
            Place::Source(_) => Some(project_file.to_owned()),
            Place::Path(path) => Some(path.to_string_lossy().into_owned()),
            Place::Whole => None,
        },
        line: position.map(|Position { line, .. }| line),
        column: position.map(|Position { column, .. }| column),
        help: diagnostic.help.clone(),
    }
}

fn order(place: &Place) -> (u8, usize, usize, Option<&Path>) {
    match place {
        Place::Source(Span { start, end }) => (0, *start, *end, None),
        Place::Path(path) => (1, 0, 0, Some(path)),
        Place::Whole => (2, 0, 0, None),
    }
}
