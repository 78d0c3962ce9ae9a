use passthrough_protocol::Verdict;
use serde_json::json;

use super::{Bench, others_pass, verdict};
use crate::context::Ran;

type Change = fn(&mut serde_json::Value);

/// A broken case file is told, the others are judged, and the exit code is 2.
#[test]
fn a_broken_case_is_named_and_the_others_are_judged() {
    let broken: [(&str, Change); 8] = [
        ("missing field `why`", |case| {
            case.as_object_mut().unwrap().remove("why");
        }),
        ("unknown field `extra`", |case| case["extra"] = json!(1)),
        ("unknown field `exposes`", |case| {
            case["expect"]["exposes"] = json!([]);
        }),
        ("unknown field `expose`", |case| {
            case["expect"]["error"] = json!({"stage": "configuration", "code": "CONF-2"});
        }),
        ("it cites `CLOS-99`, which is no requirement", |case| {
            case["cites"] = json!(["CLOS-99"]);
        }),
        ("it cites no requirement", |case| case["cites"] = json!([])),
        ("it expects nothing", |case| case["expect"] = json!({})),
        ("the id `another` is not the file's name", |case| {
            case["id"] = json!("another");
        }),
    ];
    for (words, change) in broken {
        let bench = Bench::new();
        let path = bench.case("broken", change);
        let (ran, report) = bench.report(&[]);
        assert_eq!(ran.code, Some(2), "{words}: {ran:?}");
        let [problem] = report.problems.as_slice() else {
            panic!("{words}: {:?}", report.problems);
        };
        assert!(problem.starts_with(path.to_str().unwrap()), "{problem}");
        assert!(problem.contains(words), "{problem}");
        others_pass(&report, &[]);
        // A listing says it too.
        let ran = Ran::of(
            bench
                .conformance()
                .args(["list", "--cases"])
                .arg(bench.context.path("cases")),
        );
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(words), "{ran:?}");
        assert!(ran.stdout.contains("trap "), "{ran:?}");
    }
}

#[test]
fn an_id_is_used_twice() {
    let bench = Bench::new();
    let text = fs_err::read(bench.context.path("cases/trap.json")).unwrap();
    bench.context.write("cases/more/trap.json", text);
    let (ran, report) = bench.report(&[]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(report.problems[0].contains("the id `trap` is used twice"));
    assert_eq!(verdict(&report, "trap").0, Verdict::Pass);
}

#[test]
fn a_file_is_no_text_or_too_large_or_none() {
    let bench = Bench::new();
    bench.context.write("cases/binary.json", b"\xff\xfe");
    bench.context.write("cases/large.json", vec![b' '; 5 << 20]);
    bench.context.write("cases/deep.json", "[".repeat(100_000));
    let status = std::process::Command::new("mkfifo")
        .arg(bench.context.path("cases/fifo.json"))
        .status()
        .unwrap();
    assert!(status.success());
    let (ran, report) = bench.report(&[]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(report.problems.len(), 4, "{:?}", report.problems);
    others_pass(&report, &[]);
}

#[test]
fn a_directory_is_missing() {
    let bench = Bench::new();
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--cases", "/no/such/directory"]),
    );
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.contains("/no/such/directory"), "{ran:?}");
}

/// People keep cases of their own, and may replace one of ours.
#[test]
fn a_case_with_an_id_of_the_suite_takes_its_place() {
    let bench = Bench::new();
    bench.case("cycle", |case| case["expect"] = json!({"listed": []}));
    let (ran, report) = bench.report(&[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(verdict(&report, "cycle"), (Verdict::Fail, Some("listed")));
    others_pass(&report, &["cycle"]);
}

#[test]
fn nothing_is_selected() {
    let bench = Bench::new();
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--filter", "no-such-case"]),
    );
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stdout.contains("0 pass"), "{ran:?}");
}

/// A count as exit code would be 0 here.
#[test]
fn two_hundred_and_fifty_six_failures_are_one() {
    let bench = Bench::new();
    for number in 0..256 {
        bench.case(&format!("wrong-{number:03}"), |case| {
            case["expect"] = json!({"listed": []});
        });
    }
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--filter", "wrong-", "--cases"])
            .arg(bench.context.path("cases")),
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("256 fail"), "{}", ran.stdout);
}
