//! The rows of decision cases.

use std::collections::BTreeMap;

use passthrough_protocol::{CaseResult, ConformanceReport, Expectations, Started, Verdict};

use super::{Findings, of_rows};
use crate::catalogue::Catalogue;
use crate::judge::Judgement;
use crate::requirements::Requirement;
use crate::run::Outcome;
use crate::suite::Suite;

/// All that a report on decisions tells of.
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

/// The report of a run at decision level.
pub fn report(facts: Facts<'_>) -> ConformanceReport {
    let rows = facts.outcomes.iter().filter_map(|(id, outcome)| {
        let case = &facts.suite.cases.get(id)?.case;
        let (verdict, code, differences) = verdict(&outcome.judgement);
        Some(CaseResult {
            id: id.clone(),
            title: case.title.clone(),
            why: case.why.clone(),
            cites: case.cites.clone(),
            verdict,
            code,
            differences,
            expected: Some(case.expect.clone()),
            answer: outcome.reply.clone(),
            evidence: None,
            stderr: outcome.stderr.clone(),
            micros: u64::try_from(outcome.took.as_micros()).unwrap_or(u64::MAX),
            reproduce: format!(
                "passthrough-check conformance run{} --case {id}",
                facts.options
            ),
        })
    });
    let identity = facts.identity;
    of_rows(Findings {
        rows: rows.collect(),
        catalogue: &Catalogue::of_decisions(facts.suite),
        requirements: facts.requirements,
        implementation: identity.map(|identity| identity.implementation.clone()),
        features: identity.map_or_else(Vec::new, |identity| identity.features.clone()),
        adapter: facts.adapter,
        frontend: None,
        evidence: Vec::new(),
        seed: facts.seed,
        partition: facts.partition,
        expectations: facts.expectations,
        plan: facts.plan,
        notes: facts.notes,
    })
}

fn verdict(judgement: &Judgement) -> (Verdict, Option<String>, Vec<String>) {
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
    (verdict, code.map(str::to_owned), words)
}
