use super::{distance, find, page, terminal};
use crate::render::Options;
use crate::render::fixture::{DUPLICATE, NOT_A_NAME, NOT_REQUIRED, RULES};

fn codes(query: &str) -> Vec<&'static str> {
    let found = find(RULES.iter().copied(), query).unwrap();
    found.into_iter().map(|rule| rule.code).collect()
}

fn nearest(query: &str) -> Vec<&'static str> {
    find(RULES.iter().copied(), query).unwrap_err().nearest
}

#[test]
fn a_rule_is_found_by_code_name_and_requirement() {
    assert_eq!(codes("BIP113"), ["BIP113"]);
    assert_eq!(codes(" bip113\n"), ["BIP113"]);
    assert_eq!(codes("Duplicate-Entry"), ["BIP113"]);
    assert_eq!(codes("rep-1"), ["BIP201"]);
}

#[test]
fn a_requirement_finds_all_its_rules_by_code() {
    let rules = [&NOT_REQUIRED, &DUPLICATE, &NOT_A_NAME].into_iter();
    let all = find(rules.clone(), "CONF-3").unwrap();
    assert_eq!(all, [&DUPLICATE]);
    let twice = rules.chain([&NOT_REQUIRED]);
    let codes: Vec<_> = find(twice, "ELIG-2")
        .unwrap()
        .iter()
        .map(|rule| rule.code)
        .collect();
    assert_eq!(codes, ["BIP201", "BIP201"]);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    assert_eq!(nearest("BIP111"), ["BIP112", "BIP113", "BIP201"]);
    assert_eq!(nearest("duplicat-entries"), ["duplicate-entry"]);
    assert_eq!(nearest("CONF-4"), ["CONF-2", "CONF-3"]);
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
    let rules = [&NOT_A_NAME, &NOT_REQUIRED];
    let options = Options {
        width: 60,
        ..Options::default()
    };
    insta::assert_snapshot!("terminal", terminal(&rules, options));
}

#[test]
fn page_of_all_rules() {
    let page = page(RULES.iter().copied());
    assert!(page.ends_with(".\n") && !page.contains("\n\n\n"));
    insta::assert_snapshot!("page", page);
}
