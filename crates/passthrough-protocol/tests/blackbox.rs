//! The schemas of black-box conformance accept what the types do: in the
//! examples, and with any one place of them replaced, removed or added to.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use passthrough_protocol::{BlackboxCase, Evidence, Profile, Recording, SCHEMAS};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

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

/// The document, and the document with a fault in each of its places.
fn variants(document: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    places(document, "", &mut all);
    let replacements = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(70_000),
        json!(1.5),
        json!("x"),
        json!("host"),
        json!([0]),
        // serde takes an array for the fields of a struct, and the schema does
        // not: nobody writes that, and this one is refused by both.
        json!(["x", "y", 0]),
        json!({"x": 1}),
    ];
    let mut variants = vec![document.clone()];
    for place in &all {
        for replacement in &replacements {
            let mut variant = document.clone();
            *variant.pointer_mut(place).unwrap() = replacement.clone();
            variants.push(variant);
        }
        let keys: Vec<String> = match document.pointer(place) {
            Some(Value::Object(fields)) => fields.keys().cloned().collect(),
            _ => continue,
        };
        for key in keys {
            let mut variant = document.clone();
            let fields = variant.pointer_mut(place).unwrap().as_object_mut().unwrap();
            fields.remove(&key);
            variants.push(variant);
        }
        let mut variant = document.clone();
        variant.pointer_mut(place).unwrap()["added"] = json!("x");
        variants.push(variant);
    }
    variants
}

fn agree<T: DeserializeOwned + Serialize + PartialEq + Debug>(name: &str, example: &str) {
    let schema = SCHEMAS.iter().find(|schema| schema.name == name).unwrap();
    let validator = jsonschema::validator_for(&schema.document()).unwrap();
    let document: Value = serde_json::from_str(example).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for variant in variants(&document) {
        let by_type = serde_json::from_value::<T>(variant.clone());
        let by_schema = validator.validate(&variant);
        match (by_type, by_schema) {
            (Ok(value), Ok(())) => {
                accepted += 1;
                let written = serde_json::to_value(&value).unwrap();
                assert!(validator.is_valid(&written), "{written:#}");
                assert_eq!(serde_json::from_value::<T>(written).unwrap(), value);
            }
            (Err(_), Err(_)) => refused += 1,
            (Ok(_), Err(error)) => panic!("only the schema of {name} refuses {variant:#}: {error}"),
            (Err(error), Ok(())) => panic!("only the type of {name} refuses {variant:#}: {error}"),
        }
    }
    assert!(
        accepted > 10 && refused > 100,
        "{name}: {accepted}, {refused}"
    );
}

#[test]
fn cases_are_judged_alike() {
    agree::<BlackboxCase>("blackbox-case", include_str!("data/blackbox-case.json"));
}

#[test]
fn profiles_are_judged_alike() {
    agree::<Profile>("profile", include_str!("data/profile.json"));
}

#[test]
fn recordings_are_judged_alike() {
    agree::<Recording>("recording", include_str!("data/recording.json"));
}

#[test]
fn evidence_is_judged_alike() {
    agree::<Evidence>("evidence", include_str!("data/evidence.json"));
}
