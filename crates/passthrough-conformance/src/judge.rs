//! What an answer is worth. Only what a case states is compared.

use std::collections::BTreeMap;

use passthrough_protocol::{Case, Expectation, ExpectedPlan, Feature, Refusal, Reply, Started};
use serde::Serialize;
use serde_json::{Map, Value};

/// What an answer is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is as expected.
    Pass,
    /// It is not.
    Fail {
        /// A stable word: what differs first, or what kind of answer it is.
        code: &'static str,
        /// What was expected, and what came.
        differences: Vec<String>,
    },
    /// There is no answer that could be compared.
    Error {
        /// A stable word.
        code: &'static str,
        /// What happened.
        message: String,
    },
    /// The implementation lacks a feature that the case names.
    Unsupported {
        /// The feature.
        feature: Feature,
    },
}

/// Judges a reply to a case's input.
pub fn judge(case: &Case, subject: &Started, reply: &Reply) -> Judgement {
    match reply {
        Reply::Unsupported(unsupported) => lacking(case, subject, &unsupported.feature),
        _ => compare(&case.expect, reply, claims(subject, Feature::Diagnostics)),
    }
}

/// Compares a reply with an expectation; diagnostics only if `diagnoses`, that
/// is, if the implementation claims to have them.
pub fn compare(expected: &Expectation, reply: &Reply, diagnoses: bool) -> Judgement {
    match (expected, reply) {
        (_, Reply::Crashed(crashed)) => Judgement::Error {
            code: "crashed",
            message: crashed.message.clone(),
        },
        (_, Reply::Unsupported(unsupported)) => Judgement::Fail {
            code: "unsupported",
            differences: vec![format!("it lacks `{}`", unsupported.feature)],
        },
        (Expectation::Error(expected), Reply::Error(actual)) => refusal(&expected.error, actual),
        (Expectation::Error(expected), Reply::Plan(_)) => Judgement::Fail {
            code: "no-error",
            differences: vec![format!(
                "expected the error {}, got a plan",
                shown(&expected.error)
            )],
        },
        (Expectation::Plan(_), Reply::Error(actual)) => Judgement::Fail {
            code: "error",
            differences: vec![format!("expected a plan, got the error {}", shown(actual))],
        },
        (Expectation::Plan(expected), Reply::Plan(actual)) => {
            if !diagnoses && says_nothing_but_diagnostics(expected) {
                return Judgement::Unsupported {
                    feature: Feature::Diagnostics,
                };
            }
            plan(&object(expected), &object(actual.as_ref()), diagnoses)
        }
    }
}

fn claims(subject: &Started, feature: Feature) -> bool {
    subject
        .features
        .iter()
        .any(|claimed| claimed == feature.as_str())
}

/// An implementation may lack what the case names, and what it does not claim.
fn lacking(case: &Case, subject: &Started, lacks: &str) -> Judgement {
    let named = case
        .features
        .iter()
        .find(|feature| feature.as_str() == lacks);
    let because = match named {
        Some(feature) if !claims(subject, *feature) => {
            return Judgement::Unsupported { feature: *feature };
        }
        Some(_) => "which it claims to have",
        None => "which the case does not need",
    };
    Judgement::Fail {
        code: "unsupported",
        differences: vec![format!("it lacks `{lacks}`, {because}")],
    }
}

fn refusal(expected: &Refusal, actual: &Refusal) -> Judgement {
    if expected == actual {
        return Judgement::Pass;
    }
    Judgement::Fail {
        code: "other-error",
        differences: vec![format!(
            "expected the error {}, got {}",
            shown(expected),
            shown(actual)
        )],
    }
}

fn shown(refusal: &Refusal) -> String {
    format!("{} at stage {}", refusal.code, refusal.stage.as_str())
}

fn says_nothing_but_diagnostics(expected: &ExpectedPlan) -> bool {
    let without = ExpectedPlan {
        diagnostics: None,
        ..expected.clone()
    };
    without == ExpectedPlan::default()
}

/// A document as the object that is compared.
fn object(document: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(document) {
        Ok(Value::Object(object)) => object,
        // The types of plans are objects of plain values.
        _ => Map::new(),
    }
}

/// The keys that are compared, the weightiest first.
const KEYS: [&str; 6] = [
    "listed",
    "expose",
    "install",
    "constraints",
    "cacheable",
    "diagnostics",
];

fn plan(expected: &Map<String, Value>, actual: &Map<String, Value>, diagnoses: bool) -> Judgement {
    let mut code = None;
    let mut differences = Vec::new();
    for key in KEYS {
        let found = match (expected.get(key), actual.get(key)) {
            (None, _) => continue,
            _ if key == "diagnostics" && !diagnoses => continue,
            (Some(expected), None) => {
                vec![format!("{key}: expected {expected}, the plan does not say")]
            }
            (Some(Value::Array(expected)), Some(Value::Array(actual))) => match key {
                "constraints" if expected != actual => vec![unequal(key, expected, actual)],
                "constraints" => Vec::new(),
                "diagnostics" => missing(expected, actual),
                _ => entries(key, expected, actual),
            },
            (Some(expected), Some(actual)) if expected != actual => {
                vec![format!("{key}: expected {expected}, got {actual}")]
            }
            _ => Vec::new(),
        };
        if !found.is_empty() {
            code.get_or_insert(key);
            differences.extend(found);
        }
    }
    match code {
        None => Judgement::Pass,
        Some(code) => Judgement::Fail { code, differences },
    }
}

fn unequal(key: &str, expected: &[Value], actual: &[Value]) -> String {
    let list = |values: &[Value]| Value::Array(values.to_vec());
    format!("{key}: expected {}, got {}", list(expected), list(actual))
}

/// The codes that do not occur.
fn missing(expected: &[Value], actual: &[Value]) -> Vec<String> {
    expected
        .iter()
        .map(|wanted| &wanted["code"])
        .filter(|code| !actual.iter().any(|found| found["code"] == **code))
        .map(|code| {
            let codes: Vec<&str> = actual
                .iter()
                .filter_map(|found| found["code"].as_str())
                .collect();
            format!("diagnostics: expected {code}, got [{}]", codes.join(", "))
        })
        .collect()
}

/// Entries by name: the names exactly, of each the fields that are given.
fn entries(key: &str, expected: &[Value], actual: &[Value]) -> Vec<String> {
    let (wanted, got) = (names(expected), names(actual));
    if wanted != got {
        return vec![format!(
            "{key}: expected [{}], got [{}]",
            wanted.join(", "),
            got.join(", ")
        )];
    }
    let by_name: BTreeMap<&str, &Value> = actual.iter().map(|entry| (name(entry), entry)).collect();
    let mut found = Vec::new();
    for entry in expected {
        let Value::Object(fields) = entry else {
            continue;
        };
        let actual = by_name[name(entry)];
        for (field, value) in fields {
            match &actual[field.as_str()] {
                got if got == value => {}
                got => found.push(format!(
                    "{key} {}: expected {field} {value}, got {got}",
                    name(entry)
                )),
            }
        }
    }
    found
}

fn name(entry: &Value) -> &str {
    entry["name"].as_str().unwrap_or_default()
}

/// Sorted; a name that is there twice is there twice.
fn names(entries: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = entries.iter().map(name).collect();
    names.sort_unstable();
    names
}
