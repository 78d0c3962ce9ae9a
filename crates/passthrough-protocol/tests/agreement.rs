//! The schemas and the types accept the same documents: a checker in another
//! language, which has the schema alone, refuses what we refuse.
//!
//! Two spellings that nobody writes are left aside, as serde takes them and the
//! schema does not: an array of a struct's fields, and an object `{"host": null}`
//! for a plain word. So is `1.0` for 1, where it is the other way round.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;
use std::sync::LazyLock;

use jsonschema::Validator;
use passthrough_protocol::{
    AdapterMessage, BuildRecord, Case, ConformanceReport, Expectations, Host, Manifest, Mutants,
    MutantsReport, Plan, SCHEMAS, Vectors,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const PLAN: &str = include_str!("data/plan.json");
const BUILD: &str = include_str!("data/build.json");
const HOST: &str = include_str!("data/host.json");

const CASE: &str = include_str!("data/case.json");
const REFUSED: &str = include_str!("data/refused.json");
const MESSAGES: &str = include_str!("data/messages.jsonl");
const MANIFEST: &str = include_str!("data/manifest.json");
const EXPECTATIONS: &str = include_str!("data/expectations.json");
const MUTANTS: &str = include_str!("data/mutants.json");
const MUTANTS_REPORT: &str = include_str!("data/mutants-report.json");
const REPORT: &str = include_str!("data/report.json");
const VECTORS: &str = include_str!("data/vectors.json");

static CASE_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("case"));
static ADAPTER_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("adapter"));
static EXPECTATIONS_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("expectations"));
static MUTANTS_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("mutants"));
static MUTANTS_REPORT_VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| validator("mutants-report"));
static REPORT_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("report"));
static VECTORS_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("vectors"));
static PLAN_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("plan"));
static BUILD_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("build"));
static MANIFEST_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("manifest"));
static HOST_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator("host"));

fn validator(name: &str) -> Validator {
    let schema = SCHEMAS.iter().find(|schema| schema.name == name).unwrap();
    jsonschema::validator_for(&schema.document()).unwrap()
}

/// Whether both accept the document; fails if they disagree. One more spelling
/// is left aside: serde takes the place of a variant for its name in a tag.
fn accepted<T: DeserializeOwned>(validator: &Validator, document: &Value) -> bool {
    if document["cmd"].is_number() {
        return false;
    }
    let by_type = serde_json::from_value::<T>(document.clone());
    let by_schema = validator.validate(document);
    match (by_type, by_schema) {
        (Ok(_), Ok(())) => true,
        (Err(_), Err(_)) => false,
        (Ok(_), Err(error)) => panic!("only the schema refuses {document:#}: {error}"),
        (Err(error), Ok(())) => panic!("only the type refuses {document:#}: {error}"),
    }
}

/// The document is accepted, and nothing of it is lost on the way through the type.
fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(
    validator: &Validator,
    text: &str,
) {
    let document: Value = serde_json::from_str(text).unwrap();
    assert!(accepted::<T>(validator, &document));
    let value: T = serde_json::from_value(document).unwrap();
    let written = serde_json::to_value(&value).unwrap();
    assert!(accepted::<T>(validator, &written));
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), value);
}

#[test]
fn the_published_examples_are_valid() {
    survives::<Plan>(&PLAN_VALIDATOR, PLAN);
    survives::<BuildRecord>(&BUILD_VALIDATOR, BUILD);
    survives::<Host>(&HOST_VALIDATOR, HOST);
    survives::<Manifest>(&MANIFEST_VALIDATOR, MANIFEST);
    survives::<Case>(&CASE_VALIDATOR, CASE);
    survives::<Case>(&CASE_VALIDATOR, REFUSED);
    survives::<Expectations>(&EXPECTATIONS_VALIDATOR, EXPECTATIONS);
    survives::<Mutants>(&MUTANTS_VALIDATOR, MUTANTS);
    survives::<MutantsReport>(&MUTANTS_REPORT_VALIDATOR, MUTANTS_REPORT);
    survives::<ConformanceReport>(&REPORT_VALIDATOR, REPORT);
    survives::<Vectors>(&VECTORS_VALIDATOR, VECTORS);
    for message in MESSAGES.lines() {
        survives::<AdapterMessage>(&ADAPTER_VALIDATOR, message);
    }
    let plan: Value = serde_json::from_str(PLAN).unwrap();
    let read: Plan = serde_json::from_value(plan.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), plan);
}

#[test]
fn schemas_are_schemas_and_say_what_they_are() {
    for schema in SCHEMAS {
        let document = schema.document();
        assert!(jsonschema::meta::is_valid(&document));
        assert_eq!(
            document["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(
            document["$id"],
            format!("urn:passthrough:{}:1", schema.name)
        );
        assert!(document["title"].as_str().unwrap().contains(schema.name));
        assert!(schema.text().ends_with("}\n"));
    }
}

#[test]
fn every_word_of_a_status_is_in_the_schema() {
    let mut plan: Value = serde_json::from_str(PLAN).unwrap();
    let words = [
        "denied",
        "not-required",
        "marker",
        "interpreter",
        "not-installed",
        "replaced",
        "metadata",
        "version",
        "url",
        "not-exposable",
        "closure",
        "conflict",
        "host",
    ];
    for word in words {
        plan["listed"][0]["status"] = word.into();
        assert!(accepted::<Plan>(&PLAN_VALIDATOR, &plan), "{word}");
    }
    for word in ["Host", "not_required", "fallback", ""] {
        plan["listed"][0]["status"] = word.into();
        assert!(!accepted::<Plan>(&PLAN_VALIDATOR, &plan), "{word}");
    }
}

#[test]
fn lines_count_from_one() {
    let mut plan: Value = serde_json::from_str(PLAN).unwrap();
    for (line, fits) in [
        (json!(1), true),
        (json!(u32::MAX), true),
        (json!(0), false),
        (json!(-1), false),
        (json!(u64::from(u32::MAX) + 1), false),
        (json!(1.5), false),
        (json!("1"), false),
    ] {
        plan["declarations"][0]["line"] = line.clone();
        assert_eq!(accepted::<Plan>(&PLAN_VALIDATOR, &plan), fits, "{line}");
        plan["declarations"][0]["line"] = json!(1);
        plan["diagnostics"][0]["line"] = line.clone();
        assert_eq!(accepted::<Plan>(&PLAN_VALIDATOR, &plan), fits, "{line}");
        plan["diagnostics"][0]["line"] = Value::Null;
        assert!(accepted::<Plan>(&PLAN_VALIDATOR, &plan));
    }
}

/// Every place in a document, as JSON pointers.
fn places(document: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match document {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                places(field, &format!("{at}/{key}"), found);
            }
        }
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Value),
    RemoveOne(usize),
    Add(Value),
    RepeatOne(usize),
    Rename(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(1_u64 << 32),
        json!(""),
        json!("x"),
        json!("host"),
        json!("error"),
        json!("passthrough-plan/1"),
        // As the fields of a struct an array would be the first spelling left
        // aside: an empty one, where every field has a default.
        json!([0]),
        json!(["x", "y", 0]),
        json!({}),
        json!({"x": 1}),
    ]);
    prop_oneof![
        value.clone().prop_map(Mutation::Replace),
        (0..12_usize).prop_map(Mutation::RemoveOne),
        value.prop_map(Mutation::Add),
        (0..12_usize).prop_map(Mutation::RepeatOne),
        (0..12_usize).prop_map(Mutation::Rename),
    ]
}

fn mutate(document: &mut Value, place: usize, mutation: Mutation) {
    let mut all = Vec::new();
    places(document, "", &mut all);
    let target = document.pointer_mut(&all[place % all.len()]).unwrap();
    match (target, mutation) {
        (target, Mutation::Replace(value)) => *target = value,
        (Value::Array(items), Mutation::RemoveOne(index)) if !items.is_empty() => {
            items.remove(index % items.len());
        }
        (Value::Array(items), Mutation::RepeatOne(index)) if !items.is_empty() => {
            items.push(items[index % items.len()].clone());
        }
        (Value::Array(items), Mutation::Add(value)) => items.push(value),
        (Value::Object(fields), Mutation::Add(value)) => {
            fields.insert("added".to_owned(), value);
        }
        (Value::Object(fields), Mutation::RemoveOne(index)) if !fields.is_empty() => {
            let key = fields.keys().nth(index % fields.len()).unwrap().clone();
            fields.remove(&key);
        }
        (Value::Object(fields), Mutation::Rename(index)) if !fields.is_empty() => {
            let key = fields.keys().nth(index % fields.len()).unwrap().clone();
            let value = fields.remove(&key).unwrap();
            fields.insert(key.to_uppercase(), value);
        }
        _ => {}
    }
}

/// Mutates the example again and again; `accepted` fails where they disagree.
/// Returns how many of the mutated documents were accepted.
fn disagree_never<T: DeserializeOwned>(
    validator: &Validator,
    text: &str,
    mutations: Vec<(usize, Mutation)>,
) -> usize {
    let mut document: Value = serde_json::from_str(text).unwrap();
    let mut valid = 0;
    for (place, mutation) in mutations {
        let before = document.clone();
        mutate(&mut document, place, mutation);
        if accepted::<T>(validator, &document) {
            valid += 1;
        } else {
            // Two faults may hide one another: go on from what is valid.
            document = before;
        }
    }
    valid
}

fn mutations() -> impl Strategy<Value = Vec<(usize, Mutation)>> {
    prop::collection::vec((any::<usize>(), mutation()), 1..12)
}

proptest! {
    #[test]
    fn plans_are_judged_alike(mutations in mutations()) {
        disagree_never::<Plan>(&PLAN_VALIDATOR, PLAN, mutations);
    }

    #[test]
    fn records_of_builds_are_judged_alike(mutations in mutations()) {
        disagree_never::<BuildRecord>(&BUILD_VALIDATOR, BUILD, mutations);
    }

    #[test]
    fn manifests_are_judged_alike(mutations in mutations()) {
        disagree_never::<Manifest>(&MANIFEST_VALIDATOR, MANIFEST, mutations);
    }

    #[test]
    fn hosts_are_judged_alike(mutations in mutations()) {
        disagree_never::<Host>(&HOST_VALIDATOR, HOST, mutations);
    }

    #[test]
    fn cases_are_judged_alike(mutations in mutations(), refused in any::<bool>()) {
        let text = if refused { REFUSED } else { CASE };
        disagree_never::<Case>(&CASE_VALIDATOR, text, mutations);
    }

    #[test]
    fn messages_are_judged_alike(mutations in mutations(), line in any::<prop::sample::Index>()) {
        let lines: Vec<&str> = MESSAGES.lines().collect();
        let text = lines[line.index(lines.len())];
        disagree_never::<AdapterMessage>(&ADAPTER_VALIDATOR, text, mutations);
    }

    #[test]
    fn expectations_are_judged_alike(mutations in mutations()) {
        disagree_never::<Expectations>(&EXPECTATIONS_VALIDATOR, EXPECTATIONS, mutations);
    }

    #[test]
    fn mutants_are_judged_alike(mutations in mutations()) {
        disagree_never::<Mutants>(&MUTANTS_VALIDATOR, MUTANTS, mutations);
    }

    #[test]
    fn reports_on_mutants_are_judged_alike(mutations in mutations()) {
        disagree_never::<MutantsReport>(&MUTANTS_REPORT_VALIDATOR, MUTANTS_REPORT, mutations);
    }

    #[test]
    fn reports_are_judged_alike(mutations in mutations()) {
        disagree_never::<ConformanceReport>(&REPORT_VALIDATOR, REPORT, mutations);
    }

    #[test]
    fn vectors_are_judged_alike(mutations in mutations()) {
        disagree_never::<Vectors>(&VECTORS_VALIDATOR, VECTORS, mutations);
    }
}

/// Were all mutations to be refused, or none, the properties above would say little.
#[test]
fn mutations_make_valid_documents_and_others() {
    let mut all = Vec::new();
    places(&serde_json::from_str(PLAN).unwrap(), "", &mut all);
    let judged = (0..all.len()).map(|place| {
        let mutation = Mutation::Replace(json!("x"));
        disagree_never::<Plan>(&PLAN_VALIDATOR, PLAN, vec![(place, mutation)])
    });
    let valid: usize = judged.sum();
    assert!(valid > 10 && valid < all.len() - 10, "{valid}");
}
