//! The reference planner behind the adapter protocol of the conformance suite.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, BufRead, Read as _, Write};
use std::ops::ControlFlow;
use std::str::FromStr;

use passthrough_config::Reading;
use passthrough_diagnostic::{Rule, Severity};
use passthrough_interpreter::Identity;
use passthrough_plan::{Pass, Policy, Present};
use passthrough_protocol::{
    Answer, AnsweredPlan, CaseInput, Crashed, Feature, Implementation, PROTOCOL, Refusal, Reply,
    Request, Stage, Started,
};
use passthrough_requirement::{PackageName, Requirement};
use serde::Serialize;

use crate::failure::Failure;
use crate::host::Host;
use crate::project::ProjectFile;
use crate::question::Question;
use crate::report::Report;
use crate::wire;

/// The most that a request may take, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

/// Who answers.
pub fn identity() -> Started {
    let features = [
        Feature::Diagnostics,
        Feature::SecondPass,
        Feature::Constraints,
        Feature::HashMode,
        Feature::Neutral,
        Feature::MarkersDubious,
    ];
    Started {
        implementation: Implementation {
            name: "passthrough-check".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        features: features.map(|feature| feature.as_str().to_owned()).into(),
    }
}

/// What the reference decides. An input that makes no sense, such as one with
/// a constraint that does not parse, has no answer: it is a crash.
pub fn answer(input: &CaseInput) -> Reply {
    match decide(input) {
        Ok(Ok(plan)) => Reply::Plan(Box::new(plan)),
        Ok(Err(refusal)) => Reply::Error(refusal),
        Err(message) => Reply::Crashed(Crashed { message }),
    }
}

/// Answers requests, a line each, until `stop` or the end.
pub fn serve(mut requests: impl BufRead, mut answers: impl Write) -> Result<(), Failure> {
    while let Some(request) = next(&mut requests)? {
        if respond(request, &mut answers)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Answers one request, the first line.
pub fn serve_one(mut requests: impl BufRead, mut answers: impl Write) -> Result<(), Failure> {
    let request = next(&mut requests)?
        .ok_or_else(|| Failure::unable("stdin: there is no request").hint(WHAT_A_LINE_MAY_BE))?;
    respond(request, &mut answers).map(|_| ())
}

const WHAT_A_LINE_MAY_BE: &str = "`passthrough-check schema adapter` prints what a line may be";

/// The next request; none at the end.
fn next(requests: &mut impl BufRead) -> Result<Option<Request>, Failure> {
    let mut line = Vec::new();
    requests
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut line)
        .map_err(|error| Failure::unable(format_args!("stdin: {error}")))?;
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|error| {
        Failure::unable(format_args!("stdin: not a request: {error}")).hint(WHAT_A_LINE_MAY_BE)
    })
}

/// Answers; breaks where nobody wants more.
fn respond(request: Request, answers: &mut impl Write) -> Result<ControlFlow<()>, Failure> {
    let said = match request {
        Request::Start { protocol: PROTOCOL } => say(answers, &identity()),
        Request::Start { protocol } => {
            return Err(Failure::unable(format_args!(
                "the runner speaks protocol {protocol}, this adapter speaks {PROTOCOL}"
            )));
        }
        Request::Run { seq, input } => {
            let reply = answer(&input);
            say(answers, &Answer { seq, reply })
        }
        Request::Stop {} => return Ok(ControlFlow::Break(())),
    };
    match said {
        Ok(()) => Ok(ControlFlow::Continue(())),
        // Nobody is left to answer.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => Err(Failure::unable(format_args!("stdout: {error}"))),
    }
}

fn say(answers: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    answers.write_all(&line)?;
    answers.flush()
}

fn decide(input: &CaseInput) -> Result<Result<AnsweredPlan, Refusal>, String> {
    let reading = input
        .frontend
        .clone()
        .map_or(Reading::Neutral, Reading::Frontend);
    let pyproject = passthrough_config::read(&input.pyproject, &reading);
    let refused = pyproject
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .find_map(|found| refusal(found.rule));
    if let Some(refusal) = refused {
        return Ok(Err(refusal));
    }
    let host = Host {
        interpreter: passthrough_host::interpreter(&input.host),
        inventory: Box::new(
            passthrough_host::Given::from_document(input.host.clone())
                .map_err(|error| format!("host: {error}"))?,
        ),
        note: String::new(),
        findings: Vec::new(),
    };
    let build = input.build_interpreter.as_ref().map_or_else(
        || host.interpreter.identity.clone(),
        |given| Identity {
            implementation: given.implementation.clone(),
            version: given.version.clone(),
            abi_flags: given.abi_flags.clone(),
            platform: given.platform.clone(),
        },
    );
    let policy = Policy {
        denied: parsed::<PackageName, BTreeSet<_>>("policy.denied", &input.policy.denied)?,
        deny_all: input.policy.deny_all,
        replacing: parsed::<PackageName, BTreeSet<_>>("policy.replacing", &input.policy.replacing)?,
        hash_mode: input.policy.hash_mode,
        strict: input.policy.strict,
    };
    let dynamic = input.dynamic_requires.as_deref();
    let dynamic: Result<Option<Vec<Requirement>>, _> = dynamic
        .map(|texts| parsed("dynamic_requires", texts))
        .transpose();
    let Ok(dynamic) = dynamic else {
        return Ok(Err(refuse(Stage::SecondPass, "CONF-8")));
    };
    let question = Question {
        pyproject: &pyproject,
        host: &host,
        build_interpreter: &build,
        constraints: &parsed::<Requirement, Vec<_>>("constraints", &input.constraints)?,
        policy: &policy,
    };
    let present = present(input)?;
    let plan = question.ask(match &dynamic {
        None => Pass::First,
        Some(dynamic) => Pass::Second {
            dynamic,
            present: &present,
        },
    });
    let refused = plan
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .find_map(|found| refusal(found.rule));
    if let Some(refusal) = refused {
        return Ok(Err(refusal));
    }
    let file = ProjectFile {
        shown: "pyproject.toml".into(),
        directory: ".".into(),
        text: input.pyproject.clone(),
    };
    let document = wire::document(&file, &pyproject, &host, &plan, true);
    let findings = pyproject.findings.into_iter().chain(plan.diagnostics);
    let shown = file.shown.display().to_string();
    let report = Report::new(document, shown, file.text, None, findings.collect());
    Ok(Ok(report.plan.into()))
}

/// The refusal that an error of `rule` is, if it is one: what the rule reports
/// on says which. (An error that only `--strict` makes is none.)
fn refusal(rule: &Rule) -> Option<Refusal> {
    rule.requirements.iter().find_map(|&id| {
        let stage = match id {
            "CONF-2" | "CONF-8" => Stage::Configuration,
            "DYN-1" | "DYN-3" => Stage::SecondPass,
            _ => return None,
        };
        Some(refuse(stage, id))
    })
}

fn refuse(stage: Stage, requirement: &str) -> Refusal {
    Refusal {
        stage,
        code: requirement.to_owned(),
    }
}

fn present(input: &CaseInput) -> Result<BTreeMap<PackageName, Present>, String> {
    input
        .present
        .iter()
        .map(|present| {
            let held = Present {
                version: one("present", &present.version)?,
                exposed: present.exposed,
            };
            Ok((one("present", &present.name)?, held))
        })
        .collect()
}

fn parsed<T: FromStr, C: FromIterator<T>>(key: &str, texts: &[String]) -> Result<C, String>
where
    T::Err: fmt::Display,
{
    texts.iter().map(|text| one(key, text)).collect()
}

fn one<T: FromStr>(key: &str, text: &str) -> Result<T, String>
where
    T::Err: fmt::Display,
{
    text.parse()
        .map_err(|error| format!("{key}: {text:?}: {error}"))
}
