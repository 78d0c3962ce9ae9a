//! All outcomes, put together by requirement.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_protocol::{
    CaseResult, ConformanceReport, ExitCode, Expectations, Level, Met, ReportSchema,
    RequirementResult, RequirementVerdict, Started, Summary, Verdict, Verdicts,
};

use crate::expectations;
use crate::judge::Judgement;
use crate::requirements::Requirement;
use crate::run::Outcome;
use crate::suite::Suite;

/// The revision of the specification that the suite is for.
pub const REVISION: &str = "1";

/// All that a report tells of.
pub struct Facts<'a> {
    /// The suite that the cases are from.
    pub suite: &'a Suite,
    /// The registry.
    pub requirements: &'a [Requirement],
    /// Who was put to the test, if it said so.
    pub identity: Option<&'a Started>,
    /// The adapter's command.
    pub adapter: Option<Vec<String>>,
    /// The options that make the same suite again, for `reproduce`.
    pub options: String,
    /// What the order was made from.
    pub seed: u64,
    /// The part of the plan that was run, as the user wrote it.
    pub partition: Option<String>,
    /// The failures that are known.
    pub expectations: Option<&'a Expectations>,
    /// The ids of all cases that the filters leave.
    pub plan: Vec<String>,
    /// The outcomes, by id.
    pub outcomes: BTreeMap<String, Outcome>,
    /// What else was noticed.
    pub notes: Vec<String>,
}

/// The report of a run.
pub fn report(facts: Facts<'_>) -> ConformanceReport {
    let open: BTreeSet<&str> = facts
        .requirements
        .iter()
        .filter(|requirement| requirement.is_open())
        .map(|requirement| requirement.id.as_str())
        .collect();
    let mut cases: Vec<CaseResult> = facts
        .outcomes
        .iter()
        .filter_map(|(id, outcome)| {
            let case = &facts.suite.cases.get(id)?.case;
            let is_open = case.cites.iter().all(|cited| open.contains(cited.as_str()));
            let (verdict, code, differences) = verdict(&outcome.judgement, is_open);
            Some(CaseResult {
                id: id.clone(),
                title: case.title.clone(),
                why: case.why.clone(),
                cites: case.cites.clone(),
                verdict,
                code,
                differences,
                expected: case.expect.clone(),
                answer: outcome.reply.clone(),
                stderr: outcome.stderr.clone(),
                micros: u64::try_from(outcome.took.as_micros()).unwrap_or(u64::MAX),
                reproduce: format!(
                    "passthrough-check conformance run{} --case {id}",
                    facts.options
                ),
            })
        })
        .collect();
    let applied = facts.expectations.map(|expectations| {
        let (plan, suite) = (&facts.plan, facts.suite);
        expectations::apply(expectations, &mut cases, plan, suite, facts.requirements)
    });
    let applied = applied.unwrap_or_default();
    let selected: BTreeSet<&String> = facts.plan.iter().collect();
    let not_selected = facts.suite.cases.keys().filter(|id| !selected.contains(id));
    let mut report = ConformanceReport {
        schema: ReportSchema::V1,
        implementation: facts
            .identity
            .map(|identity| identity.implementation.clone()),
        features: facts
            .identity
            .map(|identity| identity.features.clone())
            .unwrap_or_default(),
        adapter: facts.adapter,
        revision: REVISION.to_owned(),
        suite: facts.suite.digest(),
        seed: facts.seed,
        partition: facts.partition,
        summary: Summary::default(),
        requirements: roll_up(facts.requirements, &cases),
        cases,
        not_selected: not_selected.cloned().collect(),
        plan: facts.plan,
        expectations: facts.expectations.map(expectations::digest),
        stale: applied.stale,
        undecided: applied.undecided,
        problems: facts
            .suite
            .problems
            .iter()
            .map(ToString::to_string)
            .collect(),
        notes: facts.notes,
    };
    let broken = match facts.suite.problems.as_slice() {
        [] => None,
        problems if problems.iter().any(|problem| problem.embedded) => {
            Some(ExitCode::SuiteIntegrity)
        }
        _ => Some(ExitCode::Unable),
    };
    summarise(&mut report, broken.map(|code| code as u8));
    report
}

fn verdict(judgement: &Judgement, is_open: bool) -> (Verdict, Option<String>, Vec<String>) {
    let (verdict, code, words) = match judgement {
        Judgement::Pass => (Verdict::Pass, None, Vec::new()),
        Judgement::Fail { code, differences } => (Verdict::Fail, Some(*code), differences.clone()),
        Judgement::Error { code, message } => (Verdict::Error, Some(*code), vec![message.clone()]),
        Judgement::Unsupported { feature } => (
            Verdict::Unsupported,
            None,
            vec![format!("it lacks `{}`", feature.as_str())],
        ),
    };
    let observed = is_open && matches!(verdict, Verdict::Pass | Verdict::Fail);
    (
        if observed { Verdict::Observed } else { verdict },
        code.map(str::to_owned),
        words,
    )
}

/// Every requirement that decisions show, and what its cases come to.
fn roll_up(requirements: &[Requirement], cases: &[CaseResult]) -> Vec<RequirementResult> {
    requirements
        .iter()
        .filter(|requirement| requirement.shows_in_a_decision())
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
