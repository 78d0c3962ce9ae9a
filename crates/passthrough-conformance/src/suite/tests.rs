use std::path::Path;

use fs_err as fs;
use passthrough_protocol::Case;
use serde_json::{Value, json};

use super::{Cases, Decision, Head, Level, Suite};
use crate::embedded::Files;
use crate::requirements;

/// A case of no more than what the loader has to know.
#[derive(Clone, Debug)]
enum Notes {}

impl Level for Notes {
    type Case = Value;

    const EMBEDDED: Files = &[
        (
            "group/a.json",
            r#"{"id": "a", "cites": ["CONF-1", "NONE-1"]}"#,
        ),
        ("group/b.json", r#"{"id": "b", "cites": ["CONF-1"]}"#),
        ("other/b.json", r#"{"id": "b", "cites": []}"#),
    ];
    const LARGEST: u64 = 1 << 20;

    fn head(case: &Value) -> Head<'_> {
        let text = |key: &str| case[key].as_str().unwrap_or("said");
        let cites = case["cites"].as_array().into_iter().flatten();
        Head {
            id: text("id"),
            title: text("title"),
            why: text("why"),
            cites: cites.filter_map(Value::as_str).collect(),
        }
    }

    fn check(case: &Value) -> Result<(), String> {
        match case["wrong"].as_str() {
            None => Ok(()),
            Some(wrong) => Err(wrong.to_owned()),
        }
    }
}

fn of(directory: &Path) -> Cases<Notes> {
    let mut suite = Cases::default();
    suite.add_directory(directory);
    suite
}

fn messages(suite: &Cases<Notes>) -> Vec<String> {
    let problems = suite.problems.iter();
    problems.map(ToString::to_string).collect()
}

#[test]
fn files_that_are_none_are_problems_and_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let write = |name: &str, text: &str| fs::write(at(name), text).unwrap();
    fs::create_dir(at("below")).unwrap();
    fs::create_dir(at("directory.json")).unwrap();
    std::os::unix::fs::symlink(directory.path(), at("below/again")).unwrap();
    std::os::unix::fs::symlink(directory.path(), at("link.json")).unwrap();
    write("README.md", "no case");
    write("a.json", r#"{"id": "a"}"#);
    write("below/a.json", r#"{"id": "a"}"#);
    write("broken.json", "{");
    write("c.json", r#"{"id": "d"}"#);
    write("large.json", &" ".repeat((1 << 20) + 1));
    let mut most = r#"{"id": "most"}"#.to_owned();
    most.push_str(&" ".repeat((1 << 20) - most.len()));
    write("most.json", &most);
    write("title.json", r#"{"id": "title", "title": " "}"#);
    write("why.json", r#"{"id": "why", "why": ""}"#);
    write("wrong.json", r#"{"id": "wrong", "wrong": "it is wrong"}"#);
    let suite = of(directory.path());
    assert_eq!(suite.cases.keys().collect::<Vec<_>>(), ["a", "most"]);
    let expected = [
        ("below/a.json", "the id `a` is used twice"),
        (
            "broken.json",
            "EOF while parsing an object at line 1 column 1",
        ),
        ("c.json", "the id `d` is not the file's name"),
        ("large.json", "larger than 1 MiB"),
        ("link.json", "not a regular file"),
        ("title.json", "`title` is empty"),
        ("why.json", "`why` is empty"),
        ("wrong.json", "it is wrong"),
    ];
    let expected = expected.map(|(name, said)| format!("{}: {said}", at(name).display()));
    assert_eq!(messages(&suite), expected);
    assert!(suite.problems.iter().all(|problem| !problem.embedded));
    let gone = of(&at("gone"));
    assert_eq!(gone.problems.len(), 1);
    assert_eq!(gone.problems[0].path, at("gone").display().to_string());
}

#[test]
fn a_case_of_the_user_takes_the_place_of_one_of_the_suite() {
    let mut suite = Cases::<Notes>::embedded();
    assert_eq!(messages(&suite), ["other/b.json: the id `b` is used twice"]);
    assert!(suite.problems[0].embedded);
    assert_eq!(suite.cases["b"].path, "group/b.json");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("b.json");
    fs::write(&path, r#"{"id": "b", "cites": ["NONE-2"]}"#).unwrap();
    suite.add_directory(directory.path());
    assert_eq!(suite.problems.len(), 1);
    assert_eq!(suite.cases["b"].path, path.display().to_string());

    suite.refuse_unknown_citations(&requirements::embedded().unwrap());
    assert!(suite.cases.is_empty());
    let refused: Vec<(&str, bool)> = suite.problems[1..]
        .iter()
        .map(|problem| (problem.message.as_str(), problem.embedded))
        .collect();
    assert_eq!(
        refused,
        [
            ("it cites `NONE-1`, which is no requirement", true),
            ("it cites `NONE-2`, which is no requirement", false),
        ]
    );
}

#[test]
fn the_digest_is_that_of_the_texts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.json");
    let mut digests = Vec::new();
    for text in [
        r#"{"id": "a"}"#,
        r#"{"id": "a" }"#,
        r#"{"id": "a", "b": 1}"#,
    ] {
        fs::write(&path, text).unwrap();
        let digest = of(directory.path()).digest();
        assert_eq!(of(directory.path()).digest(), digest);
        assert!(!digests.contains(&digest));
        digests.push(digest);
    }
    // Where it is found is no part of it, and what it is expected by is one.
    let below = directory.path().join("below");
    fs::create_dir(&below).unwrap();
    fs::rename(&path, below.join("a.json")).unwrap();
    assert_eq!(Some(&of(directory.path()).digest()), digests.last());
    assert_ne!(
        Suite::default().digest(),
        Cases::<Notes>::default().digest()
    );
}

#[test]
fn a_decision_case_cites_and_expects_something() {
    let suite = Suite::embedded();
    let case = |change: fn(&mut Value)| -> Case {
        let mut case = serde_json::to_value(&suite.cases["cycle"].case).unwrap();
        change(&mut case);
        serde_json::from_value(case).unwrap()
    };
    assert_eq!(Decision::check(&case(|_| {})), Ok(()));
    assert_eq!(
        Decision::check(&case(|case| case["cites"] = json!([]))),
        Err("it cites no requirement".to_owned())
    );
    assert_eq!(
        Decision::check(&case(|case| case["expect"] = json!({}))),
        Err("it expects nothing".to_owned())
    );
}
