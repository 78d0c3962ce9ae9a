use passthrough_protocol::Verdict;

use super::{Bench, FRONTEND, checks, passes};

/// Each is judged for what it is, nothing passes that was not seen, and the
/// cases around it are judged as ever.
#[test]
fn whatever_a_frontend_does_the_other_cases_go_on() {
    let broken = [
        ("crashes", vec!["error signal"; 3]),
        ("floods", vec!["error flood"; 3]),
        ("hangs", vec!["error timeout"; 3]),
        ("removes-the-world", vec!["error world"; 3]),
        (
            "writes-nothing",
            vec!["fail nothing", "error no-recording", "error no-recording"],
        ),
        (
            "repeats-itself",
            vec![
                "fail nothing",
                "error stray-recording",
                "error stray-recording",
            ],
        ),
        ("fails-afterwards", vec!["fail nothing", "pass", "pass"]),
        ("goes-elsewhere", vec!["pass", "pass", "fail more"]),
        (
            "ignores-the-index",
            vec!["fail nothing", "error no-recording", "fail more"],
        ),
        ("leaves-processes", vec!["pass"; 3]),
    ];
    let mut ids: Vec<&str> = broken.iter().map(|(id, _)| *id).collect();
    ids.extend(["all-is-well", "zero-trouble"]);
    let bench = Bench::new(&ids);
    let profile = bench.profile("fake", FRONTEND, 30);
    let (ran, report) = bench.report(profile.to_str().unwrap(), &["-j", "4"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    for (id, expected) in &broken {
        let expected: Vec<String> = ["built", "import", "nowhere-else"]
            .iter()
            .zip(expected)
            .map(|(check, words)| format!("{check} {words}"))
            .collect();
        let found = checks(&report, id);
        if *id == "writes-nothing" || *id == "repeats-itself" {
            // That nothing was asked of elsewhere was seen all the same.
            assert_eq!(found[..2], expected[..2], "{id}");
        } else {
            assert_eq!(found, expected, "{id}");
        }
    }
    assert!(passes(&report, "all-is-well") && passes(&report, "zero-trouble"));
    let left = report
        .evidence
        .iter()
        .find(|found| found.case == "leaves-processes");
    if cfg!(target_os = "linux") {
        assert_eq!(left.unwrap().runs[0].left_processes, 1);
        for case in ["crashes", "hangs", "leaves-processes"] {
            assert!(bench.is_ended(case), "{case}");
        }
    }
    assert!(
        report
            .cases
            .iter()
            .all(|row| row.verdict != Verdict::Unsupported)
    );
    assert!(bench.is_clean());
}

/// Where nothing fails, and something could not be seen, that is its own code.
#[test]
fn what_could_not_be_judged_ends_a_run_with_5() {
    let bench = Bench::new(&["crashes", "all-is-well"]);
    let profile = bench.profile("fake", FRONTEND, 60);
    let (ran, report) = bench.report(profile.to_str().unwrap(), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(5), ""), "{ran:?}");
    assert!(passes(&report, "all-is-well"));
    assert_eq!(report.summary.verdicts.error, 3);
}
