//! Format `github`: findings as workflow commands, which GitHub Actions turns
//! into annotations of the changed files.
//!
//! An annotation can only be put on a file of the repository, so a finding
//! about the host is put on `pyproject.toml` and names its path in the message.
//! The log of a run shows the message alone, hence the place in front of it.

use passthrough_diagnostic::{Diagnostic, Place, Severity};

use crate::escape::escape;
use crate::report::Report;
use crate::source::SourceText;

pub(super) fn render(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        let source = SourceText::new(&report.source);
        for diagnostic in &report.diagnostics {
            text.push_str(&command(report, &source, diagnostic));
            text.push('\n');
        }
    }
    text
}

fn command(report: &Report, source: &SourceText<'_>, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = escape(&report.project_file);
    let mut properties = format!("file={}", property(&file));
    let place = match &diagnostic.place {
        Place::Source(span) => {
            let (start, end) = (source.position(span.start), source.position(span.end));
            properties.push_str(&format!(
                ",line={},col={},endLine={},endColumn={}",
                start.line, start.column, end.line, end.column
            ));
            format!("{file}:{}:{}", start.line, start.column)
        }
        Place::Path(path) => escape(&path.to_string_lossy()).into_owned(),
        Place::Whole => file.into_owned(),
    };
    let code = diagnostic.rule.code;
    let title = property(&format!("passthrough-check ({code})"));
    let mut message = format!("{place}: {code} {}", escape(&diagnostic.message));
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {}", escape(help)));
    }
    format!("::{level} title={title},{properties}::{}", data(&message))
}

/// The text of a command: what would end its line is encoded.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of a command: what would end the value, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
