//! BIP110: a passthrough list is not an array.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_requirement::PackageName;
use toml_edit::{Array, Item};

use crate::survey::Found;
use crate::text::{cut, item_span, kind};

/// BIP110.
pub static RULE: Rule = Rule {
    code: "BIP110",
    name: "list-type",
    severity: Severity::Error,
    requirements: &["CONF-1", "CONF-2"],
    what: "A passthrough list is something other than an array, or its table is an array of \
           tables.",
    why: "The list has no defined meaning. A frontend that went on without it would build \
          against something other than the author asked for, so none may.",
    example: "```toml
[tool.example]
no-build-isolation-package = \"torch\"
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// The list as an array, if it is one.
pub(crate) fn array<'a>(found: &Found<'a>, findings: &mut Vec<Diagnostic>) -> Option<&'a Array> {
    let Found { name, item, .. } = found;
    let array = item.as_array();
    if array.is_none() {
        let mut finding = Diagnostic::new(
            &RULE,
            format!("`{name}` is {}, not an array of names", kind(item)),
        )
        .at(item_span(&found.key, item));
        if let Some(listed) = lone_name(item) {
            let listed = cut(listed.as_str());
            finding = finding.help(format!("write `{name} = [\"{listed}\"]`"));
        }
        findings.push(finding);
    }
    array
}

fn lone_name(item: &Item) -> Option<PackageName> {
    item.as_str()?.parse().ok()
}

/// Reports the key in an element of an array of tables.
pub(crate) fn in_array_of_tables(found: &Found<'_>, findings: &mut Vec<Diagnostic>) {
    let table = found.shown_table();
    findings.push(
        Diagnostic::new(
            &RULE,
            format!(
                "`{table}` is an array of tables, so `{}` has no meaning",
                found.name
            ),
        )
        .at(found.key.clone())
        .help(format!("write the table once, as `[{table}]`")),
    );
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, only_for, read};

    #[test]
    fn what_it_is_instead_is_named() {
        for value in [
            "'Torch'",
            "'torch>=2'",
            "true",
            "1",
            "1.5",
            "1979-05-27",
            "{ torch = 1 }",
        ] {
            insta::allow_duplicates! {
                let source = format!("[tool.x]\nno-build-isolation-package = {value}");
                assert!(only("BIP110", &source).starts_with("BIP110 error 2:30 "), "{source}");
                assert!(read(&source).declarations.is_empty());
            }
        }
        assert_snapshot!(only("BIP110", "[tool.x]\nno-build-isolation-package = 'Torch'"), @r#"
        BIP110 error 2:30 «'Torch'»: `no-build-isolation-package` is a string, not an array of names
          ? write `no-build-isolation-package = ["torch"]`
        "#);
        assert_snapshot!(only("BIP110", "[tool.x]\nno-build-isolation-package = 'torch>=2'"), @"BIP110 error 2:30 «'torch>=2'»: `no-build-isolation-package` is a string, not an array of names");
        assert_snapshot!(only("BIP110", "[tool.x]\nno-build-isolation-package = true"), @"BIP110 error 2:30 «true»: `no-build-isolation-package` is a boolean, not an array of names");
        assert_snapshot!(only("BIP110", "[tool.x.no-build-isolation-package]\ntorch = '*'"), @"BIP110 error 1:9 «no-build-isolation-package»: `no-build-isolation-package` is a table, not an array of names");
        assert_snapshot!(only("BIP110", "[tool.x]\nno-build-isolation-package.torch = '*'"), @"BIP110 error 2:1 «no-build-isolation-package»: `no-build-isolation-package` is a table, not an array of names");
        assert_snapshot!(only("BIP110", "[[tool.x.no-build-isolation-package]]\nname = 'torch'"), @"BIP110 error 1:10 «no-build-isolation-package»: `no-build-isolation-package` is an array of tables, not an array of names");
    }

    #[test]
    fn arrays_of_tables_are_reported_at_each_key() {
        let source = "[[tool.x]]\nno-build-isolation-package = ['torch']\n[[tool.x]]\n[[tool.x]]\nno-build-isolation-package = []\n";
        assert_snapshot!(only("BIP110", source), @r#"
        BIP110 error 2:1 «no-build-isolation-package»: `tool.x` is an array of tables, so `no-build-isolation-package` has no meaning
          ? write the table once, as `[tool.x]`
        BIP110 error 5:1 «no-build-isolation-package»: `tool.x` is an array of tables, so `no-build-isolation-package` has no meaning
          ? write the table once, as `[tool.x]`
        "#);
        assert!(read(source).declarations.is_empty());
        assert_eq!(only("BIP110", "[[tool.x]]\na = 1"), "");
    }

    #[test]
    fn the_drafts_spelling_is_held_to_the_same() {
        assert_snapshot!(only("BIP110", "[build-system]\nrequires = []\nbuild_isolation_passthrough = 'torch'"), @r#"
        BIP110 error 3:31 «'torch'»: `build_isolation_passthrough` is a string, not an array of names
          ? write `build_isolation_passthrough = ["torch"]`
        "#);
    }

    #[test]
    fn another_frontends_table_is_not_judged() {
        let source =
            "[tool.x]\nno-build-isolation-package = 1\n[[tool.y]]\nno-build-isolation-package = 1";
        assert_eq!(only_for("z", "BIP110", source), "");
        assert_eq!(only_for("x", "BIP110", source).lines().count(), 1);
    }
}
