//! `check`: from arguments to reports.

use std::collections::BTreeMap;
use std::path::Path;

use passthrough_config::Pyproject;
use passthrough_diagnostic::Severity;
use passthrough_interpreter::Environment;
use passthrough_plan::{Pass, Plan, Present};
use passthrough_protocol::ExitCode;
use passthrough_requirement::PackageName;

use crate::cli::CheckArgs;
use crate::constraints::{self, Constraints};
use crate::failure::Failure;
use crate::host::{self, Host};
use crate::project::{self, ProjectFile};
use crate::question::{self, Question};
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
    let pyproject = passthrough_config::read(
        &file.text,
        &question::reading(args.reading.frontend.as_deref()),
    );
    let host = host::read(&args.host, &file.directory, environment)?;
    let build = host::build_interpreter(&args.host, &file.directory, environment)?;
    let mut policy = question::policy(&args.decision, constraints);
    policy.hash_mode |= args.require_hashes;
    let question = Question {
        pyproject: &pyproject,
        host: &host,
        build_interpreter: build.as_ref().unwrap_or(&host.interpreter.identity),
        constraints: &constraints.requirements,
        policy: &policy,
    };
    let mut plan = question.ask(Pass::First);
    if !args.require.is_empty() {
        // What the first pass would expose is there when the hook answers;
        // what it would download is not known without an index.
        plan = question.ask(Pass::Second {
            dynamic: &args.require,
            present: &exposed(plan),
        });
    }
    // The key costs a read of every RECORD, so only who prints it pays for it.
    let with_key = matches!(args.output.output_format, Format::Json | Format::JsonLines);
    Ok(report(&file, &pyproject, &host, plan, with_key))
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

/// All that was found out: about the file, the decision and the host.
pub fn report(
    file: &ProjectFile,
    pyproject: &Pyproject,
    host: &Host,
    plan: Plan,
    with_key: bool,
) -> Report {
    let document = wire::document(file, pyproject, host, &plan, with_key);
    let mut diagnostics = pyproject.findings.clone();
    diagnostics.extend(plan.diagnostics);
    diagnostics.extend(host.findings.iter().cloned());
    Report::new(
        document,
        file.shown.display().to_string(),
        file.text.clone(),
        Some(host.note.clone()),
        diagnostics,
    )
}
