use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP202",
    name: "marker",
    severity: Severity::Info,
    requirements: &["ELIG-marker"],
    what: "The name is required, but only under markers that are false for the host.",
    why: "A requirement whose marker is false does not exist for this build: there is nothing to pass through and nothing to download.",
    example: r#"```toml
[build-system]
requires = ["setuptools", "pywin32; sys_platform == 'win32'"]

[tool.example]
no-build-isolation-package = ["pywin32"]
```

On Linux, `pywin32` ends as `marker`."#,
    mend: "Nothing, if the marker says what you mean.",
};

pub(super) const ROW: Row = Row {
    status: Status::Marker,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    (!question.situation.required.contains_key(question.name))
        .then(|| Reason::new("required, but no marker is true for the host"))
}
