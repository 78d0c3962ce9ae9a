//! The reports of all parts, as the report of the whole.

use std::collections::BTreeSet;

use passthrough_protocol::{ConformanceReport, Level, RequirementVerdict};

use crate::expectations::stale_in_all;
use crate::report::{comes_to, summarise};

/// Why reports are not the parts of one run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("there is no report")]
    Nothing,
    /// The reports speak of different things.
    #[error("the reports are not of one run: {what} differs")]
    Differs {
        /// What differs.
        what: &'static str,
    },
    /// A case is in two reports.
    #[error("the case `{id}` is in two reports")]
    Twice {
        /// The case.
        id: String,
    },
    /// A case of the plan is in no report.
    #[error("{count} cases of the plan are in no report, `{id}` among them")]
    Missing {
        /// How many.
        count: usize,
        /// The first of them.
        id: String,
    },
    /// A case is in a report and not in the plan.
    #[error("the case `{id}` is not in the plan")]
    Unplanned {
        /// The case.
        id: String,
    },
}

/// Merges the reports of the parts of one run.
pub fn merge(reports: Vec<ConformanceReport>) -> Result<ConformanceReport, MergeError> {
    let mut reports = reports.into_iter();
    let mut whole = reports.next().ok_or(MergeError::Nothing)?;
    let mut seeds = BTreeSet::from([whole.seed]);
    let mut code = whole.summary.exit_code;
    for report in reports {
        let same = [
            ("the suite's digest", whole.suite == report.suite),
            ("the revision", whole.revision == report.revision),
            (
                "the implementation",
                whole.implementation == report.implementation && whole.features == report.features,
            ),
            ("the adapter's command", whole.adapter == report.adapter),
            ("the frontend", whole.frontend == report.frontend),
            ("the plan", whole.plan == report.plan),
            (
                "the expectations file",
                whole.expectations == report.expectations,
            ),
            ("the selection", whole.not_selected == report.not_selected),
        ];
        if let Some((what, _)) = same.into_iter().find(|(_, same)| !same) {
            return Err(MergeError::Differs { what });
        }
        seeds.insert(report.seed);
        code = worse(code, report.summary.exit_code);
        whole.cases.extend(report.cases);
        whole.evidence.extend(report.evidence);
        // What another part knows to describe something is no longer in question.
        whole
            .undecided
            .retain(|entry| report.undecided.contains(entry));
        for (all, more) in [
            (&mut whole.stale, report.stale),
            (&mut whole.problems, report.problems),
            (&mut whole.notes, report.notes),
        ] {
            all.extend(more);
        }
    }
    complete(&mut whole)?;
    whole.evidence.sort_by(|a, b| a.case.cmp(&b.case));
    let undecided = std::mem::take(&mut whole.undecided);
    whole.stale.extend(stale_in_all(&undecided));
    for lines in [&mut whole.stale, &mut whole.problems, &mut whole.notes] {
        let mut seen = BTreeSet::new();
        lines.retain(|line| seen.insert(line.clone()));
    }
    if seeds.len() > 1 {
        let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
        whole
            .notes
            .push(format!("the seeds of the parts: {}", seeds.join(", ")));
    }
    whole.partition = None;
    for requirement in &mut whole.requirements {
        let is_open =
            requirement.level == Level::Open || requirement.result == RequirementVerdict::Observed;
        let cases = whole.cases.iter();
        let cases: Vec<_> = cases
            .filter(|case| case.cites.contains(&requirement.id))
            .collect();
        requirement.result = comes_to(is_open, &cases);
        requirement.cases = cases.iter().map(|case| case.id.clone()).collect();
    }
    let broken = matches!(code, 2 | 6 | 70).then_some(code);
    summarise(&mut whole, broken);
    Ok(whole)
}

/// Of several exit codes the one that weighs most.
pub fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    codes.into_iter().reduce(worse).unwrap_or_default()
}

/// Codes in the order of their weight.
fn worse(one: u8, other: u8) -> u8 {
    let weight = |code| {
        [70, 6, 2, 1, 5, 3, 4, 0]
            .iter()
            .position(|known| *known == code)
    };
    if weight(one) <= weight(other) {
        one
    } else {
        other
    }
}

/// Every case of the plan once, and nothing else.
fn complete(whole: &mut ConformanceReport) -> Result<(), MergeError> {
    whole.cases.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = whole.cases.windows(2).find(|pair| pair[0].id == pair[1].id) {
        let id = pair[0].id.clone();
        return Err(MergeError::Twice { id });
    }
    let planned: BTreeSet<&String> = whole.plan.iter().collect();
    let run: BTreeSet<&String> = whole.cases.iter().map(|case| &case.id).collect();
    if let Some(id) = run.difference(&planned).next() {
        let id = (*id).clone();
        return Err(MergeError::Unplanned { id });
    }
    let mut missing = planned.difference(&run);
    if let Some(id) = missing.next() {
        let (id, count) = ((*id).clone(), missing.count() + 1);
        return Err(MergeError::Missing { count, id });
    }
    Ok(())
}
