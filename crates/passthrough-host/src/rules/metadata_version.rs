use passthrough_diagnostic::{Rule, Severity};

use super::{Fault, excerpt};

pub(super) static RULE: Rule = Rule {
    code: "BIP312",
    name: "metadata-format",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "The `Metadata-Version` of an installed package is not one of 1.x and 2.x.",
    why: "The core metadata specification tells readers to refuse a major version that they do not know: the fields may mean something else.",
    example: "```text
Metadata-Version: 3.0
```",
    mend: "Use a newer release of this tool, or an older one of the package.",
};

/// Checks the `Metadata-Version`, if there is one.
pub(crate) fn metadata_version(field: Option<&str>) -> Option<Fault> {
    let text = field?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some(("1" | "2", minor)) if is_number(minor) => None,
        _ => Some(Fault::new(
            &RULE,
            format!("its Metadata-Version {} is not known", excerpt(text)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_major_is_refused_and_an_unknown_minor_is_not() {
        for text in ["1.0", "1.2", "2.1", "2.6", "2.99"] {
            assert_eq!(metadata_version(Some(text)), None, "{text}");
        }
        assert_eq!(metadata_version(None), None);
        for text in ["3.0", "0.1", "2", "2.", "2.x", "21.0", "", "two", "2.1.0"] {
            assert!(metadata_version(Some(text)).is_some(), "{text}");
        }
    }
}
