//! The black-box suite: what the harness adds to a frontend's own time, and how
//! long all frontends take for all cases.
//!
//! ```console
//! $ cargo bench -p passthrough-check --bench blackbox
//! $ cargo bench -p passthrough-check --bench blackbox -- suite
//! ```
//!
//! The first takes some minutes. The frontends take turns at a project without a
//! list, and the fastest goes through all cases. The harness is all but the
//! frontend's process: the world is made, looked at, judged and removed. What
//! the probe does is in the frontend's process, and counts as its time. Each
//! figure is a median of wall-clock times, and the goal a ratio within one run.
//! `ROUNDS=n` sets how often each frontend runs (default 5).
//!
//! The second takes about ten minutes: the binary runs the six frontends through
//! all cases, as many at once as there are processors (`JOBS=n`).
//!
//! The frontends are installed from PyPI on first use, before anything is timed.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use passthrough_blackbox::{Bench, Frontend, Profiles, Suite, baseline_case, is_sound};
use passthrough_protocol::{BlackboxCase, Ending, Evidence, Step};
use passthrough_world::python;

/// The six frontends; uv is run in both of its ways.
const FRONTENDS: [&str; 7] = ["pip", "build", "uv", "uv-pip", "hatch", "pdm", "poetry"];
const MOST_SHARE: f64 = 20.0;
const MOST_MINUTES: f64 = 10.0;

fn main() -> ExitCode {
    let number = |name: &str, default: usize| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let cache = python::target_directory().join("frontends");
    let met = if std::env::args().any(|argument| argument == "suite") {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        whole_suite(&cache, number("JOBS", processors))
    } else {
        overhead(&cache, number("ROUNDS", 5))
    };
    if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What a case took.
#[derive(Clone, Copy)]
struct Took {
    frontend: Duration,
    harness: Duration,
}

impl Took {
    /// The harness's part of the whole, in per cent.
    fn share(self) -> f64 {
        let harness = self.harness.as_secs_f64();
        100.0 * harness / (harness + self.frontend.as_secs_f64())
    }
}

/// Whether the harness is quick enough for the fastest frontend.
fn overhead(cache: &Path, rounds: usize) -> bool {
    let bench = Bench::new(&python::any(), cache, None).expect("a bench");
    let profiles = Profiles::embedded().profiles;
    let frontends = FRONTENDS.map(|name| {
        bench
            .frontend(&profiles[name])
            .expect("a frontend that runs")
    });
    let baseline = baseline_case(Step::Wheel);
    let mut times = FRONTENDS.map(|_| Vec::with_capacity(rounds));
    for round in 0..=rounds {
        for (frontend, times) in frontends.iter().zip(&mut times) {
            let (took, evidence) = one(&bench, &baseline, frontend).expect("a wheel is a step");
            assert!(is_sound(&[evidence]), "{}", frontend.profile.name);
            if round > 0 {
                times.push(took);
            }
        }
    }
    print_heading(&format!(
        "Median wall-clock time of {rounds} rounds in turns, a project without a list"
    ));
    for (frontend, times) in frontends.iter().zip(&times) {
        print_row(&name(frontend), times);
    }

    let fastest = frontends
        .iter()
        .zip(&times)
        .min_by_key(|(_, times)| median(times.iter().map(|took| took.frontend)));
    let (fastest, _) = fastest.expect("a frontend");
    let suite = Suite::embedded();
    let cases = suite.cases.values().map(|loaded| &loaded.case);
    let times: Vec<Took> = cases
        .filter_map(|case| Some(one(&bench, case, fastest)?.0))
        .collect();
    print_heading(&format!(
        "Median of its {} of the {} cases",
        times.len(),
        suite.cases.len()
    ));
    print_row(&name(fastest), &times);
    let share = median(times.iter().map(|took| took.share()));
    print_goal(
        "the harness's share of a case, the fastest frontend, per cent",
        share,
        MOST_SHARE,
    )
}

fn name(frontend: &Frontend) -> String {
    format!("{} {}", frontend.profile.name, frontend.version)
}

/// Runs a case from the making of its world to its removal; none if the frontend
/// cannot do what it asks for.
fn one(bench: &Bench, case: &BlackboxCase, frontend: &Frontend) -> Option<(Took, Evidence)> {
    let place = tempfile::tempdir().expect("a temporary directory");
    let world = place.path().join("world");
    let start = Instant::now();
    let evidence = bench.run(case, frontend, None, &world).expect("a world");
    if evidence.runs.is_empty() {
        return None;
    }
    fs::remove_dir_all(&world).expect("a world that is there");
    let whole = start.elapsed();
    let runs = &evidence.runs;
    assert!(
        runs.iter().all(|run| run.ending == Ending::Exit),
        "{} did not come to its end in {}",
        frontend.profile.name,
        case.id
    );
    let frontend = Duration::from_millis(runs.iter().map(|run| run.millis).sum());
    let took = Took {
        frontend,
        harness: whole.saturating_sub(frontend),
    };
    Some((took, evidence))
}

/// Whether all frontends are through all cases in time.
#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn whole_suite(cache: &Path, jobs: usize) -> bool {
    let jobs = jobs.to_string();
    let mut total = Duration::ZERO;
    println!("Wall-clock time for all cases, {jobs} at once:\n");
    println!("| | seconds |\n|---|---:|");
    let run = |name: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passthrough-check"));
        command
            .args(["conformance", "run", "--profile", name, "--jobs", &jobs])
            .args(more)
            .arg("--python")
            .arg(python::any())
            .arg("--cache-dir")
            .arg(cache)
            // cargo sets it, and every start would search its directories.
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status().expect("a command that starts");
        let took = start.elapsed();
        // What fails, or is not as expected, took its time as well.
        let judged = matches!(status.code(), Some(0 | 1 | 3 | 5));
        assert!(judged, "{name} could not be judged: {status}");
        took
    };
    for name in FRONTENDS {
        run(name, &["--case", "listed-copy-is-used/import"]);
    }
    for name in FRONTENDS {
        let took = run(name, &[]);
        println!("| {name} | {:.1} |", took.as_secs_f64());
        total += took;
    }
    print_goal(
        "all frontends through all cases, minutes",
        total.as_secs_f64() / 60.0,
        MOST_MINUTES,
    )
}

fn median<T: PartialOrd + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
    values[values.len() / 2]
}

#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_heading(what: &str) {
    println!("{what}:\n");
    println!("| milliseconds | frontend | harness | harness's share |");
    println!("|---|---:|---:|---:|");
}

#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_row(name: &str, times: &[Took]) {
    println!(
        "| {name} | {} | {:.1} | {:.1} % |",
        median(times.iter().map(|took| took.frontend)).as_millis(),
        median(times.iter().map(|took| took.harness)).as_secs_f64() * 1e3,
        median(times.iter().map(|took| took.share())),
    );
}

/// Says how the goal was met; whether it was.
#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_goal(name: &str, measured: f64, most: f64) -> bool {
    let is_met = measured <= most;
    let verdict = if is_met { "met" } else { "missed" };
    println!("\n| goal | measured | at most | |\n|---|---:|---:|---|");
    println!("| {name} | {measured:.1} | {most} | {verdict} |\n");
    is_met
}
