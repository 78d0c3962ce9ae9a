use std::time::Duration;

use passthrough_protocol::{CaseResult, ConformanceReport, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::visible::visible;
use super::{RenderError, who};

/// A suite for each report, a test case for each case.
pub(super) fn write(reports: &[ConformanceReport]) -> Result<String, RenderError> {
    let mut junit = Report::new("build isolation passthrough: conformance");
    for report in reports {
        let mut suite = TestSuite::new(who(report));
        suite.add_test_cases(report.cases.iter().map(case));
        junit.add_test_suite(suite);
    }
    junit
        .to_string()
        .map(|text| text + "\n")
        .map_err(|error| RenderError(error.to_string()))
}

fn case(case: &CaseResult) -> TestCase {
    let what = visible(&case.differences.join("\n"));
    let mut status = match case.verdict {
        Verdict::Pass | Verdict::Observed => TestCaseStatus::success(),
        Verdict::Fail | Verdict::Xpass => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Xfail | Verdict::Unsupported => TestCaseStatus::skipped(),
    };
    if !matches!(case.verdict, Verdict::Pass | Verdict::Observed) {
        let first = what.lines().next().unwrap_or_default();
        status.set_message(format!("{}: {first}", case.verdict.as_str()));
        status.set_type(case.code.as_deref().unwrap_or(case.verdict.as_str()));
        let again = visible(&case.reproduce);
        status.set_description(format!("{what}\nwhy: {}\nagain: {again}", case.why));
    }
    let mut test = TestCase::new(visible(&case.id), status);
    test.set_classname(visible(&case.cites.join(" ")));
    test.set_time(Duration::from_micros(case.micros));
    if let Some(stderr) = &case.stderr {
        test.set_system_err(visible(stderr));
    }
    test
}
