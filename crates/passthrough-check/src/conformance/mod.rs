//! `conformance`: the suite, run from the command line.

mod options;
pub mod terminal;

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use passthrough_conformance::adapter::Adapter;
use passthrough_conformance::report::{Facts, report};
use passthrough_conformance::requirements::{self, Requirement};
use passthrough_conformance::suite::{Problem, Suite};
use passthrough_conformance::{InProcess, Subject, run, select};
use passthrough_protocol::{Case, ConformanceReport, ExitCode};

use crate::adapter;
use crate::cli::{RunArgs, SuiteArgs};
use crate::failure::Failure;

/// A progress line is shown after this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// The cases that the arguments select, and those that they do not.
pub struct Selection {
    /// All of them.
    pub suite: Suite,
    /// The registry.
    pub requirements: Vec<Requirement>,
    /// The ids of those that are meant.
    pub plan: Vec<String>,
}

/// Reads the suite, and selects.
pub fn select(args: &SuiteArgs) -> Result<Selection, Failure> {
    let requirements = requirements::embedded().map_err(|error| Failure {
        exit: ExitCode::SuiteIntegrity,
        ..Failure::unable(format_args!("the registry of requirements: {error}"))
    })?;
    let mut suite = Suite::embedded();
    for directory in &args.cases {
        suite.add_directory(directory);
    }
    suite.refuse_unknown_citations(&requirements);
    let plan = suite
        .cases
        .iter()
        .filter(|(_, loaded)| select::matches(loaded, &args.filter))
        .map(|(id, _)| id.clone())
        .collect();
    Ok(Selection {
        suite,
        requirements,
        plan,
    })
}

/// How bad it is that files could not be used.
pub fn exit_code(problems: &[Problem]) -> ExitCode {
    if problems.is_empty() {
        ExitCode::Success
    } else if problems.iter().any(|problem| problem.embedded) {
        ExitCode::SuiteIntegrity
    } else {
        ExitCode::Unable
    }
}

/// The exit code that a report gives.
pub fn exit_code_of(report: &ConformanceReport) -> ExitCode {
    match report.summary.exit_code {
        0 => ExitCode::Success,
        1 => ExitCode::Failure,
        2 => ExitCode::Unable,
        3 => ExitCode::StaleExpectation,
        4 => ExitCode::NothingRan,
        5 => ExitCode::Untestable,
        6 => ExitCode::SuiteIntegrity,
        _ => ExitCode::Internal,
    }
}

/// Runs the selected cases against the reference or an adapter.
pub fn run(args: &RunArgs) -> Result<ConformanceReport, Failure> {
    let selection = select(&args.suite)?;
    let command = args.adapter.as_deref().map(options::words).transpose()?;
    let mut subject: Box<dyn Subject> = match &command {
        None => Box::new(InProcess::new(adapter::identity(), adapter::answer)),
        Some(command) => {
            let timeout = Duration::from_secs(args.timeout);
            let adapter = Adapter::start(command.clone(), timeout).map_err(Failure::unable)?;
            Box::new(adapter)
        }
    };
    let seed = args.seed.unwrap_or_else(options::seed);
    let cases: Vec<&Case> = selection
        .plan
        .iter()
        .filter_map(|id| selection.suite.cases.get(id))
        .map(|loaded| &loaded.case)
        .collect();
    let mut progress = Progress::new(cases.len());
    let outcomes = run::run(subject.as_mut(), &cases, seed, &mut |_| progress.step());
    progress.clear();
    Ok(report(Facts {
        suite: &selection.suite,
        requirements: &selection.requirements,
        identity: subject.identity(),
        adapter: command,
        options: options::again(args),
        seed,
        partition: None,
        plan: selection.plan.clone(),
        outcomes,
        notes: subject.notes(),
    }))
}

/// How far a long run is, for a terminal.
struct Progress {
    start: Instant,
    shown: Option<Instant>,
    done: usize,
    all: usize,
    wanted: bool,
}

impl Progress {
    fn new(all: usize) -> Self {
        Self {
            start: Instant::now(),
            shown: None,
            done: 0,
            all,
            wanted: io::stderr().is_terminal(),
        }
    }

    fn step(&mut self) {
        self.done += 1;
        let due = match self.shown {
            None => self.start.elapsed() > PATIENCE,
            Some(shown) => shown.elapsed() > PATIENCE / 10,
        };
        if self.wanted && due {
            self.shown = Some(Instant::now());
            let line = format!("\r{}/{} cases", self.done, self.all);
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn clear(&self) {
        if self.shown.is_some() {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
