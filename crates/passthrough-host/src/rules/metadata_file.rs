use passthrough_diagnostic::{Rule, Severity};

use super::Fault;

pub(super) static RULE: Rule = Rule {
    code: "BIP304",
    name: "metadata-unreadable",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "The metadata file of an installed package is missing or cannot be read.",
    why: "What the package needs at run time cannot be told, so that the build might see half of it. `importlib.metadata` fails on such a package too, or answers None.",
    example: "```text
site-packages/torch-2.4.0.dist-info/RECORD      and no METADATA beside it
```",
    mend: "Reinstall the package in the host, or remove what is left of it.",
};

pub(crate) fn unreadable(message: impl Into<String>) -> Fault {
    Fault::new(&RULE, message)
}
