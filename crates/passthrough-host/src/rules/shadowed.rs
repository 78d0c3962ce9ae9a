use passthrough_diagnostic::{Rule, Severity};

use super::Fault;
use crate::model::Shadowed;

pub(super) static RULE: Rule = Rule {
    code: "BIP301",
    name: "shadowed-copy",
    severity: Severity::Info,
    requirements: &[],
    what: "The host has a further copy of the package, in a later entry of `sys.path`.",
    why: "The interpreter takes the first copy and never sees the later one. Whoever installed or upgraded the later one may expect the build to use it.",
    example: "```text
~/.local/lib/python3.11/site-packages/torch-2.5.0.dist-info    the copy that counts
/usr/lib/python3/dist-packages/torch-2.0.0.dist-info           shadowed
```",
    mend: "Nothing, if the first copy is the one you mean. Otherwise uninstall it.",
};

pub(crate) fn shadowed(copy: &Shadowed) -> Fault {
    let version = copy.version.as_deref().map(super::excerpt);
    Fault::new(
        &RULE,
        format!(
            "a later copy{} in {} is shadowed by this one",
            version.map_or_else(String::new, |version| format!(" ({version})")),
            copy.info.parent().unwrap_or(&copy.info).display()
        ),
    )
}
