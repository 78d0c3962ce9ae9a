//! What every build of a run has in common: the host, and what the user wishes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use passthrough_build::hooks::{Artefact, ConfigSettings};
use passthrough_build::installer::{self, InstallError, Installer, User};
use passthrough_build::record;
use passthrough_build::session::{BuildError, Content, Event, Job, Passthrough};
use passthrough_diagnostic::Severity;
use passthrough_env::{BuildEnvironment, EnvError};
use passthrough_host::Site;
use passthrough_interpreter::Environment;
use passthrough_plan::{Pass, Plan, Policy};
use passthrough_protocol::{BuildRecord, BuildRecordSchema, Downloaded};

use super::source::Source;
use super::{Ui, failure};
use crate::cli::BuildingArgs;
use crate::constraints::{self, Constraints};
use crate::failure::Failure;
use crate::host::{self, Host, Spawn};
use crate::question::{self, Question};
use crate::report::Report;
use crate::{check, interrupt};

/// The table to name to a project that has no passthrough list.
const TABLE: &str = "tool.passthrough-check";

/// What the user wishes, for all that is built in one run.
#[derive(Clone, Copy)]
pub(super) struct Wishes<'a> {
    /// The arguments.
    pub(super) args: &'a BuildingArgs,
    /// Whether the environments are kept.
    pub(super) keep: bool,
    /// The user's variables.
    pub(super) environment: &'a Environment,
    /// Where to tell what goes on.
    pub(super) ui: &'a Ui<'a>,
}

/// A host, and how things are built for it.
pub(super) struct Target<'a> {
    wishes: Wishes<'a>,
    pub(super) host: Host,
    /// What installs the rest. That there is nothing to do it matters only
    /// when there is something to install.
    installer: Result<Installer, InstallError>,
    constraints: Constraints,
    constraint_files: Vec<PathBuf>,
    policy: Policy,
    settings: ConfigSettings,
    here: PathBuf,
}

impl<'a> Target<'a> {
    /// Finds the host, as seen from the project's `directory`.
    pub(super) fn find(wishes: Wishes<'a>, directory: &Path) -> Result<Self, Failure> {
        interrupt::clean_up_first();
        let Wishes {
            args,
            environment,
            ui,
            ..
        } = wishes;
        let here = std::env::current_dir().map_err(Failure::unable)?;
        let host = host::installed(&args.host, Spawn::Yes, directory, environment)?;
        let user = User::new(environment, &here);
        let wanted = args.making.installer.map(Into::into);
        let installer = installer::choose(wanted, &user, &host.interpreter);
        let constraint_files: Vec<PathBuf> = args
            .decision
            .constraint
            .iter()
            .map(|file| here.join(file))
            .collect();
        let mut all = constraint_files.clone();
        if let Ok(installer) = &installer {
            if let Some(note) = installer.note() {
                ui.step(note);
            }
            let of_user = installer::constraint_files(installer, &user);
            all.extend(of_user.map_err(|error| failure::install(&error))?);
        }
        let mut constraints = constraints::read(&all)?;
        if let Ok(installer) = &installer {
            let of_user = installer::constraints_in_settings(installer, &user)
                .map_err(|error| failure::install(&error))?;
            constraints.add(&of_user, &installer.to_string())?;
        }
        Ok(Self {
            policy: question::policy(&args.decision, &constraints),
            settings: settings(&args.making.config_setting),
            wishes,
            host,
            installer,
            constraints,
            constraint_files,
            here,
        })
    }

    /// Does `work` with the job of building from `source`.
    pub(super) fn with_job<T>(
        &self,
        source: &Source,
        work: impl FnOnce(&Job<'_>) -> Result<T, BuildError>,
    ) -> Result<T, Failure> {
        let Wishes {
            args,
            keep,
            environment,
            ui,
        } = self.wishes;
        let mut findings = source.pyproject.findings.iter();
        if findings.any(|found| found.severity == Severity::Error) {
            return Err(self.refused(source, self.decide(source, Pass::First, Passthrough::On)));
        }
        let job = Job {
            decide: &|pass, passthrough| self.decide(source, pass, passthrough),
            host: &self.host.interpreter,
            owners: &|module| Site::new(&self.host.interpreter).owners(module),
            project: &source.directory,
            source: &source.file.text,
            pyproject: &source.pyproject,
            table: TABLE,
            settings: &self.settings,
            environment,
            link_mode: args.making.link_mode.into(),
            installer: self.installer.as_ref().ok(),
            user: &User::new(environment, &self.here),
            constraints: &self.constraint_files,
            offline: args.making.offline,
            hook_timeout: args.making.hook_timeout.map(Duration::from_secs),
            strict: args.decision.strict,
            keep,
            interrupted: &interrupt::is_interrupted,
            tell: &|event| match event {
                Event::Decided(plan) => {
                    ui.report(&self.report(source, plan.clone()));
                }
                event => ui.event(event),
            },
        };
        work(&job).map_err(|error| {
            if keep && matches!(error, BuildError::Hook(_)) {
                // In the environment that is kept nothing could be done without it.
                source.keep(ui);
            }
            self.failure(source, error)
        })
    }

    fn failure(&self, source: &Source, error: BuildError) -> Failure {
        match (error, &self.installer) {
            (BuildError::Refused(plan), _) => self.refused(source, *plan),
            (BuildError::NoInstaller, Err(error)) => failure::install(error),
            (error, _) => failure::build(&error, self.wishes.ui.hears_all()),
        }
    }

    /// An empty environment in the folder for temporary files.
    pub(super) fn temporary(&self) -> Result<BuildEnvironment, EnvError> {
        BuildEnvironment::create_temporary(&std::env::temp_dir(), &self.host.interpreter)
    }

    /// Takes down beside an artefact what went into it.
    pub(super) fn record(
        &self,
        source: &Source,
        content: &Content,
        path: &Path,
        artefact: Artefact,
        built_by: &str,
    ) -> Result<BuildRecord, Failure> {
        let downloaded = content.downloaded.iter();
        let record = BuildRecord {
            schema: BuildRecordSchema::V1,
            artefact: record::artefact(path, artefact).map_err(Failure::unable)?,
            built_by: built_by.to_owned(),
            passthrough: content.passthrough == Passthrough::On && !self.policy.deny_all,
            plan: self.report(source, content.plan.clone()).plan,
            dynamic_requires: content.dynamic.iter().map(ToString::to_string).collect(),
            downloaded: downloaded
                .map(|(name, version)| Downloaded {
                    name: name.to_string(),
                    version: version.to_string(),
                })
                .collect(),
        };
        record::write(path, &record).map_err(Failure::unable)?;
        Ok(record)
    }

    fn decide(&self, source: &Source, pass: Pass<'_>, passthrough: Passthrough) -> Plan {
        let mut policy = self.policy.clone();
        policy.deny_all |= passthrough == Passthrough::Off;
        let question = Question {
            pyproject: &source.pyproject,
            host: &self.host,
            build_interpreter: &self.host.interpreter.identity,
            constraints: &self.constraints.requirements,
            policy: &policy,
        };
        question.ask(pass)
    }

    fn report(&self, source: &Source, plan: Plan) -> Report {
        check::report(&source.file, &source.pyproject, &self.host, plan, true)
    }

    fn refused(&self, source: &Source, plan: Plan) -> Failure {
        self.wishes.ui.report(&self.report(source, plan));
        failure::refused()
    }
}

/// `KEY=VALUE`, or `KEY` for an empty value.
fn settings(arguments: &[String]) -> ConfigSettings {
    let pairs = arguments.iter();
    pairs
        .map(|argument| argument.split_once('=').unwrap_or((argument, "")))
        .collect()
}
