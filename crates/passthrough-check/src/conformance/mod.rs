//! `conformance`: the suite, run from the command line.

mod blackbox;
mod decision;
mod files;
mod mutants;
mod options;
mod progress;
pub mod terminal;

use passthrough_conformance::catalogue::{Catalogue, case_of};
use passthrough_conformance::coverage::{Covered, coverage};
use passthrough_conformance::render::{self, Format};
use passthrough_conformance::requirements::{self, Requirement};
use passthrough_conformance::suite::Problem;
use passthrough_conformance::vectors::{blackbox_vectors, vectors};
use passthrough_conformance::{expectations, merge};
use passthrough_protocol::{ConformanceReport, ExitCode};

use crate::cli::{ConformanceCommand, InitXfailArgs, LevelArgs, LevelName, ReportFormat, RunArgs};
use crate::failure::Failure;
use blackbox::Expected;
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
        ConformanceCommand::List(args) => list(args),
        ConformanceCommand::Run(args) => run_and_render(args, color),
        ConformanceCommand::Coverage(args) => covered(args),
        ConformanceCommand::Export(args) => export(args),
        ConformanceCommand::InitXfail(args) => init_xfail(args),
        ConformanceCommand::World(args) => {
            Ok(Answer::new(blackbox::world(args)?, ExitCode::Success))
        }
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

/// The registry of requirements, which the binary carries.
fn registry() -> Result<Vec<Requirement>, Failure> {
    requirements::embedded().map_err(|error| Failure {
        exit: ExitCode::SuiteIntegrity,
        ..Failure::unable(format_args!("the registry of requirements: {error}"))
    })
}

fn list(args: &LevelArgs) -> Result<Answer, Failure> {
    match args.level {
        LevelName::Decision => {
            let decision::Selection { suite, plan, .. } = decision::select(&args.suite)?;
            let cases = plan.iter().filter_map(|id| suite.cases.get(id));
            let rows = cases.map(|loaded| &loaded.case);
            let text = terminal::list(
                rows.map(|case| (case.id.as_str(), case.cites.as_slice(), case.title.as_str())),
            );
            Ok(with_problems(&suite.problems, text, ExitCode::Success))
        }
        LevelName::Blackbox => {
            let selection = blackbox::select(&args.suite)?;
            let rows = selection.plan.iter().filter_map(|row| {
                let case = selection.cases.get(case_of(row))?;
                let cites = selection.catalogue.rows.get(row)?;
                Some((row.as_str(), cites.as_slice(), case.title.as_str()))
            });
            let text = terminal::list(rows);
            let problems = &selection.catalogue.problems;
            Ok(with_problems(problems, text, ExitCode::Success))
        }
    }
}

/// Every requirement that shows at the level, with the cases of the whole suite.
fn covered(args: &LevelArgs) -> Result<Answer, Failure> {
    let (catalogue, requirements) = match args.level {
        LevelName::Decision => {
            let selection = decision::select(&args.suite)?;
            let catalogue = Catalogue::of_decisions(&selection.suite);
            (catalogue, selection.requirements)
        }
        LevelName::Blackbox => {
            let selection = blackbox::select(&args.suite)?;
            (selection.catalogue, selection.requirements)
        }
    };
    let covered = coverage(&catalogue, &requirements);
    let code = if covered.iter().any(Covered::is_missing) {
        ExitCode::SuiteIntegrity
    } else {
        ExitCode::Success
    };
    let text = terminal::coverage(&covered);
    Ok(with_problems(&catalogue.problems, text, code))
}

fn export(args: &LevelArgs) -> Result<Answer, Failure> {
    let (vectors, problems) = match args.level {
        LevelName::Decision => {
            let decision::Selection {
                suite,
                requirements,
                plan,
            } = decision::select(&args.suite)?;
            (vectors(&suite, &requirements, &plan), suite.problems)
        }
        LevelName::Blackbox => {
            let selection = blackbox::select(&args.suite)?;
            let planned = selection.planned_cases();
            let cases = planned.iter().filter_map(|id| selection.cases.get(id));
            let catalogue = &selection.catalogue;
            let vectors = blackbox_vectors(catalogue, &selection.requirements, cases);
            (vectors, selection.catalogue.problems)
        }
    };
    let text = serde_json::to_string_pretty(&vectors).map_err(Failure::unable)?;
    Ok(with_problems(&problems, text + "\n", ExitCode::Success))
}

fn with_problems(problems: &[Problem], text: String, code: ExitCode) -> Answer {
    let of_problems = match problems {
        [] => code,
        problems if problems.iter().any(|problem| problem.embedded) => ExitCode::SuiteIntegrity,
        _ if code == ExitCode::SuiteIntegrity => code,
        _ => ExitCode::Unable,
    };
    Answer {
        text,
        failures: problems.iter().map(problem).collect(),
        code: of_problems,
    }
}

fn problem(problem: &Problem) -> Failure {
    Failure::unable(problem)
        .hint("`passthrough-check schema` prints what a `case`, or a `blackbox-case`, may be")
}

fn run_and_render(args: &RunArgs, color: bool) -> Result<Answer, Failure> {
    let expectations = match &args.expectations {
        None => None,
        Some(path) => Some(files::expectations(path)?),
    };
    let (reports, failures) = if args.subject.frontends.profile.is_empty() {
        let report = decision::run(&args.subject, expectations.as_ref())?;
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
    let report = match args.subject.frontends.profile.as_slice() {
        [] => decision::run(&args.subject, None)?,
        [_] => {
            let outcome = blackbox::run(&args.subject, Expected::Nothing)?;
            let report = outcome.reports.into_iter().next();
            let failure = outcome.failures.into_iter().next();
            report.ok_or_else(|| failure.unwrap_or_else(|| Failure::unable("nothing was run")))?
        }
        _ => {
            return Err(Failure::unable("a file is about one frontend")
                .hint("give --profile once, and another file to each"));
        }
    };
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
