//! The report on mutants, for people.

use std::fmt::Write as _;

use passthrough_conformance::render::cell;
use passthrough_protocol::{MutantResult, MutantVerdict, MutantsReport};

use crate::conformance::terminal::{GREEN, RED, Style, YELLOW};
use crate::escape::escape;

/// Every mutant with the cases that kill it, then what is wrong, then the sum.
pub(super) fn full(report: &MutantsReport, style: Style) -> String {
    let mut text = String::new();
    for result in &report.mutants {
        let color = match result.verdict {
            MutantVerdict::Survived => RED,
            MutantVerdict::Thin => YELLOW,
            MutantVerdict::Killed => GREEN,
        };
        let _ = writeln!(
            text,
            "{} {} [{}] {}",
            style.paint(color, result.verdict.as_str()),
            escape(&result.name),
            escape(&result.breaks),
            escape(&result.what)
        );
        if result.killed_by.is_empty() {
            let _ = writeln!(text, "    {}", escape(&in_vain(result)));
        } else {
            let _ = writeln!(text, "    {}", escape(&result.killed_by.join(" ")));
        }
    }
    text.push('\n');
    for (what, names) in lists(report) {
        if !names.is_empty() {
            let _ = writeln!(text, "{what}: {}", escape(&names.join(" ")));
        }
    }
    let good = report.exit_code == 0;
    let color = if good { GREEN } else { RED };
    let _ = writeln!(text, "{}", style.paint(color, &sum(report)));
    text
}

/// The sum and what is wrong; the mutants as a table that unfolds.
pub(super) fn markdown(report: &MutantsReport) -> String {
    let mut text = format!(
        "# Build isolation passthrough: mutants\n\n**{}**\n",
        sum(report)
    );
    for (what, names) in lists(report) {
        if !names.is_empty() {
            let _ = write!(text, "\n- {what}: {}\n", cell(&names.join(", ")));
        }
    }
    for problem in &report.problems {
        let _ = write!(text, "\n- left out: {}\n", cell(problem));
    }
    text.push_str("\n<details><summary>Every mutant</summary>\n\n");
    text.push_str("| mutant | breaks | what it does | | cases |\n|---|---|---|---|---|\n");
    for result in &report.mutants {
        let cases = if result.killed_by.is_empty() {
            in_vain(result)
        } else {
            result.killed_by.join(", ")
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            cell(&result.name),
            cell(&result.breaks),
            cell(&result.what),
            result.verdict.as_str(),
            cell(&cases)
        );
    }
    let _ = writeln!(text, "\n</details>\n\nSuite `{}`.", report.suite);
    text
}

/// What the cases say of a mutant that survives.
fn in_vain(result: &MutantResult) -> String {
    match (result.noticed_by.as_slice(), result.crashed_by.len()) {
        ([], 0) => "no case fails".to_owned(),
        ([], crashed) => format!("no case fails, {crashed} have no answer"),
        (noticing, _) => format!(
            "only cases fail that do not cite {}: {}",
            result.breaks,
            noticing.join(" ")
        ),
    }
}

fn named(report: &MutantsReport, verdict: MutantVerdict) -> Vec<String> {
    let results = report.mutants.iter();
    results
        .filter(|result| result.verdict == verdict)
        .map(|result| result.name.clone())
        .collect()
}

fn lists(report: &MutantsReport) -> [(&'static str, Vec<String>); 5] {
    [
        ("survive", named(report, MutantVerdict::Survived)),
        (
            "killed by one case alone",
            named(report, MutantVerdict::Thin),
        ),
        (
            "requirements that no mutant breaks",
            report.unbroken.clone(),
        ),
        ("cases that kill no mutant", report.idle.clone()),
        ("guards that kill a mutant", report.busy_guards.clone()),
    ]
}

fn sum(report: &MutantsReport) -> String {
    let of = |verdict| named(report, verdict).len();
    let thin = of(MutantVerdict::Thin);
    format!(
        "{} of {} mutants are killed by {} cases, {thin} of them by one case alone",
        of(MutantVerdict::Killed) + thin,
        report.mutants.len(),
        report.cases,
    )
}
