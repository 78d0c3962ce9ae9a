//! The examples of the specification: a project, a host, what else the build
//! is given, and the decision. `spec/README.md` describes the notation.

use std::collections::BTreeMap;

use passthrough_check::host::Host;
use passthrough_check::question::Question;
use passthrough_check::source::SourceText;
use passthrough_config::{Pyproject, Reading};
use passthrough_diagnostic::{Diagnostic, Place, Severity};
use passthrough_plan::{Pass, Plan, Policy, Present};
use passthrough_requirement::{PackageName, Requirement};

use super::host_lines;
use super::markdown::{Block, Kind};

/// An example, and where its expectation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) place: String,
    pub(crate) pyproject: String,
    pub(crate) host: String,
    pub(crate) given: String,
    pub(crate) plan: String,
}

/// The examples of a file. A block holds until the next of its kind, but that
/// a host begins without anything given, and a project without a host.
pub(crate) fn examples(file: &str, blocks: &[Block]) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut now = Example::default();
    // What has been read since the last plan.
    let mut pending = None;
    for block in blocks {
        let Kind::Fence(info) = &block.kind else {
            continue;
        };
        let text = block.raw.clone();
        let place = format!("{file}:{}", block.line);
        match info.as_str() {
            "toml" => {
                now = Example {
                    pyproject: text,
                    ..Example::default()
                };
            }
            "host" => {
                now.host = text;
                now.given.clear();
            }
            "given" => now.given = text,
            "plan" => {
                pending = None;
                examples.push(Example {
                    place,
                    plan: text,
                    ..now.clone()
                });
                continue;
            }
            other => panic!("{place}: a block of kind `{other}`"),
        }
        pending = Some(place);
    }
    assert!(pending.is_none(), "{pending:?}: no plan follows");
    examples
}

impl Example {
    /// How the decision differs from what the example says, if it does.
    pub(crate) fn difference(&self) -> Option<String> {
        let decision = self.decide();
        let mut expected: Vec<String> = Vec::new();
        let mut wrong = Vec::new();
        for line in self.plan.lines() {
            if line.starts_with("warning ") {
                if !decision.warnings.iter().any(|warning| warning == line) {
                    wrong.push(format!("no {line}: {:?}", decision.warnings));
                }
                continue;
            }
            let (line, words) = line.split_once(": ").unwrap_or((line, ""));
            let detail = decision.details.get(line).map_or("", String::as_str);
            if !detail.contains(words) {
                wrong.push(format!("{line}: {detail}"));
            }
            expected.push(line.to_owned());
        }
        let states_pins = expected.iter().any(|line| line.starts_with("pin "));
        let lines = decision.lines.into_iter();
        let actual: Vec<String> = lines
            .filter(|line| states_pins || !line.starts_with("pin "))
            .collect();
        if actual != expected {
            wrong.push(format!("decided is\n{}", actual.join("\n")));
        }
        (!wrong.is_empty()).then(|| format!("{}: {}", self.place, wrong.join("; ")))
    }

    fn decide(&self) -> Decision {
        let given = Given::read(&self.given, &self.place);
        let pyproject = passthrough_config::read(&self.pyproject, &given.reading);
        let faults = errors(&pyproject.findings, &self.pyproject);
        if !faults.is_empty() {
            return Decision {
                lines: faults,
                ..Decision::default()
            };
        }
        let plan = plan(&pyproject, &self.host, &given, &self.place);
        let findings = pyproject.findings.iter().chain(&plan.diagnostics);
        let warnings = findings.filter(|finding| finding.severity == Severity::Warning);
        let of_rule = |finding: &Diagnostic| finding.rule.requirements.iter();
        Decision {
            warnings: warnings
                .flat_map(of_rule)
                .map(|id| format!("warning {id}"))
                .collect(),
            details: details(&plan),
            lines: lines(&plan),
        }
    }
}

/// A decision in the words of a `plan` block.
#[derive(Default)]
struct Decision {
    /// All that an example has to state, and pins.
    lines: Vec<String>,
    /// What is said of a line of `lines`.
    details: BTreeMap<String, String>,
    /// What an example may state.
    warnings: Vec<String>,
}

fn lines(plan: &Plan) -> Vec<String> {
    let listed = plan.listed.iter();
    let mut lines: Vec<String> = listed
        .map(|listed| format!("{} {}", listed.name, word(listed.status)))
        .collect();
    for exposed in &plan.expose {
        let parents: Vec<&str> = exposed
            .required_by
            .iter()
            .map(PackageName::as_str)
            .collect();
        if exposed.role == passthrough_protocol::Role::Closure {
            let name = &exposed.installed.name;
            lines.push(format!("{name} for {}", parents.join(", ")));
        }
    }
    for install in &plan.install {
        let because = word(install.because);
        lines.push(format!("install {} {because}", install.requirement));
    }
    lines.extend(plan.constraints().iter().map(|pin| format!("pin {pin}")));
    if !plan.cacheable() {
        lines.push("not cacheable".to_owned());
    }
    lines.extend(errors(&plan.diagnostics, ""));
    lines
}

fn details(plan: &Plan) -> BTreeMap<String, String> {
    let listed = plan.listed.iter();
    listed
        .filter_map(|listed| {
            let line = format!("{} {}", listed.name, word(listed.status));
            Some((line, listed.detail.clone()?))
        })
        .collect()
}

/// The word of the plan document.
fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap();
    value.as_str().unwrap().to_owned()
}

fn errors(findings: &[Diagnostic], source: &str) -> Vec<String> {
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors
        .map(|finding| {
            let id = requirement(finding);
            match &finding.place {
                Place::Source(span) if !source.is_empty() => {
                    let line = SourceText::new(source).position(span.start).line;
                    format!("error {id} line {line}")
                }
                _ => format!("error {id}"),
            }
        })
        .collect()
}

/// The rule that makes a finding an error.
fn requirement(finding: &Diagnostic) -> &'static str {
    match finding.rule.code {
        "BIP110" | "BIP111" | "BIP112" | "BIP121" => "CONF-2",
        "BIP101" | "BIP104" | "BIP105" | "BIP106" | "BIP107" | "BIP108" => "CONF-8",
        _ => finding.rule.requirements.last().unwrap(),
    }
}

/// The lines of a `given` block.
struct Given {
    reading: Reading,
    policy: Policy,
    constraints: Vec<Requirement>,
    /// The version of the interpreter that runs the hooks.
    interpreter: Option<String>,
    dynamic: Vec<Requirement>,
    present: BTreeMap<PackageName, Present>,
}

impl Given {
    fn read(text: &str, place: &str) -> Self {
        let mut given = Self {
            reading: Reading::Neutral,
            policy: Policy::default(),
            constraints: Vec::new(),
            interpreter: None,
            dynamic: Vec::new(),
            present: BTreeMap::new(),
        };
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match (word, rest) {
                ("deny", "everything") => given.policy.deny_all = true,
                ("deny", name) => drop(given.policy.denied.insert(name.parse().unwrap())),
                ("replacing", name) => drop(given.policy.replacing.insert(name.parse().unwrap())),
                ("hashes", "") => given.policy.hash_mode = true,
                ("strict", "") => given.policy.strict = true,
                ("constraint", rest) => given.constraints.push(rest.parse().unwrap()),
                ("interpreter", version) => given.interpreter = Some(version.to_owned()),
                ("frontend", name) => given.reading = Reading::Frontend(name.to_owned()),
                ("hook", rest) => given.dynamic.push(rest.parse().unwrap()),
                ("present", rest) => {
                    let [name, version, how] = rest.split(' ').collect::<Vec<_>>()[..] else {
                        panic!("{place}: `{line}` is no name, version and word");
                    };
                    let present = Present {
                        version: version.parse().unwrap(),
                        exposed: match how {
                            "exposed" => true,
                            "downloaded" => false,
                            _ => panic!("{place}: present how? `{line}`"),
                        },
                    };
                    given.present.insert(name.parse().unwrap(), present);
                }
                _ => panic!("{place}: nothing is given by `{line}`"),
            }
        }
        given
    }
}

fn plan(pyproject: &Pyproject, host: &str, given: &Given, place: &str) -> Plan {
    let document = host_lines::document(host, place);
    let interpreter = passthrough_host::interpreter(&document);
    let inventory = passthrough_host::Given::from_document(document).unwrap();
    let host = Host {
        interpreter,
        inventory: Box::new(inventory),
        note: String::new(),
        findings: Vec::new(),
    };
    let mut build = host.interpreter.identity.clone();
    if let Some(version) = &given.interpreter {
        build.version.clone_from(version);
    }
    let question = Question {
        pyproject,
        host: &host,
        build_interpreter: &build,
        constraints: &given.constraints,
        policy: &given.policy,
    };
    question.ask(if given.dynamic.is_empty() && given.present.is_empty() {
        Pass::First
    } else {
        Pass::Second {
            dynamic: &given.dynamic,
            present: &given.present,
        }
    })
}
