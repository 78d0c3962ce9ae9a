use crate::input::Pass;
use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP201",
    name: "not-required",
    severity: Severity::Info,
    requirements: &["ELIG-not-required"],
    what: "A listed name is not among the build requirements. Before the backend has been asked for its own requirements this is only a remark; afterwards it is a warning.",
    why: "Listing a name never makes it a build dependency. A name that nothing requires is usually a slip: the build will not see the package.",
    example: r#"```toml
[build-system]
requires = ["setuptools"]

[tool.example]
no-build-isolation-package = ["torch"]
```"#,
    mend: r#"Require it as well, or take it off the list:

```toml
[build-system]
requires = ["setuptools", "torch"]

[tool.example]
no-build-isolation-package = ["torch"]
```"#,
};

pub(super) const ROW: Row = Row {
    status: Status::NotRequired,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let situation = question.situation;
    if situation.mentioned.contains_key(question.name) {
        return None;
    }
    let asked = matches!(situation.input.pass, Pass::Second { .. });
    let reason = Reason::new(if asked {
        "no build requirement names it, and the backend did not ask for it"
    } else {
        "no build requirement names it"
    });
    Some(reason.help(format!(
        "add `{}` to `[build-system] requires` if the build needs it: listing a name does not require it",
        question.name
    )))
}
