//! What is known of each real frontend holds, in every case, and it fails nothing
//! that is not known.

use passthrough_protocol::{ConformanceReport, RequirementVerdict};

use super::Bench;
use crate::context::Ran;

/// All cases with what the suite knows of the frontend.
fn as_known(profile: &str) -> ConformanceReport {
    let bench = Bench::new(&[]);
    let mut command = bench.conformance();
    command.args(["run", "--output-format", "json", "--profile", profile]);
    let ran = Ran::of(&mut command);
    let report: ConformanceReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let rows = report.cases.iter();
    let wrong: Vec<String> = rows
        .filter(|row| matches!(row.verdict.as_str(), "fail" | "error" | "xpass"))
        .map(|row| format!("{} {} {:?}", row.id, row.verdict.as_str(), row.differences))
        .collect();
    assert_eq!(ran.code, Some(0), "{:#?}\n{wrong:#?}", report.stale);
    assert_eq!(report.cases.len(), report.plan.len());
    report
}

fn with(report: &ConformanceReport, result: RequirementVerdict) -> Vec<&str> {
    let found = report.requirements.iter();
    found
        .filter(|found| found.result == result)
        .map(|found| found.id.as_str())
        .collect()
}

/// One that does not read the list meets nothing of what the list means: only
/// that without it all is as before, and that a broken project is an error.
fn reads_no_list(profile: &str, met: &[&str], partial: &[&str], unsupported: &[&str]) {
    let report = as_known(profile);
    assert_eq!(with(&report, RequirementVerdict::Met), met);
    assert_eq!(with(&report, RequirementVerdict::Partial), partial);
    assert_eq!(with(&report, RequirementVerdict::Unsupported), unsupported);
}

const REFUSAL: [&str; 2] = ["ELIG-denied", "USER-1"];
const CACHE_AND_REFUSAL: [&str; 3] = ["ELIG-denied", "CACHE-1", "USER-1"];

/// In the case that would tell the rest of ELIG-not-installed another environment
/// is activated than the host.
const WITHOUT_ANOTHER: [&str; 2] = ["CONF-7", "ELIG-not-installed"];

#[test]
fn pip_does_what_is_known_of_it() {
    reads_no_list("pip", &[], &["CONF-7"], &REFUSAL);
}

#[test]
fn build_does_what_is_known_of_it() {
    reads_no_list("build", &[], &["CONF-7"], &CACHE_AND_REFUSAL);
}

#[test]
fn uv_does_what_is_known_of_it() {
    reads_no_list("uv", &["CONF-8"], &["CONF-7"], &REFUSAL);
    reads_no_list("uv-pip", &["CONF-8"], &["CONF-7"], &REFUSAL);
}

#[test]
fn hatch_does_what_is_known_of_it() {
    let unsupported = ["ELIG-denied", "DYN-5", "CACHE-1", "USER-1"];
    reads_no_list("hatch", &[], &WITHOUT_ANOTHER, &unsupported);
}

#[test]
fn pdm_does_what_is_known_of_it() {
    reads_no_list("pdm", &[], &WITHOUT_ANOTHER, &CACHE_AND_REFUSAL);
}

#[test]
fn poetry_does_what_is_known_of_it() {
    reads_no_list("poetry", &[], &[], &CACHE_AND_REFUSAL);
}

/// What it is not asked is metadata alone, and what an index has as an sdist.
#[test]
fn the_implementation_of_this_repository_meets_every_requirement() {
    let report = as_known("passthrough-check");
    assert_eq!(report.summary.verdicts.xfail, 0);
    assert_eq!(with(&report, RequirementVerdict::NotMet), [""; 0]);
    assert_eq!(with(&report, RequirementVerdict::Unsupported), [""; 0]);
    let mut unsupported: Vec<&str> = report
        .cases
        .iter()
        .filter(|row| row.verdict.as_str() == "unsupported")
        .flat_map(|row| &row.differences)
        .filter_map(|difference| difference.rsplit_once(": "))
        .map(|(_, lack)| lack)
        .collect();
    unsupported.sort_unstable();
    unsupported.dedup();
    assert_eq!(
        unsupported,
        [
            "the profile lacks the step metadata",
            "the profile lacks the step requirement"
        ]
    );
}

/// build alone fails something there: by itself it refuses the key of the
/// published draft.
#[test]
fn prepared_environments_meet_what_frontends_do_not() {
    for (profile, not_met) in [
        ("pip+passthrough", &[][..]),
        ("uv+passthrough", &[]),
        ("hatch+passthrough", &[]),
        ("pdm+passthrough", &[]),
        (
            "build+passthrough",
            &["CONF-1", "CONF-4", "CONF-8", "EXP-2", "EXP-4"],
        ),
    ] {
        let report = as_known(profile);
        assert_eq!(with(&report, RequirementVerdict::NotMet), not_met);
        assert_eq!(with(&report, RequirementVerdict::Unsupported), ["CACHE-1"]);
        assert_eq!(report.summary.should.met, 1, "{profile}");
    }
}
