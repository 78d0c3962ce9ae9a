use passthrough_protocol::{ConformanceReport, Verdict};

use super::{Bench, others_pass, verdict};
use crate::context::Ran;

const WRONG: &str = "answer = json.dumps({'seq': seq, 'plan': {'listed': [], 'expose': [], 'install': []}}) + '\\n'";

const HEAD: &str = "schema = \"passthrough-expectations/1\"\n";

/// Runs an adapter that fails `trap` with the code `listed`.
fn with(bench: &Bench, entries: &str) -> (Ran, ConformanceReport) {
    let file = bench
        .context
        .write("known.toml", format!("{HEAD}{entries}"));
    let adapter = bench.adapter(WRONG);
    bench.report(&[
        "--adapter",
        &adapter,
        "--expectations",
        file.to_str().unwrap(),
    ])
}

#[test]
fn a_known_failure_is_as_expected() {
    let bench = Bench::new();
    for entry in [
        "[[xfail]]\ncase = 'trap'\ncode = 'listed'\nissue = 'https://example.org/1'\n",
        "[[xfail]]\ncase = 'trap'\ncode = 'listed'\nreason = 'not yet'\n",
        "[[xfail]]\nrequirement = 'CLOS-1'\ncode = 'listed'\nreason = 'not yet'\n",
    ] {
        let (ran, report) = with(&bench, entry);
        assert_eq!(ran.code, Some(0), "{entry}: {ran:?}");
        assert_eq!(verdict(&report, "trap"), (Verdict::Xfail, Some("listed")));
        others_pass(&report, &["trap"]);
        // The requirement is not met all the same.
        assert!(report.summary.must.met < report.summary.must.tested);
    }
}

#[test]
fn an_entry_that_does_not_describe_the_run_is_stale() {
    let bench = Bench::new();
    let trap = "[[xfail]]\ncase = 'trap'\ncode = 'listed'\nreason = 'r'\n";
    for (entry, words, code) in [
        (
            "[[xfail]]\ncase = 'cycle'\ncode = 'listed'\nreason = 'r'\n",
            "the case passes",
            3,
        ),
        (
            "[[xfail]]\ncase = 'gone'\ncode = 'listed'\nreason = 'r'\n",
            "there is no such case",
            3,
        ),
        (
            "[[xfail]]\nrequirement = 'CLOS-99'\ncode = 'x'\nreason = 'r'\n",
            "there is no such requirement",
            3,
        ),
        (trap, "it is there twice", 3),
    ] {
        let (ran, report) = with(&bench, &format!("{trap}{entry}"));
        assert_eq!(ran.code, Some(code), "{entry}: {ran:?}");
        assert_eq!(report.stale.len(), 1, "{:?}", report.stale);
        assert!(report.stale[0].contains(words), "{:?}", report.stale);
    }
    // Without an issue or a reason it is stale, though it describes the run.
    let (ran, report) = with(&bench, "[[xfail]]\ncase = 'trap'\ncode = 'listed'\n");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(report.stale[0].contains("no `issue`"), "{:?}", report.stale);
    // Another code is another failure.
    let (ran, report) = with(
        &bench,
        "[[xfail]]\ncase = 'trap'\ncode = 'expose'\nreason = 'r'\n",
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(verdict(&report, "trap").0, Verdict::Fail);
    assert!(
        report.stale[0].contains("`listed`, not `expose`"),
        "{:?}",
        report.stale
    );
}

#[test]
fn a_case_that_was_not_run_says_nothing_of_its_entry() {
    let bench = Bench::new();
    let trap = "[[xfail]]\ncase = 'trap'\ncode = 'listed'\nreason = 'r'\n";
    let other = "[[xfail]]\ncase = 'host'\ncode = 'listed'\nreason = 'r'\n";
    let (ran, report) = with(&bench, &format!("{trap}{other}"));
    assert!(report.not_selected.contains(&"host".to_owned()));
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_requirement_that_is_met_is_stale() {
    let bench = Bench::new();
    let entry = "[[xfail]]\nrequirement = 'CLOS-2'\ncode = 'listed'\nreason = 'r'\n";
    let file = bench.context.write("known.toml", format!("{HEAD}{entry}"));
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--expectations"])
            .arg(file),
    );
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains("no case of it fails with `listed`"),
        "{ran:?}"
    );
}

#[test]
fn a_file_that_breaks_the_schema_is_refused() {
    let bench = Bench::new();
    for text in [
        "",
        "schema = 'passthrough-expectations/2'",
        "not toml",
        "schema = 'passthrough-expectations/1'\n[[xfail]]\ncase = 'trap'\n",
        "schema = 'passthrough-expectations/1'\n[[xfail]]\ncode = 'x'\nreason = 'r'\n",
        "schema = 'passthrough-expectations/1'\n[[xfail]]\ncase = 'a'\nrequirement = 'b'\ncode = 'x'\nreason = 'r'\n",
        "schema = 'passthrough-expectations/1'\n[[xfail]]\ncase = 'a'\ncode = 'x'\nwhy = 'r'\n",
    ] {
        let file = bench.context.write("known.toml", text);
        let ran = bench.few(&["--expectations", file.to_str().unwrap()]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{text}: {ran:?}"
        );
        assert!(ran.stderr.contains("known.toml"), "{ran:?}");
    }
}

#[test]
fn init_xfail_writes_what_a_run_then_expects() {
    let bench = Bench::new();
    let adapter =
        bench.adapter("os._exit(1) if seq % 2 else None\nanswer = answer.replace('host', 'url')");
    let adapter = adapter.as_str();
    let file = bench.context.path("known.toml");
    let cases = bench.context.path("cases");
    let init = |more: &[&str]| {
        Ran::of(
            bench
                .conformance()
                .args([
                    "init-xfail",
                    "--adapter",
                    adapter,
                    "--filter",
                    "cases/",
                    "--cases",
                ])
                .arg(&cases)
                .arg("--output")
                .arg(&file)
                .args(more),
        )
    };
    // A failure without a reason cannot be written down.
    assert_eq!(init(&[]).code, Some(2));
    let ran = init(&[
        "--reason",
        "\"quoted\" and\nbroken",
        "--issue",
        "https://example.org/1",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.starts_with("1 of 1 cases do not pass"),
        "{ran:?}"
    );
    // With this seed `trap` has an odd number again.
    let (ran, report) = bench.report(&[
        "--adapter",
        adapter,
        "--seed",
        "1",
        "--expectations",
        file.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(verdict(&report, "trap").0, Verdict::Xfail);
    // It is never written over.
    let ran = init(&["--reason", "r"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("is there already"), "{ran:?}");
}

/// Two parts of the cases that the arguments select, and what they make.
fn in_parts(bench: &Bench, entry: &str, arguments: [&[&str]; 2]) -> (Vec<ConformanceReport>, Ran) {
    let file = bench.context.write("known.toml", format!("{HEAD}{entry}"));
    let paths = ["slice:1/2", "slice:2/2"].map(|part| {
        let path = bench.context.path(part.replace([':', '/'], "-"));
        let more = arguments[usize::from(part.contains("2/"))];
        let ran = Ran::of(
            bench
                .conformance()
                .args(["run", "--partition", part, "--cases"])
                .arg(bench.context.path("cases"))
                .arg("--expectations")
                .arg(&file)
                .arg("--report")
                .arg(&path)
                .args(more),
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
        path
    });
    let reports = paths
        .iter()
        .map(|path| serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap());
    let reports = reports.collect();
    let merged = Ran::of(bench.conformance().arg("merge").args(&paths));
    (reports, merged)
}

/// No part can tell that an entry describes nothing; the whole can.
#[test]
fn an_entry_that_describes_nothing_in_any_part_is_stale() {
    let bench = Bench::new();
    let entry = "[[xfail]]\nrequirement = 'CLOS-2'\ncode = 'listed'\nreason = 'r'\n";
    let select: &[&str] = &["--filter", "CLOS-2"];
    let (parts, merged) = in_parts(&bench, entry, [select, select]);
    for part in &parts {
        assert!(part.stale.is_empty() && part.cases.len() > 1, "{part:?}");
        assert_eq!(part.undecided.len(), 1);
    }
    assert_eq!(merged.code, Some(3), "{merged:?}");
    let merged: ConformanceReport = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(
        merged.stale,
        ["requirement `CLOS-2`: no case of it fails with `listed`"]
    );
    assert_eq!(merged.undecided, []);
    // Where cases of the requirement were left out, the whole cannot either.
    let select: &[&str] = &["--filter", "denied-member"];
    let (parts, merged) = in_parts(&bench, entry, [select, select]);
    assert!(parts.iter().all(|part| part.undecided.is_empty()));
    assert_eq!(merged.code, Some(0), "{merged:?}");
}

#[test]
fn an_entry_that_describes_something_in_one_part_is_not_stale() {
    let bench = Bench::new();
    bench.case("trap", |case| case["cites"] = serde_json::json!(["CLOS-2"]));
    let entry = "[[xfail]]\nrequirement = 'CLOS-2'\ncode = 'listed'\nreason = 'r'\n";
    let adapter = bench.adapter(WRONG);
    let arguments: &[&str] = &["--filter", "CLOS-2", "--adapter", &adapter];
    let (parts, merged) = in_parts(&bench, entry, [arguments, arguments]);
    let undecided: usize = parts.iter().map(|part| part.undecided.len()).sum();
    assert_eq!(undecided, 1);
    assert_eq!(merged.code, Some(0), "{merged:?}");
    let merged: ConformanceReport = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(verdict(&merged, "trap"), (Verdict::Xfail, Some("listed")));
    assert_eq!(merged.stale, Vec::<String>::new());
}

#[test]
fn parts_have_the_same_expectations() {
    let bench = Bench::new();
    let entry = "[[xfail]]\nrequirement = 'CLOS-2'\ncode = 'listed'\nreason = 'r'\n";
    let none = bench.context.write("none.toml", HEAD);
    let select: &[&str] = &["--filter", "CLOS-2"];
    let path = |name: &str| bench.context.path(name);
    let (_, merged) = in_parts(&bench, entry, [select, select]);
    assert_eq!(merged.code, Some(3), "{merged:?}");
    for more in [vec![], vec!["--expectations", none.to_str().unwrap()]] {
        let ran = Ran::of(
            bench
                .conformance()
                .args(["run", "--partition", "slice:2/2", "--report"])
                .arg(path("slice-2-2"))
                .arg("--cases")
                .arg(path("cases"))
                .args(select)
                .args(more),
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let merged = Ran::of(
            bench
                .conformance()
                .arg("merge")
                .args([path("slice-1-2"), path("slice-2-2")]),
        );
        assert_eq!(merged.code, Some(2), "{merged:?}");
        assert!(
            merged.stderr.contains("the expectations file differs"),
            "{merged:?}"
        );
    }
}
