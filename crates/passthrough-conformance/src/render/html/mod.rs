use std::collections::{BTreeMap, BTreeSet};

use minijinja::Environment;
use minijinja::Value;
use minijinja::value::Serde;
use passthrough_protocol::{
    CaseResult, ConformanceReport, RequirementResult, RequirementVerdict, Verdict,
};
use serde::Serialize;

use super::inline::inline;
use super::visible::visible;
use super::{RenderError, who};

const TEMPLATE: &str = include_str!("report.html");

/// A page with a matrix of requirements and implementations. It needs nothing
/// from elsewhere, and runs no script.
pub(super) fn write(reports: &[ConformanceReport]) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.add_filter("inline", |text: &str| Value::from_safe_string(inline(text)));
    // By the name's end, everything else that is put in is escaped.
    environment
        .add_template("report.html", TEMPLATE)
        .and_then(|()| environment.get_template("report.html"))
        .and_then(|template| {
            template.render(Serde(Page {
                columns: reports.iter().map(column).collect(),
                rows: rows(reports),
            }))
        })
        .map_err(|error| RenderError(error.to_string()))
}

#[derive(Serialize)]
struct Page {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Column {
    who: String,
    must: String,
    should: String,
    ok: bool,
    counts: Vec<(usize, &'static str)>,
    revision: String,
    suite: String,
    seed: u64,
    partition: Option<String>,
    adapter: Option<String>,
    features: String,
    remarks: Vec<(&'static str, String)>,
}

fn column(report: &ConformanceReport) -> Column {
    let summary = &report.summary;
    let verdicts = &summary.verdicts;
    let counts = [
        (verdicts.pass, "pass"),
        (verdicts.fail, "fail"),
        (verdicts.error, "error"),
        (verdicts.unsupported, "unsupported"),
        (verdicts.xfail, "xfail"),
        (verdicts.xpass, "xpass"),
        (verdicts.observed, "observed"),
        (report.not_selected.len(), "not selected"),
    ];
    let remarks = [
        ("stale", &report.stale),
        ("case file", &report.problems),
        ("note", &report.notes),
    ];
    Column {
        who: who(report),
        must: format!("{}/{}", summary.must.met, summary.must.tested),
        should: format!("{}/{}", summary.should.met, summary.should.tested),
        ok: summary.exit_code == 0,
        counts: counts.into_iter().filter(|(count, _)| *count > 0).collect(),
        revision: report.revision.clone(),
        suite: report.suite.clone(),
        seed: report.seed,
        partition: report.partition.clone(),
        adapter: report
            .adapter
            .as_ref()
            .map(|command| visible(&command.join(" "))),
        features: visible(&report.features.join(", ")),
        remarks: remarks
            .into_iter()
            .flat_map(|(word, lines)| lines.iter().map(move |line| (word, visible(line))))
            .collect(),
    }
}

#[derive(Serialize)]
struct Row {
    id: String,
    level: &'static str,
    text: String,
    section: String,
    cells: Vec<Option<Cell>>,
    evidence: Vec<Evidence>,
    wanting: bool,
}

#[derive(Serialize)]
struct Cell {
    class: &'static str,
    mark: &'static str,
    words: &'static str,
    pass: usize,
    all: usize,
}

/// What one implementation did with the cases of a requirement.
#[derive(Serialize)]
struct Evidence {
    who: String,
    cases: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    title: String,
    why: String,
    verdict: &'static str,
    class: &'static str,
    differences: Vec<String>,
    expected: Option<String>,
    answer: Option<String>,
    stderr: Option<String>,
    reproduce: Option<String>,
}

/// The requirements of all reports, in the order of the first that has them.
fn rows(reports: &[ConformanceReport]) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let all = reports.iter().flat_map(|report| &report.requirements);
    let distinct: Vec<&RequirementResult> =
        all.filter(|found| seen.insert(found.id.as_str())).collect();
    distinct
        .into_iter()
        .map(|requirement| {
            let found: Vec<Option<&RequirementResult>> = reports
                .iter()
                .map(|report| {
                    let mut all = report.requirements.iter();
                    all.find(|found| found.id == requirement.id)
                })
                .collect();
            let sides = reports.iter().zip(&found);
            Row {
                id: requirement.id.clone(),
                level: requirement.level.as_str(),
                text: visible(&requirement.text),
                section: requirement.section.clone(),
                wanting: found
                    .iter()
                    .flatten()
                    .any(|found| found.result == RequirementVerdict::NotMet),
                cells: sides
                    .clone()
                    .map(|(report, found)| found.map(|found| cell(report, found)))
                    .collect(),
                evidence: sides
                    .filter_map(|(report, found)| found.map(|found| evidence(report, found)))
                    .collect(),
            }
        })
        .collect()
}

fn by_id(report: &ConformanceReport) -> BTreeMap<&str, &CaseResult> {
    let cases = report.cases.iter();
    cases.map(|case| (case.id.as_str(), case)).collect()
}

fn cell(report: &ConformanceReport, found: &RequirementResult) -> Cell {
    let cases = by_id(report);
    let passes = |id: &&String| {
        let case = cases.get(id.as_str());
        case.is_some_and(|case| case.verdict == Verdict::Pass)
    };
    let (class, mark) = match found.result {
        RequirementVerdict::Met => ("good", "✓"),
        RequirementVerdict::NotMet => ("bad", "✗"),
        RequirementVerdict::Partial => ("half", "◐"),
        RequirementVerdict::Observed => ("none", "○"),
        RequirementVerdict::Untested => ("none", "–"),
    };
    Cell {
        class,
        mark,
        words: found.result.as_str(),
        pass: found.cases.iter().filter(passes).count(),
        all: found.cases.len(),
    }
}

fn evidence(report: &ConformanceReport, found: &RequirementResult) -> Evidence {
    let cases = by_id(report);
    let mut cases: Vec<&CaseResult> = found
        .cases
        .iter()
        .filter_map(|id| cases.get(id.as_str()).copied())
        .collect();
    cases.sort_by_key(|case| case.verdict);
    Evidence {
        who: who(report),
        cases: cases.into_iter().map(shown).collect(),
    }
}

fn shown(case: &CaseResult) -> Shown {
    let wrong = case.verdict != Verdict::Pass;
    let json = |text: Result<String, serde_json::Error>| text.ok().map(|text| visible(&text));
    let answer = case.answer.as_ref().filter(|_| wrong);
    Shown {
        id: visible(&case.id),
        title: visible(&case.title),
        why: visible(&case.why),
        verdict: case.verdict.as_str(),
        class: match case.verdict {
            Verdict::Pass => "good",
            Verdict::Fail | Verdict::Error => "bad",
            Verdict::Xfail | Verdict::Xpass | Verdict::Unsupported => "half",
            Verdict::Observed => "none",
        },
        differences: case
            .differences
            .iter()
            .map(|words| visible(words))
            .collect(),
        expected: case
            .expected
            .as_ref()
            .filter(|_| wrong)
            .and_then(|expected| json(serde_json::to_string_pretty(expected))),
        answer: answer.and_then(|answer| json(serde_json::to_string_pretty(answer))),
        stderr: case.stderr.as_deref().map(visible),
        reproduce: wrong.then(|| visible(&case.reproduce)),
    }
}
