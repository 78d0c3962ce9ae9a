//! BIP117: the table's owner refuses keys that it does not know.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::survey::Found;

/// BIP117.
pub static RULE: Rule = Rule {
    code: "BIP117",
    name: "table-refuses-unknown-keys",
    severity: Severity::Warning,
    requirements: &["CONF-5"],
    what: "The passthrough list is in `[tool.poetry]`. It is reported whoever reads the file: the \
           table belongs to poetry, which checks all of it.",
    why: "poetry 2.5 refuses a project with a key in `[tool.poetry]` that it does not know: \
          `poetry check` and `poetry build` fail.",
    example: "```toml
[tool.poetry]
no-build-isolation-package = [\"torch\"]
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// Reports a list in `[tool.poetry]`.
pub(crate) fn check(found: &Found<'_>, findings: &mut Vec<Diagnostic>) {
    if found.tool() == Some("poetry") {
        findings.push(
            Diagnostic::new(
                &RULE,
                format!(
                    "poetry 2.5 refuses a project with `{}` in `[tool.poetry]`",
                    found.name
                ),
            )
            .at(found.key.clone())
            .help("write the list in the table of a frontend that knows the key"),
        );
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, only_for, read};

    const POETRY: &str = "[tool.poetry]\nno-build-isolation-package = []";

    #[test]
    fn it_is_reported_in_every_reading() {
        assert_snapshot!(only("BIP117", POETRY), @r#"
        BIP117 warning 2:1 «no-build-isolation-package»: poetry 2.5 refuses a project with `no-build-isolation-package` in `[tool.poetry]`
          ? write the list in the table of a frontend that knows the key
        "#);
        assert_eq!(only_for("x", "BIP117", POETRY), only("BIP117", POETRY));
        assert_eq!(only_for("poetry", "BIP117", POETRY), only("BIP117", POETRY));
        assert_eq!(read(POETRY).declarations.len(), 1);
    }

    #[test]
    fn other_tables_are_silent() {
        assert_eq!(
            only(
                "BIP117",
                "[tool.poetry]\nname = 'a'\n[tool.x]\nno-build-isolation-package = []"
            ),
            ""
        );
    }
}
