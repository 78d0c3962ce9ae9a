use std::collections::BTreeSet;
use std::fmt::Write as _;

use passthrough_protocol::{ConformanceReport, RequirementResult, RequirementVerdict, Verdict};

use super::visible::visible;
use super::{counted, mark, who};

/// A summary, a table of what is not met, and the cases that are wrong.
pub(super) fn write(reports: &[ConformanceReport]) -> String {
    let mut text = String::from("# Build isolation passthrough: conformance\n");
    if reports.len() > 1 {
        matrix(&mut text, reports);
    }
    for report in reports {
        // Several have them side by side in the matrix.
        let wanting = if reports.len() == 1 {
            wanting(report)
        } else {
            Vec::new()
        };
        one(&mut text, report, &wanting);
    }
    text
}

/// The requirements that are not met, or not in all.
fn wanting(report: &ConformanceReport) -> Vec<&RequirementResult> {
    let found = report.requirements.iter();
    found
        .filter(|found| {
            matches!(
                found.result,
                RequirementVerdict::NotMet | RequirementVerdict::Partial
            )
        })
        .collect()
}

/// A line for each requirement, a column for each report.
fn matrix(text: &mut String, reports: &[ConformanceReport]) {
    let mut seen = BTreeSet::new();
    let all = reports.iter().flat_map(|report| &report.requirements);
    let rows = all.filter(|found| seen.insert(found.id.as_str()));
    let names: Vec<String> = reports.iter().map(|report| cell(&who(report))).collect();
    let _ = write!(
        text,
        "\n| requirement | | {} |\n|---|---|{}\n",
        names.join(" | "),
        ":-:|".repeat(reports.len())
    );
    for row in rows {
        let cells: Vec<String> = reports
            .iter()
            .map(|report| {
                let mut found = report.requirements.iter();
                let found = found.find(|found| found.id == row.id);
                found.map_or_else(String::new, |found| {
                    let (passing, all) = counted(report, found);
                    let mark = mark(found.result);
                    if all == 0 {
                        mark.to_owned()
                    } else {
                        format!("{mark} {passing}/{all}")
                    }
                })
            })
            .collect();
        let (id, level) = (cell(&row.id), row.level.as_str());
        let _ = writeln!(text, "| {id} | {level} | {} |", cells.join(" | "));
    }
}

fn one(text: &mut String, report: &ConformanceReport, wanting: &[&RequirementResult]) {
    let summary = &report.summary;
    let verdicts = &summary.verdicts;
    let _ = write!(
        text,
        "\n## {}\n\n**{}/{} MUST, {}/{} SHOULD** of revision {}\n\n\
         | pass | fail | error | unsupported | xfail | xpass | observed | not selected |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|\n\
         | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        cell(&who(report)),
        summary.must.met,
        summary.must.tested,
        summary.should.met,
        summary.should.tested,
        report.revision,
        verdicts.pass,
        verdicts.fail,
        verdicts.error,
        verdicts.unsupported,
        verdicts.xfail,
        verdicts.xpass,
        verdicts.observed,
        report.not_selected.len(),
    );
    for (place, found) in wanting.iter().enumerate() {
        if place == 0 {
            text.push_str("\n| requirement | level | | |\n|---|---|---|---|\n");
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            found.id,
            found.level.as_str(),
            found.result.as_str(),
            cell(&found.text)
        );
    }
    let wrong = report.cases.iter().filter(|case| {
        matches!(
            case.verdict,
            Verdict::Fail | Verdict::Error | Verdict::Xpass
        )
    });
    for (place, case) in wrong.enumerate() {
        if place == 0 {
            text.push_str("\n| case | verdict | cites | what |\n|---|---|---|---|\n");
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(&case.id),
            case.verdict.as_str(),
            cell(&case.cites.join(", ")),
            cell(&case.differences.join("; "))
        );
    }
    for (word, lines) in [
        ("stale", &report.stale),
        ("case file", &report.problems),
        ("note", &report.notes),
    ] {
        for line in lines {
            let _ = write!(text, "\n- {word}: {}", cell(line));
        }
    }
    let _ = writeln!(text, "\nSeed {}, suite `{}`.", report.seed, report.suite);
}

/// Text on one line of a Markdown table, in which nothing is markup.
pub fn cell(text: &str) -> String {
    const LONGEST: usize = 600;
    let mut cell = String::new();
    let visible = visible(text);
    for (place, c) in visible.chars().enumerate() {
        if place == LONGEST {
            cell.push('…');
            break;
        }
        match c {
            '\n' | '\t' => cell.push(' '),
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '!' | '~' | '@' => {
                cell.push('\\');
                cell.push(c);
            }
            c => cell.push(c),
        }
    }
    cell
}
