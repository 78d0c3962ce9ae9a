//! Reports as bytes, for programs and for people.

mod badge;
mod html;
mod inline;
mod junit;
mod markdown;
mod visible;

pub use markdown::cell;
use passthrough_protocol::{ConformanceReport, RequirementResult, RequirementVerdict, Verdict};

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The report document.
    Json,
    /// `JUnit` XML, a test case for each case.
    Junit,
    /// Markdown, for the summary of a job.
    Markdown,
    /// A page that needs nothing else: a matrix of requirements and
    /// implementations, and the evidence.
    Html,
    /// What shields.io reads of an endpoint.
    Badge,
}

/// A report cannot be put into this form.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written: {0}")]
#[non_exhaustive]
pub struct RenderError(String);

/// One report, or several side by side, as text. Several are an array as JSON;
/// the badge is that of the first.
pub fn render(reports: &[ConformanceReport], format: Format) -> Result<String, RenderError> {
    match format {
        Format::Json => json(reports),
        Format::Junit => junit::write(reports),
        Format::Markdown => Ok(markdown::write(reports)),
        Format::Html => html::write(reports),
        Format::Badge => Ok(badge::write(reports)),
    }
}

fn json(reports: &[ConformanceReport]) -> Result<String, RenderError> {
    let text = match reports {
        [report] => serde_json::to_string_pretty(report),
        several => serde_json::to_string_pretty(several),
    };
    text.map(|text| text + "\n")
        .map_err(|error| RenderError(error.to_string()))
}

/// `name version` of who was put to the test.
fn who(report: &ConformanceReport) -> String {
    report.implementation.as_ref().map_or_else(
        || "nobody answered".to_owned(),
        |found| visible::visible(&format!("{} {}", found.name, found.version)),
    )
}

/// A sign for the result of a requirement.
fn mark(result: RequirementVerdict) -> &'static str {
    match result {
        RequirementVerdict::Met => "✓",
        RequirementVerdict::NotMet => "✗",
        RequirementVerdict::Partial => "◐",
        RequirementVerdict::Observed => "○",
        RequirementVerdict::Unsupported | RequirementVerdict::Untested => "–",
    }
}

/// How many of the cases of a requirement pass, and how many there are.
fn counted(report: &ConformanceReport, found: &RequirementResult) -> (usize, usize) {
    // The cases of a report are in the order of their ids.
    let passes = |id: &&String| {
        let place = report.cases.binary_search_by(|case| case.id.cmp(id));
        place.is_ok_and(|place| report.cases[place].verdict == Verdict::Pass)
    };
    (found.cases.iter().filter(passes).count(), found.cases.len())
}
