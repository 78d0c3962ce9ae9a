use passthrough_diagnostic::{Rule, Severity};

use super::Fault;

pub(super) static RULE: Rule = Rule {
    code: "BIP306",
    name: "metadata-encoding",
    severity: Severity::Info,
    requirements: &[],
    what: "The header of a metadata file is not UTF-8, or starts with a byte order mark.",
    why: "The specification asks for plain UTF-8. `importlib.metadata` fails on other bytes, and finds neither name nor version after a byte order mark; a backend that asks for this package's version will fail in the same way.",
    example: "```text
Author: J\\xf6rg
```",
    mend: "Reinstall the package, or ask its authors to build it with a current backend.",
};

/// The findings on the encoding of `file`.
pub(crate) fn encoding(file: &str, byte_order_mark: bool, lossy: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if byte_order_mark {
        faults.push(Fault::new(
            &RULE,
            format!("{file} starts with a byte order mark"),
        ));
    }
    if lossy {
        faults.push(Fault::new(&RULE, format!("{file} is not UTF-8")));
    }
    faults
}
