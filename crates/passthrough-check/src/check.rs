//! `check`: from arguments to reports.

use std::collections::BTreeMap;
use std::path::Path;

use passthrough_config::{Pyproject, Reading};
use passthrough_diagnostic::Severity;
use passthrough_interpreter::{Environment, Identity};
use passthrough_plan::{BuildRequirement, Input, Listing, Pass, Plan, Policy, Present};
use passthrough_protocol::ExitCode;
use passthrough_requirement::{PackageName, Requirement};

use crate::cli::{CheckArgs, DecisionArgs};
use crate::constraints::{self, Constraints};
use crate::failure::Failure;
use crate::host::{self, Host};
use crate::project::{self, ProjectFile};
use crate::render::Format;
use crate::report::Report;
use crate::wire;

/// What became of every project.
#[derive(Debug, Default)]
pub struct Answers {
    /// Those that could be checked.
    pub reports: Vec<Report>,
    /// Why the others could not.
    pub failures: Vec<Failure>,
}

impl Answers {
    /// The worst that happened.
    pub fn exit_code(&self) -> ExitCode {
        let unable = |failure: &Failure| failure.exit == ExitCode::Unable;
        if self.failures.iter().any(unable) {
            ExitCode::Unable
        } else if self.failures.is_empty()
            && self
                .reports
                .iter()
                .all(|report| report.count(Severity::Error) == 0)
        {
            ExitCode::Success
        } else {
            ExitCode::Failure
        }
    }
}

/// Checks every project that the arguments name.
pub fn check(args: &CheckArgs, environment: &Environment) -> Answers {
    let mut answers = Answers::default();
    let constraints = match constraints::read(&args.decision.constraint) {
        Ok(constraints) => constraints,
        Err(failure) => {
            answers.failures.push(failure);
            return answers;
        }
    };
    for path in &args.projects {
        match check_one(path, args, &constraints, environment) {
            Ok(report) => answers.reports.push(report),
            Err(failure) => answers.failures.push(failure),
        }
    }
    answers
}

fn check_one(
    path: &Path,
    args: &CheckArgs,
    constraints: &Constraints,
    environment: &Environment,
) -> Result<Report, Failure> {
    let file = if path == Path::new("-") {
        project::read_stdin(args.stdin_filename.as_deref())?
    } else {
        project::read(path)?
    };
    let decision = &args.decision;
    let reading = match &decision.frontend {
        Some(name) => Reading::Frontend(name.clone()),
        None => Reading::Neutral,
    };
    let pyproject = passthrough_config::read(&file.text, &reading);
    let host = host::read(&args.host, &file.directory, environment)?;
    let build = host::build_interpreter(&args.host, &file.directory, environment)?;
    let question = Question {
        pyproject: &pyproject,
        host: &host,
        build_interpreter: build.as_ref().unwrap_or(&host.interpreter.identity),
        constraints: &constraints.requirements,
        policy: &policy(decision, constraints),
    };
    let mut plan = question.ask(Pass::First);
    if !decision.require.is_empty() {
        // What the first pass would expose is there when the hook answers;
        // what it would download is not known without an index.
        plan = question.ask(Pass::Second {
            dynamic: &decision.require,
            present: &exposed(plan),
        });
    }
    // The key costs a read of every RECORD, so only who prints it pays for it.
    let with_key = matches!(args.output.output_format, Format::Json | Format::JsonLines);
    Ok(report(file, &pyproject, host, plan, with_key))
}

/// A project, a host, and what the user says: all that a decision needs.
pub struct Question<'a> {
    /// The project's file.
    pub pyproject: &'a Pyproject,
    /// The host.
    pub host: &'a Host,
    /// The interpreter that the build runs on.
    pub build_interpreter: &'a Identity,
    /// The constraints that the frontend applies.
    pub constraints: &'a [Requirement],
    /// What the user refuses.
    pub policy: &'a Policy,
}

impl Question<'_> {
    /// Asks the planner.
    pub fn ask(&self, pass: Pass<'_>) -> Plan {
        let names = self.pyproject.declarations.iter();
        let listed: Vec<Listing> = names
            .flat_map(|declaration| &declaration.names)
            .map(|name| Listing {
                name: name.value.clone(),
                span: name.span.clone(),
            })
            .collect();
        let requirements = self.pyproject.requires.requirements.iter();
        let requirements: Vec<BuildRequirement> = requirements
            .map(|requirement| BuildRequirement {
                requirement: requirement.value.clone(),
                span: requirement.span.clone(),
            })
            .collect();
        passthrough_plan::plan(Input {
            project: self.pyproject.name.as_ref(),
            listed: &listed,
            requirements: &requirements,
            pass,
            constraints: self.constraints,
            host: passthrough_plan::Host {
                inventory: self.host.inventory.as_ref(),
                identity: &self.host.interpreter.identity,
                markers: &self.host.interpreter.markers,
            },
            build_interpreter: self.build_interpreter,
            policy: self.policy,
        })
    }
}

fn policy(args: &DecisionArgs, constraints: &Constraints) -> Policy {
    Policy {
        denied: args.deny.iter().cloned().collect(),
        deny_all: args.no_passthrough,
        replacing: args.replacing.iter().cloned().collect(),
        hash_mode: args.require_hashes || constraints.hashes,
        strict: args.strict,
    }
}

fn exposed(plan: Plan) -> BTreeMap<PackageName, Present> {
    let exposed = plan.expose.into_iter();
    exposed
        .map(|exposed| {
            let present = Present {
                version: exposed.version,
                exposed: true,
            };
            (exposed.installed.name.clone(), present)
        })
        .collect()
}

fn report(
    file: ProjectFile,
    pyproject: &Pyproject,
    host: Host,
    plan: Plan,
    with_key: bool,
) -> Report {
    let document = wire::document(&file, pyproject, &host, &plan, with_key);
    let mut diagnostics = pyproject.findings.clone();
    diagnostics.extend(plan.diagnostics);
    diagnostics.extend(host.findings);
    Report::new(
        document,
        file.shown.display().to_string(),
        file.text,
        Some(host.note),
        diagnostics,
    )
}
