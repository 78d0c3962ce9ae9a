use passthrough_diagnostic::{Rule, Severity};

use super::Fault;

pub(super) static RULE: Rule = Rule {
    code: "BIP309",
    name: "unreadable-path-entry",
    severity: Severity::Warning,
    requirements: &[],
    what: "An entry of the host's `sys.path` cannot be listed.",
    why: "What is installed in it is not known: a package may look missing that the interpreter can import, and a later copy may look like the one that counts.",
    example: "```text
/opt/shared/site-packages      drwx------ other other
```",
    mend: "Give yourself permission to read the directory, or take it off `sys.path`.",
};

pub(crate) fn unreadable_entry(words: &str) -> Fault {
    Fault::new(&RULE, format!("this entry of sys.path {words}"))
}
