//! What the rows of a report come to.

use passthrough_protocol::{
    CaseResult, ConformanceReport, ExitCode, Level, Met, RequirementResult, RequirementVerdict,
    Summary, Verdict, Verdicts,
};

use crate::requirements::{Requirement, SuiteLevel};

/// Every requirement that shows at the level, and what its rows come to.
pub(super) fn roll_up(
    requirements: &[Requirement],
    level: SuiteLevel,
    cases: &[CaseResult],
) -> Vec<RequirementResult> {
    requirements
        .iter()
        .filter(|requirement| requirement.shows_at(level))
        .map(|requirement| {
            let cases: Vec<&CaseResult> = cases
                .iter()
                .filter(|case| case.cites.contains(&requirement.id))
                .collect();
            RequirementResult {
                id: requirement.id.clone(),
                level: requirement.level,
                text: requirement.text.clone(),
                section: requirement.section.clone(),
                result: comes_to(requirement.is_open(), &cases),
                cases: cases.iter().map(|case| case.id.clone()).collect(),
            }
        })
        .collect()
}

pub(crate) fn comes_to(is_open: bool, cases: &[&CaseResult]) -> RequirementVerdict {
    let any = |verdicts: &[Verdict]| cases.iter().any(|case| verdicts.contains(&case.verdict));
    if cases.is_empty() {
        RequirementVerdict::Untested
    } else if is_open {
        RequirementVerdict::Observed
    } else if any(&[Verdict::Fail, Verdict::Error, Verdict::Xfail]) {
        RequirementVerdict::NotMet
    } else if cases
        .iter()
        .all(|case| case.verdict == Verdict::Unsupported)
    {
        RequirementVerdict::Unsupported
    } else if any(&[Verdict::Unsupported]) {
        RequirementVerdict::Partial
    } else {
        RequirementVerdict::Met
    }
}

/// Counts what the report holds. `broken` is the exit code of what was wrong
/// with the suite's files.
pub(crate) fn summarise(report: &mut ConformanceReport, broken: Option<u8>) {
    let mut verdicts = Verdicts::default();
    for case in &report.cases {
        *match case.verdict {
            Verdict::Pass => &mut verdicts.pass,
            Verdict::Fail => &mut verdicts.fail,
            Verdict::Error => &mut verdicts.error,
            Verdict::Unsupported => &mut verdicts.unsupported,
            Verdict::Xfail => &mut verdicts.xfail,
            Verdict::Xpass => &mut verdicts.xpass,
            Verdict::Observed => &mut verdicts.observed,
        } += 1;
    }
    let met = |level| {
        let of_level = report
            .requirements
            .iter()
            .filter(|found| found.level == level);
        let tested = of_level.filter(|found| found.result != RequirementVerdict::Untested);
        tested.fold(Met::default(), |met, found| Met {
            met: met.met + usize::from(found.result == RequirementVerdict::Met),
            tested: met.tested + 1,
        })
    };
    // The order is that of weight: the first that applies is the exit code.
    let code = if verdicts.fail > 0 {
        ExitCode::Failure
    } else if verdicts.error > 0 {
        ExitCode::Untestable
    } else if verdicts.xpass > 0 || !report.stale.is_empty() {
        ExitCode::StaleExpectation
    } else if report.cases.is_empty() && (report.partition.is_none() || report.plan.is_empty()) {
        ExitCode::NothingRan
    } else {
        ExitCode::Success
    };
    report.summary = Summary {
        exit_code: broken.unwrap_or(code as u8),
        verdicts,
        must: met(Level::Must),
        should: met(Level::Should),
    };
}
