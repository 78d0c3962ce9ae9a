//! Real frontends, run in the worlds of the suite's black-box cases.

mod bench;
mod pool;
mod prepared;
mod run;
mod selection;
mod wanted;
mod world;

use passthrough_blackbox::Profiles;
use passthrough_protocol::{ConformanceReport, ExitCode, Expectations};

use super::options;
use crate::cli::SubjectArgs;
use crate::failure::Failure;
use crate::interrupt;
use run::{Known, Run};
pub(super) use selection::select;
pub(super) use wanted::Wanted;
pub(super) use world::world;

/// What came of several frontends.
pub(super) struct Outcome {
    /// The reports, in the order of the arguments.
    pub(super) reports: Vec<ConformanceReport>,
    /// The frontends that could not be run, and why.
    pub(super) failures: Vec<Failure>,
}

/// Which failures are known.
#[derive(Clone, Copy)]
pub(super) enum Expected<'a> {
    /// Those that the suite has for its own profiles.
    OfSuite,
    /// These.
    Given(&'a Expectations),
    /// None.
    Nothing,
}

/// Runs every frontend that the arguments name. One that cannot be run does not
/// keep the others from it.
pub(super) fn run(args: &SubjectArgs, expected: Expected<'_>) -> Result<Outcome, Failure> {
    let frontends = &args.frontends;
    let profiles = profiles()?;
    let wanted = frontends
        .profile
        .iter()
        .map(|said| wanted::read(said, &profiles))
        .collect::<Result<Vec<_>, _>>()?;
    let selection = select(&args.suite)?;
    let worlds = bench::Worlds::new(frontends.keep.as_deref())?;
    interrupt::clean_up_first();
    let bench = bench::bench(frontends.python.as_deref(), frontends.cache_dir.as_deref())?;
    let seed = args.seed.unwrap_or_else(options::seed);
    let mut outcome = Outcome {
        reports: Vec::new(),
        failures: Vec::new(),
    };
    for wanted in &wanted {
        let run = Run {
            bench: &bench,
            profiles: &profiles,
            selection: &selection,
            wanted,
            worlds: &worlds,
            jobs: bench::jobs(frontends),
            seed,
            partition: args.partition,
            options: options::again_with(wanted, args),
            known: Known::of(wanted, expected)?,
        };
        match run.report() {
            Ok(report) => outcome.reports.push(report),
            Err(failure) if failure.exit == ExitCode::Interrupted => return Err(failure),
            Err(failure) => outcome.failures.push(failure),
        }
    }
    Ok(outcome)
}

/// The profiles of the suite.
fn profiles() -> Result<Profiles, Failure> {
    let profiles = Profiles::embedded();
    match profiles.problems.first() {
        None => Ok(profiles),
        Some(problem) => Err(Failure {
            exit: ExitCode::SuiteIntegrity,
            ..Failure::unable(problem)
        }),
    }
}
