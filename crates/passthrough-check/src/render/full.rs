//! Format `full`: what people like to read.
//!
//! First the decision (which listed names come from the host, what comes along,
//! what is downloaded), then the findings, then one line that sums up. Marks
//! and frames are ASCII, and no meaning is in a colour alone.
//!
//! Long things are folded, not dropped: the runtime closure is a paragraph for
//! each distribution that needs something, pins that say nothing new are
//! counted, and findings of severity info are one line each. `-v` unfolds all.

use std::collections::BTreeSet;

use passthrough_diagnostic::Severity;
use passthrough_protocol::{Exposed, Install, Listed, Status};

use super::text::{
    BAD, FAINT, GOOD, PLAIN, POOR, Page, STRONG, Styled, column, listing, padded, words,
};
use super::words::{because, counted, outcome, severity_style, status_reason, status_word};
use super::{Options, excerpt};
use crate::escape::escape;
use crate::report::Report;

mod closure;

pub(super) fn render(reports: &[Report], options: Options) -> String {
    let mut page = Page::new(options.color, options.width);
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            page.blank_line();
        }
        project(&mut page, report, options);
    }
    if reports.len() > 1 {
        total(&mut page, reports);
    }
    page.finish()
}

fn project(page: &mut Page, report: &Report, options: Options) {
    header(page, report);
    listed(page, report);
    if !report.plan.expose.is_empty() {
        page.blank_line();
        closure::section(page, &report.plan.expose, options.verbose);
        pins(page, report, options.verbose);
    }
    downloads(page, &report.plan.install);
    cache(page, report);
    findings(page, report, options);
    page.blank_line();
    summary(page, report);
}

fn header(page: &mut Page, report: &Report) {
    let plan = &report.plan;
    let file = escape(&report.project_file);
    let project = match &plan.project.name {
        Some(name) => Styled::new(STRONG, escape(name)).and(PLAIN, format!(" ({file})")),
        None => Styled::new(STRONG, file),
    };
    field(page, "project", [project]);
    if let Some(host) = &plan.host {
        let found = report.host_note.as_deref().map(escape);
        let found = found.map(|note| Styled::new(FAINT, format!("({note})")));
        let python = Styled::new(PLAIN, format!("Python {}", escape(&host.version)))
            .and(PLAIN, format!(", {}", escape(&host.python)));
        field(page, "host", [python].into_iter().chain(found));
    }
    let lists = plan.declarations.iter().map(|declaration| {
        Styled::new(PLAIN, format!("[{}]", escape(&declaration.table)))
            .and(FAINT, format!(" line {}", declaration.line))
    });
    if !plan.declarations.is_empty() {
        field(page, "listed in", listing(lists.collect()));
    }
}

fn field(page: &mut Page, name: &str, pieces: impl IntoIterator<Item = Styled>) {
    page.hanging(&Styled::new(FAINT, padded(name, 11)), pieces);
}

fn listed(page: &mut Page, report: &Report) {
    let plan = &report.plan;
    if plan.listed.is_empty() {
        // With an error, a list may well be there that could not be read.
        if report.count(Severity::Error) == 0 {
            page.blank_line();
            page.raw(if plan.declarations.is_empty() {
                "No passthrough list: nothing comes from the host.\n"
            } else {
                "The passthrough list is empty: nothing comes from the host.\n"
            });
        }
        return;
    }
    page.blank_line();
    let names = column(plan.listed.iter().map(|listed| listed.name.as_str()), 40);
    let versions = plan
        .listed
        .iter()
        .filter_map(|listed| listed.version.as_deref());
    let versions = column(versions, 20);
    let editable: BTreeSet<&str> = plan
        .expose
        .iter()
        .filter(|exposed| exposed.editable)
        .map(|exposed| exposed.name.as_str())
        .collect();
    for listed in &plan.listed {
        let (first, pieces) = row(listed, names, versions, &editable);
        page.hanging(&first, pieces);
    }
}

fn row(
    listed: &Listed,
    names: usize,
    versions: usize,
    editable: &BTreeSet<&str>,
) -> (Styled, Vec<Styled>) {
    let outcome = outcome(listed.status);
    let version = listed.version.as_deref().unwrap_or_default();
    let first = Styled::new(outcome.style(), outcome.mark())
        .and(STRONG, format!(" {}", padded(&escape(&listed.name), names)))
        .and(PLAIN, format!("  {}  ", padded(&escape(version), versions)));
    let word = Styled::new(outcome.style(), status_word(listed.status));
    let reason = match &listed.detail {
        Some(detail) => escape(detail),
        None if listed.status == Status::Host && editable.contains(listed.name.as_str()) => {
            "an editable install".into()
        }
        None => status_reason(listed.status).into(),
    };
    if reason.is_empty() {
        return (first, vec![word]);
    }
    let mut pieces = vec![word.and(PLAIN, ":")];
    pieces.extend(words(PLAIN, &reason));
    (first, pieces)
}

fn pins(page: &mut Page, report: &Report, verbose: bool) {
    let pins = &report.plan.constraints;
    let exposed = &report.plan.expose;
    let shown: Vec<Styled> = pins
        .iter()
        .map(|pin| Styled::new(PLAIN, escape(pin)))
        .collect();
    let length: usize = shown.iter().map(|pin| pin.width() + 2).sum();
    // Pins are the versions above, once more: worth a line or two, no more.
    let folded = !verbose && pins.len() == exposed.len() && length > page.width() * 3 / 2;
    let first = Styled::new(PLAIN, "  pinned: ");
    if folded {
        let all = format!("all {} at these versions", pins.len());
        page.hanging(&first, [Styled::new(PLAIN, all)]);
    } else if !pins.is_empty() {
        page.hanging(&first, listing(shown));
    }
}

fn downloads(page: &mut Page, install: &[Install]) {
    if install.is_empty() {
        return;
    }
    page.blank_line();
    let heading = format!("To download: {}", counted(install.len(), "distribution"));
    page.hanging(&Styled::new(STRONG, heading), []);
    let width = column(
        install.iter().map(|install| install.requirement.as_str()),
        40,
    );
    for install in install {
        let (word, meaning) = because(install.because);
        let requirement = padded(&escape(&install.requirement), width);
        let mut pieces = vec![Styled::new(PLAIN, format!("{word}:"))];
        pieces.extend(words(PLAIN, meaning));
        page.hanging(&Styled::new(PLAIN, format!("  {requirement}  ")), pieces);
    }
}

fn cache(page: &mut Page, report: &Report) {
    let plan = &report.plan;
    if plan.cacheable && plan.cache_key.is_none() {
        // Then nothing about caches differs from any other build.
        return;
    }
    page.blank_line();
    if let Some(key) = plan.cache_key.as_ref().filter(|_| plan.cacheable) {
        page.hanging(
            &Styled::new(PLAIN, "Cacheable under "),
            [Styled::new(PLAIN, escape(key))],
        );
        return;
    }
    let editable = plan.expose.iter().filter(|exposed| exposed.editable);
    let names = editable.map(|exposed| Styled::new(PLAIN, escape(&exposed.name)));
    let names = listing(names.collect());
    let first = Styled::new(
        PLAIN,
        if names.is_empty() {
            "Not cacheable"
        } else {
            "Not cacheable, editable: "
        },
    );
    page.hanging(&first, names);
}

fn findings(page: &mut Page, report: &Report, options: Options) {
    if report.diagnostics.is_empty() {
        return;
    }
    let excerpts = excerpt::Excerpts::new(report, page.color(), page.width());
    let mut folded_before = false;
    for diagnostic in &report.diagnostics {
        let folded = diagnostic.severity == Severity::Info && !options.verbose;
        if !(folded && folded_before) {
            page.blank_line();
        }
        if folded {
            let id = format!("info[{}]", diagnostic.rule.code);
            let first = Styled::new(severity_style(Severity::Info), id).and(PLAIN, ": ");
            page.hanging(&first, words(PLAIN, &escape(&diagnostic.message)));
        } else {
            page.raw(&excerpts.render(diagnostic));
        }
        folded_before = folded;
    }
}

fn summary(page: &mut Page, report: &Report) {
    let plan = &report.plan;
    let mut pieces = Vec::new();
    if !plan.listed.is_empty() {
        let host = plan
            .listed
            .iter()
            .filter(|listed| listed.status == Status::Host);
        let (host, all) = (host.count(), plan.listed.len());
        let style = if host == all { GOOD } else { POOR };
        let names = counted(all, "listed name");
        pieces.push(Styled::new(
            style,
            format!("{host} of {names} from the host"),
        ));
    }
    let along = plan.expose.len().saturating_sub(roots(&plan.expose));
    if along > 0 {
        pieces.push(Styled::new(PLAIN, format!("{along} more in the closure")));
    }
    if !plan.install.is_empty() {
        pieces.push(Styled::new(
            PLAIN,
            format!("{} to download", plan.install.len()),
        ));
    }
    pieces.extend(severities(std::slice::from_ref(report)));
    page.hanging(&Styled::default(), listing(pieces));
}

fn total(page: &mut Page, reports: &[Report]) {
    page.blank_line();
    let mut pieces = vec![Styled::new(STRONG, counted(reports.len(), "project"))];
    pieces.extend(severities(reports));
    page.hanging(&Styled::default(), listing(pieces));
}

fn severities(reports: &[Report]) -> Vec<Styled> {
    let count = |severity| reports.iter().map(|report| report.count(severity)).sum();
    let (errors, warnings): (usize, usize) = (count(Severity::Error), count(Severity::Warning));
    if errors + warnings == 0 {
        return vec![Styled::new(PLAIN, "no errors")];
    }
    let kinds = [(errors, "error", BAD), (warnings, "warning", POOR)];
    let found = kinds.into_iter().filter(|(count, ..)| *count > 0);
    found
        .map(|(count, noun, style)| Styled::new(style, counted(count, noun)))
        .collect()
}

fn roots(expose: &[Exposed]) -> usize {
    let listed = |exposed: &&Exposed| exposed.role == passthrough_protocol::Role::Listed;
    expose.iter().filter(listed).count()
}

#[cfg(test)]
mod tests;
