//! How many cases are run at once, in which order and in which part, is not seen
//! in the verdicts.

use std::path::PathBuf;

use fs_err as fs;
use passthrough_protocol::{ConformanceReport, Verdict};
use passthrough_world::python;

use crate::context::{Context, Ran};

/// Those that most can go wrong in beside each other: they use one index each,
/// one has a second host, and one of them is not for uv.
const CASES: [&str; 4] = [
    "listed-copy-is-used",
    "missing-copy-is-downloaded",
    "unlisted-is-invisible",
    "wheel-is-not-reused-elsewhere",
];

/// The report of a run, and the file that it was written to.
fn run(context: &Context, name: &str, more: &[&str]) -> (ConformanceReport, PathBuf) {
    let path = context.path(name);
    let mut command = context.command();
    command
        .env("PASSTHROUGH_CACHE_DIR", python::target_directory())
        .args(["conformance", "run", "--profile", "uv", "--no-expectations"])
        .arg("--python")
        .arg(python::any())
        .args(CASES.map(|case| format!("--case={case}")))
        .arg("--report")
        .arg(&path)
        .args(more);
    let ran = Ran::of(&mut command);
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    let text = fs::read_to_string(&path).unwrap();
    (serde_json::from_str(&text).unwrap(), path)
}

/// What is said of each check, in the order of the report.
fn verdicts(report: &ConformanceReport) -> Vec<(String, Verdict, Option<String>)> {
    let rows = report.cases.iter();
    rows.map(|row| (row.id.clone(), row.verdict, row.code.clone()))
        .collect()
}

#[test]
fn jobs_order_and_partition_change_no_verdict() {
    let context = Context::new();
    let (whole, _) = run(&context, "whole.json", &["--jobs=1", "--seed=1"]);
    let expected = verdicts(&whole);
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Unsupported] {
        let mut found = expected.iter().map(|(_, found, _)| *found);
        assert!(found.any(|found| found == verdict), "{expected:?}");
    }
    let (at_once, _) = run(&context, "at-once.json", &["--jobs=4", "--seed=2"]);
    assert_eq!(verdicts(&at_once), expected);
    assert_eq!(at_once.requirements, whole.requirements);

    let parts = ["1/2", "2/2"].map(|part| {
        let name = format!("{}.json", part.replace('/', "-"));
        let partition = format!("--partition=slice:{part}");
        run(&context, &name, &[&partition, "--jobs=2"])
    });
    let mut sizes = parts.iter().map(|(report, _)| report.cases.len());
    assert!(sizes.all(|size| 0 < size && size < expected.len()));
    let paths = parts.iter().map(|(_, path)| path);
    let mut merge = context.command();
    let ran = Ran::of(merge.args(["conformance", "merge"]).args(paths));
    let merged: ConformanceReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!(verdicts(&merged), expected);
    assert_eq!(merged.requirements, whole.requirements);
}
