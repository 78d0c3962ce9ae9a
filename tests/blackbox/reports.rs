use passthrough_protocol::ConformanceReport;

use super::{Bench, FRONTEND, checks};
use crate::context::Ran;

const CASES: [&str; 4] = [
    "all-is-well",
    "fails-afterwards",
    "goes-elsewhere",
    "zero-trouble",
];

#[test]
fn a_check_is_a_row_and_a_case_has_one_evidence() {
    let bench = Bench::new(&CASES);
    let profile = bench.profile("fake", FRONTEND, 60);
    let (ran, report) = bench.report(profile.to_str().unwrap(), &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(report.cases.len(), 3 * CASES.len());
    let shown: Vec<&str> = report
        .evidence
        .iter()
        .map(|found| found.case.as_str())
        .collect();
    assert_eq!(shown, CASES);
    for row in &report.cases {
        let case = row.id.split('/').next().unwrap();
        assert_eq!(row.evidence.as_deref(), Some(case));
    }
    assert_eq!(report.implementation.as_ref().unwrap().name, "fake");
    let of = |id: &str| {
        let mut all = report.requirements.iter();
        all.find(|found| found.id == id).unwrap()
    };
    assert_eq!(of("CONF-7").cases.len(), 2 * CASES.len());
    assert_eq!(of("CONF-7").result.as_str(), "not met");
    assert_eq!(of("EXP-2").result.as_str(), "met");
    // What decisions alone show is not in it.
    assert!(report.requirements.iter().all(|found| found.id != "CONF-3"));
}

#[test]
fn a_check_can_be_asked_for_alone() {
    let bench = Bench::new(&CASES);
    let profile = bench.profile("fake", FRONTEND, 60);
    let mut command = bench.conformance();
    command
        .args([
            "run",
            "--output-format",
            "json",
            "--case",
            "all-is-well/import",
            "--cases",
        ])
        .arg(bench.context.path("cases-here"))
        .arg("--profile")
        .arg(&profile);
    let ran = Ran::of(&mut command);
    let report: ConformanceReport = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(checks(&report, "all-is-well"), ["import pass"]);
    assert_eq!(report.cases.len(), 1);
    assert!(
        report
            .not_selected
            .contains(&"all-is-well/built".to_owned())
    );
}

/// Neither a part nor the number of jobs changes a verdict.
#[test]
fn parts_and_jobs_change_no_verdict() {
    let bench = Bench::new(&CASES);
    let profile = bench.profile("fake", FRONTEND, 60);
    let profile = profile.to_str().unwrap();
    let verdicts = |report: &ConformanceReport| -> Vec<String> {
        CASES.iter().flat_map(|case| checks(report, case)).collect()
    };
    let (_, whole) = bench.report(profile, &["-j", "1", "--seed", "1"]);
    let (_, many) = bench.report(profile, &["-j", "4", "--seed", "2"]);
    assert_eq!(verdicts(&many), verdicts(&whole));
    let mut merge = bench.conformance();
    merge.arg("merge");
    for part in [1, 2] {
        let path = bench.context.path(format!("{part}.json"));
        let partition = format!("slice:{part}/2");
        let (_, of_part) = bench.report(
            profile,
            &[
                "--partition",
                &partition,
                "--report",
                path.to_str().unwrap(),
            ],
        );
        assert_eq!(of_part.evidence.len(), CASES.len() / 2);
        merge.arg(path);
    }
    let ran = Ran::of(&mut merge);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let merged: ConformanceReport = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(verdicts(&merged), verdicts(&whole));
    assert_eq!(merged.summary, whole.summary);
    assert_eq!(merged.requirements, whole.requirements);
    assert_eq!(merged.evidence.len(), CASES.len());
    // Half of it is not the whole.
    let half = Ran::of(
        bench
            .conformance()
            .arg("merge")
            .arg(bench.context.path("1.json")),
    );
    assert_eq!(half.code, Some(2), "{half:?}");
}

#[test]
fn known_failures_hold_in_both_directions() {
    let bench = Bench::new(&CASES);
    let profile = bench.profile("fake", FRONTEND, 60);
    let profile = profile.to_str().unwrap();
    let known = bench.context.path("known.toml");
    let mut init = bench.conformance();
    init.args([
        "init-xfail",
        "--profile",
        profile,
        "--filter",
        "cases-here/",
        "--reason",
        "it is a fake",
        "--cases",
    ])
    .arg(bench.context.path("cases-here"))
    .arg("--output")
    .arg(&known);
    let ran = Ran::of(&mut init);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let text = fs_err::read_to_string(&known).unwrap();
    // What it does instead is in the reason.
    assert!(
        text.contains("reason = \"it is a fake: hosts asked for beside the index: expected nothing, found pypi.invalid"),
        "{text}"
    );
    let with = |text: &str| {
        fs_err::write(&known, text).unwrap();
        bench
            .report(profile, &["--expectations", known.to_str().unwrap()])
            .0
            .code
    };
    assert_eq!(with(&text), Some(0));
    let better = text.replace("goes-elsewhere/nowhere-else", "all-is-well/nowhere-else");
    assert_eq!(with(&better), Some(1));
    let stale = format!(
        "{text}\n[[xfail]]\ncase = \"all-is-well/built\"\ncode = \"nothing\"\nreason = \"r\"\n"
    );
    assert_eq!(with(&stale), Some(3));
    let other = text.replace("code = \"more\"", "code = \"less\"");
    assert_eq!(with(&other), Some(1));
}

#[test]
fn every_form_shows_the_evidence() {
    let bench = Bench::new(&CASES);
    let profile = bench.profile("fake", FRONTEND, 60);
    let path = bench.context.path("report.json");
    bench.report(
        profile.to_str().unwrap(),
        &["--report", path.to_str().unwrap()],
    );
    let rendered = |format: &str, reports: &[&std::path::Path]| {
        let mut command = bench.conformance();
        let ran = Ran::of(command.args(["report", "--format", format]).args(reports));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout
    };
    let page = rendered("html", &[&path]).replace("&#x2f;", "/");
    for words in [
        "href=\"#CONF-7-1\"",
        "id=\"CONF-7-1\"",
        "href=\"#run-1-goes-elsewhere\"",
        "id=\"run-1-goes-elsewhere\"",
        "expected nothing, observed pypi.invalid",
        "GET /simple/plain/",
        "again: <code>passthrough-check conformance run --profile",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // Every reference leads somewhere.
    for reference in page.split("href=\"#").skip(1) {
        let anchor = reference.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
    let junit = rendered("junit", &[&path]);
    assert!(
        junit.contains("name=\"goes-elsewhere/nowhere-else\""),
        "{junit}"
    );
    assert!(junit.contains("tests=\"12\""), "{junit}");
    let matrix = rendered("markdown", &[&path, &path]);
    assert!(
        matrix.contains("| CONF-7 | MUST | ✗ 6/8 | ✗ 6/8 |"),
        "{matrix}"
    );
}

#[test]
fn lists_and_exports_are_of_a_level() {
    let bench = Bench::new(&CASES);
    let own = bench.context.path("cases-here");
    let of = |command: &str| {
        let mut run = bench.conformance();
        run.args([
            command,
            "--level",
            "blackbox",
            "--filter",
            "cases-here/",
            "--cases",
        ])
        .arg(&own);
        Ran::of(&mut run).stdout
    };
    let listed = of("list");
    assert_eq!(listed.lines().count(), 3 * CASES.len());
    assert!(
        listed.starts_with("all-is-well/built [CONF-7] a project is built\n"),
        "{listed}"
    );
    let exported: passthrough_protocol::Vectors = serde_json::from_str(&of("export")).unwrap();
    assert!(exported.cases.is_empty());
    let ids: Vec<&str> = exported
        .blackbox
        .iter()
        .map(|case| case.id.as_str())
        .collect();
    assert_eq!(ids, CASES);
    assert!(
        exported
            .requirements
            .iter()
            .any(|found| found.id == "EXP-1")
    );
}
