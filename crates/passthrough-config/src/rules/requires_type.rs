//! BIP106: `requires` is not an array of strings.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use toml_edit::{Item, Key};

use crate::text::{Text, item_span, key_span, kind, span, value_kind};

/// BIP106.
pub static RULE: Rule = Rule {
    code: "BIP106",
    name: "requires-type",
    severity: Severity::Error,
    requirements: &["CONF-8"],
    what: "`[build-system] requires` is not an array, or has entries that are not strings.",
    why: "No frontend can tell what the project needs to be built.",
    example: "```toml
[build-system]
requires = \"setuptools\"
```",
    mend: "```toml
[build-system]
requires = [\"setuptools\"]
```",
};

/// The entries that are strings.
pub(crate) fn texts<'a>(
    source: &str,
    key: &Key,
    item: &'a Item,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Text<'a>> {
    let Some(array) = item.as_array() else {
        let message = format!("`requires` is {}, not an array of strings", kind(item));
        findings.push(Diagnostic::new(&RULE, message).at(item_span(&key_span(key), item)));
        return Vec::new();
    };
    let mut texts = Vec::with_capacity(array.len());
    for value in array {
        match Text::of(source, value) {
            Some(text) => texts.push(text),
            None => {
                let message = format!("an entry of `requires` is {}", value_kind(value));
                findings.push(
                    Diagnostic::new(&RULE, message)
                        .at(span(value))
                        .label("not a string"),
                );
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, read};

    #[test]
    fn each_wrong_entry_is_placed() {
        assert_snapshot!(only("BIP106", "[build-system]\nrequires = ['a', 1, ['b'], { c = 1 }, true, 1.5, 07:32:00, 'd']"), @r#"
        BIP106 error 2:18 «1»: an entry of `requires` is an integer
          ^ not a string
        BIP106 error 2:21 «['b']»: an entry of `requires` is an array
          ^ not a string
        BIP106 error 2:28 «{ c = 1 }»: an entry of `requires` is a table
          ^ not a string
        BIP106 error 2:39 «true»: an entry of `requires` is a boolean
          ^ not a string
        BIP106 error 2:45 «1.5»: an entry of `requires` is a float
          ^ not a string
        BIP106 error 2:50 «07:32:00»: an entry of `requires` is a date or time
          ^ not a string
        "#);
    }

    #[test]
    fn the_other_entries_are_read() {
        let read = read("[build-system]\nrequires = ['a', 1, 'd']");
        let names: Vec<&str> = read
            .requires
            .requirements
            .iter()
            .map(|requirement| requirement.value.name.as_str())
            .collect();
        assert_eq!(names, ["a", "d"]);
    }

    #[test]
    fn anything_but_an_array_is_named() {
        assert_snapshot!(only("BIP106", "[build-system]\nrequires = 'setuptools'"), @"BIP106 error 2:12 «'setuptools'»: `requires` is a string, not an array of strings");
        assert_snapshot!(only("BIP106", "[build-system]\nrequires.setuptools = '*'"), @"BIP106 error 2:1 «requires»: `requires` is a table, not an array of strings");
        assert_snapshot!(only("BIP106", "[build-system.requires]\nsetuptools = '*'"), @"BIP106 error 1:15 «requires»: `requires` is a table, not an array of strings");
        assert_snapshot!(only("BIP106", "[[build-system.requires]]\nname = 'setuptools'"), @"BIP106 error 1:16 «requires»: `requires` is an array of tables, not an array of strings");
    }
}
