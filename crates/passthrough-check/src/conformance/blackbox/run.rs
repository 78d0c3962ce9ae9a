//! One frontend: its baseline, its cases, its report.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

use passthrough_blackbox::{Bench, Frontend, Profiles, baseline_case, is_sound};
use passthrough_conformance::catalogue::case_of;
use passthrough_conformance::partition::Partition;
use passthrough_conformance::report::{Findings, Seen, frontend_run, of_rows, rows};
use passthrough_conformance::{expectations, shuffle};
use passthrough_protocol::{
    BlackboxCase, ConformanceReport, Evidence, ExitCode, Expectations, Implementation, Step,
    Verdict,
};

use super::bench::{self, Worlds};
use super::prepared::Preparation;
use super::selection::Selection;
use super::wanted::Wanted;
use super::{Expected, pool};
use crate::conformance::progress::Progress;
use crate::failure::Failure;
use crate::interrupt;

/// A frontend, and all that running it takes.
pub(super) struct Run<'a> {
    pub(super) bench: &'a Bench,
    pub(super) profiles: &'a Profiles,
    pub(super) selection: &'a Selection,
    pub(super) wanted: &'a Wanted,
    pub(super) worlds: &'a Worlds,
    pub(super) jobs: NonZero<usize>,
    pub(super) seed: u64,
    pub(super) partition: Option<Partition>,
    /// The options that run it again.
    pub(super) options: String,
    pub(super) known: Known,
}

/// The failures of a frontend that are known.
pub(super) struct Known(Option<Expectations>);

impl Known {
    pub(super) fn of(wanted: &Wanted, expected: Expected<'_>) -> Result<Self, Failure> {
        let known = match expected {
            Expected::Given(expectations) => Some(expectations.clone()),
            Expected::OfSuite if wanted.is_of_suite => expectations::of_frontend(&wanted.name())
                .transpose()
                .map_err(|error| Failure {
                    exit: ExitCode::SuiteIntegrity,
                    ..Failure::unable(format_args!(
                        "the expectations of {}: {error}",
                        wanted.name()
                    ))
                })?,
            Expected::OfSuite | Expected::Nothing => None,
        };
        Ok(Self(known))
    }
}

/// What is run, and with what.
struct Stage<'a> {
    run: &'a Run<'a>,
    frontend: Frontend,
    preparation: Option<Preparation>,
}

impl Run<'_> {
    /// Runs the cases, and judges what was seen.
    ///
    /// Fails where nothing can be said of the frontend: it cannot be had, or its
    /// profile is wrong.
    pub(super) fn report(self) -> Result<ConformanceReport, Failure> {
        let Self {
            bench,
            selection,
            wanted,
            ..
        } = self;
        let stage = Stage {
            frontend: bench::frontend(bench, &wanted.profile, &wanted.said)?,
            preparation: wanted
                .prepared
                .then(|| Preparation::new(bench, self.profiles))
                .transpose()?,
            run: &self,
        };
        let mut ids = selection.planned_cases();
        if let Some(partition) = self.partition {
            ids = partition.of(&ids);
        }
        let part: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        let mut cases: Vec<&BlackboxCase> = ids
            .iter()
            .filter_map(|id| selection.cases.get(id))
            .collect();
        shuffle(&mut cases, self.seed);
        stage.must_be_sound(&cases)?;
        let results = stage.each(&cases, "cases")?;
        let mut evidence = Vec::new();
        let mut judged = Vec::new();
        for (case, result) in cases.iter().zip(results) {
            let result = result.map(|evidence| stage.portable(evidence));
            judged.extend(rows(&Seen {
                case,
                evidence: result.as_ref().map_err(String::as_str),
                options: &self.options,
            }));
            evidence.extend(result);
        }
        judged.retain(|row| part.contains(case_of(&row.id)));
        let profile = &wanted.profile;
        let version = stage.frontend.version.clone();
        let python = &bench.interpreter().version;
        Ok(of_rows(Findings {
            rows: judged,
            catalogue: &selection.catalogue,
            requirements: &selection.requirements,
            implementation: Some(Implementation {
                name: wanted.name(),
                version: version.clone(),
            }),
            features: profile
                .capabilities
                .iter()
                .map(|capability| capability.as_str().to_owned())
                .collect(),
            adapter: None,
            frontend: Some(frontend_run(profile, &version, wanted.prepared, python)),
            evidence,
            seed: self.seed,
            partition: self.partition.map(|partition| partition.to_string()),
            expectations: self.known.0.as_ref(),
            plan: selection.plan.clone(),
            notes: Vec::new(),
        }))
    }
}

impl Stage<'_> {
    /// Runs all these cases. Fails only by an interrupt.
    fn each(
        &self,
        cases: &[&BlackboxCase],
        what: &'static str,
    ) -> Result<Vec<Result<Evidence, String>>, Failure> {
        let progress = Mutex::new(Progress::new(cases.len(), what));
        let lock = || progress.lock().unwrap_or_else(PoisonError::into_inner);
        let results = pool::each(self.run.jobs, cases, |case| {
            if interrupt::is_interrupted() {
                return Err("interrupted".to_owned());
            }
            let result = self.one(case);
            lock().step();
            result
        });
        lock().clear();
        interrupt::fail_if_interrupted()?;
        Ok(results)
    }

    fn one(&self, case: &BlackboxCase) -> Result<Evidence, String> {
        let Run { bench, worlds, .. } = self.run;
        let directory = worlds.of(&self.run.wanted.name(), &case.id);
        let table = &self.frontend.profile.table;
        let prepared = self.preparation.as_ref();
        let prepared = prepared.map(|preparation| preparation.of(case.step, table));
        let result = bench.run(case, &self.frontend, prepared.as_ref(), &directory);
        worlds.done(&directory);
        let mut evidence = result.map_err(|error| error.to_string())?;
        evidence.reproduce = format!(
            "passthrough-check conformance run{} --case {}",
            self.run.options, case.id
        );
        Ok(evidence)
    }

    /// What goes into a report is read on other machines.
    fn portable(&self, evidence: Evidence) -> Evidence {
        let Run { bench, worlds, .. } = self.run;
        let directory = worlds.of(&self.run.wanted.name(), &evidence.case);
        bench.portable(evidence, &self.frontend, &directory)
    }

    /// A profile that does not build a project without a list is wrong: nothing
    /// is said of its frontend. Only the steps that the cases need are tried. A
    /// control is wrong on purpose.
    fn must_be_sound(&self, cases: &[&BlackboxCase]) -> Result<(), Failure> {
        let profile = &self.frontend.profile;
        if profile.control.is_some() {
            return Ok(());
        }
        let steps = match self.preparation {
            Some(_) => &profile.prepared,
            None => &profile.steps,
        };
        let needed: BTreeSet<Step> = cases.iter().map(|case| case.step).collect();
        let baseline: Vec<BlackboxCase> = needed
            .into_iter()
            .filter(|step| steps.get(*step).is_some())
            .map(baseline_case)
            .collect();
        let baseline: Vec<&BlackboxCase> = baseline.iter().collect();
        let results = self.each(&baseline, "steps tried")?;
        for (case, result) in baseline.iter().zip(results) {
            let evidence = result.map_err(|reason| {
                Failure::unable(format_args!("{} cannot be run: {reason}", self.said()))
            })?;
            if !is_sound(std::slice::from_ref(&evidence)) {
                return Err(self.wrong_profile(case, &evidence));
            }
        }
        Ok(())
    }

    fn said(&self) -> &str {
        &self.run.wanted.said
    }

    fn wrong_profile(&self, case: &BlackboxCase, evidence: &Evidence) -> Failure {
        let checks = evidence.checks.iter();
        let wrong = checks.filter(|check| check.verdict != Verdict::Pass);
        let mut lines: Vec<String> = wrong
            .map(|check| {
                let message = check.message.as_deref().unwrap_or_default();
                format!("{}: {message}", check.about)
            })
            .collect();
        for run in &evidence.runs {
            let words = run.argv.iter().map(String::as_str);
            let command = shlex::try_join(words).unwrap_or_else(|_| run.argv.join(" "));
            lines.push(format!("the command was: {command}"));
            let said = [&run.stdout, &run.stderr];
            let said: Vec<&str> = said.iter().flat_map(|text| text.lines()).collect();
            let last = &said[said.len().saturating_sub(20)..];
            lines.extend(last.iter().map(|line| (*line).to_owned()));
        }
        Failure::unable(format_args!(
            "the profile {} is wrong: its frontend does not build a project without a list (the step {})",
            self.said(),
            case.step.as_str()
        ))
        .detail(Some(lines.join("\n")))
        .hint("nothing was said of the frontend; mend the profile's command, or its `pyproject`")
    }
}
