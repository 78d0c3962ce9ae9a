use passthrough_blackbox::Suite;
use passthrough_conformance::catalogue::Catalogue;
use passthrough_conformance::requirements;
use passthrough_protocol::Level;

use super::Bench;
use crate::context::Ran;

fn coverage(bench: &Bench, more: &[&str]) -> Ran {
    let mut command = bench.conformance();
    Ran::of(command.args(["coverage", "--level", "blackbox"]).args(more))
}

/// Every rule that binds and shows in a build has a check.
#[test]
fn every_requirement_that_shows_has_a_check() {
    let ran = coverage(&Bench::new(&[]), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    // It is not that none was asked for.
    let suite = Suite::embedded();
    let cases = suite.cases.values().map(|loaded| &loaded.case);
    let catalogue = Catalogue::of_blackbox(cases, &suite.digest(), Vec::new());
    let registry = requirements::embedded().unwrap();
    let binding = registry.iter().filter(|rule| {
        rule.shows_at(catalogue.level) && matches!(rule.level, Level::Must | Level::Should)
    });
    let binding: Vec<&str> = binding.map(|rule| rule.id.as_str()).collect();
    assert!(binding.len() > 20, "{binding:?}");
    for rule in binding {
        let mut lines = ran.stdout.lines();
        assert!(lines.any(|line| line.starts_with(rule)), "{rule}: {ran:?}");
    }
}

/// The checks of a rule, made to cite another one after the other: with the last
/// the gate shuts.
#[test]
fn a_requirement_without_a_check_ends_coverage_with_6() {
    let bench = Bench::new(&[]);
    let rule = "EXP-3";
    let suite = Suite::embedded();
    let mut citing: Vec<_> = suite
        .cases
        .values()
        .map(|loaded| loaded.case.clone())
        .filter(|case| {
            case.checks
                .iter()
                .any(|check| check.cites.contains(&rule.to_owned()))
        })
        .collect();
    assert!(citing.len() > 1, "{citing:?}");
    let last = citing.len() - 1;
    let directory = bench.context.path("fewer");
    for (number, case) in citing.iter_mut().enumerate() {
        for cited in case.checks.iter_mut().flat_map(|check| &mut check.cites) {
            if cited == rule {
                *cited = "EXP-1".to_owned();
            }
        }
        let text = serde_json::to_string(case).unwrap();
        bench
            .context
            .write(&format!("fewer/{}.json", case.id), text);
        let ran = coverage(&bench, &["--cases", directory.to_str().unwrap()]);
        let expected = if number == last { 6 } else { 0 };
        assert_eq!(ran.code, Some(expected), "{ran:?}");
        let line = ran.stdout.lines().find(|line| line.starts_with(rule));
        assert_eq!(
            line.unwrap().ends_with("no case"),
            number == last,
            "{ran:?}"
        );
    }
}
