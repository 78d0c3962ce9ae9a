//! BIP107: an entry of `requires` is not a requirement.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_requirement::Requirement;

use crate::Spanned;
use crate::text::{Text, quoted};

/// BIP107.
pub static RULE: Rule = Rule {
    code: "BIP107",
    name: "invalid-requirement",
    severity: Severity::Error,
    requirements: &["CONF-2"],
    what: "An entry of `[build-system] requires` is not a dependency specifier (PEP 508).",
    why: "Frontends refuse the project, each in its own words and at its own stage.",
    example: "```toml
[build-system]
requires = [\"setuptools>>77\"]
```",
    mend: "```toml
[build-system]
requires = [\"setuptools>77\"]
```",
};

/// The requirement, if the text is one.
pub(crate) fn parse(
    text: &Text<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Spanned<Requirement>> {
    match text.value.parse() {
        Ok(value) => Some(Spanned {
            value,
            span: text.span.clone(),
        }),
        Err(error) => {
            findings.push(
                Diagnostic::new(
                    &RULE,
                    format!("{} is not a requirement", quoted(text.value)),
                )
                .at(text.place(error.span))
                .label(error.message),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, read};

    #[test]
    fn the_fault_is_placed_inside_of_the_string() {
        assert_snapshot!(only("BIP107", "[build-system]\nrequires = ['numpy>>1', \"é\", '', 'a[', 'a; b == 1', 'a @ ']"), @r#"
        BIP107 error 2:19 «>>1»: `numpy>>1` is not a requirement
          ^ `>>` is not an operator
        BIP107 error 2:26 «é»: `é` is not a requirement
          ^ the name of a distribution is missing
        BIP107 error 2:30 «''»: an empty string is not a requirement
          ^ the name of a distribution is missing
        BIP107 error 2:37 «»: `a[` is not a requirement
          ^ the name of an extra is missing
        BIP107 error 2:44 «b»: `a; b == 1` is not a requirement
          ^ `b` is not a marker variable
        BIP107 error 2:58 «»: `a @ ` is not a requirement
          ^ a URL is missing after `@`
        "#);
        assert_snapshot!(only("BIP107", "[build-system]\nrequires = ['''\nnumpy>>1''']"), @r#"
        BIP107 error 3:6 «>>1»: `numpy>>1` is not a requirement
          ^ `>>` is not an operator
        "#);
    }

    #[test]
    fn a_string_with_escapes_is_underlined_as_a_whole() {
        assert_snapshot!(only("BIP107", "[build-system]\nrequires = [\"n\\u0075mpy>>1\"]"), @r#"
        BIP107 error 2:13 «"n\u0075mpy>>1"»: `numpy>>1` is not a requirement
          ^ `>>` is not an operator
        "#);
    }

    #[test]
    fn the_valid_ones_are_kept_with_their_places() {
        let source = "[build-system]\nrequires = ['numpy>>1', \"Torch >= 2\", '''wheel''']";
        let read = read(source);
        let kept: Vec<(&str, &str)> = read
            .requires
            .requirements
            .iter()
            .map(|kept| (kept.value.name.as_str(), &source[kept.span.clone()]))
            .collect();
        assert_eq!(
            kept,
            [("torch", "\"Torch >= 2\""), ("wheel", "'''wheel'''")]
        );
    }
}
