use fs_err as fs;
use passthrough_protocol::{SCHEMAS, Vectors};
use serde_json::{Value, json};

use super::Bench;
use crate::context::Ran;

const HOSTILE: &str = "answer = json.dumps({'seq': seq, 'plan': {'listed': [{'name': '</pre><script>alert(1)</script>|`x`\\u001b[31m\\u202e'}]}}) + '\\n'";

fn valid(name: &str, document: &Value) {
    let schema = SCHEMAS.iter().find(|schema| schema.name == name).unwrap();
    let validator = jsonschema::validator_for(&schema.document()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// A report of failures with hostile texts, in a file.
fn hostile(bench: &Bench) -> (String, Value) {
    let path = bench.context.path("report.json");
    let path = path.to_str().unwrap().to_owned();
    let adapter = bench.adapter(HOSTILE);
    let ran = bench.few(&["--adapter", &adapter, "--report", &path]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, ran.stdout);
    (path, serde_json::from_str(&written).unwrap())
}

fn rendered(bench: &Bench, format: &str, reports: &[&str]) -> String {
    let ran = Ran::of(
        bench
            .conformance()
            .args(["report", "--format", format])
            .args(reports),
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    ran.stdout
}

#[test]
fn the_report_keeps_to_its_schema() {
    let bench = Bench::new();
    let (_, report) = hostile(&bench);
    valid("report", &report);
    let cases = report["cases"].as_array().unwrap();
    let trap = cases.iter().find(|case| case["id"] == "trap").unwrap();
    assert_eq!(trap["verdict"], "fail");
    assert_eq!(trap["expected"]["listed"][0]["name"], "torch");
    assert!(trap["answer"]["plan"]["listed"].is_array());
    assert!(
        trap["reproduce"]
            .as_str()
            .unwrap()
            .ends_with(" --case trap")
    );
    assert_ne!(report["not_selected"], json!([]));
}

/// What `reproduce` says gives the same again, from anywhere.
#[test]
fn reproduce_runs_the_case_again() {
    let bench = Bench::new();
    let (_, report) = hostile(&bench);
    let cases = report["cases"].as_array().unwrap();
    let trap = cases.iter().find(|case| case["id"] == "trap").unwrap();
    let command = trap["reproduce"].as_str().unwrap();
    let (program, arguments) = command.split_once(' ').unwrap();
    assert_eq!(program, "passthrough-check");
    let binary = env!("CARGO_BIN_EXE_passthrough-check");
    let ran =
        Ran::of(std::process::Command::new("sh").args(["-c", &format!("'{binary}' {arguments}")]));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.starts_with("fail trap "), "{ran:?}");
}

#[test]
fn every_form_shows_the_failure_and_carries_nothing_hostile() {
    let bench = Bench::new();
    let (path, _) = hostile(&bench);
    for (format, words) in [
        ("full", vec!["fail trap [CLOS-1", "\\u{1b}[31m"]),
        (
            "junit",
            vec!["failures=\"1\"", "name=\"trap\"", "&lt;script&gt;"],
        ),
        (
            "markdown",
            vec!["| trap | fail |", "not met", "&lt;script&gt;"],
        ),
        (
            "html",
            vec![
                "id=\"CLOS-1\"",
                "href=\"#CLOS-1\"",
                "&lt;script&gt;",
                "not met",
            ],
        ),
        ("badge", vec!["MUST · revision 1", "\"color\": \"red\""]),
    ] {
        let text = rendered(&bench, format, &[&path]);
        for words in words {
            assert!(text.contains(words), "{format}: {words}: {text}");
        }
        for hostile in ["\u{1b}", "\u{202e}"] {
            assert!(!text.contains(hostile), "{format}: {text}");
        }
        assert_eq!(text.contains("<script"), format == "full", "{format}");
    }
}

/// One page with the columns of two implementations.
#[test]
fn several_reports_are_a_matrix() {
    let bench = Bench::new();
    let (failing, _) = hostile(&bench);
    let passing = bench.context.path("passing.json");
    let passing = passing.to_str().unwrap();
    assert_eq!(bench.few(&["--report", passing]).code, Some(0));
    let page = rendered(&bench, "html", &[&failing, passing]);
    let row = page
        .split("<tr>")
        .find(|row| row.contains("#CLOS-1\""))
        .unwrap();
    for cell in [
        "✗ <span class=\"words\">not met",
        "✓ <span class=\"words\">met",
    ] {
        assert!(row.contains(cell), "{row}");
    }
    // The row leads to the text, in the marks that it has in the specification.
    let section = page
        .split("<section id=")
        .find(|text| text.starts_with("\"CONF-1\""));
    assert!(
        section
            .unwrap()
            .contains("<code>no-build-isolation-package</code>"),
        "{section:?}"
    );
    // It is complete by itself.
    for from_elsewhere in ["src=", "<link", "@import", "url(", "http://", "https://"] {
        assert!(!page.contains(from_elsewhere), "{from_elsewhere}");
    }
    let both: Value =
        serde_json::from_str(&rendered(&bench, "json", &[&failing, passing])).unwrap();
    assert_eq!(both.as_array().unwrap().len(), 2);
}

#[test]
fn junit_has_a_test_case_for_each_case_and_its_kind() {
    let bench = Bench::new();
    let adapter = bench.adapter("os._exit(1)");
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--output-format", "junit", "--filter", "cases/"])
            .args(["--adapter", &adapter, "--cases"])
            .arg(bench.context.path("cases")),
    );
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.stdout.contains("tests=\"1\""), "{}", ran.stdout);
    assert!(ran.stdout.contains("errors=\"1\""), "{}", ran.stdout);
    assert!(ran.stdout.contains("type=\"ended\""), "{}", ran.stdout);
}

#[test]
fn export_is_the_suite_in_one_document() {
    let bench = Bench::new();
    let ran = Ran::of(bench.conformance().arg("export"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    valid("vectors", &document);
    let vectors: Vectors = serde_json::from_value(document).unwrap();
    let listed = Ran::of(bench.conformance().arg("list"));
    assert_eq!(vectors.cases.len(), listed.stdout.lines().count());
    assert!(vectors.cases.iter().any(|case| case.id == "cycle"));
    assert!(
        vectors
            .requirements
            .iter()
            .any(|found| found.id == "CLOS-3")
    );
    let some = Ran::of(bench.conformance().args(["export", "--filter", "CLOS-3"]));
    let some: Vectors = serde_json::from_str(&some.stdout).unwrap();
    assert!(
        some.cases
            .iter()
            .all(|case| case.cites.contains(&"CLOS-3".to_owned()))
    );
    assert!(!some.cases.is_empty() && some.cases.len() < vectors.cases.len());
    assert_eq!(some.suite, vectors.suite);
}

/// The committed files are what the schema says, word for word: a reader in
/// another language has nothing but the schema.
#[test]
fn every_case_keeps_to_the_schema() {
    let bench = Bench::new();
    let ran = Ran::of(bench.conformance().arg("export"));
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    for case in document["cases"].as_array().unwrap() {
        valid("case", case);
        let request = json!({"cmd": "run", "seq": 1, "input": case["input"]});
        valid("adapter", &request);
    }
}
