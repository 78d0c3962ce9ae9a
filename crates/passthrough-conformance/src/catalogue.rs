//! What there is to be judged, whatever the level: decision cases, or the checks
//! of black-box cases.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_protocol::BlackboxCase;

use crate::requirements::SuiteLevel;
use crate::suite::{Problem, Suite};
use crate::{digest, embedded};

/// The rows that a report of a whole suite has.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The level of all of them.
    pub level: SuiteLevel,
    /// The requirements that each cites, by its id.
    pub rows: BTreeMap<String, Vec<String>>,
    /// The digest of the cases and the requirements, `sha256:…`.
    pub digest: String,
    /// Files that are no cases.
    pub problems: Vec<Problem>,
}

impl Catalogue {
    /// The decision cases: a row each.
    pub fn of_decisions(suite: &Suite) -> Self {
        let cases = suite.cases.values().map(|loaded| &loaded.case);
        Self {
            level: SuiteLevel::Decision,
            rows: cases
                .map(|case| (case.id.clone(), case.cites.clone()))
                .collect(),
            digest: suite.digest(),
            problems: suite.problems.clone(),
        }
    }

    /// The black-box cases: a row for each check, [`row`]. `digest` is that of
    /// the cases.
    pub fn of_blackbox<'c>(
        cases: impl IntoIterator<Item = &'c BlackboxCase>,
        digest: &str,
        problems: Vec<Problem>,
    ) -> Self {
        let checks = cases
            .into_iter()
            .flat_map(|case| case.checks.iter().map(move |check| (case, check)));
        Self {
            level: SuiteLevel::Blackbox,
            rows: checks
                .map(|(case, check)| (row(&case.id, &check.id), check.cites.clone()))
                .collect(),
            digest: digest::of([digest.as_bytes(), embedded::REQUIREMENTS.as_bytes()]),
            problems,
        }
    }

    /// The ids of the rows that cite a requirement.
    pub fn citing<'a>(&'a self, requirement: &'a str) -> impl Iterator<Item = &'a str> + Clone {
        let rows = self.rows.iter();
        rows.filter(move |(_, cites)| cites.iter().any(|cited| cited == requirement))
            .map(|(id, _)| id.as_str())
    }

    /// The ids that are not in the plan, in their order.
    pub(crate) fn not_in(&self, plan: &[String]) -> Vec<String> {
        let planned: BTreeSet<&String> = plan.iter().collect();
        let ids = self.rows.keys().filter(|id| !planned.contains(id));
        ids.cloned().collect()
    }
}

/// The id of a check in a report: `CASE/CHECK`.
pub fn row(case: &str, check: &str) -> String {
    format!("{case}/{check}")
}

/// The case of a row: all that is before the `/` of a check.
pub fn case_of(row: &str) -> &str {
    row.split_once('/').map_or(row, |(case, _)| case)
}
