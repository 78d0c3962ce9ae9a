use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP204",
    name: "not-installed",
    severity: Severity::Info,
    requirements: &["ELIG-not-installed"],
    what: "The host has no distribution of that name on its `sys.path`.",
    why: "This is the ordinary fallback: the build downloads the package as if it were not listed. If you expected the host's copy, the wrong environment is probably taken as host.",
    example: r#"```console
$ python -m venv .venv && passthrough-check check
  torch  not-installed
```"#,
    mend: "Install the package into the host first, or name the right host with `--python`.",
};

pub(super) const ROW: Row = Row {
    status: Status::NotInstalled,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    question
        .installed
        .is_none()
        .then(|| Reason::new("the host has no distribution of that name"))
}
