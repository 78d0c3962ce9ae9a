//! BIP116: the draft's spelling in `[build-system]`.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::KEY;
use crate::survey::Found;

/// BIP116.
pub static RULE: Rule = Rule {
    code: "BIP116",
    name: "build-system-spelling",
    severity: Severity::Warning,
    requirements: &["CONF-5"],
    what: "`[build-system]` has `build_isolation_passthrough` (or the same with dashes), as the \
           published draft shows it. Read without naming a frontend, the list counts; a frontend \
           that reads its own table takes no notice.",
    why: "build 1.6 and poetry 2.5 refuse a project with a key in `[build-system]` that they do \
          not know. pip, uv and hatch ignore it.",
    example: "```toml
[build-system]
requires = [\"setuptools\", \"torch\"]
build_isolation_passthrough = [\"torch\"]
```",
    mend: "```toml
[build-system]
requires = [\"setuptools\", \"torch\"]

[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// Reports the key; `counts` says whether the list is read all the same.
pub(crate) fn check(found: &Found<'_>, counts: bool, findings: &mut Vec<Diagnostic>) {
    let finding = Diagnostic::new(
        &RULE,
        format!(
            "build 1.6 and poetry 2.5 refuse a project with `{}`",
            found.name
        ),
    )
    .at(found.key.clone())
    .help(format!(
        "write `{KEY}` in the `[tool.<name>]` table of the frontend"
    ));
    findings.push(if counts {
        finding
    } else {
        finding.label("this list does not count")
    });
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Reading;
    use crate::testing::{only, only_for, read};

    const UNDERSCORES: &str =
        "[build-system]\nrequires = []\nbuild_isolation_passthrough = ['torch']";
    const DASHES: &str = "[build-system]\nrequires = []\nbuild-isolation-passthrough = ['torch']";

    #[test]
    fn both_spellings_count_in_the_neutral_reading() {
        assert_snapshot!(only("BIP116", UNDERSCORES), @r#"
        BIP116 warning 3:1 «build_isolation_passthrough»: build 1.6 and poetry 2.5 refuse a project with `build_isolation_passthrough`
          ? write `no-build-isolation-package` in the `[tool.<name>]` table of the frontend
        "#);
        assert_snapshot!(only("BIP116", DASHES), @r#"
        BIP116 warning 3:1 «build-isolation-passthrough»: build 1.6 and poetry 2.5 refuse a project with `build-isolation-passthrough`
          ? write `no-build-isolation-package` in the `[tool.<name>]` table of the frontend
        "#);
        for source in [UNDERSCORES, DASHES] {
            let declarations = read(source).declarations;
            assert_eq!(declarations.len(), 1);
            assert_eq!(declarations[0].table, "build-system");
            assert_eq!(declarations[0].names.len(), 1);
        }
    }

    #[test]
    fn for_a_frontend_it_is_reported_and_does_not_count() {
        assert_snapshot!(only_for("x", "BIP116", UNDERSCORES), @r#"
        BIP116 warning 3:1 «build_isolation_passthrough»: build 1.6 and poetry 2.5 refuse a project with `build_isolation_passthrough`
          ^ this list does not count
          ? write `no-build-isolation-package` in the `[tool.<name>]` table of the frontend
        "#);
        let read = crate::read(UNDERSCORES, &Reading::Frontend("x".to_owned()));
        assert!(read.declarations.is_empty());
    }

    #[test]
    fn an_empty_list_is_refused_by_them_as_well() {
        assert!(
            !only(
                "BIP116",
                "[build-system]\nrequires = []\nbuild_isolation_passthrough = []"
            )
            .is_empty()
        );
    }

    #[test]
    fn elsewhere_it_is_another_matter() {
        for table in ["tool.x", "project", "build-system.x"] {
            let source = format!("[{table}]\nbuild_isolation_passthrough = ['torch']");
            assert_eq!(only("BIP116", &source), "", "{table}");
            assert!(read(&source).declarations.is_empty(), "{table}");
        }
    }
}
