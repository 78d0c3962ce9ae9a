use passthrough_diagnostic::{Rule, Severity};

use super::Fault;

pub(super) static RULE: Rule = Rule {
    code: "BIP305",
    name: "metadata-too-large",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "The header of a metadata file, the part above the first blank line, is larger than 1 MiB.",
    why: "Headers have a few kilobytes. A file this large is damaged or meant to do harm, and is not read on.",
    example: "```text
site-packages/torch-2.4.0.dist-info/METADATA -> /dev/zero
```",
    mend: "Reinstall the package in the host.",
};

pub(crate) fn too_large(file: &str) -> Fault {
    Fault::new(&RULE, format!("the header of {file} is larger than 1 MiB"))
}
