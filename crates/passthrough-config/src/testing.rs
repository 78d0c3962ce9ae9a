//! Findings as text, for the tests of the rules.

use std::fmt::Write as _;

use passthrough_diagnostic::{Diagnostic, Place, Span};

use crate::{Pyproject, Reading};

/// Reads neutrally.
pub(crate) fn read(source: &str) -> Pyproject {
    crate::read(source, &Reading::Neutral)
}

/// The codes of the findings of a neutral reading.
pub(crate) fn codes(source: &str) -> Vec<&'static str> {
    let findings = read(source).findings;
    findings.iter().map(|finding| finding.rule.code).collect()
}

/// The findings of one rule in a neutral reading.
pub(crate) fn only(code: &str, source: &str) -> String {
    of(code, source, &read(source))
}

/// The findings of one rule when read for a frontend.
pub(crate) fn only_for(frontend: &str, code: &str, source: &str) -> String {
    let reading = Reading::Frontend(frontend.to_owned());
    of(code, source, &crate::read(source, &reading))
}

fn of(code: &str, source: &str, pyproject: &Pyproject) -> String {
    let findings = pyproject.findings.iter();
    render(source, findings.filter(|finding| finding.rule.code == code))
}

/// All there is to say of findings, without the source around it.
pub(crate) fn render<'a>(
    source: &str,
    findings: impl IntoIterator<Item = &'a Diagnostic>,
) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = match &finding.place {
            Place::Whole => "file".to_owned(),
            Place::Source(span) => at(source, span),
            Place::Path(path) => path.display().to_string(),
        };
        let Diagnostic {
            rule,
            severity,
            message,
            ..
        } = finding;
        writeln!(text, "{} {severity} {place}: {}", rule.code, plain(message)).unwrap();
        if let Some(label) = &finding.label {
            writeln!(text, "  ^ {}", plain(label)).unwrap();
        }
        for related in &finding.related {
            let words = plain(&related.text);
            writeln!(text, "  + {}: {words}", at(source, &related.span)).unwrap();
        }
        if let Some(help) = &finding.help {
            writeln!(text, "  ? {}", plain(help)).unwrap();
        }
    }
    text
}

/// The text with its control characters escaped.
fn plain(text: &str) -> String {
    text.chars().fold(String::new(), |mut plain, character| {
        if character.is_control() || character == '\u{feff}' {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
        plain
    })
}

/// `line:column` in characters, and the text there.
fn at(source: &str, span: &Span) -> String {
    let before = &source[..span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let text: String = plain(&source[span.clone()]).chars().take(60).collect();
    format!("{line}:{column} «{text}»")
}
