use serde_json::Value;

use super::render;
use crate::render::fixture;
use crate::report::Report;

fn log(reports: &[Report]) -> Value {
    serde_json::from_str(&render(reports).unwrap()).unwrap()
}

#[test]
fn a_bit_of_everything() {
    insta::assert_snapshot!("mixed", render(&[fixture::mixed()]).unwrap());
}

#[test]
fn logs_are_valid_sarif() {
    let schema = include_str!("../../../tests/data/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    for owner in ["run", "toolComponent"] {
        // A slip in the standard: no regular expression for most engines.
        schema["definitions"][owner]["properties"]["language"]["pattern"] = ".*".into();
    }
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let every = fixture::every();
    let logs = every.iter().map(|report| log(std::slice::from_ref(report)));
    for log in logs.chain([log(&every), log(&[])]) {
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);
    }
    let mut broken = log(&every);
    broken["runs"][0]["columnKind"] = "bytes".into();
    assert!(!validator.is_valid(&broken));
}

#[test]
fn every_result_points_at_its_rule() {
    let every = fixture::every();
    let log = log(&every);
    let run = &log["runs"][0];
    let found: usize = every.iter().map(|report| report.diagnostics.len()).sum();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), found);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
    }
}

#[test]
fn columns_are_code_points_and_the_end_is_behind() {
    let log = log(&[fixture::hostile()]);
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    // `x = ["<CSI>2J<TAB>ü…`: ü is the eleventh character of its line.
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 12})
    );
}

#[test]
fn a_message_holds_no_placeholder_and_no_link() {
    let mut report = fixture::mixed();
    report.diagnostics.truncate(1);
    report.diagnostics[0].message = "{0} [a](b) pkg[c]".to_owned();
    let log = log(&[report]);
    let text = &log["runs"][0]["results"][0]["message"]["text"];
    assert_eq!(text, "{{0}} [a] (b) pkg[c]");
}
