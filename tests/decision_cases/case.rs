//! A decision case: its format, the reference's answer, and how the two are
//! compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_check::check::Question;
use passthrough_check::host::Host;
use passthrough_check::project::ProjectFile;
use passthrough_check::report::Report;
use passthrough_check::wire;
use passthrough_config::Reading;
use passthrough_diagnostic::{Diagnostic, Severity};
use passthrough_interpreter::Identity;
use passthrough_plan::{Pass, Policy, Present};
use passthrough_requirement::{PackageName, Requirement};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One file of `conformance/cases/decision`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) why: String,
    pub(crate) cites: Vec<String>,
    pub(crate) since: String,
    pub(crate) features: BTreeSet<String>,
    #[serde(default)]
    pub(crate) twin: Option<Twin>,
    pub(crate) input: Value,
    pub(crate) expect: Map<String, Value>,
}

/// The case whose input differs in one place, and with it the expectation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Twin {
    pub(crate) id: String,
    pub(crate) pointer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
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

/// Every committed case with its path, sorted by path.
pub(crate) fn all() -> Vec<(PathBuf, Case)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases/decision");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let case = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, case)
    };
    files(&directory).into_iter().map(read).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    files.sort();
    files
}

fn parsed<T: std::str::FromStr, C: FromIterator<T>>(texts: &[String]) -> C
where
    T::Err: std::fmt::Debug,
{
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// What the reference answers: `{"plan": …}` or `{"error": {stage, code}}`.
pub(crate) fn answer(input: &Value) -> Value {
    let input: Input =
        serde_json::from_value(input.clone()).unwrap_or_else(|error| panic!("{input}: {error}"));
    let reading = input.frontend.map_or(Reading::Neutral, Reading::Frontend);
    let pyproject = passthrough_config::read(&input.pyproject, &reading);
    if let Some(error) = error(&pyproject.findings) {
        return error;
    }
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
    if let Some(error) = error(&plan.diagnostics) {
        return error;
    }
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
    json!({"plan": report.plan})
}

/// The first finding after which nothing may be built, as an answer.
fn error(findings: &[Diagnostic]) -> Option<Value> {
    let (stage, code) = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .find_map(|finding| match finding.rule.code {
            "BIP110" | "BIP111" | "BIP112" | "BIP121" => Some(("configuration", "CONF-2")),
            "BIP101" | "BIP104" | "BIP105" | "BIP106" | "BIP107" | "BIP108" => {
                Some(("configuration", "CONF-8"))
            }
            "BIP226" | "BIP227" => Some(("second-pass", "DYN-3")),
            _ => None,
        })?;
    Some(json!({"error": {"stage": stage, "code": code}}))
}

/// What of `expected` is not so in `answer`. Only what a case states is compared.
pub(crate) fn differences(expected: &Map<String, Value>, answer: &Value) -> Vec<String> {
    let (Some(plan), None) = (answer.get("plan"), expected.get("error")) else {
        let same = answer.get("error") == expected.get("error");
        let what = || format!("expected {expected:?}, got {answer}");
        return if same { Vec::new() } else { vec![what()] };
    };
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
