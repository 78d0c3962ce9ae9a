//! Format `sarif`: SARIF 2.1.0, one run for all projects, with the rules that
//! found something.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use passthrough_diagnostic::{Diagnostic, Place, Rule, Severity, Span};

use crate::escape::escape_json;
use crate::explain;
use crate::report::Report;
use crate::source::SourceText;

mod model;
mod uri;

use model::{
    ArtifactLocation, Configuration, Descriptor, Driver, Help, Location, Log, PhysicalLocation,
    Properties, Region, Run, SarifResult, Text, Tool,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn render(reports: &[Report]) -> serde_json::Result<String> {
    let found = || reports.iter().flat_map(|report| &report.diagnostics);
    let rules: BTreeMap<&str, &'static Rule> = found()
        .map(|diagnostic| (diagnostic.rule.code, diagnostic.rule))
        .collect();
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let mut results = Vec::new();
    for report in reports {
        let source = SourceText::new(&report.source);
        for diagnostic in &report.diagnostics {
            let rule_index = index[diagnostic.rule.code];
            results.push(result(report, &source, diagnostic, rule_index));
        }
    }
    let driver = Driver {
        name: "passthrough-check",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.into_values().map(descriptor).collect(),
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    let mut text = serde_json::to_string_pretty(&log)?;
    text.push('\n');
    Ok(escape_json(text))
}

fn descriptor(rule: &'static Rule) -> Descriptor {
    Descriptor {
        id: rule.code,
        name: rule.name,
        short_description: Text {
            text: explain::brief(rule).into(),
        },
        full_description: Text {
            text: rule.what.into(),
        },
        help: Help {
            text: explain::plain(rule),
            markdown: explain::markdown(rule),
        },
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: Properties {
            tags: rule.requirements,
        },
    }
}

fn result<'a>(
    report: &'a Report,
    source: &SourceText<'_>,
    diagnostic: &'a Diagnostic,
    rule_index: usize,
) -> SarifResult<'a> {
    let in_source = |span: &Span| PhysicalLocation {
        artifact_location: artifact(Path::new(&report.project_file)),
        region: Some(region(source, span)),
    };
    let place = match &diagnostic.place {
        Place::Source(span) => in_source(span),
        Place::Path(path) => PhysicalLocation {
            artifact_location: artifact(path),
            region: None,
        },
        Place::Whole => PhysicalLocation {
            artifact_location: artifact(Path::new(&report.project_file)),
            region: None,
        },
    };
    let related = diagnostic.related.iter().zip(1..);
    SarifResult {
        rule_id: diagnostic.rule.code,
        rule_index,
        level: level(diagnostic.severity),
        message: message(&match &diagnostic.help {
            Some(help) => format!("{}\nhelp: {help}", diagnostic.message).into(),
            None => Cow::Borrowed(diagnostic.message.as_str()),
        }),
        locations: [Location {
            id: None,
            physical_location: place,
            message: diagnostic.label.as_deref().map(message),
        }],
        related_locations: related
            .map(|(related, id)| Location {
                id: Some(id),
                physical_location: in_source(&related.span),
                message: Some(message(&related.text)),
            })
            .collect(),
    }
}

fn artifact(path: &Path) -> ArtifactLocation {
    ArtifactLocation {
        uri: uri::reference(path),
    }
}

fn region(source: &SourceText<'_>, span: &Span) -> Region {
    let (start, end) = (source.position(span.start), source.position(span.end));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A message string: braces are doubled, as a single one begins a placeholder
/// (§3.11.5), and a bracket apart from a parenthesis is no link (§3.11.6).
fn message(text: &str) -> Text<'static> {
    let text = text.replace('{', "{{").replace('}', "}}");
    Text {
        text: text.replace("](", "] (").into(),
    }
}

#[cfg(test)]
mod tests;
