use passthrough_diagnostic::{Rule, Severity};

use super::Fault;

pub(super) static RULE: Rule = Rule {
    code: "BIP310",
    name: "odd-entry",
    severity: Severity::Info,
    requirements: &[],
    what: "The metadata of an installed package is not laid out or named as the specification says, but can be understood.",
    why: "Tools differ in what they make of it: some do not see the package, some take it for another one, some refuse the whole directory.",
    example: "```text
site-packages/foo-bar-1.0.dist-info      should be foo_bar-1.0.dist-info
```",
    mend: "Reinstall the package with a current installer.",
};

pub(crate) fn odd(message: impl Into<String>) -> Fault {
    Fault::new(&RULE, message)
}
