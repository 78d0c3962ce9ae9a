use std::path::PathBuf;
use std::process::Command;

use passthrough_protocol::{CaseResult, ConformanceReport, Verdict};
use passthrough_world::python;

use super::{Bench, FRONTEND};
use crate::context::Ran;

/// The line of a check, as somebody pastes it who has the program on PATH, in an
/// empty directory.
fn pasted(bench: &Bench, line: &str) -> Ran {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_passthrough-check"));
    let empty = bench.context.path("empty");
    fs_err::create_dir_all(&empty).unwrap();
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", line])
        .current_dir(&empty)
        .env("PATH", path)
        .env("PASSTHROUGH_CACHE_DIR", cache());
    let ran = Ran::of(&mut shell);
    assert!(fs_err::read_dir(&empty).unwrap().next().is_none());
    ran
}

/// Where the frontends of the tests are installed.
fn cache() -> PathBuf {
    python::target_directory()
}

fn shows(ran: &Ran, row: &CaseResult) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let first = format!("fail {} ", row.id);
    assert!(ran.stdout.starts_with(&first), "{ran:?}");
    // It is the same that is wrong, and nothing else was run.
    assert!(ran.stdout.contains(&row.differences[0]), "{row:?}: {ran:?}");
    assert!(ran.stdout.contains(" 1 fail, "), "{ran:?}");
    assert!(
        ran.stdout.contains("evidence: with `--keep DIR`"),
        "{ran:?}"
    );
}

fn failing(report: &ConformanceReport) -> &CaseResult {
    let mut rows = report.cases.iter();
    rows.find(|row| row.verdict == Verdict::Fail).unwrap()
}

/// A profile, cases and an interpreter that were given by relative paths.
#[test]
fn what_was_given_by_a_path_is_found_from_anywhere() {
    let bench = Bench::new(&["all-is-well", "goes-elsewhere"]);
    bench.profile("fake", FRONTEND, 60);
    let root = bench.context.path("");
    let to_root = python::any();
    let up = root.components().skip(1).map(|_| "..");
    let relative: PathBuf = up
        .chain([to_root.to_str().unwrap().trim_start_matches('/')])
        .collect();
    let mut command = bench.conformance();
    command
        .args(["run", "--profile", "./fake.toml", "--cases", "cases-here"])
        .args([
            "--filter",
            "cases-here/",
            "--output-format",
            "json",
            "--python",
        ])
        .arg(relative)
        .current_dir(&root);
    let ran = Ran::of(&mut command);
    let report: ConformanceReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let row = failing(&report);
    assert_eq!(row.id, "goes-elsewhere/nowhere-else");
    shows(&pasted(&bench, &row.reproduce), row);
}

/// A frontend of the suite, although its failures are known.
#[test]
fn the_failure_of_a_real_frontend_is_shown_again() {
    let bench = Bench::new(&[]);
    let mut command = bench.conformance();
    command
        .env("PASSTHROUGH_CACHE_DIR", cache())
        .args([
            "run",
            "--profile",
            "uv",
            "--case",
            "listed-copy-is-used/import",
        ])
        .args(["--no-expectations", "--output-format", "json", "--python"])
        .arg(python::any());
    let ran = Ran::of(&mut command);
    let report: ConformanceReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let row = failing(&report);
    shows(&pasted(&bench, &row.reproduce), row);
}
