//! Making an environment with some thirty exposed distributions, side by side
//! with `uv venv` and an offline, warm `uv pip install` of the same set with
//! the same link mode.
//!
//! ```console
//! $ cargo bench -p passthrough-env
//! ```
//!
//! Each contender is a process of its own: ours asks the interpreter (recalled
//! from the cache, as uv does), decides, makes the environment and exposes. uv
//! is told every version and to look for no dependencies, so that it has
//! nothing to resolve. They take turns, and the goals are medians of the ratio
//! within one round. `ROUNDS=n` sets how often each runs (default 7); with
//! `-- check` only the check of 20,000 files is run.
//!
//! Everything is below the target folder. On ext4 the times are those of making
//! inodes (half a millisecond a directory was measured) and say more of the disk
//! than of either program; `CARGO_TARGET_DIR=/dev/shm/bench` shows the programs.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use passthrough_env::{BuildEnvironment, LinkMode};
use passthrough_host::{Inventory as _, Site};
use passthrough_interpreter::{AskOptions, Environment, Interpreter, ask};
use passthrough_plan::{BuildRequirement, Exposed, Host, Input, Listing, Pass, Policy, Role, plan};
use passthrough_world::{python, site::SiteBuilder};

const UV: &str = "uv==0.13.8";

/// What the project lists; the rest is their closure.
const ROOTS: [&str; 16] = [
    "numpy==2.2.6",
    "scipy==1.15.3",
    "pybind11==2.13.6",
    "cython==3.1.1",
    "setuptools==80.9.0",
    "wheel==0.45.1",
    "cmake==4.0.2",
    "ninja==1.11.1.4",
    "protobuf==6.31.1",
    "google-cloud-storage==3.1.0",
    "backports.tarfile==1.2.0",
    "hatchling==1.27.0",
    "meson-python==0.18.0",
    "scikit-build-core==0.11.4",
    "maturin==1.8.6",
    "jinja2==3.1.6",
];

/// The modes that are held against uv's.
const MODES: [(&str, LinkMode, &str); 3] = [
    ("hardlink", LinkMode::Hardlink, "hardlink"),
    ("copy", LinkMode::Copy, "copy"),
    ("auto (the default)", LinkMode::Auto, "copy"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, host, root, mode, cache] = &arguments[..]
        && first == "expose"
    {
        let mode = match mode.as_str() {
            "hardlink" => LinkMode::Hardlink,
            "copy" => LinkMode::Copy,
            _ => LinkMode::Auto,
        };
        expose(Path::new(host), Path::new(root), mode, Path::new(cache));
        return ExitCode::SUCCESS;
    }
    let rounds = std::env::var("ROUNDS").map_or(7, |text| text.parse().expect("a number"));
    let world = World::new();
    if arguments.iter().any(|argument| argument == "check") {
        return only_the_check(&world, rounds);
    }
    let (distributions, files) = world.size();
    assert!(
        distributions >= 30 && files >= 8_000,
        "{distributions} distributions, {files} files"
    );
    let times = world.measure(rounds);
    let (creation, check) = twenty_thousand(&world, rounds.div_ceil(3));
    print(distributions, files, rounds, &times, creation, check)
}

/// The check alone, for who works on it.
#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn only_the_check(world: &World, rounds: usize) -> ExitCode {
    let (creation, check) = twenty_thousand(world, rounds);
    println!("20,000 files: made in {creation:.1?}, checked in {check:.1?}");
    ExitCode::SUCCESS
}

/// A host, uv with a warm cache, and a place to work in.
struct World {
    host: PathBuf,
    uv: PathBuf,
    /// Every exposed distribution, pinned.
    pins: Vec<String>,
    base: PathBuf,
    scratch: tempfile::TempDir,
    cache: PathBuf,
}

impl World {
    fn new() -> Self {
        let host = python::environment(&python::any(), &ROOTS).join("bin/python");
        let uv = python::environment(&python::any(), &[UV]).join("bin/uv");
        let interpreter = ask(&host, &Environment::of_process(), &AskOptions::default());
        let interpreter = interpreter.expect("a host");
        let pins = closure(&interpreter)
            .iter()
            .map(|exposed| format!("{}=={}", exposed.installed.name, exposed.version))
            .collect();
        let place = python::target_directory();
        let world = Self {
            base: fs::canonicalize(&host).expect("a base interpreter"),
            cache: place.join("bench-cache"),
            scratch: tempfile::tempdir_in(&place).expect("a directory"),
            host,
            uv,
            pins,
        };
        world.uv("hardlink", false);
        world
    }

    fn root(&self) -> PathBuf {
        self.scratch.path().join("env")
    }

    /// The distributions and files that are exposed.
    fn size(&self) -> (usize, usize) {
        let options = AskOptions::default();
        let host = ask(&self.host, &Environment::of_process(), &options).expect("a host");
        let environment = make(&host, &self.root(), LinkMode::Hardlink, &closure(&host));
        let distributions = &environment.manifest().distributions;
        let files = distributions
            .iter()
            .map(|distribution| distribution.files.len() + distribution.scripts.len());
        let size = (distributions.len(), files.sum());
        environment.remove().expect("removed");
        size
    }

    fn uv(&self, mode: &str, offline: bool) -> Duration {
        let command = |arguments: &[&str]| {
            let mut command = Command::new(&self.uv);
            command
                .args(arguments)
                .env("UV_CACHE_DIR", self.cache.join("uv"))
                .env_remove("VIRTUAL_ENV")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if offline {
                command.env("UV_OFFLINE", "1");
            }
            command
        };
        let root = self.root();
        let start = Instant::now();
        let made = command(&["venv", "--no-project", "--python"])
            .arg(&self.base)
            .arg(&root)
            .status();
        let installed = command(&["pip", "install", "--no-deps", "--link-mode", mode])
            .arg("--python")
            .arg(root.join("bin/python"))
            .args(&self.pins)
            .status();
        let took = start.elapsed();
        assert!(made.expect("uv").success() && installed.expect("uv").success());
        fs::remove_dir_all(&root).expect("removed");
        took
    }

    fn ours(&self, mode: &str) -> Duration {
        let root = self.root();
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command
            .arg("expose")
            .arg(&self.host)
            .arg(&root)
            .arg(mode)
            .arg(self.cache.join("interpreters"));
        let start = Instant::now();
        let status = command.status().expect("this program");
        let took = start.elapsed();
        assert!(status.success());
        fs::remove_dir_all(&root).expect("removed");
        took
    }

    /// For each mode: the medians of ours and uv's, and of their ratio round by
    /// round, in which both have met the same weather.
    fn measure(&self, rounds: usize) -> Vec<(Duration, Duration, f64)> {
        let mut times = vec![Vec::new(); MODES.len()];
        for round in 0..=rounds {
            for ((_, mode, other), times) in MODES.iter().zip(&mut times) {
                let ours = || {
                    self.ours(match mode {
                        LinkMode::Hardlink => "hardlink",
                        LinkMode::Copy => "copy",
                        _ => "auto",
                    })
                };
                let uv = || self.uv(other, true);
                // Neither is always the one that follows a removal.
                let pair = if round % 2 == 0 {
                    let ours = ours();
                    (ours, uv())
                } else {
                    let uv = uv();
                    (ours(), uv)
                };
                if round > 0 {
                    times.push(pair);
                }
            }
        }
        times
            .into_iter()
            .map(|pairs| {
                let mut ratios: Vec<f64> = pairs
                    .iter()
                    .map(|(ours, uv)| ours.as_secs_f64() / uv.as_secs_f64())
                    .collect();
                ratios.sort_by(f64::total_cmp);
                let (ours, uv) = pairs.into_iter().unzip();
                (median(ours), median(uv), ratios[ratios.len() / 2])
            })
            .collect()
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What a whole run does, but for reading a project.
fn expose(host: &Path, root: &Path, mode: LinkMode, cache: &Path) {
    let options = AskOptions {
        cache: Some(cache.to_owned()),
        ..AskOptions::default()
    };
    let host = ask(host, &Environment::of_process(), &options).expect("a host");
    make(&host, root, mode, &closure(&host));
}

fn make(host: &Interpreter, root: &Path, mode: LinkMode, exposed: &[Exposed]) -> BuildEnvironment {
    let mut environment = BuildEnvironment::create(root, host).expect("an environment");
    environment.expose(exposed, mode).expect("exposed");
    environment
}

fn closure(host: &Interpreter) -> Vec<Exposed> {
    let requirements: Vec<_> = ROOTS
        .iter()
        .map(|root| BuildRequirement {
            requirement: root.parse().expect("a requirement"),
            span: 0..0,
        })
        .collect();
    let listed: Vec<_> = requirements
        .iter()
        .map(|root| Listing {
            name: root.requirement.name.clone(),
            span: 0..0,
        })
        .collect();
    let plan = plan(Input {
        project: None,
        listed: &listed,
        requirements: &requirements,
        pass: Pass::First,
        constraints: &[],
        host: Host {
            inventory: &Site::new(host),
            identity: &host.identity,
            markers: &host.markers,
        },
        build_interpreter: &host.identity,
        policy: &Policy::default(),
    });
    assert_eq!(plan.install, []);
    plan.expose
}

/// The medians of making an environment of 20,000 files in the default mode,
/// and of checking their sources.
fn twenty_thousand(world: &World, rounds: usize) -> (Duration, Duration) {
    let venv = world.scratch.path().join("host");
    python::run(
        Command::new(&world.base)
            .args(["-m", "venv", "--without-pip"])
            .arg(&venv),
    );
    let host = ask(
        &venv.join("bin/python"),
        &Environment::of_process(),
        &AskOptions::default(),
    )
    .expect("a host");
    let site = host
        .sys_path
        .iter()
        .find(|entry| entry.path.starts_with(&venv))
        .expect("a site directory");
    let builder = SiteBuilder::new(&site.path);
    for distribution in 0..40 {
        let name = format!("synthetic{distribution}");
        let mut info = builder.dist_info(&name, "1.0");
        for file in 0..500 {
            let content = format!("x = {file}\n").repeat(1 + file % 900);
            info = info.file(&format!("{name}/d{}/m{file}.py", file % 20), content);
        }
        info.write();
    }
    let inventory = Site::new(&host);
    let exposed: Vec<_> = (0..40)
        .map(|distribution| {
            let name = format!("synthetic{distribution}").parse().expect("a name");
            Exposed {
                installed: inventory.get(&name).expect("it was written"),
                version: "1.0".parse().expect("a version"),
                role: Role::Listed,
                required_by: Vec::new(),
            }
        })
        .collect();
    let mut creations = Vec::new();
    let mut checks = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        let environment = make(&host, &world.root(), LinkMode::Auto, &exposed);
        creations.push(start.elapsed());
        let start = Instant::now();
        assert_eq!(environment.verify(), []);
        checks.push(start.elapsed());
        environment.remove().expect("removed");
    }
    (median(creations), median(checks))
}

#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print(
    distributions: usize,
    files: usize,
    rounds: usize,
    times: &[(Duration, Duration, f64)],
    creation: Duration,
    check: Duration,
) -> ExitCode {
    println!(
        "{distributions} distributions, {files} files; medians of {rounds} rounds in turns, {UV}:\n"
    );
    println!("| milliseconds | ours | uv | uv's mode |\n|---|---:|---:|---|");
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    for ((name, _, other), (ours, uv, _)) in MODES.iter().zip(times) {
        let (ours, uv) = (milliseconds(*ours), milliseconds(*uv));
        println!("| {name} | {ours:.0} | {uv:.0} | {other} |");
    }
    let (creation, check) = (milliseconds(creation), milliseconds(check));
    println!("| 20,000 files, made | {creation:.0} | | |\n| … and checked | {check:.1} | | |");
    let goals = MODES
        .iter()
        .zip(times)
        .map(|((name, _, other), (_, _, ratio))| (format!("{name} / uv's {other}"), *ratio, 1.0))
        .chain([("check / creation".to_owned(), check / creation, 0.05)]);
    let mut met = true;
    println!("\n| goal | measured | at most | |\n|---|---:|---:|---|");
    for (name, measured, most) in goals {
        let verdict = if measured <= most { "met" } else { "missed" };
        met &= measured <= most;
        println!("| {name} | {measured:.3} | {most} | {verdict} |");
    }
    if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
