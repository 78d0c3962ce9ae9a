use std::collections::BTreeSet;

use fs_err as fs;
use passthrough_conformance::requirements::{self, Requirement, SuiteLevel};
use passthrough_conformance::suite::Level as _;
use serde_json::{Value, json};

use super::{Blackbox, Suite};

fn example() -> Value {
    json!({
        "id": "a-case",
        "title": "t",
        "why": "w",
        "world": {
            "host": [{"name": "lib", "version": "1.0"}],
            "index": [{"name": "lib", "version": "1.0"}],
            "project": {"requires": ["lib"], "list": ["lib"]}
        },
        "checks": [
            {"id": "built", "cites": ["CONF-7"], "what": "built", "is": ["yes"]},
            {"id": "import", "cites": ["EXP-1"], "what": "import", "of": "lib", "is": ["host"], "premise": "built"}
        ]
    })
}

fn problem(change: impl FnOnce(&mut Value)) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    let mut case = example();
    change(&mut case);
    fs::write(directory.path().join("a-case.json"), case.to_string()).unwrap();
    let mut suite = Suite::default();
    suite.add_directory(directory.path());
    assert_eq!(suite.cases.len() + suite.problems.len(), 1);
    suite.problems.pop().map(|problem| problem.message)
}

#[test]
fn what_is_wrong_with_a_case_is_said() {
    assert_eq!(problem(|_| {}), None);
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 24] = [
        (|case| case["id"] = json!("other"), "not the file's name"),
        (|case| case["title"] = json!(" "), "`title` is empty"),
        (|case| case["checks"] = json!([]), "checks nothing"),
        (
            |case| case["checks"][0]["cites"] = json!([]),
            "cites no requirement",
        ),
        (|case| case["checks"][0]["id"] = json!("import"), "premise"),
        (
            |case| case["checks"][1]["id"] = json!("built"),
            "there twice",
        ),
        (
            |case| case["checks"][1]["premise"] = json!("import"),
            "premise",
        ),
        (
            |case| {
                case["checks"][1].as_object_mut().unwrap().remove("is");
            },
            "expects nothing",
        ),
        (
            |case| {
                case["checks"][1].as_object_mut().unwrap().remove("of");
            },
            "nothing to name",
        ),
        (
            |case| case["checks"][1]["first"] = json!(true),
            "the first time of no hook",
        ),
        (
            |case| case["checks"][0]["of"] = json!("lib"),
            "nothing to name",
        ),
        (
            |case| case["checks"][0]["in"] = json!("child"),
            "not of what a hook sees",
        ),
        (
            |case| case["checks"][0]["hook"] = json!("build_wheel"),
            "not of what a hook sees",
        ),
        (
            |case| case["checks"][0]["run"] = json!("second"),
            "second run",
        ),
        (
            |case| case["checks"][0]["what"] = json!("weather"),
            "unknown variant",
        ),
        (
            |case| case["world"]["host"][0]["form"] = json!("sdist"),
            "sdist on a host",
        ),
        (
            |case| case["world"]["index"][0]["form"] = json!("editable"),
            "editable on an index",
        ),
        (
            |case| case["world"]["index"][0]["form"] = json!("editable-finder"),
            "editable on an index",
        ),
        (
            |case| case["world"]["index"][0]["defect"] = json!("no-record"),
            "only an installed one",
        ),
        (
            |case| case["world"]["index"][0]["origin"] = json!({"url": "x"}),
            "only an installed one",
        ),
        (
            |case| case["world"]["host"][0]["defect"] = json!("source-gone"),
            "no source tree that is gone",
        ),
        (
            |case| {
                case["world"]["active_environment"] = json!([
                    {"name": "lib", "version": "1", "form": "editable", "origin": {"url": "x"}}
                ]);
            },
            "two origins",
        ),
        (
            |case| case["world"]["index"][0]["form"] = json!("sdist"),
            "without its project",
        ),
        (|case| case["wrld"] = json!({}), "unknown field"),
    ];
    for (change, said) in changes {
        let message = problem(change).unwrap_or_default();
        assert!(message.contains(said), "{said}: {message}");
    }
}

#[test]
fn the_cases_that_the_library_carries_are_whole() {
    let mut suite = Suite::embedded();
    let requirements = requirements::embedded().unwrap();
    suite.refuse_unknown_citations(&requirements);
    assert_eq!(suite.problems, []);
    assert!(!suite.cases.is_empty());
    // What is cited is cited by checks, be it the last.
    let less: Vec<Requirement> = requirements
        .into_iter()
        .filter(|known| known.id != "ELIG-fallback")
        .collect();
    assert!(suite.cases.contains_key("listed-copy-is-used"));
    suite.refuse_unknown_citations(&less);
    assert!(!suite.cases.contains_key("listed-copy-is-used"));
    assert!(suite.problems.iter().all(|problem| problem.embedded));
}

/// `conformance/blackbox-ids.lock` remembers every `case/check` there ever was:
/// other people's lists of expected failures go by them.
#[test]
fn no_id_is_lost_or_renamed() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../conformance/blackbox-ids.lock"
    );
    let suite = Suite::embedded();
    let ids: BTreeSet<String> = suite
        .cases
        .values()
        .flat_map(|loaded| {
            let case = &loaded.case;
            let checks = case.checks.iter();
            checks.map(move |check| format!("{}/{}", case.id, check.id))
        })
        .collect();
    let lock = fs::read_to_string(path).unwrap_or_default();
    let (said, locked): (Vec<&str>, Vec<&str>) =
        lock.lines().partition(|line| line.starts_with('#'));
    assert!(locked.is_sorted(), "blackbox-ids.lock is not sorted");
    let lost: Vec<&&str> = locked.iter().filter(|id| !ids.contains(**id)).collect();
    assert!(lost.is_empty(), "checks are gone or renamed: {lost:?}");
    let known: BTreeSet<&str> = locked.into_iter().collect();
    let new: Vec<&String> = ids
        .iter()
        .filter(|id| !known.contains(id.as_str()))
        .collect();
    if !new.is_empty() && std::env::var_os("PASSTHROUGH_BLESS").is_some() {
        let lines = said.into_iter().chain(ids.iter().map(String::as_str));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        fs::write(path, text).unwrap();
        return;
    }
    assert!(
        new.is_empty(),
        "not in conformance/blackbox-ids.lock, add with PASSTHROUGH_BLESS=1: {new:?}"
    );
}

/// How a person reads a case: what is said in it is said once.
#[test]
fn no_two_cases_have_one_title() {
    let suite = Suite::embedded();
    let titles: BTreeSet<&str> = suite
        .cases
        .values()
        .map(|loaded| loaded.case.title.as_str())
        .collect();
    assert_eq!(titles.len(), suite.cases.len());
}

/// What MUST or SHOULD be seen in a build is looked for in one.
#[test]
fn every_requirement_that_a_build_shows_has_a_check() {
    let requirements = requirements::embedded().unwrap();
    let suite = Suite::embedded();
    let cited: BTreeSet<&str> = suite
        .cases
        .values()
        .flat_map(|loaded| Blackbox::head(&loaded.case).cites)
        .collect();
    let missing: Vec<&str> = requirements
        .iter()
        .filter(|known| known.shows_at(SuiteLevel::Blackbox))
        .map(|known| known.id.as_str())
        .filter(|id| !cited.contains(id))
        .collect();
    assert_eq!(missing, [""; 0]);
}
