//! The decision cases of `conformance/cases/decision`, decided by the planner.
//!
//! Only what a case states is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_check::check::Question;
use passthrough_check::host::Host;
use passthrough_check::project::ProjectFile;
use passthrough_check::report::Report;
use passthrough_check::wire;
use passthrough_config::Reading;
use passthrough_interpreter::Identity;
use passthrough_plan::{Pass, Policy, Present};
use passthrough_requirement::{PackageName, Requirement};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    title: String,
    why: String,
    cites: Vec<String>,
    input: CaseInput,
    expect: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseInput {
    pyproject: String,
    host: passthrough_protocol::Host,
    #[serde(default)]
    build_interpreter: Option<CaseIdentity>,
    #[serde(default)]
    dynamic_requires: Option<Vec<String>>,
    #[serde(default)]
    present: Vec<CasePresent>,
    #[serde(default)]
    constraints: Vec<String>,
    #[serde(default)]
    frontend: Option<String>,
    #[serde(default)]
    policy: CasePolicy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseIdentity {
    implementation: String,
    version: String,
    #[serde(default)]
    abi_flags: String,
    platform: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CasePresent {
    name: String,
    version: String,
    exposed: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CasePolicy {
    denied: Vec<String>,
    deny_all: bool,
    replacing: Vec<String>,
    hash_mode: bool,
    strict: bool,
}

fn parsed<T: std::str::FromStr, C: FromIterator<T>>(texts: &[String]) -> C
where
    T::Err: std::fmt::Debug,
{
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn decide(input: CaseInput) -> Value {
    let reading = input.frontend.map_or(Reading::Neutral, Reading::Frontend);
    let pyproject = passthrough_config::read(&input.pyproject, &reading);
    let interpreter = passthrough_host::interpreter(&input.host);
    let inventory = passthrough_host::Given::from_document(input.host).unwrap();
    let host = Host {
        interpreter,
        inventory: Box::new(inventory),
        note: String::new(),
        findings: Vec::new(),
    };
    let build = input.build_interpreter.map_or_else(
        || host.interpreter.identity.clone(),
        |identity| Identity {
            implementation: identity.implementation,
            version: identity.version,
            abi_flags: identity.abi_flags,
            platform: identity.platform,
        },
    );
    let policy = Policy {
        denied: parsed::<PackageName, BTreeSet<_>>(&input.policy.denied),
        deny_all: input.policy.deny_all,
        replacing: parsed::<PackageName, BTreeSet<_>>(&input.policy.replacing),
        hash_mode: input.policy.hash_mode,
        strict: input.policy.strict,
    };
    let present: BTreeMap<PackageName, Present> = input
        .present
        .iter()
        .map(|present| {
            let held = Present {
                version: present.version.parse().unwrap(),
                exposed: present.exposed,
            };
            (present.name.parse().unwrap(), held)
        })
        .collect();
    let dynamic: Option<Vec<Requirement>> = input.dynamic_requires.as_deref().map(parsed);
    let question = Question {
        pyproject: &pyproject,
        host: &host,
        build_interpreter: &build,
        constraints: &parsed::<Requirement, Vec<_>>(&input.constraints),
        policy: &policy,
    };
    let plan = question.ask(match &dynamic {
        None => Pass::First,
        Some(dynamic) => Pass::Second {
            dynamic,
            present: &present,
        },
    });
    let file = ProjectFile {
        shown: "pyproject.toml".into(),
        directory: ".".into(),
        text: input.pyproject,
    };
    let document = wire::document(&file, &pyproject, &host, &plan, true);
    let findings = pyproject.findings.into_iter().chain(plan.diagnostics);
    let report = Report::new(
        document,
        "pyproject.toml".into(),
        file.text,
        None,
        findings.collect(),
    );
    serde_json::to_value(report.plan).unwrap()
}

/// What of `expected` is not so in `plan`.
fn differences(expected: &serde_json::Map<String, Value>, plan: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (key, expected) in expected {
        let actual = &plan[key];
        match key.as_str() {
            "listed" | "expose" | "install" => found.extend(entries(key, expected, actual)),
            "diagnostics" => {
                let has = |code: &Value| {
                    actual
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|found| found["code"] == *code)
                };
                for wanted in expected.as_array().unwrap() {
                    if !has(&wanted["code"]) {
                        found.push(format!("no diagnostic {}", wanted["code"]));
                    }
                }
            }
            _ if expected != actual => {
                found.push(format!("{key}: expected {expected}, got {actual}"));
            }
            _ => {}
        }
    }
    found
}

/// Entries by name: the names exactly, of each the fields that are given.
fn entries(key: &str, expected: &Value, actual: &Value) -> Vec<String> {
    let by_name = |entries: &Value| -> BTreeMap<String, Value> {
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|entry| (entry["name"].as_str().unwrap().to_owned(), entry.clone()))
            .collect()
    };
    let (expected, actual) = (by_name(expected), by_name(actual));
    if !expected.keys().eq(actual.keys()) {
        let names = |entries: &BTreeMap<String, Value>| entries.keys().cloned().collect::<Vec<_>>();
        return vec![format!(
            "{key}: expected {:?}, got {:?}",
            names(&expected),
            names(&actual)
        )];
    }
    expected
        .iter()
        .flat_map(|(name, fields)| {
            fields
                .as_object()
                .unwrap()
                .iter()
                .map(move |field| (name, field))
        })
        .filter(|(name, (field, value))| actual[*name][field.as_str()] != **value)
        .map(|(name, (field, value))| {
            format!(
                "{key} {name}: expected {field} {value}, got {}",
                actual[name]
            )
        })
        .collect()
}

fn case_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| {
            if path.is_dir() {
                case_files(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_case_is_decided_as_expected() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases/decision");
    let pep = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pep-draft.md"))
        .unwrap();
    let mut ids = BTreeSet::new();
    let mut failures = Vec::new();
    for path in case_files(&directory) {
        let text = fs::read_to_string(&path).unwrap();
        let case: Case = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(ids.insert(case.id.clone()), "{} is used twice", case.id);
        assert!(
            path.file_stem().unwrap() == case.id.as_str(),
            "{}",
            path.display()
        );
        assert!(
            !case.title.is_empty()
                && !case.why.is_empty()
                && !case.cites.is_empty()
                && !case.expect.is_empty()
        );
        for cited in &case.cites {
            assert!(
                pep.contains(cited.as_str()),
                "{}: {cited} is not in pep-draft.md",
                case.id
            );
        }
        let plan = decide(case.input);
        let differences = differences(&case.expect, &plan);
        if !differences.is_empty() {
            failures.push(format!(
                "{}: {}\n  {}",
                case.id,
                case.title,
                differences.join("\n  ")
            ));
        }
    }
    assert!(ids.len() >= 30, "{} cases", ids.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
