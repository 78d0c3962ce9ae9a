//! The decision cases of `conformance/cases/decision`, put to the planner.

use passthrough_check::adapter;
use passthrough_conformance::requirements;
use passthrough_conformance::suite::Suite;
use passthrough_conformance::{Judgement, judge};

#[test]
fn every_case_is_decided_as_expected() {
    let mut suite = Suite::embedded();
    suite.refuse_unknown_citations(&requirements::embedded().unwrap());
    assert_eq!(suite.problems, []);
    let failures: Vec<String> = suite
        .cases
        .values()
        .filter_map(|loaded| {
            let reply = adapter::answer(&loaded.case.input);
            match judge(&loaded.case, &adapter::identity(), &reply) {
                Judgement::Pass => None,
                other => Some(format!("{}: {other:?}", loaded.path)),
            }
        })
        .collect();
    assert!(suite.cases.len() >= 150, "{} cases", suite.cases.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
