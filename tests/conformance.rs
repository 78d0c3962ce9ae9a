//! `conformance` as a whole: a run ends, says what happened where, with the
//! right exit code, and every other case is judged, whatever an adapter does.

mod bad_files;
mod expectations;
mod gates;
mod mutants;
mod oneshot;
mod parts;
mod reports;
mod traps;

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_protocol::{ConformanceReport, Verdict};
use serde_json::Value;

use crate::context::{Context, Ran};

/// Answers as the reference does, but for what `TRAP` says of the project
/// named `trap`. A process starts anew after each trap.
const ADAPTER: &str = r#"
import json, os, subprocess, sys, time
reference = subprocess.Popen([sys.argv[1], "adapter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def ask(line):
    reference.stdin.write(line)
    reference.stdin.flush()
    return reference.stdout.readline()
def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()
for line in sys.stdin:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    answer = ask(line)
    if request["cmd"] == "start":
        START
        say(answer)
        continue
    seq = request["seq"]
    trapped = 'name = "trap"' in request["input"]["pyproject"]
    if trapped:
        TRAP
    say(answer)
reference.stdin.close()
reference.wait()
END
"#;

/// A suite in a directory, and adapters.
struct Bench {
    context: Context,
}

impl Bench {
    /// With a case `trap` that expects a plan.
    fn new() -> Self {
        let bench = Self {
            context: Context::new(),
        };
        bench.case("trap", |_| {});
        bench
    }

    /// A case like `cycle`, with the project named like the case.
    fn case(&self, id: &str, change: impl FnOnce(&mut Value)) -> PathBuf {
        let cycle = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../conformance/cases/decision/closure/cycle.json");
        let mut case: Value = serde_json::from_str(&fs::read_to_string(cycle).unwrap()).unwrap();
        case["id"] = id.into();
        case.as_object_mut().unwrap().remove("twin");
        let pyproject = case["input"]["pyproject"].as_str().unwrap();
        assert!(pyproject.contains("name = \"demo\""));
        let pyproject = pyproject.replace("name = \"demo\"", &format!("name = \"{id}\""));
        case["input"]["pyproject"] = pyproject.into();
        change(&mut case);
        self.context
            .write(format!("cases/{id}.json").as_str(), case.to_string())
    }

    /// The command of an adapter with this trap.
    fn adapter(&self, trap: &str) -> String {
        self.script(&ADAPTER.replace("TRAP", &trap.replace('\n', "\n        ")))
    }

    /// The command of a Python script, whose first argument is the reference.
    fn script(&self, script: &str) -> String {
        let script = script.replace("START", "pass").replace("END", "");
        let path = self.context.write("adapter.py", script);
        format!(
            "'{}' -u '{}' '{}'",
            passthrough_world::python::any().display(),
            path.display(),
            env!("CARGO_BIN_EXE_passthrough-check")
        )
    }

    fn conformance(&self) -> Command {
        let mut command = self.context.command();
        command.arg("conformance");
        command
    }

    /// The few cases that traps are run among.
    fn few(&self, arguments: &[&str]) -> Ran {
        let cases = self.context.path("cases");
        Ran::of(
            self.conformance()
                .args(["run", "--output-format", "json", "--filter", "cycle"])
                .args(["--filter", "cases/", "--cases"])
                .arg(cases)
                .args(arguments),
        )
    }

    fn report(&self, arguments: &[&str]) -> (Ran, ConformanceReport) {
        let ran = self.few(arguments);
        let report =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (ran, report)
    }
}

/// The verdict and the code of a case.
fn verdict<'r>(report: &'r ConformanceReport, id: &str) -> (Verdict, Option<&'r str>) {
    let case = report.cases.iter().find(|case| case.id == id);
    let case = case.unwrap_or_else(|| panic!("{id} was not run: {report:?}"));
    (case.verdict, case.code.as_deref())
}

/// Every case but these passes, and there are some.
fn others_pass(report: &ConformanceReport, but: &[&str]) {
    let others = report
        .cases
        .iter()
        .filter(|case| !but.contains(&case.id.as_str()));
    let wrong: Vec<_> = others
        .clone()
        .filter(|case| case.verdict != Verdict::Pass)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(others.count() >= 2);
}

#[test]
fn the_reference_passes_all_without_an_argument() {
    let bench = Bench::new();
    let ran = Ran::of(bench.conformance().arg("run"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.stdout.starts_with("passthrough-check "), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
}

#[test]
fn the_reference_passes_all_as_an_adapter() {
    let bench = Bench::new();
    let command = format!("'{}' adapter", env!("CARGO_BIN_EXE_passthrough-check"));
    let ran = Ran::of(bench.conformance().args(["run", "--adapter", &command]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    assert!(!ran.stdout.contains("note"), "{ran:?}");
}

#[test]
fn a_wrong_answer_fails_and_names_the_requirement() {
    let bench = Bench::new();
    let adapter = bench.adapter(
        "answer = json.dumps({'seq': seq, 'plan': {'listed': [], 'expose': [], 'install': []}}) + '\\n'",
    );
    let (ran, report) = bench.report(&["--adapter", &adapter]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(verdict(&report, "trap"), (Verdict::Fail, Some("listed")));
    others_pass(&report, &["trap"]);
    let ran = Ran::of(
        bench
            .conformance()
            .args([
                "run",
                "--filter",
                "trap",
                "--adapter",
                &adapter,
                "--seed",
                "7",
                "--cases",
            ])
            .arg(bench.context.path("cases")),
    );
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.starts_with("fail trap [CLOS-1"),
        "{}",
        ran.stdout
    );
    for words in [
        "expected [torch",
        "not met",
        "seed 7",
        "again: passthrough-check conformance run",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
}

#[test]
fn two_runs_give_the_same_verdicts_in_any_order() {
    let bench = Bench::new();
    let adapter = bench.adapter("os._exit(3)");
    let verdicts = |seed: &str| {
        let (ran, report) = bench.report(&["--adapter", &adapter, "--seed", seed]);
        assert_eq!(report.seed.to_string(), seed);
        let cases = report.cases.into_iter();
        let cases: Vec<_> = cases
            .map(|case| (case.id, case.verdict, case.code))
            .collect();
        (ran.code, report.summary, cases)
    };
    assert_eq!(verdicts("1"), verdicts("1"));
    assert_eq!(verdicts("1"), verdicts("2"));
}

#[test]
fn the_order_is_that_of_the_seed() {
    let bench = Bench::new();
    let log = bench.context.path("log");
    let script = ADAPTER.replace("TRAP", "pass").replace(
        "    seq = request[\"seq\"]",
        &format!(
            "    seq = request[\"seq\"]\n    open({:?}, 'a').write(request['input']['pyproject'] + json.dumps(request['input']['host']) + '\\0')",
            log.display().to_string()
        ),
    );
    let adapter = bench.script(&script);
    let order = |seed: &str| {
        let _ = fs::remove_file(&log);
        let (ran, _) = bench.report(&["--adapter", &adapter, "--seed", seed]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        fs::read_to_string(&log).unwrap()
    };
    let (one, again, other) = (order("1"), order("1"), order("2"));
    assert_eq!(one, again);
    assert_ne!(one, other);
}
