//! `check` as a whole process, side by side with the floor of its task, `uv pip
//! list` and `pip list`, on synthetic hosts of 100, 1,000 and 5,000
//! distributions.
//!
//! ```console
//! $ cargo bench -p passthrough-check --bench check
//! ```
//!
//! The machines that this runs on are noisy: the commands take turns, each
//! figure is a median of wall-clock times, and the goals are ratios within one
//! run. `ROUNDS=n` sets how often each runs (default 31). System calls are
//! counted with strace, where there is one.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use passthrough_world::{python, site};

const SIZES: [usize; 3] = [100, 1_000, 5_000];
const CLOSURE: usize = 26;
const UV: &str = "uv==0.13.8";
const PIP: &str = "pip==26.3";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "floor") {
        let (site, root) = (arguments.next(), arguments.next());
        let (site, root) = site.zip(root).expect("floor SITE ROOT");
        floor(Path::new(&site), root.to_str().expect("a name"));
        return ExitCode::SUCCESS;
    }
    let rounds = std::env::var("ROUNDS").map_or(31, |text| text.parse().expect("a number"));
    let tools = python::environment(&python::any(), &[UV, PIP]);
    let worlds: Vec<World> = SIZES.iter().map(|&size| World::new(size, &tools)).collect();
    let table: Vec<Vec<Duration>> = worlds.iter().map(|world| world.measure(rounds)).collect();
    print_table(&worlds, &table, rounds);
    let met = print_goals(&worlds, &table);
    if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A host, a project that lists one of its distributions, and the commands.
struct World {
    directory: tempfile::TempDir,
    size: usize,
    root: String,
    site: PathBuf,
    tools: PathBuf,
}

#[derive(Clone, Copy, PartialEq)]
enum Contender {
    Floor,
    Check,
    CheckCold,
    UvList,
    UvListCold,
    PipList,
}

const CONTENDERS: [(Contender, &str); 6] = [
    (
        Contender::Floor,
        "floor: one directory read, headers of the closure",
    ),
    (Contender::Check, "`passthrough-check check`"),
    (Contender::CheckCold, "`passthrough-check check --no-cache`"),
    (Contender::UvList, "`uv pip list --format json`"),
    (
        Contender::UvListCold,
        "`uv --no-cache pip list --format json`",
    ),
    (Contender::PipList, "`pip list`"),
];

impl World {
    fn new(size: usize, tools: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let venv = directory.path().join("host");
        python::run(
            Command::new(python::any())
                .args(["-m", "venv", "--without-pip"])
                .arg(&venv),
        );
        let library = fs::read_dir(venv.join("lib")).expect("lib").next();
        let site = library
            .expect("python")
            .expect("an entry")
            .path()
            .join("site-packages");
        let root = site::synthetic(&site, size, CLOSURE, 1);
        let project = directory.path().join("project");
        fs::create_dir(&project).expect("a project");
        let text = format!(
            "[build-system]\nrequires = [\"setuptools\", \"{root}\"]\n\n[tool.example]\nno-build-isolation-package = [\"{root}\"]\n"
        );
        fs::write(project.join("pyproject.toml"), text).expect("a pyproject.toml");
        Self {
            directory,
            size,
            root,
            site,
            tools: tools.to_owned(),
        }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    fn command(&self, contender: Contender) -> Command {
        let host = self.path("host/bin/python");
        let uv = self.tools.join("bin/uv");
        let check = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_passthrough-check"));
            command
                .arg("check")
                .arg(self.path("project"))
                .arg("--python")
                .arg(&host);
            command
        };
        let mut command = match contender {
            Contender::Floor => {
                let mut command = Command::new(std::env::current_exe().expect("this program"));
                command.arg("floor").arg(&self.site).arg(&self.root);
                command
            }
            Contender::Check => check(),
            Contender::CheckCold => {
                let mut command = check();
                command.arg("--no-cache");
                command
            }
            Contender::UvList => {
                let mut command = Command::new(uv);
                command
                    .args(["pip", "list", "--format", "json", "--python"])
                    .arg(&host);
                command
            }
            Contender::UvListCold => {
                let mut command = Command::new(uv);
                command
                    .args(["--no-cache", "pip", "list", "--format", "json", "--python"])
                    .arg(&host);
                command
            }
            Contender::PipList => {
                let mut command = Command::new(self.tools.join("bin/python"));
                command
                    .args(["-m", "pip", "list", "--path"])
                    .arg(&self.site);
                command
            }
        };
        command
            .env("PASSTHROUGH_CACHE_DIR", self.path("cache"))
            .env("UV_CACHE_DIR", self.path("uv-cache"))
            .env("UV_OFFLINE", "1")
            .env_remove("VIRTUAL_ENV")
            // cargo sets it, and every start would search its directories.
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The median of each contender, in turns, after one round of warm-up.
    fn measure(&self, rounds: usize) -> Vec<Duration> {
        let mut times = vec![Vec::with_capacity(rounds); CONTENDERS.len()];
        for round in 0..=rounds {
            for (index, (contender, name)) in CONTENDERS.iter().enumerate() {
                // The slow ones need fewer rounds for as good a median.
                if *contender == Contender::PipList && round > rounds.div_ceil(6) {
                    continue;
                }
                let mut command = self.command(*contender);
                let start = Instant::now();
                let status = command.status().expect("a command that starts");
                let took = start.elapsed();
                assert!(status.success(), "{name} failed: {status}");
                if round > 0 {
                    times[index].push(took);
                }
            }
        }
        times
            .into_iter()
            .map(|mut times| {
                times.sort_unstable();
                times[times.len() / 2]
            })
            .collect()
    }

    /// How many system calls a contender makes; none without strace.
    fn system_calls(&self, contender: Contender) -> Option<u64> {
        let plain = self.command(contender);
        let report = self.path("strace.txt");
        let mut command = Command::new("strace");
        command
            .args(["-f", "-c", "-U", "calls,name", "-o"])
            .arg(&report);
        command.arg(plain.get_program()).args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
            .status()
            .ok()
            .filter(std::process::ExitStatus::success)?;
        let text = fs::read_to_string(report).ok()?;
        let total = text
            .lines()
            .find(|line| line.trim_end().ends_with("total"))?;
        total.split_whitespace().next()?.parse().ok()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_table(worlds: &[World], table: &[Vec<Duration>], rounds: usize) {
    println!(
        "Median wall-clock time of {rounds} rounds in turns, closure of {CLOSURE}, {UV}, {PIP}:\n"
    );
    let sizes: Vec<String> = worlds
        .iter()
        .map(|world| format!(" {} |", world.size))
        .collect();
    println!(
        "| milliseconds, by distributions on the host |{}",
        sizes.concat()
    );
    println!("|---|{}", "---:|".repeat(worlds.len()));
    for (index, (_, name)) in CONTENDERS.iter().enumerate() {
        let cells: Vec<String> = table
            .iter()
            .map(|row| format!(" {:.1} |", milliseconds(row[index])))
            .collect();
        println!("| {name} |{}", cells.concat());
    }
}

/// Says how each goal was met; whether all were.
#[expect(clippy::print_stdout, reason = "a benchmark's answer")]
fn print_goals(worlds: &[World], table: &[Vec<Duration>]) -> bool {
    let of = |size: usize, contender: Contender| {
        let row = SIZES
            .iter()
            .position(|&other| other == size)
            .expect("a size");
        let column = CONTENDERS.iter().position(|(other, _)| *other == contender);
        milliseconds(table[row][column.expect("a contender")])
    };
    let check = of(1_000, Contender::Check);
    let per_distribution =
        (of(5_000, Contender::Check) - of(100, Contender::Check)) * 1e3 / 4_900.0;
    let mut goals = vec![
        (
            "`check` / floor, at 1,000",
            check / of(1_000, Contender::Floor),
            1.5,
        ),
        (
            "`check` / `uv pip list`, at 1,000",
            check / of(1_000, Contender::UvList),
            0.15,
        ),
        ("microseconds a further distribution", per_distribution, 1.5),
        (
            "cold `check` / cold `uv pip list`, at 1,000",
            of(1_000, Contender::CheckCold) / of(1_000, Contender::UvListCold),
            0.4,
        ),
    ];
    match worlds[1].system_calls(Contender::Check) {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        Some(calls) => goals.push(("system calls of `check`, at 1,000", calls as f64, 250.0)),
        None => println!("\nsystem calls: not counted, there is no strace"),
    }
    println!("\n| goal | measured | at most | |\n|---|---:|---:|---|");
    for (name, measured, most) in &goals {
        let verdict = if measured <= most { "met" } else { "missed" };
        println!("| {name} | {measured:.2} | {most} | {verdict} |");
    }
    goals.iter().all(|(_, measured, most)| measured <= most)
}

/// The least that any program must do: read the directory, and the headers of
/// the closure, without markers, specifiers or any check.
fn floor(site: &Path, root: &str) {
    let directories: Vec<String> = fs::read_dir(site)
        .expect("site-packages")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".dist-info"))
        .collect();
    let normal = |name: &str| name.replace(['_', '.'], "-").to_lowercase();
    let find = |name: &str| {
        directories.iter().find(|directory| {
            directory
                .split_once('-')
                .is_some_and(|(stem, _)| normal(stem) == name)
        })
    };
    let mut seen = BTreeSet::from([normal(root)]);
    let mut queue = vec![normal(root)];
    while let Some(name) = queue.pop() {
        let Some(directory) = find(&name) else {
            continue;
        };
        let header = header(&site.join(directory).join("METADATA"));
        let requires = header
            .lines()
            .filter_map(|line| line.strip_prefix("Requires-Dist: "));
        for line in requires.filter(|line| !line.contains(';')) {
            let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
            let name = normal(&line[..end.unwrap_or(line.len())]);
            if seen.insert(name.clone()) {
                queue.push(name);
            }
        }
    }
    assert_eq!(seen.len(), CLOSURE);
}

/// The header of a METADATA file: nearly always one read.
fn header(path: &Path) -> String {
    let mut file = fs::File::open(path).expect("METADATA");
    let mut text = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let length = file.read(&mut buffer).expect("METADATA");
        text.extend_from_slice(&buffer[..length]);
        let end = text.windows(2).position(|pair| pair == b"\n\n");
        if let Some(end) = end.or((length == 0).then_some(text.len())) {
            text.truncate(end);
            return String::from_utf8_lossy(&text).into_owned();
        }
    }
}
