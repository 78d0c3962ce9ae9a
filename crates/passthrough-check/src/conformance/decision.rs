//! Decision cases, put to the reference or to an adapter.

use std::time::Duration;

use passthrough_conformance::adapter::{Adapter, Oneshot};
use passthrough_conformance::report::{Facts, report};
use passthrough_conformance::requirements::Requirement;
use passthrough_conformance::suite::Suite;
use passthrough_conformance::{InProcess, Subject, run, select};
use passthrough_protocol::{Case, ConformanceReport, Expectations};

use super::progress::Progress;
use super::{options, registry};
use crate::adapter;
use crate::cli::{SubjectArgs, SuiteArgs};
use crate::failure::Failure;
use crate::interrupt;

/// The cases that the arguments select, and those that they do not.
pub(super) struct Selection {
    /// All of them.
    pub(super) suite: Suite,
    /// The registry.
    pub(super) requirements: Vec<Requirement>,
    /// The ids of those that are meant.
    pub(super) plan: Vec<String>,
}

/// Reads the suite, and selects.
pub(super) fn select(args: &SuiteArgs) -> Result<Selection, Failure> {
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

/// Runs the selected cases against the reference or an adapter.
pub(super) fn run(
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
    interrupt::fail_if_interrupted()?;
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
