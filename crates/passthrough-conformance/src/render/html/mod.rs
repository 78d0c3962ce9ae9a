mod runs;

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
use super::{RenderError, counted, mark, who};
use crate::catalogue::case_of;
use runs::CaseRun;

const TEMPLATE: &str = include_str!("../report.html");

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
                runs: reports
                    .iter()
                    .enumerate()
                    .filter(|(_, report)| !report.evidence.is_empty())
                    .map(|(number, report)| runs::column(number, report))
                    .collect(),
            }))
        })
        .map_err(|error| RenderError(error.to_string()))
}

#[derive(Serialize)]
struct Page {
    columns: Vec<Column>,
    rows: Vec<Row>,
    runs: Vec<runs::Column>,
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
    frontend: Option<runs::Frontend>,
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
        // What is known to fail is as expected, and fails all the same.
        ok: summary.exit_code == 0
            && report
                .requirements
                .iter()
                .all(|found| found.result != RequirementVerdict::NotMet),
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
        frontend: report.frontend.as_ref().map(runs::frontend),
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
}

#[derive(Serialize)]
struct Cell {
    anchor: String,
    class: &'static str,
    mark: &'static str,
    words: &'static str,
    pass: usize,
    all: usize,
}

/// What one implementation did with the cases of a requirement.
#[derive(Serialize)]
struct Evidence {
    anchor: String,
    who: String,
    open: bool,
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
    check: Option<Check>,
    stderr: Option<String>,
    reproduce: Option<String>,
}

/// What a check of a black-box case looked at, and where all of it is told.
#[derive(Serialize)]
struct Check {
    about: String,
    expected: String,
    observed: String,
    run: String,
}

/// Of more reports than these nothing is shown before it is asked for.
const MOST_OPEN: usize = 2;

/// Where what a report has on a requirement is told.
fn anchor(requirement: &RequirementResult, number: usize) -> String {
    format!("{}-{}", requirement.id, number + 1)
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
            let sides = reports.iter().enumerate().zip(&found);
            Row {
                id: requirement.id.clone(),
                level: requirement.level.as_str(),
                text: visible(&requirement.text),
                section: requirement.section.clone(),
                cells: sides
                    .clone()
                    .map(|((number, report), found)| {
                        found.map(|found| cell(anchor(requirement, number), report, found))
                    })
                    .collect(),
                evidence: sides
                    .filter_map(|((number, report), found)| {
                        let mut shown = evidence(number, report, (*found)?);
                        shown.open &= reports.len() <= MOST_OPEN;
                        Some(shown)
                    })
                    .collect(),
            }
        })
        .collect()
}

fn by_id(report: &ConformanceReport) -> BTreeMap<&str, &CaseResult> {
    let cases = report.cases.iter();
    cases.map(|case| (case.id.as_str(), case)).collect()
}

fn cell(anchor: String, report: &ConformanceReport, found: &RequirementResult) -> Cell {
    let (pass, all) = counted(report, found);
    Cell {
        anchor,
        class: match found.result {
            RequirementVerdict::Met => "good",
            RequirementVerdict::NotMet => "bad",
            RequirementVerdict::Partial => "half",
            RequirementVerdict::Unsupported
            | RequirementVerdict::Observed
            | RequirementVerdict::Untested => "none",
        },
        mark: mark(found.result),
        words: found.result.as_str(),
        pass,
        all,
    }
}

fn evidence(number: usize, report: &ConformanceReport, found: &RequirementResult) -> Evidence {
    let cases = by_id(report);
    let mut cases: Vec<&CaseResult> = found
        .cases
        .iter()
        .filter_map(|id| cases.get(id.as_str()).copied())
        .collect();
    cases.sort_by_key(|case| case.verdict);
    let runs: BTreeMap<&str, CaseRun<'_>> = report
        .evidence
        .iter()
        .map(|evidence| (evidence.case.as_str(), evidence))
        .collect();
    Evidence {
        anchor: anchor(found, number),
        who: who(report),
        open: found.result == RequirementVerdict::NotMet,
        cases: cases
            .into_iter()
            .map(|case| shown(case, check(number, case, &runs)))
            .collect(),
    }
}

/// What a black-box row looked at: the evidence has it.
fn check(number: usize, row: &CaseResult, runs: &BTreeMap<&str, CaseRun<'_>>) -> Option<Check> {
    let evidence = runs.get(row.evidence.as_deref()?)?;
    let mut checks = evidence.checks.iter();
    let check = checks.find(|check| Some(check.id.as_str()) == row.id.split('/').nth(1))?;
    let observed = match check.observed.as_deref() {
        None => "there was nothing to look at".to_owned(),
        Some([]) => "nothing".to_owned(),
        Some(words) => words.join(", "),
    };
    Some(Check {
        about: visible(&check.about),
        expected: visible(&check.expected),
        observed: visible(&observed),
        run: runs::anchor(number, case_of(&row.id)),
    })
}

fn shown(case: &CaseResult, check: Option<Check>) -> Shown {
    let wrong = case.verdict != Verdict::Pass;
    let json = |text: Result<String, serde_json::Error>| text.ok().map(|text| visible(&text));
    let answer = case.answer.as_ref().filter(|_| wrong);
    let expected = case.expected.as_ref().filter(|_| wrong);
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
        expected: expected.and_then(|expected| json(serde_json::to_string_pretty(expected))),
        answer: answer.and_then(|answer| json(serde_json::to_string_pretty(answer))),
        check,
        stderr: case.stderr.as_deref().map(visible),
        reproduce: wrong.then(|| visible(&case.reproduce)),
    }
}
