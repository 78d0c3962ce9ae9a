//! The decision cases of `conformance/cases/decision`: decided by the planner,
//! and sound as a suite.

pub(crate) mod case;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use case::{Case, answer, differences};
use fs_err as fs;
use serde_json::Value;

fn by_id() -> BTreeMap<String, Case> {
    let cases = case::all().into_iter();
    cases.map(|(_, case)| (case.id.clone(), case)).collect()
}

#[test]
fn every_case_is_decided_as_expected() {
    let mut failures = Vec::new();
    for (_, case) in case::all() {
        let differences = differences(&case.expect, &answer(&case.input));
        if !differences.is_empty() {
            failures.push(format!(
                "{}: {}\n  {}",
                case.id,
                case.title,
                differences.join("\n  ")
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_case_is_complete_and_says_what_it_needs() {
    let pep = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pep-draft.md"))
        .unwrap();
    let mut ids = BTreeSet::new();
    for (path, case) in case::all() {
        assert!(ids.insert(case.id.clone()), "{} is used twice", case.id);
        assert!(
            path.file_stem().unwrap() == case.id.as_str(),
            "{}",
            path.display()
        );
        assert!(
            !case.title.is_empty()
                && !case.why.is_empty()
                && case.guard.as_deref() != Some("")
                && !case.cites.is_empty()
                && !case.expect.is_empty(),
            "{} is not complete",
            case.id
        );
        assert_eq!(case.since, "1", "{}", case.id);
        for cited in &case.cites {
            assert!(
                pep.contains(&format!("**{cited}**")),
                "{}: {cited} is not in pep-draft.md",
                case.id
            );
        }
        let is_error = case.expect.contains_key("error");
        assert!(!is_error || case.expect.len() == 1, "{}", case.id);
        let input = &case.input;
        let needs = [
            ("diagnostics", case.expect.contains_key("diagnostics")),
            ("second-pass", !input["dynamic_requires"].is_null()),
            ("constraints", input["constraints"] != Value::Array(vec![])),
            ("hash-mode", input["policy"]["hash_mode"] == true),
            ("neutral", input["frontend"].is_null()),
        ];
        for (feature, needed) in needs {
            let named = case.features.contains(feature);
            assert_eq!(named, needed, "{}: {feature}", case.id);
        }
        let known = needs.map(|(feature, _)| feature);
        let known = |feature: &String| {
            known.contains(&feature.as_str()) || feature.as_str() == "markers-dubious"
        };
        assert!(case.features.iter().all(known), "{}", case.id);
    }
    assert!(ids.len() >= 165, "{} cases", ids.len());
}

#[test]
fn twins_differ_in_one_place_and_in_the_answer() {
    let cases = by_id();
    let twins = cases.values().filter(|case| case.twin.is_some()).count();
    assert!(twins >= 40, "{twins} twins");
    let faults: Vec<String> = cases
        .values()
        .filter_map(|case| fault_of_twin(case, &cases))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What is wrong with a case's twin. `pointer` and what it leads to are all
/// that differs, and it matters: the answer to either case is wrong for the
/// other.
fn fault_of_twin(case: &Case, cases: &BTreeMap<String, Case>) -> Option<String> {
    let twin = case.twin.as_ref()?;
    let Some(other) = cases.get(&twin.id) else {
        return Some(format!("{}: no case {}", case.id, twin.id));
    };
    let pair = format!("{} and {}", case.id, twin.id);
    let pointer = difference("", Some(&case.input), Some(&other.input));
    if pointer.as_ref() != Some(&twin.pointer) {
        let pointer = pointer.unwrap_or_else(|| "nothing".to_owned());
        return Some(format!("{pair} differ in {pointer}, not {}", twin.pointer));
    }
    [(case, other), (other, case)]
        .into_iter()
        .any(|(one, another)| differences(&one.expect, &answer(&another.input)).is_empty())
        .then(|| format!("{pair} expect the same"))
}

#[test]
fn a_twin_that_is_none_is_noticed() {
    type Change = fn(&mut Case);
    let sound = by_id();
    let changes: [(&str, Change); 5] = [
        ("differ in /policy/denied/0, not /policy/denied", |case| {
            case.twin.as_mut().unwrap().pointer = "/policy/denied".to_owned();
        }),
        ("denied: no case gone", |case| {
            case.twin.as_mut().unwrap().id = "gone".to_owned();
        }),
        // A second difference, which alone might be what the answer comes from.
        ("differ in /policy, not /policy/denied/0", |case| {
            case.input["policy"]["strict"] = true.into();
        }),
        ("differ in nothing, not /policy/denied/0", |case| {
            case.input["policy"]["denied"] = Value::Array(vec![]);
        }),
        // Another place, but no other answer.
        ("denied and nothing-refused expect the same", |case| {
            case.input["policy"]["denied"] = serde_json::json!(["numpy"]);
            let listed = serde_json::json!([{"name": "torch", "status": "host"}]);
            case.expect = serde_json::Map::from_iter([("listed".to_owned(), listed)]);
        }),
    ];
    for (words, change) in changes {
        let mut cases = sound.clone();
        change(cases.get_mut("denied").unwrap());
        let fault = fault_of_twin(&cases["denied"], &cases);
        let fault = fault.unwrap_or_else(|| panic!("{words}: not noticed"));
        assert!(fault.contains(words), "{words}: {fault}");
    }
    assert_eq!(fault_of_twin(&sound["denied"], &sound), None);
}

/// The pointer to the one place in which the two differ, as deep as possible;
/// none if there is no difference.
fn difference(at: &str, one: Option<&Value>, other: Option<&Value>) -> Option<String> {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    let places: Vec<String> = match (one, other) {
        _ if one == other => return None,
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter()
                .filter_map(|key| difference(&step(key), a.get(key), b.get(key)))
                .collect()
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => (0..a.len().max(b.len()))
            .filter_map(|index| difference(&step(&index.to_string()), a.get(index), b.get(index)))
            .collect(),
        _ => Vec::new(),
    };
    match places.as_slice() {
        [place] => Some(place.clone()),
        _ => Some(at.to_owned()),
    }
}

#[test]
fn a_difference_is_found_where_it_is() {
    let one = serde_json::json!({"a": [1, {"b/c": 2}], "d": 3});
    for (other, place) in [
        (one.clone(), None),
        (
            serde_json::json!({"a": [1, {"b/c": 4}], "d": 3}),
            Some("/a/1/b~1c"),
        ),
        (serde_json::json!({"a": [1], "d": 3}), Some("/a/1")),
        (serde_json::json!({"a": [1, {"b/c": 2}]}), Some("/d")),
        (serde_json::json!({"a": [1, {"b/c": 4}]}), Some("")),
        (
            serde_json::json!({"a": [2, {"b/c": 4}], "d": 3}),
            Some("/a"),
        ),
    ] {
        let found = difference("", Some(&one), Some(&other));
        assert_eq!(found.as_deref(), place, "{other}");
    }
}

/// `conformance/ids.lock` remembers every id there ever was: other people's
/// lists of expected failures go by them.
#[test]
fn no_id_is_lost_or_renamed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/ids.lock");
    let ids: BTreeSet<String> = by_id().into_keys().collect();
    let lock = fs::read_to_string(&path).unwrap_or_default();
    let locked: Vec<&str> = lock.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(
        locked.windows(2).all(|pair| pair[0] < pair[1]),
        "ids.lock is not sorted"
    );
    let (lost, new) = compare(&locked, &ids);
    assert!(lost.is_empty(), "cases are gone or renamed: {lost:?}");
    if !new.is_empty() && std::env::var_os("PASSTHROUGH_BLESS").is_some() {
        let mut text: Vec<String> = lock
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        text.extend(ids);
        fs::write(&path, text.join("\n") + "\n").unwrap();
        return;
    }
    assert!(
        new.is_empty(),
        "not in conformance/ids.lock, add with PASSTHROUGH_BLESS=1: {new:?}"
    );
}

/// The locked ids that are gone, and the ids that are not locked.
fn compare<'a>(locked: &[&'a str], ids: &'a BTreeSet<String>) -> (Vec<&'a str>, Vec<&'a str>) {
    let lost = locked.iter().filter(|id| !ids.contains(**id)).copied();
    let new = ids.iter().map(String::as_str);
    let new = new.filter(|id| !locked.contains(id));
    (lost.collect(), new.collect())
}

#[test]
fn a_renamed_id_is_lost_and_new() {
    let ids = BTreeSet::from(["a".to_owned(), "c".to_owned()]);
    assert_eq!(compare(&["a", "b"], &ids), (vec!["b"], vec!["c"]));
    assert_eq!(compare(&["a", "c"], &ids), (vec![], vec![]));
}
