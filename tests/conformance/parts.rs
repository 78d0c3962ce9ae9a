use std::path::PathBuf;

use fs_err as fs;
use passthrough_protocol::ConformanceReport;

use super::Bench;
use crate::context::Ran;

fn part(bench: &Bench, part: &str, more: &[&str]) -> PathBuf {
    let path = bench
        .context
        .path(format!("{}.json", part.replace([':', '/'], "-")));
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--partition", part, "--report"])
            .arg(&path)
            .args(more),
    );
    assert!(matches!(ran.code, Some(0)), "{ran:?}");
    path
}

fn merge(bench: &Bench, reports: &[&PathBuf]) -> Ran {
    Ran::of(bench.conformance().arg("merge").args(reports))
}

#[test]
fn the_parts_make_the_whole() {
    let bench = Bench::new();
    let whole = Ran::of(bench.conformance().args(["run", "--output-format", "json"]));
    let whole: ConformanceReport = serde_json::from_str(&whole.stdout).unwrap();
    for kind in ["hash", "slice"] {
        let parts = [1, 2, 3].map(|number| part(&bench, &format!("{kind}:{number}/3"), &[]));
        let ran = merge(&bench, &[&parts[2], &parts[0], &parts[1]]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let merged: ConformanceReport = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(merged.summary, whole.summary);
        assert_eq!(merged.requirements, whole.requirements);
        assert_eq!(merged.partition, None);
        let ids = |report: &ConformanceReport| -> Vec<String> {
            report.cases.iter().map(|case| case.id.clone()).collect()
        };
        assert_eq!(ids(&merged), ids(&whole));
    }
}

#[test]
fn what_is_not_the_whole_is_refused() {
    let bench = Bench::new();
    let [one, two] = ["slice:1/2", "slice:2/2"].map(|name| part(&bench, name, &[]));
    let third = part(&bench, "slice:1/3", &[]);
    let filtered = part(&bench, "hash:1/1", &["--filter", "CLOS-1"]);
    let cases = bench.context.path("cases");
    let other = part(&bench, "hash:2/2", &["--cases", cases.to_str().unwrap()]);
    for (reports, words) in [
        (vec![&one], "of the plan are in no report"),
        (vec![&one, &one, &two], "is in two reports"),
        (vec![&one, &third], "is in two reports"),
        (vec![&one, &filtered], "the plan differs"),
        (vec![&one, &other], "the suite's digest differs"),
    ] {
        let ran = merge(&bench, &reports);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(merge(&bench, &[&one, &two]).code, Some(0));
}

#[test]
fn the_worst_of_the_parts_counts() {
    let bench = Bench::new();
    bench.case("wrong", |case| {
        case["expect"] = serde_json::json!({"listed": []});
    });
    let reports: Vec<PathBuf> = ["slice:1/2", "slice:2/2"]
        .map(|part| {
            let path = bench
                .context
                .path(format!("{}.json", part.replace([':', '/'], "-")));
            let (ran, _) = bench.report(&["--partition", part, "--report", path.to_str().unwrap()]);
            assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
            path
        })
        .into();
    let ran = merge(&bench, &[&reports[0], &reports[1]]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

/// More parts than cases: an empty part is no mistake, an empty plan is one.
#[test]
fn an_empty_part_is_as_expected() {
    let bench = Bench::new();
    let (ran, report) = bench.report(&["--partition", "slice:900/900"]);
    assert_eq!((ran.code, report.cases.len()), (Some(0), 0), "{ran:?}");
    let ran = Ran::of(bench.conformance().args([
        "run",
        "--filter",
        "no-such-case",
        "--partition",
        "slice:1/2",
    ]));
    assert_eq!(ran.code, Some(4), "{ran:?}");
}

#[test]
fn a_partition_or_report_that_is_none_is_refused() {
    let bench = Bench::new();
    for partition in ["hash:0/2", "hash:3/2", "2/3", "random:1/2"] {
        let ran = bench.few(&["--partition", partition]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
    let path = bench.context.write("report.json", "{}");
    let ran = merge(&bench, &[&path]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("not a report"), "{ran:?}");
    fs::remove_file(&path).unwrap();
    assert_eq!(merge(&bench, &[&path]).code, Some(2));
}
