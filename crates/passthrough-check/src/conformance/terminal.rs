//! A report for people: what is wrong first, then what it means, then the sum.

use std::fmt::Write as _;

use passthrough_conformance::coverage::Covered;
use passthrough_protocol::{
    CaseResult, ConformanceReport, Level, RequirementResult, RequirementVerdict, Verdict,
};

use crate::escape::escape;

/// How it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Every case and requirement, not only what is wrong.
    pub verbose: bool,
}

/// The whole report as text.
pub fn text(report: &ConformanceReport, style: Style) -> String {
    let mut text = String::new();
    let mut cases: Vec<&CaseResult> = report
        .cases
        .iter()
        .filter(|case| style.verbose || is_wrong(case.verdict))
        .collect();
    // Stable: within a verdict the order is that of the ids.
    cases.sort_by_key(|case| case.verdict);
    for found in cases {
        case(&mut text, found, style);
    }
    requirements(&mut text, report, style);
    for (word, lines) in [
        ("stale", &report.stale),
        ("case file", &report.problems),
        ("note", &report.notes),
    ] {
        for line in lines {
            let _ = writeln!(text, "{}: {}", style.paint(YELLOW, word), escape(line));
        }
    }
    evidence(&mut text, report);
    summary(&mut text, report, style);
    text
}

/// Where a maintainer finds what the messages speak of.
fn evidence(text: &mut String, report: &ConformanceReport) {
    let (Some(_), Some(who)) = (&report.frontend, &report.implementation) else {
        return;
    };
    if report.cases.iter().any(|case| is_wrong(case.verdict)) {
        let directory = who.name.replace('+', "-");
        let _ = writeln!(
            text,
            "evidence: with `--keep DIR`, DIR/{}/CASE has the world of a case as its runs left it, and evidence.json",
            escape(&directory)
        );
    }
}

/// A line for each case or check: its id, what it cites, its title.
pub(super) fn list<'a>(rows: impl Iterator<Item = (&'a str, &'a [String], &'a str)>) -> String {
    let mut text = String::new();
    for (id, cites, title) in rows {
        let line = format!("{id} [{}] {title}", cites.join(", "));
        let _ = writeln!(text, "{}", escape(&line));
    }
    text
}

/// The requirements that show at a level, and their cases.
pub fn coverage(covered: &[Covered<'_>]) -> String {
    let width = covered.iter().map(|found| found.requirement.id.len()).max();
    let width = width.unwrap_or(0);
    let mut text = String::new();
    for found in covered {
        let cases = match found.cases.as_slice() {
            [] if found.is_missing() => "no case".to_owned(),
            [] => "no case needed".to_owned(),
            [one] => format!("1 case: {one}"),
            [first, second, third, _, ..] => {
                format!("{} cases: {first}, {second}, {third}, …", found.cases.len())
            }
            cases => format!("{} cases: {}", cases.len(), cases.join(", ")),
        };
        let _ = writeln!(
            text,
            "{:width$}  {:6}  {}",
            found.requirement.id,
            found.requirement.level.as_str(),
            escape(&cases)
        );
    }
    let binding = || {
        covered
            .iter()
            .filter(|found| matches!(found.requirement.level, Level::Must | Level::Should))
    };
    let missing = binding().filter(|found| found.is_missing()).count();
    let _ = writeln!(
        text,
        "{} of {} binding requirements have cases",
        binding().count() - missing,
        binding().count()
    );
    text
}

fn is_wrong(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Error | Verdict::Xpass)
}

pub(super) const RED: &str = "\x1b[1;31m";
pub(super) const GREEN: &str = "\x1b[32m";
pub(super) const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";

impl Style {
    pub(super) fn paint(self, color: &str, text: &str) -> String {
        if self.color {
            format!("{color}{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

fn color(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail | Verdict::Error => RED,
        Verdict::Xpass | Verdict::Xfail | Verdict::Unsupported => YELLOW,
        Verdict::Observed => DIM,
        Verdict::Pass => GREEN,
    }
}

fn case(text: &mut String, case: &CaseResult, style: Style) {
    let _ = writeln!(
        text,
        "{} {} [{}] {}",
        style.paint(color(case.verdict), case.verdict.as_str()),
        style.paint(BOLD, &escape(&case.id)),
        escape(&case.cites.join(", ")),
        escape(&case.title),
    );
    for difference in &case.differences {
        let _ = writeln!(text, "    {}", escape(difference));
    }
    if !is_wrong(case.verdict) {
        return;
    }
    for line in case.stderr.iter().flat_map(|stderr| stderr.lines()) {
        let _ = writeln!(text, "    {} {}", style.paint(DIM, "stderr:"), escape(line));
    }
    for (word, words) in [("why:", &case.why), ("again:", &case.reproduce)] {
        let _ = writeln!(text, "    {} {}", style.paint(DIM, word), escape(words));
    }
    text.push('\n');
}

fn requirements(text: &mut String, report: &ConformanceReport, style: Style) {
    let shown = |found: &&RequirementResult| {
        style.verbose
            || matches!(
                found.result,
                RequirementVerdict::NotMet | RequirementVerdict::Partial
            )
    };
    let shown: Vec<&RequirementResult> = report.requirements.iter().filter(shown).collect();
    let width = shown.iter().map(|found| found.id.len()).max().unwrap_or(0);
    for found in &shown {
        let pass = found.cases.iter().filter(|id| passes(report, id)).count();
        let color = match found.result {
            RequirementVerdict::Met => GREEN,
            RequirementVerdict::NotMet => RED,
            RequirementVerdict::Partial => YELLOW,
            RequirementVerdict::Unsupported
            | RequirementVerdict::Observed
            | RequirementVerdict::Untested => DIM,
        };
        let _ = writeln!(
            text,
            "{:width$}  {:6}  {}  {pass} of {} cases pass",
            escape(&found.id),
            found.level.as_str(),
            style.paint(color, &format!("{:11}", found.result.as_str())),
            found.cases.len(),
        );
    }
    if !shown.is_empty() {
        text.push('\n');
    }
}

fn passes(report: &ConformanceReport, id: &str) -> bool {
    let found = report
        .cases
        .binary_search_by(|case| case.id.as_str().cmp(id));
    found.is_ok_and(|place| report.cases[place].verdict == Verdict::Pass)
}

fn summary(text: &mut String, report: &ConformanceReport, style: Style) {
    let verdicts = &report.summary.verdicts;
    let counts: Vec<String> = [
        (verdicts.pass, "pass"),
        (verdicts.fail, "fail"),
        (verdicts.error, "error"),
        (verdicts.unsupported, "unsupported"),
        (verdicts.xfail, "xfail"),
        (verdicts.xpass, "xpass"),
        (verdicts.observed, "observed"),
        (report.not_selected.len(), "not selected"),
    ]
    .into_iter()
    .filter(|(count, word)| *count > 0 || *word == "pass")
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let who = report.implementation.as_ref().map_or_else(
        || "nobody answered".to_owned(),
        |found| format!("{} {}", found.name, found.version),
    );
    let partition = report.partition.as_ref();
    let partition = partition.map_or_else(String::new, |part| format!(" · part {part}"));
    let (must, should) = (report.summary.must, report.summary.should);
    let good = report.summary.exit_code == 0;
    let _ = writeln!(
        text,
        "{}: {}/{} MUST, {}/{} SHOULD · {} · seed {}{partition}",
        escape(&who),
        must.met,
        must.tested,
        should.met,
        should.tested,
        style.paint(if good { GREEN } else { RED }, &counts.join(", ")),
        report.seed,
    );
}
