use passthrough_protocol::Plan;

use super::{render, render_lines};
use crate::render::fixture;

#[test]
fn a_bit_of_everything() {
    insta::assert_snapshot!("mixed", render(&[fixture::mixed()]).unwrap());
}

#[test]
fn one_project_is_an_object_and_others_are_an_array() {
    let every = fixture::every();
    let plans: Vec<Plan> = every.iter().map(|report| report.plan.clone()).collect();
    for (report, plan) in every.iter().zip(&plans) {
        let text = render(std::slice::from_ref(report)).unwrap();
        assert_eq!(&serde_json::from_str::<Plan>(&text).unwrap(), plan);
    }
    let text = render(&every).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Plan>>(&text).unwrap(), plans);
    assert_eq!(render(&[]).unwrap(), "[]\n");
}

#[test]
fn lines_are_objects() {
    let every = fixture::every();
    let text = render_lines(&every).unwrap();
    assert_eq!(text.lines().count(), every.len());
    for (line, report) in text.lines().zip(&every) {
        assert_eq!(serde_json::from_str::<Plan>(line).unwrap(), report.plan);
    }
    assert_eq!(render_lines(&[]).unwrap(), "");
}

#[test]
fn documents_are_valid_by_their_schema() {
    let schema = passthrough_protocol::SCHEMAS
        .iter()
        .find(|schema| schema.name == "plan");
    let validator = jsonschema::validator_for(&schema.unwrap().document()).unwrap();
    for report in fixture::every() {
        let document = serde_json::from_str(&render(&[report]).unwrap()).unwrap();
        assert!(validator.is_valid(&document));
    }
}
