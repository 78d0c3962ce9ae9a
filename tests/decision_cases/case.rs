//! A decision case: its format, the reference's answer, and how the two are
//! compared.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_check::adapter;
use passthrough_conformance::{Judgement, compare};
use passthrough_protocol::{CaseInput, Expectation, Reply};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One file of `conformance/cases/decision`.
#[derive(Clone, Deserialize)]
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
    #[serde(default)]
    pub(crate) guard: Option<String>,
    pub(crate) input: Value,
    pub(crate) expect: Map<String, Value>,
}

/// The case whose input differs in one place, and with it the expectation.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Twin {
    pub(crate) id: String,
    pub(crate) pointer: String,
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

/// What the reference answers: `{"plan": …}` or `{"error": {stage, code}}`.
pub(crate) fn answer(input: &Value) -> Value {
    let input: CaseInput =
        serde_json::from_value(input.clone()).unwrap_or_else(|error| panic!("{input}: {error}"));
    serde_json::to_value(adapter::answer(&input)).unwrap()
}

/// What of `expected` is not so in `answer`, as the suite judges it. Only what
/// a case states is compared, and diagnostics only where there are any.
pub(crate) fn differences(expected: &Map<String, Value>, answer: &Value) -> Vec<String> {
    let expected: Expectation = serde_json::from_value(Value::Object(expected.clone())).unwrap();
    let mut answer = answer.clone();
    answer.as_object_mut().unwrap().remove("seq");
    let diagnoses = answer["plan"].get("diagnostics").is_some();
    let reply: Reply =
        serde_json::from_value(answer.clone()).unwrap_or_else(|error| panic!("{answer}: {error}"));
    match compare(&expected, &reply, diagnoses) {
        Judgement::Pass => Vec::new(),
        Judgement::Fail { differences, .. } => differences,
        other => vec![format!("{other:?}")],
    }
}
