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
    requirements: &["CONF-8"],
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
    use passthrough_diagnostic::Place;

    use super::*;
    use crate::testing::{only, read};

    /// What is underlined for the one entry of `requires`, the message, and the label.
    fn fault(entry: &str) -> (String, String, String) {
        let source = format!("[build-system]\nrequires = [{entry}]");
        let mut findings = read(&source).findings;
        assert_eq!(findings.len(), 1, "{entry}");
        let finding = findings.remove(0);
        assert_eq!(finding.rule, &RULE);
        let Place::Source(span) = finding.place else {
            panic!("{entry} has no place");
        };
        let label = finding.label.unwrap();
        (source[span].to_owned(), finding.message, label)
    }

    #[test]
    fn the_fault_is_placed_inside_of_the_string_in_the_parsers_words() {
        let error = "numpy>>1".parse::<Requirement>().unwrap_err();
        let part = &"numpy>>1"[error.span.clone()];
        assert!(part.starts_with('>'), "{part}");
        for entry in ["'numpy>>1'", "\"numpy>>1\"", "'''\nnumpy>>1'''"] {
            let (place, message, label) = fault(entry);
            assert_eq!(place, part, "{entry}");
            assert_eq!(message, "`numpy>>1` is not a requirement");
            assert_eq!(label, error.message);
        }
    }

    #[test]
    fn a_string_with_escapes_is_underlined_as_a_whole() {
        let (place, message, _) = fault("\"n\\u0075mpy>>1\"");
        assert_eq!(place, "\"n\\u0075mpy>>1\"");
        assert_eq!(message, "`numpy>>1` is not a requirement");
    }

    #[test]
    fn an_empty_string_is_underlined_as_a_whole() {
        let (place, message, _) = fault("''");
        assert_eq!(place, "''");
        assert_eq!(message, "an empty string is not a requirement");
    }

    #[test]
    fn each_is_reported() {
        let source = "[build-system]\nrequires = ['a>>1', 'b', '[', 'é']";
        assert_eq!(only("BIP107", source).matches("BIP107").count(), 3);
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
