use std::collections::BTreeSet;

use passthrough_diagnostic::{Rule, Severity};

use super::{Fault, Told};

pub(super) static RULE: Rule = Rule {
    code: "BIP302",
    name: "several-versions",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "One directory holds metadata of two or more versions of the package.",
    why: "Only one version's files can be there. Which of the metadata belongs to them cannot be told: Python takes whichever entry the file system lists first, so that the answer differs between machines.",
    example: "```text
site-packages/torch-2.4.0.dist-info
site-packages/torch-2.5.0.dist-info
```",
    mend: "Uninstall the package until no metadata of it is left, then install the version that you want.",
};

/// Several versions of one name in one directory; `versions` are at least two.
pub(crate) fn several_versions(versions: &BTreeSet<&Told>) -> Fault {
    const SHOWN: usize = 5;
    let mut words: Vec<String> = versions
        .iter()
        .take(SHOWN)
        .filter_map(|told| told.text())
        .collect();
    if versions.len() > SHOWN {
        words.push("others".to_owned());
    }
    let last = words.pop().unwrap_or_default();
    Fault::new(
        &RULE,
        format!(
            "several versions in one directory: {} and {last}",
            words.join(", ")
        ),
    )
    .help("uninstall the package until no metadata of it is left, then install it again")
}
