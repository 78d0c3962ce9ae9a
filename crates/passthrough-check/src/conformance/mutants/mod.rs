//! `conformance mutants`: whether the cases notice a wrong implementation.
//!
//! A mutant is data: the second implementation with a few lines replaced, so
//! that it breaks one requirement. Each is put to all cases, as any adapter
//! is. A case kills a mutant if the mutant's answer to it is wrong and the case
//! cites the requirement: another case may notice by luck, and a crash proves
//! nothing. Before that the unpatched implementation has to pass every case.

mod implementation;
mod load;
mod text;
mod trial;
mod verdict;

use std::path::{Path, PathBuf};

use passthrough_interpreter::{Environment, Request};
use passthrough_protocol::{Case, ExitCode, MutantsReport, Patch};

use super::decision::{Selection, select};
use super::progress::{Notice, Progress};
use super::terminal::Style;
use super::{Answer, problem};
use crate::cli::{MutantsArgs, MutantsFormat};
use crate::failure::Failure;
use crate::interrupt;
use crate::tools::{self, Tool};
use implementation::Implementation;
use load::{Loaded, Set};
use trial::{Silence, Trial};
use verdict::Facts;

/// What the second implementation needs.
const NEEDS: Tool<'_> = Tool {
    name: "packaging",
    requirements: &["packaging==26.3", "tomli==2.2.1 ; python_version < '3.11'"],
};

/// How much is told of what is wrong with the unpatched implementation, in lines.
const MOST_TOLD: usize = 20;

/// Does what the arguments ask for.
pub(super) fn mutants(args: &MutantsArgs, color: bool) -> Result<Answer, Failure> {
    let selection = select(&args.suite)?;
    let set = set(args, &selection)?;
    let cases = cases(&selection);
    let chosen: Vec<&Loaded> = set
        .mutants
        .iter()
        .filter(|loaded| is_meant(loaded, args, &cases))
        .collect();
    let mut problems = set.problems;
    let mut tried = Vec::new();
    if !chosen.is_empty() && !cases.is_empty() {
        for (&loaded, trial) in chosen.iter().zip(try_all(args, &chosen, &cases)?) {
            match trial.silent {
                None => tried.push((loaded, trial)),
                Some(silence) => problems.push(loaded.answers_nothing(silence)),
            }
        }
    }
    let files = &selection.suite.problems;
    let at_fault =
        files.iter().any(|found| found.embedded) || problems.iter().any(|found| found.embedded);
    let failures: Vec<Failure> = files
        .iter()
        .map(problem)
        .chain(problems.into_iter().map(|found| found.failure))
        .collect();
    let messages = failures.iter().map(|failure| failure.message.clone());
    let (report, code) = verdict::report(Facts {
        suite: selection.suite.digest(),
        cases: &cases,
        requirements: &selection.requirements,
        mutants: tried,
        complete: args.mutant.is_empty(),
        problems: messages.collect(),
        at_fault,
    });
    Ok(Answer {
        text: rendered(&report, args.output_format, color)?,
        failures,
        code,
    })
}

/// The suite's mutants and the user's.
fn set(args: &MutantsArgs, selection: &Selection) -> Result<Set, Failure> {
    let mut set = Set::embedded(&selection.requirements);
    if let Some(directory) = &args.mutants {
        set.add_directory(directory, &selection.requirements)?;
    }
    for name in &args.mutant {
        set.expect(name);
    }
    Ok(set)
}

/// The selected cases, by id.
fn cases(selection: &Selection) -> Vec<&Case> {
    let ids = selection.plan.iter();
    ids.filter_map(|id| selection.suite.cases.get(id))
        .map(|loaded| &loaded.case)
        .collect()
}

/// Whether a mutant is put to the test: the user names it, or names none and
/// one of the cases could kill it.
fn is_meant(loaded: &Loaded, args: &MutantsArgs, cases: &[&Case]) -> bool {
    let mutant = &loaded.mutant;
    if args.mutant.is_empty() {
        return cases.iter().any(|case| case.cites.contains(&mutant.breaks))
            || args.suite.case.is_empty() && args.suite.filter.is_empty();
    }
    args.mutant.contains(&mutant.name)
}

/// The interpreter that the user names, or one of an environment made for it.
fn python(args: &MutantsArgs) -> Result<PathBuf, Failure> {
    let environment = Environment::of_process();
    if let Some(said) = &args.python {
        let request = Request::parse(said);
        return tools::locate(&request, &environment);
    }
    let cache = tools::cache(args.cache_dir.as_deref())?;
    let base = tools::locate(&Request::Name("python3".into()), &environment)?;
    let mut notice = Notice::default();
    let directory = tools::environment(&NEEDS, &base, &cache, &environment, &mut || {
        notice.show("installing `packaging` for the second implementation");
    });
    notice.clear();
    let directory = directory.map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.hint("name an interpreter with `packaging` 26.3 by --python"),
    })?;
    Ok(directory.join("bin/python"))
}

fn try_all(args: &MutantsArgs, chosen: &[&Loaded], cases: &[&Case]) -> Result<Vec<Trial>, Failure> {
    let python = python(args)?;
    interrupt::prepare();
    let unpatched = trial::of(&python, &Implementation::unpatched(), cases)?;
    interrupt::fail_if_interrupted()?;
    must_pass(&unpatched, &python)?;
    let patches = chosen.iter().map(|loaded| loaded.mutant.patch.as_slice());
    let patches: Vec<&[Patch]> = patches.collect();
    let mut progress = Progress::new(chosen.len(), "mutants");
    let trials = trial::all(&python, &patches, cases, || progress.step());
    progress.clear();
    interrupt::fail_if_interrupted()?;
    trials
}

/// Where the right implementation is wrong, nothing can be said of a mutant.
fn must_pass(trial: &Trial, python: &Path) -> Result<(), Failure> {
    if let Some(Silence { message, stderr }) = &trial.silent {
        return Err(Failure::unable(format_args!(
            "{} does not run the second implementation: {message}",
            python.display()
        ))
        .detail(stderr.clone())
        .hint("it needs Python 3.9 or later with `packaging` 26.3, and `tomli` before 3.11"));
    }
    let failed = trial.failed.iter().flat_map(|(id, differences)| {
        let differences = differences.iter();
        differences.map(move |difference| format!("{id}: {difference}"))
    });
    let crashed = trial.crashed.iter();
    let crashed = crashed.map(|(id, message)| format!("{id}: {message}"));
    let wrong: Vec<String> = failed.chain(crashed).take(MOST_TOLD).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure {
        exit: ExitCode::SuiteIntegrity,
        ..Failure::unable(format_args!(
            "no mutant can be judged: the second implementation does not pass {} of the cases",
            trial.failed.len() + trial.crashed.len()
        ))
        .detail(Some(wrong.join("\n")))
        .hint("it needs `packaging` 26.3, and `tomli` before Python 3.11; else a case, or the implementation, is wrong")
    })
}

fn rendered(report: &MutantsReport, format: MutantsFormat, color: bool) -> Result<String, Failure> {
    let style = Style {
        color,
        ..Style::default()
    };
    match format {
        MutantsFormat::Full => Ok(text::full(report, style)),
        MutantsFormat::Markdown => Ok(text::markdown(report)),
        MutantsFormat::Json => serde_json::to_string_pretty(report)
            .map(|text| text + "\n")
            .map_err(Failure::unable),
    }
}
