//! `conformance`: the suite, run from the command line.

mod blackbox;
mod files;
mod mutants;
mod options;
mod progress;
pub mod terminal;

use std::time::Duration;

use passthrough_conformance::adapter::{Adapter, Oneshot};
use passthrough_conformance::catalogue::Catalogue;
use passthrough_conformance::coverage::{Covered, coverage};
use passthrough_conformance::render::{self, Format};
use passthrough_conformance::report::{Facts, report};
use passthrough_conformance::requirements::{self, Requirement};
use passthrough_conformance::suite::{Problem, Suite};
use passthrough_conformance::vectors::vectors;
use passthrough_conformance::{InProcess, Subject, expectations, merge, run, select};
use passthrough_protocol::{Case, ConformanceReport, ExitCode, Expectations};

use crate::adapter;
use crate::cli::{
    ConformanceCommand, InitXfailArgs, ReportFormat, RunArgs, SubjectArgs, SuiteArgs,
};
use crate::failure::Failure;
use crate::interrupt;
use blackbox::Expected;
use progress::Progress;
use terminal::Style;

/// What a command comes to.
pub struct Answer {
    /// What is printed.
    pub text: String,
    /// What is said beside it.
    pub failures: Vec<Failure>,
    /// How it ends.
    pub code: ExitCode,
}

impl Answer {
    fn new(text: String, code: ExitCode) -> Self {
        Self {
            text,
            failures: Vec::new(),
            code,
        }
    }
}

/// Does what the arguments ask for. Only a report for people has colours.
pub fn conformance(command: &ConformanceCommand, color: bool) -> Result<Answer, Failure> {
    match command {
        ConformanceCommand::List(args) => {
            let selection = select(args)?;
            Ok(with_problems(
                &selection.suite,
                terminal::list(&selection),
                ExitCode::Success,
            ))
        }
        ConformanceCommand::Run(args) => run_and_render(args, color),
        ConformanceCommand::Coverage(args) => {
            let selection = select(args)?;
            let catalogue = Catalogue::of_decisions(&selection.suite);
            let covered = coverage(&catalogue, &selection.requirements);
            let code = if covered.iter().any(Covered::is_missing) {
                ExitCode::SuiteIntegrity
            } else {
                ExitCode::Success
            };
            Ok(with_problems(
                &selection.suite,
                terminal::coverage(&covered),
                code,
            ))
        }
        ConformanceCommand::Export(args) => {
            let selection = select(args)?;
            let vectors = vectors(&selection.suite, &selection.requirements, &selection.plan);
            let text = serde_json::to_string_pretty(&vectors).map_err(Failure::unable)?;
            Ok(with_problems(
                &selection.suite,
                text + "\n",
                ExitCode::Success,
            ))
        }
        ConformanceCommand::InitXfail(args) => init_xfail(args),
        ConformanceCommand::Mutants(args) => mutants::mutants(args, color),
        ConformanceCommand::Merge { reports } => {
            let reports = files::reports(reports)?;
            let merged = merge::merge(reports).map_err(Failure::unable)?;
            let code = exit_code_of(&merged);
            Ok(Answer::new(
                rendered(&[merged], ReportFormat::Json, Style::default())?,
                code,
            ))
        }
        ConformanceCommand::Report {
            output_format,
            reports,
        } => {
            let reports = files::reports(reports)?;
            let style = Style {
                color,
                ..Style::default()
            };
            let text = rendered(&reports, *output_format, style)?;
            Ok(Answer::new(text, ExitCode::Success))
        }
    }
}

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
fn select(args: &SuiteArgs) -> Result<Selection, Failure> {
    let requirements = registry()?;
    let mut suite = Suite::embedded();
    for directory in &args.cases {
        suite.add_directory(directory);
    }
    suite.refuse_unknown_citations(&requirements);
    let plan = suite
        .cases
        .iter()
        .filter(|(_, loaded)| select::matches(loaded, &args.case, &args.filter))
        .map(|(id, _)| id.clone())
        .collect();
    Ok(Selection {
        suite,
        requirements,
        plan,
    })
}

/// The registry of requirements, which the binary carries.
fn registry() -> Result<Vec<Requirement>, Failure> {
    requirements::embedded().map_err(|error| Failure {
        exit: ExitCode::SuiteIntegrity,
        ..Failure::unable(format_args!("the registry of requirements: {error}"))
    })
}

fn with_problems(suite: &Suite, text: String, code: ExitCode) -> Answer {
    let of_problems = match suite.problems.as_slice() {
        [] => code,
        problems if problems.iter().any(|problem| problem.embedded) => ExitCode::SuiteIntegrity,
        _ if code == ExitCode::SuiteIntegrity => code,
        _ => ExitCode::Unable,
    };
    Answer {
        text,
        failures: suite.problems.iter().map(problem).collect(),
        code: of_problems,
    }
}

fn problem(problem: &Problem) -> Failure {
    Failure::unable(problem).hint("`passthrough-check schema case` prints what a case may be")
}

fn run_and_render(args: &RunArgs, color: bool) -> Result<Answer, Failure> {
    let expectations = match &args.expectations {
        None => None,
        Some(path) => Some(files::expectations(path)?),
    };
    let (reports, failures) = if args.subject.frontends.profile.is_empty() {
        let report = run(&args.subject, expectations.as_ref())?;
        (vec![report], Vec::new())
    } else {
        let expected = match &expectations {
            Some(expectations) => Expected::Given(expectations),
            None if args.no_expectations => Expected::Nothing,
            None => Expected::OfSuite,
        };
        let outcome = blackbox::run(&args.subject, expected)?;
        (outcome.reports, outcome.failures)
    };
    if let Some(path) = &args.report
        && !reports.is_empty()
    {
        let text = rendered(&reports, ReportFormat::Json, Style::default())?;
        fs_err::write(path, text).map_err(Failure::unable)?;
    }
    let style = Style {
        color,
        verbose: args.verbose,
    };
    let of_reports = reports.iter().map(|report| report.summary.exit_code);
    let of_failures = failures.iter().map(|failure| failure.exit as u8);
    let code = exit_code(merge::worst(of_reports.chain(of_failures)));
    let text = if reports.is_empty() {
        String::new()
    } else {
        rendered(&reports, args.output_format, style)?
    };
    Ok(Answer {
        text,
        failures,
        code,
    })
}

fn init_xfail(args: &InitXfailArgs) -> Result<Answer, Failure> {
    // Before the work, not after it.
    files::must_be_new(&args.output)?;
    let report = run(&args.subject, None)?;
    let text = expectations::write(&report.cases, args.issue.as_deref(), args.reason.as_deref());
    files::write_new(&args.output, &text)?;
    let verdicts = &report.summary.verdicts;
    let text = format!(
        "{} of {} cases do not pass: {}\n",
        verdicts.fail + verdicts.error,
        report.cases.len(),
        crate::escape::escape(&args.output.display().to_string())
    );
    let code = match exit_code_of(&report) {
        ExitCode::Failure | ExitCode::Untestable => ExitCode::Success,
        other => other,
    };
    Ok(Answer::new(text, code))
}

fn rendered(
    reports: &[ConformanceReport],
    format: ReportFormat,
    style: Style,
) -> Result<String, Failure> {
    let format = match format {
        ReportFormat::Full => {
            let texts = reports.iter().map(|report| terminal::text(report, style));
            return Ok(texts.collect());
        }
        ReportFormat::Json => Format::Json,
        ReportFormat::Junit => Format::Junit,
        ReportFormat::Markdown => Format::Markdown,
        ReportFormat::Html => Format::Html,
        ReportFormat::Badge => Format::Badge,
    };
    render::render(reports, format).map_err(Failure::unable)
}

/// The exit code that a report gives.
fn exit_code_of(report: &ConformanceReport) -> ExitCode {
    exit_code(report.summary.exit_code)
}

fn exit_code(number: u8) -> ExitCode {
    match number {
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
fn run(
    args: &SubjectArgs,
    expectations: Option<&Expectations>,
) -> Result<ConformanceReport, Failure> {
    let selection = select(&args.suite)?;
    let command = args.adapter.as_deref().map(options::words).transpose()?;
    let mut subject: Box<dyn Subject> = match &command {
        None => Box::new(InProcess::new(adapter::identity(), adapter::answer)),
        Some(command) => {
            interrupt::prepare();
            let (command, timeout) = (command.clone(), Duration::from_secs(args.timeout));
            if args.oneshot {
                Box::new(Oneshot::start(command, timeout).map_err(Failure::unable)?)
            } else {
                Box::new(Adapter::start(command, timeout).map_err(Failure::unable)?)
            }
        }
    };
    let seed = args.seed.unwrap_or_else(options::seed);
    let part = match args.partition {
        None => selection.plan.clone(),
        Some(partition) => partition.of(&selection.plan),
    };
    let cases: Vec<&Case> = part
        .iter()
        .filter_map(|id| selection.suite.cases.get(id))
        .map(|loaded| &loaded.case)
        .collect();
    let mut progress = Progress::new(cases.len(), "cases");
    let outcomes = run::run(subject.as_mut(), &cases, seed, &mut |_| progress.step());
    progress.clear();
    Ok(report(Facts {
        suite: &selection.suite,
        requirements: &selection.requirements,
        identity: subject.identity(),
        adapter: command,
        options: options::again(args),
        seed,
        partition: args.partition.map(|partition| partition.to_string()),
        expectations,
        plan: selection.plan.clone(),
        outcomes,
        notes: subject.notes(),
    }))
}
