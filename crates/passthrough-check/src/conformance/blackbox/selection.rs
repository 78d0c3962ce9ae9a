//! Which checks of which cases are meant.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_blackbox::Suite;
use passthrough_conformance::catalogue::{Catalogue, case_of, row};
use passthrough_conformance::requirements::Requirement;
use passthrough_conformance::select::is_asked_for;
use passthrough_protocol::BlackboxCase;

use crate::cli::SuiteArgs;
use crate::failure::Failure;

/// The checks that the arguments select, and those that they do not.
pub(in crate::conformance) struct Selection {
    /// All cases, by id.
    pub(in crate::conformance) cases: BTreeMap<String, BlackboxCase>,
    /// All checks.
    pub(in crate::conformance) catalogue: Catalogue,
    /// The registry.
    pub(in crate::conformance) requirements: Vec<Requirement>,
    /// The ids of the checks that are meant, `CASE/CHECK`.
    pub(in crate::conformance) plan: Vec<String>,
}

/// Reads the suite, and selects. A case is meant by its id, and so are all its
/// checks; a check by `CASE/CHECK`.
pub(in crate::conformance) fn select(args: &SuiteArgs) -> Result<Selection, Failure> {
    let requirements = super::super::registry()?;
    let mut suite = Suite::embedded();
    for directory in &args.cases {
        suite.add_directory(directory);
    }
    suite.refuse_unknown_citations(&requirements);
    let digest = suite.digest();
    let mut plan = Vec::new();
    for (id, loaded) in &suite.cases {
        let place = loaded.path.strip_suffix(".json").unwrap_or(&loaded.path);
        for check in &loaded.case.checks {
            let row = row(id, &check.id);
            let place = format!("{place}/{}", check.id);
            if is_asked_for(&[id, &row], &place, &check.cites, &args.case, &args.filter) {
                plan.push(row);
            }
        }
    }
    plan.sort();
    let cases: BTreeMap<String, BlackboxCase> = suite
        .cases
        .into_iter()
        .map(|(id, loaded)| (id, loaded.case))
        .collect();
    Ok(Selection {
        catalogue: Catalogue::of_blackbox(cases.values(), &digest, suite.problems),
        cases,
        requirements,
        plan,
    })
}

impl Selection {
    /// The ids of the cases that have a check in the plan.
    pub(in crate::conformance) fn planned_cases(&self) -> Vec<String> {
        let cases: BTreeSet<&str> = self.plan.iter().map(|row| case_of(row)).collect();
        cases.into_iter().map(str::to_owned).collect()
    }
}
