//! BIP115: a project lists itself.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_requirement::PackageName;

use crate::Spanned;
use crate::text::quoted;

/// BIP115.
pub static RULE: Rule = Rule {
    code: "BIP115",
    name: "lists-itself",
    severity: Severity::Warning,
    requirements: &["CONF-6"],
    what: "A passthrough list holds the name of the project itself.",
    why: "No project is its own build dependency. The key is probably meant as uv reads it, where \
          it names the package that is built and takes away its isolation; a frontend that reads \
          it as a passthrough list does nothing of that kind.",
    example: "```toml
[project]
name = \"demo\"

[tool.example]
no-build-isolation-package = [\"demo\"]
```",
    mend: "List what the build imports:
```toml
[project]
name = \"demo\"

[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// Reports the project's own name among `names`.
pub(crate) fn check(
    names: &[Spanned<PackageName>],
    project: Option<&PackageName>,
    findings: &mut Vec<Diagnostic>,
) {
    let itself = names.iter().find(|name| Some(&name.value) == project);
    if let Some(name) = itself {
        findings.push(
            Diagnostic::new(
                &RULE,
                format!("the project lists itself: {}", quoted(name.value.as_str())),
            )
            .at(name.span.clone())
            .label("the name of this project")
            .help("list the build dependencies that are to come from the host"),
        );
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::only;

    #[test]
    fn names_are_compared_normalised() {
        assert_snapshot!(only("BIP115", "[project]\nname = 'My.Demo'\n[tool.uv]\nno-build-isolation-package = ['torch', 'my_demo']"), @r#"
        BIP115 warning 4:40 «'my_demo'»: the project lists itself: `my-demo`
          ^ the name of this project
          ? list the build dependencies that are to come from the host
        "#);
    }

    #[test]
    fn poetrys_name_will_do() {
        assert!(
            !only(
                "BIP115",
                "[tool.poetry]\nname = 'demo'\n[tool.x]\nno-build-isolation-package = ['demo']"
            )
            .is_empty()
        );
    }

    #[test]
    fn the_projects_own_table_has_precedence() {
        assert_eq!(
            only(
                "BIP115",
                "[project]\nname = 'other'\n[tool.poetry]\nname = 'demo'\n[tool.x]\nno-build-isolation-package = ['demo']"
            ),
            ""
        );
    }

    #[test]
    fn without_a_name_there_is_no_finding() {
        for project in [
            "",
            "[project]",
            "[project]\nname = 1",
            "[project]\nname = ''",
            "[[project]]\nname = 'demo'",
        ] {
            assert_eq!(
                only(
                    "BIP115",
                    &format!("{project}\n[tool.x]\nno-build-isolation-package = ['demo']")
                ),
                ""
            );
        }
    }
}
