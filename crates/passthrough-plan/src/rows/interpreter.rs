use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP203",
    name: "interpreter",
    severity: Severity::Warning,
    requirements: &["ELIG-interpreter"],
    what: "The hooks will run on an interpreter that differs from the host's in implementation, X.Y, ABI flags or platform.",
    why: "A binary package is tied to all four. One that was built for another interpreter cannot be imported by the build, or worse, can.",
    example: r#"```console
$ passthrough-check check --python .venv --build-python python3.13
  torch  interpreter  the build runs on cpython 3.13 linux-x86_64, the host is cpython 3.11 linux-x86_64
```"#,
    mend: "Build with the host's own interpreter.",
};

pub(super) const ROW: Row = Row {
    status: Status::Interpreter,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let input = &question.situation.input;
    (input.build_interpreter != input.host.identity).then(|| {
        Reason::new(format!(
            "the build runs on {}, the host is {}",
            input.build_interpreter, input.host.identity
        ))
        .help("build with the host's own interpreter")
    })
}
