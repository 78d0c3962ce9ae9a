//! The wheel of a small flit project: by `build`, with its backend from the
//! host and with its backend downloaded, beside uv and pypa/build.
//!
//! ```console
//! $ cargo bench -p passthrough-check --bench build
//! ```
//!
//! Everything is warm: the caches of uv and pip are, and the facts of the
//! interpreter are known. The contenders take turns, each figure is a median of
//! wall-clock times, and the goals are ratios within one run. `ROUNDS=n` sets
//! how often each runs (default 15).

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use passthrough_world::python;

const UV: &str = "uv==0.13.8";
const BUILD: &str = "build==1.6.1";
const HOST: [&str; 1] = ["flit_core==3.12.0"];

const PROJECT: &str = r#"[build-system]
requires = ["flit_core==3.12.0"]
build-backend = "flit_core.buildapi"

[project]
name = "demo"
version = "1.0"
description = "A small project"

[tool.frontend]
no-build-isolation-package = ["flit_core"]
"#;

#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn main() -> ExitCode {
    let rounds = std::env::var("ROUNDS").map_or(15, |text| text.parse().expect("a number"));
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let bench = Bench::new(scratch.path());
    let names = [
        "`build`, flit_core from the host",
        "`build --no-passthrough`",
        "`uv build --wheel`",
        "`python -m build --wheel`",
    ];
    let commands = || {
        [
            bench.ours(&[]),
            bench.ours(&["--no-passthrough"]),
            bench.uv(),
            bench.pypa(),
        ]
    };
    let mut times = [const { Vec::new() }; 4];
    // One round more, to warm up.
    for round in 0..=rounds {
        for (command, times) in commands().iter_mut().zip(&mut times) {
            let took = timed(command);
            if round > 0 {
                times.push(took);
            }
        }
    }
    let medians = times.map(median);
    println!("| a wheel of a small flit project, {rounds} rounds | ms |\n|---|---:|");
    for (name, median) in names.iter().zip(medians) {
        println!("| {name} | {:.1} |", median.as_secs_f64() * 1000.0);
    }
    println!();
    let [passed, isolated, uv, pypa] = medians;
    let goals = [
        goal("`build` / `uv build`", passed, uv, 1.3),
        goal("`build` / `python -m build`", passed, pypa, 0.5),
        goal("`build --no-passthrough` / `uv build`", isolated, uv, 1.3),
        goal(
            "`build --no-passthrough` / `python -m build`",
            isolated,
            pypa,
            0.5,
        ),
    ];
    if goals.iter().all(|met| *met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The project, and where the tools are.
struct Bench<'a> {
    scratch: &'a Path,
    host: std::path::PathBuf,
    uv: std::path::PathBuf,
    build: std::path::PathBuf,
}

impl<'a> Bench<'a> {
    fn new(scratch: &'a Path) -> Self {
        let project = scratch.join("project");
        fs::create_dir(&project).expect("a directory");
        fs::write(project.join("pyproject.toml"), PROJECT).expect("a file");
        fs::write(project.join("demo.py"), "").expect("a file");
        let environment = |requirements| python::environment(&python::any(), requirements);
        Self {
            scratch,
            host: environment(&HOST).join("bin/python"),
            uv: environment(&[UV]).join("bin"),
            build: environment(&[BUILD]).join("bin/python"),
        }
    }

    /// A command in the project, which finds uv and has caches of its own.
    fn command(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.uv.clone()).chain(std::env::split_paths(&path));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .arg(self.scratch.join("project"))
            .current_dir(self.scratch)
            .env("PATH", std::env::join_paths(path).expect("a search path"))
            .env("PASSTHROUGH_CACHE_DIR", self.scratch.join("cache"))
            .env("UV_CACHE_DIR", self.scratch.join("uv-cache"))
            .env("PIP_CACHE_DIR", self.scratch.join("pip-cache"))
            // uv has no counterpart; with it, pip would install.
            .env_remove("PIP_FIND_LINKS")
            .stdin(Stdio::null());
        command
    }

    fn ours(&self, more: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_passthrough-check");
        let mut command = self.command(program, &["build", "--quiet", "--wheel", "-o", "ours"]);
        command.arg("--python").arg(&self.host).args(more);
        command
    }

    fn uv(&self) -> Command {
        let arguments = ["build", "--quiet", "--no-config", "--wheel", "-o", "uv"];
        let mut command = self.command(self.uv.join("uv"), &arguments);
        command.arg("--python").arg(&self.host);
        command
    }

    fn pypa(&self) -> Command {
        self.command(&self.build, &["-m", "build", "--wheel", "-o", "pypa"])
    }
}

fn timed(command: &mut Command) -> Duration {
    let start = Instant::now();
    let output = command.output().expect("it can be started");
    let took = start.elapsed();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Whether a ratio is at most what it is to be.
#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn goal(name: &str, time: Duration, other: Duration, most: f64) -> bool {
    let ratio = time.as_secs_f64() / other.as_secs_f64();
    let met = ratio <= most;
    println!(
        "{name}: {ratio:.2}, goal {most}: {}",
        if met { "met" } else { "missed" }
    );
    met
}
