//! BIP104: `build-system` is not a table.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use toml_edit::{Item, Key, TableLike};

use crate::text::{item_span, key_span, kind};

/// BIP104.
pub static RULE: Rule = Rule {
    code: "BIP104",
    name: "build-system-invalid",
    severity: Severity::Error,
    requirements: &["CONF-8"],
    what: "`build-system` is something other than a table. Keys that PEP 518 does not know are no \
           matter of this rule.",
    why: "No frontend can tell what the project needs to be built, or with what.",
    example: "```toml
[[build-system]]
requires = [\"setuptools\"]
```",
    mend: "```toml
[build-system]
requires = [\"setuptools\"]
```",
};

/// `[build-system]`, if it is a table.
pub(crate) fn table<'a>(
    key: &Key,
    item: &'a Item,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'a dyn TableLike> {
    let table = item.as_table_like();
    if table.is_none() {
        let key = key_span(key);
        findings.push(
            Diagnostic::new(
                &RULE,
                format!("`build-system` is {}, not a table", kind(item)),
            )
            .at(item_span(&key, item)),
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, read};

    #[test]
    fn what_it_is_instead_is_named() {
        assert_snapshot!(only("BIP104", "build-system = 'setuptools'"), @"BIP104 error 1:16 «'setuptools'»: `build-system` is a string, not a table");
        assert_snapshot!(only("BIP104", "[[build-system]]\nrequires = []"), @"BIP104 error 1:3 «build-system»: `build-system` is an array of tables, not a table");
        assert_snapshot!(only("BIP104", "build-system = ['setuptools']"), @"BIP104 error 1:16 «['setuptools']»: `build-system` is an array, not a table");
    }

    #[test]
    fn it_does_not_count_as_absent() {
        let read = read("build-system = 1");
        assert!(read.requires.declared && read.requires.requirements.is_empty());
    }

    #[test]
    fn every_form_of_table_will_do() {
        for source in [
            "[build-system]\nrequires = []\nsomething-else = 1",
            "build-system = { requires = [] }",
            "build-system.requires = []",
            "[build-system.x]\n[build-system]\nrequires = []",
        ] {
            assert_eq!(only("BIP104", source), "", "{source}");
        }
    }
}
