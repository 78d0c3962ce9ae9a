//! BIP113: a passthrough list names something twice.

use std::collections::HashMap;

use passthrough_diagnostic::{Diagnostic, Rule, Severity, Span};
use passthrough_requirement::PackageName;

use crate::Spanned;
use crate::text::quoted;

/// BIP113.
pub static RULE: Rule = Rule {
    code: "BIP113",
    name: "duplicate-name",
    severity: Severity::Warning,
    requirements: &["CONF-3"],
    what: "A passthrough list names one distribution more than once; names are compared after \
           PEP 503 normalisation, so `Foo.Bar` and `foo-bar` are one. The name counts once. The \
           same name in the lists of two tables is no finding: each frontend reads its own table, \
           and a project that serves both has to repeat it.",
    why: "One of the two was probably meant to be another name.",
    example: "```toml
[tool.example]
no-build-isolation-package = [\"Foo.Bar\", \"foo-bar\"]
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"foo-bar\"]
```",
};

/// The names without those that an earlier one repeats.
pub(crate) fn distinct(
    names: Vec<Spanned<PackageName>>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Spanned<PackageName>> {
    let mut first: HashMap<PackageName, Span> = HashMap::with_capacity(names.len());
    names
        .into_iter()
        .filter(|name| {
            let Some(earlier) = first.get(&name.value) else {
                first.insert(name.value.clone(), name.span.clone());
                return true;
            };
            findings.push(
                Diagnostic::new(
                    &RULE,
                    format!("{} is listed twice", quoted(name.value.as_str())),
                )
                .at(name.span.clone())
                .label("again here")
                .also(earlier.clone(), "first here"),
            );
            false
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, read};

    #[test]
    fn both_places_are_shown() {
        let source =
            "[tool.x]\nno-build-isolation-package = ['Foo.Bar', 'a', 'foo_bar', 'FOO--BAR', 'b']";
        assert_snapshot!(only("BIP113", source), @r#"
        BIP113 warning 2:47 «'foo_bar'»: `foo-bar` is listed twice
          ^ again here
          + 2:31 «'Foo.Bar'»: first here
        BIP113 warning 2:58 «'FOO--BAR'»: `foo-bar` is listed twice
          ^ again here
          + 2:31 «'Foo.Bar'»: first here
        "#);
        let read = read(source);
        let names: Vec<&str> = read.declarations[0]
            .names
            .iter()
            .map(|name| &source[name.span.clone()])
            .collect();
        assert_eq!(names, ["'Foo.Bar'", "'a'", "'b'"]);
    }

    #[test]
    fn two_tables_may_repeat_a_name() {
        let source = "[tool.x]\nno-build-isolation-package = ['a']\n[tool.y]\nno-build-isolation-package = ['a']";
        assert_eq!(only("BIP113", source), "");
        assert_eq!(read(source).declarations.len(), 2);
    }
}
