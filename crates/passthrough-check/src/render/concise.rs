//! Format `concise`: one line a listed name, then one line a finding, nothing
//! folded and nothing broken.
//!
//! ```text
//! pyproject.toml:7: torch: host (2.4.0+cu121)
//! pyproject.toml:7: numpy: version (1.26.4): `numpy>=2` excludes it
//! pyproject.toml:7:31: warning[BIP201] numpy is listed, but …
//! ```
//!
//! A name has the line of the list that it is in. A finding about a path of
//! the host begins with that path; one about the project as a whole has no line.

use std::collections::BTreeMap;

use passthrough_diagnostic::Severity;
use passthrough_protocol::{Diagnostic, Listed};

use super::Options;
use super::text::{FAINT, PLAIN, Page, STRONG, Styled};
use super::words::{outcome, severity_style, status_word};
use crate::escape::escape;
use crate::report::Report;

pub(super) fn render(reports: &[Report], options: Options) -> String {
    let mut page = Page::new(options.color, usize::MAX);
    for report in reports {
        listed(&mut page, report);
        for (wire, diagnostic) in report.plan.diagnostics.iter().zip(&report.diagnostics) {
            finding(&mut page, report, wire, diagnostic.severity);
        }
    }
    page.finish()
}

fn listed(page: &mut Page, report: &Report) {
    let mut lines = BTreeMap::new();
    for declaration in &report.plan.declarations {
        for name in &declaration.names {
            lines.entry(name.as_str()).or_insert(declaration.line);
        }
    }
    let file = escape(&report.project_file);
    for listed in &report.plan.listed {
        let place = match lines.get(listed.name.as_str()) {
            Some(line) => format!("{file}:{line}: "),
            None => format!("{file}: "),
        };
        let line = Styled::new(FAINT, place).and(STRONG, escape(&listed.name));
        page.hanging(&decision(line, listed), []);
    }
}

fn decision(line: Styled, listed: &Listed) -> Styled {
    let style = outcome(listed.status).style();
    let mut line = line.and(PLAIN, ": ").and(style, status_word(listed.status));
    if let Some(version) = &listed.version {
        line = line.and(PLAIN, format!(" ({})", escape(version)));
    }
    if let Some(detail) = &listed.detail {
        line = line.and(PLAIN, format!(": {}", escape(detail)));
    }
    line
}

fn finding(page: &mut Page, report: &Report, wire: &Diagnostic, severity: Severity) {
    let mut place = escape(wire.path.as_ref().unwrap_or(&report.project_file)).into_owned();
    for number in [wire.line, wire.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    let line = Styled::new(FAINT, format!("{place}: "))
        .and(
            severity_style(severity),
            format!("{severity}[{}]", wire.code),
        )
        .and(PLAIN, format!(" {}", escape(&wire.message)));
    page.hanging(&line, []);
}

#[cfg(test)]
mod tests;
