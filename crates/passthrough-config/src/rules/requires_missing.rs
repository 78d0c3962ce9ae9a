//! BIP105: `[build-system]` without `requires`.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use toml_edit::{Item, Key, TableLike};

use crate::text::key_span;

/// BIP105.
pub static RULE: Rule = Rule {
    code: "BIP105",
    name: "requires-missing",
    severity: Severity::Error,
    requirements: &["CONF-8"],
    what: "There is a `[build-system]` table, but no `requires` in it. PEP 518 makes the key \
           mandatory: its default is for files without the table.",
    why: "pip and build refuse the project.",
    example: "```toml
[build-system]
build-backend = \"setuptools.build_meta\"
```",
    mend: "```toml
[build-system]
requires = [\"setuptools\"]
build-backend = \"setuptools.build_meta\"
```
A backend without any requirement says `requires = []`.",
};

/// `requires` and its key.
pub(crate) fn entry<'a>(
    build_system: &Key,
    table: &'a dyn TableLike,
    findings: &mut Vec<Diagnostic>,
) -> Option<(&'a Key, &'a Item)> {
    let entry = table.get_key_value("requires");
    if entry.is_none() {
        findings.push(
            Diagnostic::new(&RULE, "`[build-system]` has no `requires`")
                .at(key_span(build_system))
                .help("list what the backend needs, or write `requires = []`"),
        );
    }
    entry
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::only;

    #[test]
    fn the_table_is_pointed_at() {
        assert_snapshot!(only("BIP105", "[build-system]\nbuild-backend = 'x'"), @r#"
        BIP105 error 1:2 «build-system»: `[build-system]` has no `requires`
          ? list what the backend needs, or write `requires = []`
        "#);
        assert_snapshot!(only("BIP105", "[build-system]"), @r#"
        BIP105 error 1:2 «build-system»: `[build-system]` has no `requires`
          ? list what the backend needs, or write `requires = []`
        "#);
        assert_snapshot!(only("BIP105", "[build-system.requires-too]"), @r#"
        BIP105 error 1:2 «build-system»: `[build-system]` has no `requires`
          ? list what the backend needs, or write `requires = []`
        "#);
        assert_snapshot!(only("BIP105", "x = 1\nbuild-system = {}"), @r#"
        BIP105 error 2:1 «build-system»: `[build-system]` has no `requires`
          ? list what the backend needs, or write `requires = []`
        "#);
    }

    #[test]
    fn an_empty_list_will_do() {
        assert_eq!(only("BIP105", "[build-system]\nrequires = []"), "");
        assert_eq!(only("BIP105", ""), "");
    }
}
