//! The conformance suite at decision level: 500 cases in this process, side by
//! side with the start of a build backend, and a case through standard input
//! and output.
//!
//! ```console
//! $ cargo bench -p passthrough-check --bench conformance
//! ```
//!
//! The machines that this runs on are noisy: the contenders take turns, each
//! figure is a median of wall-clock times, and the first goal is a ratio within
//! one run. `ROUNDS=n` sets how often each runs (default 15).

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use passthrough_check::adapter::{answer, identity};
use passthrough_conformance::adapter::Adapter;
use passthrough_conformance::suite::Suite;
use passthrough_conformance::{Judgement, Subject, judge, run};
use passthrough_protocol::Case;
use passthrough_world::python;

const SETUPTOOLS: &str = "setuptools==80.9.0";
const PACKAGING: &str = "packaging==26.3";
const TOMLI: &str = "tomli==2.2.1";
/// So many decisions are what a frontend's own tests might hold.
const CASES: usize = 500;
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let rounds = std::env::var("ROUNDS").map_or(15, |text| text.parse().expect("a number"));
    let suite = Suite::embedded();
    let cases: Vec<&Case> = suite.cases.values().map(|loaded| &loaded.case).collect();
    let environment = python::environment(&python::any(), &[SETUPTOOLS, PACKAGING, TOMLI]);
    let python = environment.join("bin/python");
    let reference = vec![
        env!("CARGO_BIN_EXE_passthrough-check").to_owned(),
        "adapter".to_owned(),
    ];
    let second = vec![text(&python), "-B".to_owned(), second_implementation()];
    let contenders: [(&str, &dyn Fn()); 4] = [
        ("`python -c \"import setuptools.build_meta\"`", &|| {
            import(&python);
        }),
        ("500 cases in one process", &|| in_process(&cases)),
        ("the suite, the reference over stdio", &|| {
            over_stdio(&reference, &cases);
        }),
        ("the suite, the second implementation over stdio", &|| {
            over_stdio(&second, &cases);
        }),
    ];
    let medians = measure(&contenders.map(|(_, contender)| contender), rounds);
    print_table(
        &contenders.map(|(name, _)| name),
        &medians,
        cases.len(),
        rounds,
    );
    if print_goals(&medians, cases.len()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path that is text").to_owned()
}

fn second_implementation() -> String {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect();
    text(&root.join("conformance/adapters/python/adapter.py"))
}

fn import(python: &Path) {
    let status = Command::new(python)
        .args(["-c", "import setuptools.build_meta"])
        // cargo sets it, and every start would search its directories.
        .env_remove("LD_LIBRARY_PATH")
        .stdin(Stdio::null())
        .status();
    assert!(status.expect("a Python that starts").success());
}

/// Each case read, decided and judged.
fn in_process(cases: &[&Case]) {
    let identity = identity();
    for case in cases.iter().cycle().take(CASES) {
        let judgement = judge(case, &identity, &answer(&case.input));
        assert_eq!(judgement, Judgement::Pass, "{}", case.id);
    }
}

/// A run of the whole suite, with the start and the end of the adapter.
fn over_stdio(command: &[String], cases: &[&Case]) {
    let mut adapter = Adapter::start(command.to_vec(), PATIENCE).expect("an adapter that starts");
    let outcomes = run::run(&mut adapter, cases, 1, &mut |_| {});
    for (id, outcome) in &outcomes {
        assert_eq!(outcome.judgement, Judgement::Pass, "{id}");
    }
    assert_eq!(outcomes.len(), cases.len());
    assert_eq!(adapter.notes(), Vec::<String>::new());
}

/// The median of each contender, in turns, after one round of warm-up.
fn measure<const N: usize>(contenders: &[&dyn Fn(); N], rounds: usize) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (times, contender) in times.iter_mut().zip(contenders) {
            let start = Instant::now();
            contender();
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_table(names: &[&str], medians: &[Duration], cases: usize, rounds: usize) {
    println!(
        "Median wall-clock time of {rounds} rounds in turns, a suite of {cases} cases, {SETUPTOOLS}:\n"
    );
    println!("| | milliseconds |\n|---|---:|");
    for (name, median) in names.iter().zip(medians) {
        println!("| {name} | {:.1} |", milliseconds(*median));
    }
}

/// Says how each goal was met; whether all were.
#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_goals(medians: &[Duration; 4], cases: usize) -> bool {
    let [import, in_process, reference, second] = medians.map(milliseconds);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let cases = cases as f64;
    let goals = [
        (
            "500 cases / one import of a backend",
            in_process / import,
            1.0,
        ),
        (
            "milliseconds a case over stdio, the reference",
            reference / cases,
            1.0,
        ),
        (
            "milliseconds a case over stdio, the second implementation",
            second / cases,
            4.0,
        ),
    ];
    println!("\n| goal | measured | at most | |\n|---|---:|---:|---|");
    for (name, measured, most) in goals {
        let verdict = if measured <= most { "met" } else { "missed" };
        println!("| {name} | {measured:.2} | {most} | {verdict} |");
    }
    goals.iter().all(|(_, measured, most)| measured <= most)
}
