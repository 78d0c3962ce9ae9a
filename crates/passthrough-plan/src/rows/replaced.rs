use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP205",
    name: "replaced",
    severity: Severity::Info,
    requirements: &["ELIG-replaced"],
    what: "After the operation under way the host will have another copy of the package, be it of the same version, or none (`--replacing NAME`).",
    why: "What is built now against the old copy would run against the new one: the very mismatch that passthrough is to prevent.",
    example: r#"```console
$ passthrough-check check --replacing torch
  torch  replaced
```"#,
    mend: "Change the host first, then build.",
};

pub(super) const ROW: Row = Row {
    status: Status::Replaced,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let replacing = &question.situation.input.policy.replacing;
    replacing.contains(question.name).then(|| {
        Reason::new(
            "another copy of it, or none, will be in the host after the operation under way",
        )
    })
}
