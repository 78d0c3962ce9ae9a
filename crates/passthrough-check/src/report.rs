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

#[cfg(test)]
mod tests {
    use passthrough_protocol::Severity as Wire;

    use super::{Diagnostic, Report, Severity};
    use crate::render::fixture::{DUPLICATE, NOT_A_NAME, NOT_REQUIRED, SHADOWED, broken};

    fn report(source: &str, diagnostics: Vec<Diagnostic>) -> Report {
        let plan = broken().plan;
        Report::new(
            plan,
            "a/p.toml".to_owned(),
            source.to_owned(),
            None,
            diagnostics,
        )
    }

    #[test]
    fn findings_come_in_the_order_of_the_file_then_the_rest() {
        let report = report(
            "abcdef",
            vec![
                Diagnostic::new(&SHADOWED, "whole 1"),
                Diagnostic::new(&SHADOWED, "path b").on("/b"),
                Diagnostic::new(&DUPLICATE, "at 3").at(3..4),
                Diagnostic::new(&SHADOWED, "path a").on("/a"),
                Diagnostic::new(&DUPLICATE, "at 1, long").at(1..5),
                Diagnostic::new(&DUPLICATE, "at 1").at(1..2),
                Diagnostic::new(&NOT_A_NAME, "at 1, again").at(1..2),
                Diagnostic::new(&NOT_A_NAME, "whole 2"),
            ],
        );
        let messages = report.diagnostics.iter().map(|found| &found.message);
        let order = [
            "at 1",
            "at 1, again",
            "at 1, long",
            "at 3",
            "path a",
            "path b",
            "whole 1",
            "whole 2",
        ];
        assert!(messages.eq(order));
        let wire = report.plan.diagnostics.iter().map(|found| &found.message);
        assert!(wire.eq(order));
    }

    #[test]
    fn the_wire_form_says_where_in_characters() {
        let report = report(
            "ä\nöü x",
            vec![
                Diagnostic::new(&NOT_A_NAME, "m").at(8..9).help("h"),
                Diagnostic::new(&NOT_REQUIRED, "m").on("/x\u{1b}"),
                Diagnostic::new(&SHADOWED, "m\u{1b}").severity(Severity::Error),
            ],
        );
        let [source, path, whole] = report.plan.diagnostics.as_slice() else {
            panic!("three findings");
        };
        assert_eq!(
            (source.code.as_str(), source.severity),
            ("BIP112", Wire::Error)
        );
        assert_eq!(source.path.as_deref(), Some("a/p.toml"));
        assert_eq!((source.line, source.column), (Some(2), Some(4)));
        assert_eq!(source.help.as_deref(), Some("h"));
        assert_eq!(path.severity, Wire::Info);
        assert_eq!(path.path.as_deref(), Some("/x\u{1b}"));
        assert_eq!((path.line, path.column, &path.help), (None, None, &None));
        assert_eq!(
            (whole.code.as_str(), whole.severity),
            ("BIP301", Wire::Error)
        );
        assert_eq!((whole.message.as_str(), &whole.path), ("m\u{1b}", &None));
        assert_eq!(report.count(Severity::Error), 2);
        assert_eq!(report.count(Severity::Warning), 0);
    }

    #[test]
    fn findings_of_an_earlier_run_are_not_kept() {
        let plan = report("x", vec![Diagnostic::new(&SHADOWED, "old")]).plan;
        let report = Report::new(plan, String::new(), String::new(), None, vec![]);
        assert_eq!(report.plan.diagnostics, []);
    }
}
