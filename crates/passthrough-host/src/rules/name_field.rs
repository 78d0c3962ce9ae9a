use passthrough_diagnostic::{Rule, Severity};
use passthrough_requirement::PackageName;

use super::{Fault, excerpt};

pub(super) static RULE: Rule = Rule {
    code: "BIP311",
    name: "name-unclear",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "The metadata of an installed package has no valid `Name`, or another one than the name of its directory.",
    why: "Whether it is this package cannot be told. Tools that go by the directory and tools that go by the metadata disagree.",
    example: "```text
site-packages/foo-1.0.dist-info/METADATA

Metadata-Version: 2.1
Name: bar
Version: 1.0
```",
    mend: "Reinstall the package in the host.",
};

/// Checks the `Name` field of what is to be `name`.
pub(crate) fn name_field(name: &PackageName, field: Option<&str>) -> Option<Fault> {
    let Some(text) = field else {
        return Some(Fault::new(&RULE, "its metadata has no `Name`"));
    };
    match text.parse::<PackageName>() {
        Ok(found) if found == *name => None,
        Ok(_) => Some(Fault::new(
            &RULE,
            format!("its metadata names another package, {}", excerpt(text)),
        )),
        Err(error) => Some(Fault::new(
            &RULE,
            format!(
                "the name {} in its metadata is invalid: {error}",
                excerpt(text)
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_normalised() {
        let name = "foo-bar".parse().unwrap();
        for text in ["foo-bar", "Foo.Bar", "foo__bar"] {
            assert_eq!(name_field(&name, Some(text)), None);
        }
        for (text, message) in [
            (None, "its metadata has no `Name`"),
            (
                Some("foobar"),
                "its metadata names another package, `foobar`",
            ),
            (
                Some(""),
                "the name `` in its metadata is invalid: not a valid name",
            ),
            (
                Some("foo\u{1b}[2J"),
                "the name `foo\u{1b}[2J` in its metadata is invalid: not a valid name",
            ),
        ] {
            assert_eq!(name_field(&name, text).unwrap().message, message);
        }
    }
}
