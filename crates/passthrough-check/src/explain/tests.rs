use std::sync::LazyLock;

use super::requirements::Requirement;
use super::{Found, distance, find, page, terminal};
use crate::render::Options;
use crate::render::fixture::{DUPLICATE, NOT_A_NAME, NOT_REQUIRED, RULES};

/// The id if a requirement is found, and the codes.
fn found(query: &str) -> (Option<&'static str>, Vec<&'static str>) {
    match find(RULES.iter().copied(), query).unwrap() {
        Found::Rule(rule) => (None, vec![rule.code]),
        Found::Requirement(requirement, rules) => (
            Some(requirement.id.as_str()),
            rules.iter().map(|rule| rule.code).collect(),
        ),
    }
}

fn nearest(query: &str) -> Vec<&'static str> {
    find(RULES.iter().copied(), query).unwrap_err().nearest
}

#[test]
fn a_rule_is_found_by_code_and_name() {
    assert_eq!(found("BIP113"), (None, vec!["BIP113"]));
    assert_eq!(found(" bip113\n"), (None, vec!["BIP113"]));
    assert_eq!(found("Duplicate-Entry"), (None, vec!["BIP113"]));
}

#[test]
fn a_requirement_is_found_with_the_rules_that_report_on_it() {
    assert_eq!(found("rep-1"), (Some("REP-1"), vec!["BIP201"]));
    assert_eq!(found("CONF-2 "), (Some("CONF-2"), vec!["BIP112"]));
    assert_eq!(found("EXP-4"), (Some("EXP-4"), vec![]));
    assert_eq!(found("elig-not-exposable").0, Some("ELIG-not-exposable"));
    // By code, whatever the order; and not what only begins alike.
    let rules = [&NOT_REQUIRED, &DUPLICATE, &NOT_REQUIRED].into_iter();
    let Found::Requirement(_, rules) = find(rules, "CONF-3").unwrap() else {
        panic!("a requirement");
    };
    assert_eq!(rules, [&DUPLICATE]);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    assert_eq!(nearest("BIP111"), ["BIP112", "BIP113", "BIP201"]);
    assert_eq!(nearest("duplicat-entries"), ["duplicate-entry"]);
    assert_eq!(nearest("CONF-42"), ["CONF-2", "CONF-4", "CONF-1"]);
    assert_eq!(nearest("ELIG-vresion"), ["ELIG-version"]);
    assert_eq!(nearest("something else"), [""; 0]);
    assert_eq!(nearest(""), [""; 0]);
    assert_eq!(nearest(&"BIP112".repeat(100_000)), [""; 0]);
}

#[test]
fn the_error_says_what_to_do_and_is_harmless() {
    let error = find(RULES.iter().copied(), "bip11\x1b").unwrap_err();
    assert_eq!(
        error.to_string(),
        r"no rule or requirement is called `bip11\u{1b}`"
    );
    assert_eq!(error.hint().unwrap(), "did you mean `BIP112` or `BIP113`?");
    let error = find(RULES.iter().copied(), "xyzzy").unwrap_err();
    assert_eq!(error.hint(), None);
}

#[test]
fn distances() {
    for (a, b, edits) in [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
        ("bip112", "bip121", 2),
        ("ab", "ba", 2),
        ("ä", "a", 1),
    ] {
        assert_eq!(distance(a, b), edits, "{a} {b}");
    }
}

#[test]
fn text_for_a_terminal() {
    let options = Options {
        width: 60,
        ..Options::default()
    };
    let texts = [&NOT_A_NAME, &NOT_REQUIRED].map(|rule| terminal(&Found::Rule(rule), options));
    insta::assert_snapshot!("terminal", texts.join("\n"));
}

#[test]
fn requirement_for_a_terminal() {
    let options = Options {
        width: 60,
        ..Options::default()
    };
    // Not those of the specification, whose words are tested elsewhere.
    static FIXTURE: LazyLock<[Requirement; 2]> = LazyLock::new(|| {
        let decided = Requirement {
            id: "CLOS-3".to_owned(),
            level: "MUST".to_owned(),
            basis: "decided".to_owned(),
            section: "closure.md#clos-3".to_owned(),
            text: "A member that is *displaced* MUST be downloaded, and the closure MUST NOT be \
                   followed through it."
                .to_owned(),
            observable: "both".to_owned(),
            excluded: None,
            rationale: "It is downloaded in any case.".to_owned(),
        };
        let open = Requirement {
            id: "USER-2".to_owned(),
            level: "open".to_owned(),
            basis: "open".to_owned(),
            section: "build.md#user-2".to_owned(),
            ..decided.clone()
        };
        [decided, open]
    });
    let [decided, open] = &*FIXTURE;
    let texts = [
        Found::Requirement(decided, vec![&NOT_A_NAME, &DUPLICATE]),
        Found::Requirement(open, vec![]),
    ]
    .map(|found| terminal(&found, options));
    insta::assert_snapshot!("requirement", texts.join("\n---\n"));
}

#[test]
fn page_of_all_rules() {
    let page = page(RULES.iter().copied());
    assert!(page.ends_with(".\n") && !page.contains("\n\n\n"));
    insta::assert_snapshot!("page", page);
}
