//! All that was judged, put together by requirement: one way for the cases of
//! both levels.

mod blackbox;
mod decision;
mod sum;

use std::collections::BTreeSet;

use passthrough_protocol::{
    CaseResult, ConformanceReport, Evidence, ExitCode, Expectations, FrontendRun, Implementation,
    ReportSchema, Summary, Verdict,
};

use crate::catalogue::Catalogue;
use crate::expectations;
use crate::requirements::Requirement;

pub use blackbox::{Seen, frontend_run, rows};
pub use decision::{Facts, report};
pub(crate) use sum::{comes_to, summarise};

/// The revision of the specification that the suite is for.
pub const REVISION: &str = "1";

/// All that a report tells of.
pub struct Findings<'a> {
    /// What was judged: by itself, without the expectations. A row that is not
    /// in the plan is left out.
    pub rows: Vec<CaseResult>,
    /// The suite that the rows are from.
    pub catalogue: &'a Catalogue,
    /// The registry.
    pub requirements: &'a [Requirement],
    /// Who was put to the test, if it said so.
    pub implementation: Option<Implementation>,
    /// The features that it claims.
    pub features: Vec<String>,
    /// The adapter's command.
    pub adapter: Option<Vec<String>>,
    /// How a real frontend was run.
    pub frontend: Option<FrontendRun>,
    /// What shows the verdicts at black-box level.
    pub evidence: Vec<Evidence>,
    /// What the order was made from.
    pub seed: u64,
    /// The part of the plan that was run, as the user wrote it.
    pub partition: Option<String>,
    /// The failures that are known.
    pub expectations: Option<&'a Expectations>,
    /// The ids of all rows that the filters leave.
    pub plan: Vec<String>,
    /// What else was noticed.
    pub notes: Vec<String>,
}

/// The report of a run.
pub fn of_rows(findings: Findings<'_>) -> ConformanceReport {
    let Findings {
        mut rows,
        catalogue,
        requirements,
        mut evidence,
        plan,
        ..
    } = findings;
    let planned: BTreeSet<&String> = plan.iter().collect();
    rows.retain(|row| planned.contains(&row.id));
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    evidence.sort_by(|a, b| a.case.cmp(&b.case));
    observe(&mut rows, requirements);
    let applied = findings.expectations.map(|expectations| {
        expectations::apply(expectations, &mut rows, &plan, catalogue, requirements)
    });
    let applied = applied.unwrap_or_default();
    let mut report = ConformanceReport {
        schema: ReportSchema::V1,
        implementation: findings.implementation,
        features: findings.features,
        adapter: findings.adapter,
        frontend: findings.frontend,
        revision: REVISION.to_owned(),
        suite: catalogue.digest.clone(),
        seed: findings.seed,
        partition: findings.partition,
        summary: Summary::default(),
        requirements: sum::roll_up(requirements, catalogue.level, &rows),
        cases: rows,
        evidence,
        not_selected: catalogue.not_in(&plan),
        plan,
        expectations: findings.expectations.map(expectations::digest),
        stale: applied.stale,
        undecided: applied.undecided,
        problems: catalogue.problems.iter().map(ToString::to_string).collect(),
        notes: findings.notes,
    };
    let broken = match catalogue.problems.as_slice() {
        [] => None,
        problems if problems.iter().any(|problem| problem.embedded) => {
            Some(ExitCode::SuiteIntegrity)
        }
        _ => Some(ExitCode::Unable),
    };
    summarise(&mut report, broken.map(|code| code as u8));
    report
}

/// What is about open questions alone is not scored.
fn observe(rows: &mut [CaseResult], requirements: &[Requirement]) {
    let open: BTreeSet<&str> = requirements
        .iter()
        .filter(|requirement| requirement.is_open())
        .map(|requirement| requirement.id.as_str())
        .collect();
    for row in rows {
        let is_open = row.cites.iter().all(|cited| open.contains(cited.as_str()));
        if is_open && matches!(row.verdict, Verdict::Pass | Verdict::Fail) {
            row.verdict = Verdict::Observed;
        }
    }
}
