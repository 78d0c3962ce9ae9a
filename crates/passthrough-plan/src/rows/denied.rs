use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP212",
    name: "denied",
    severity: Severity::Info,
    requirements: &["ELIG-denied", "USER-1"],
    what: "The name is listed, but the user refused it (`--deny NAME`), or refused passthrough altogether (`--no-passthrough`).",
    why: "The author's list is a request. A user may want an isolated build all the same, for instance of a wheel that is to be published.",
    example: r#"```console
$ passthrough-check check --deny torch
  torch  denied
```"#,
    mend: "Nothing, if that is what you meant. Otherwise leave out the option.",
};

pub(super) const ROW: Row = Row {
    status: Status::Denied,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let policy = question.situation.input.policy;
    policy.denies(question.name).then(|| {
        Reason::new(if policy.deny_all {
            "passthrough is switched off"
        } else {
            "refused by the user"
        })
    })
}
