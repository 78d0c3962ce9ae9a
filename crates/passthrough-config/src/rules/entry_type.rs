//! BIP111: an entry of a passthrough list is not a string.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use toml_edit::Value;

use crate::text::{Text, span, value_kind};

/// BIP111.
pub static RULE: Rule = Rule {
    code: "BIP111",
    name: "entry-type",
    severity: Severity::Error,
    requirements: &["CONF-2"],
    what: "An entry of a passthrough list is not a string.",
    why: "The entry names nothing, and a list that holds it has no defined meaning.",
    example: "```toml
[tool.example]
no-build-isolation-package = [\"torch\", { name = \"numpy\" }]
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"torch\", \"numpy\"]
```",
};

/// The entry as a string, if it is one.
pub(crate) fn text<'a>(
    source: &str,
    value: &'a Value,
    findings: &mut Vec<Diagnostic>,
) -> Option<Text<'a>> {
    let text = Text::of(source, value);
    if text.is_none() {
        findings.push(
            Diagnostic::new(
                &RULE,
                format!("an entry of a passthrough list is {}", value_kind(value)),
            )
            .at(span(value))
            .label("not a string"),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, read};

    #[test]
    fn each_is_placed_and_the_names_are_kept() {
        let source = "[tool.x]\nno-build-isolation-package = ['a', 1, [ 'b' ], {}, false, nan, 1979-05-27, 'c']";
        assert_snapshot!(only("BIP111", source), @r#"
        BIP111 error 2:36 «1»: an entry of a passthrough list is an integer
          ^ not a string
        BIP111 error 2:39 «[ 'b' ]»: an entry of a passthrough list is an array
          ^ not a string
        BIP111 error 2:48 «{}»: an entry of a passthrough list is a table
          ^ not a string
        BIP111 error 2:52 «false»: an entry of a passthrough list is a boolean
          ^ not a string
        BIP111 error 2:59 «nan»: an entry of a passthrough list is a float
          ^ not a string
        BIP111 error 2:64 «1979-05-27»: an entry of a passthrough list is a date or time
          ^ not a string
        "#);
        let names: Vec<String> = read(source).declarations[0]
            .names
            .iter()
            .map(|name| name.value.to_string())
            .collect();
        assert_eq!(names, ["a", "c"]);
    }
}
