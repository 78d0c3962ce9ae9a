//! What the trials say of the mutants, and of the cases.

use std::collections::BTreeSet;

use passthrough_conformance::requirements::{Requirement, SuiteLevel};
use passthrough_protocol::{
    Case, ExitCode, Level, MutantResult, MutantVerdict, MutantsReport, MutantsReportSchema,
};

use super::load::Loaded;
use super::trial::Trial;

/// All that a report is made from.
pub(super) struct Facts<'a> {
    /// The digest of the suite.
    pub(super) suite: String,
    pub(super) cases: &'a [&'a Case],
    pub(super) requirements: &'a [Requirement],
    /// Those that were put to the test, with what came of it.
    pub(super) mutants: Vec<(&'a Loaded, Trial)>,
    /// Whether these are all that there are: else nothing can be said of cases
    /// that no mutant fails, and of rules that none breaks.
    pub(super) complete: bool,
    /// What was left out.
    pub(super) problems: Vec<String>,
    /// Whether the binary carries some of that.
    pub(super) at_fault: bool,
}

pub(super) fn report(facts: Facts<'_>) -> (MutantsReport, ExitCode) {
    let results: Vec<MutantResult> = facts
        .mutants
        .iter()
        .map(|(loaded, trial)| result(loaded, trial, facts.cases))
        .collect();
    let killing: BTreeSet<&str> = results
        .iter()
        .flat_map(|result| &result.killed_by)
        .map(String::as_str)
        .collect();
    let ids = |wanted: &dyn Fn(&Case) -> bool| -> Vec<String> {
        let cases = facts.cases.iter().filter(|case| wanted(case));
        cases.map(|case| case.id.clone()).collect()
    };
    let (mut idle, mut unbroken) = (Vec::new(), Vec::new());
    if facts.complete {
        idle = ids(&|case| !killing.contains(case.id.as_str()) && case.guard.is_none());
        unbroken = without_mutant(&facts, &results);
    }
    let busy_guards = ids(&|case| killing.contains(case.id.as_str()) && case.guard.is_some());
    let survives = results
        .iter()
        .any(|result| result.verdict == MutantVerdict::Survived);
    let at_fault = survives
        || !(idle.is_empty() && unbroken.is_empty() && busy_guards.is_empty())
        || facts.at_fault;
    let code = if at_fault {
        ExitCode::SuiteIntegrity
    } else if !facts.problems.is_empty() {
        ExitCode::Unable
    } else if results.is_empty() || facts.cases.is_empty() {
        ExitCode::NothingRan
    } else {
        ExitCode::Success
    };
    let report = MutantsReport {
        schema: MutantsReportSchema::V1,
        suite: facts.suite,
        exit_code: code as u8,
        mutants: results,
        unbroken,
        idle,
        busy_guards,
        cases: facts.cases.len(),
        problems: facts.problems,
    };
    (report, code)
}

fn result(loaded: &Loaded, trial: &Trial, cases: &[&Case]) -> MutantResult {
    let mutant = &loaded.mutant;
    let failed = cases
        .iter()
        .filter(|case| trial.failed.contains_key(&case.id));
    let (killing, noticing): (Vec<&Case>, Vec<&Case>) =
        failed.partition(|case| case.cites.contains(&mutant.breaks));
    let ids = |cases: Vec<&Case>| cases.into_iter().map(|case| case.id.clone()).collect();
    MutantResult {
        name: mutant.name.clone(),
        group: loaded.group.clone(),
        breaks: mutant.breaks.clone(),
        what: mutant.what.clone(),
        verdict: match killing.len() {
            0 => MutantVerdict::Survived,
            1 => MutantVerdict::Thin,
            _ => MutantVerdict::Killed,
        },
        killed_by: ids(killing),
        noticed_by: ids(noticing),
        crashed_by: trial.crashed.keys().cloned().collect(),
    }
}

/// The requirements that bind, that the cases cite, and that no mutant breaks.
fn without_mutant(facts: &Facts<'_>, results: &[MutantResult]) -> Vec<String> {
    let binding = facts.requirements.iter().filter(|requirement| {
        matches!(requirement.level, Level::Must | Level::Should)
            && requirement.shows_at(SuiteLevel::Decision)
            && requirement.excluded.is_none()
    });
    let cited = |id: &String| facts.cases.iter().any(|case| case.cites.contains(id));
    let broken = |id: &String| results.iter().any(|result| result.breaks == *id);
    binding
        .map(|requirement| &requirement.id)
        .filter(|id| cited(id) && !broken(id))
        .cloned()
        .collect()
}
