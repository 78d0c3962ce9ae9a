//! BIP120: a key that is nearly the one.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::KEY;
use crate::survey::Found;
use crate::text::quoted;

/// BIP120.
pub static RULE: Rule = Rule {
    code: "BIP120",
    name: "misspelt-key",
    severity: Severity::Warning,
    requirements: &["CONF-1"],
    what: "A `[tool.<name>]` table has a key that is `no-build-isolation-package` but for a letter \
           or two, for case, or for underscores; or that is the draft's \
           `build-isolation-passthrough`. TOML keys are compared as they are, so it is not read.",
    why: "Nothing passes through, and nobody says so: a frontend cannot know what the key was \
          meant to be.",
    example: "```toml
[tool.example]
no-build-isolation-packages = [\"torch\"]
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// Reports the key.
pub(crate) fn check(found: &Found<'_>, findings: &mut Vec<Diagnostic>) {
    findings.push(
        Diagnostic::new(
            &RULE,
            format!(
                "{} in `[{}]` is not a key that lists anything",
                quoted(found.name),
                found.shown_table(),
            ),
        )
        .at(found.key.clone())
        .label("not read")
        .help(format!("the key is `{KEY}`")),
    );
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, only_for, read};

    #[test]
    fn near_misses_are_reported_and_not_read() {
        for key in [
            "no-build-isolation-packages",
            "no_build_isolation_package",
            "no-build-isolation_package",
            "No-Build-Isolation-Package",
            "'no.build.isolation.package'",
            "no-build-isolation-pakage",
            "no-build-isolaton-pakage",
            "nobuild-isolation-package",
            "build_isolation_passthrough",
            "build-isolation-passthroughs",
        ] {
            let source = format!("[tool.x]\n{key} = ['torch']");
            assert!(!only("BIP120", &source).is_empty(), "{key}");
            assert!(read(&source).declarations.is_empty(), "{key}");
            assert_eq!(only_for("y", "BIP120", &source), "");
        }
        assert_snapshot!(only("BIP120", "[tool.x]\nno_build_isolation_package = ['torch']"), @r#"
        BIP120 warning 2:1 «no_build_isolation_package»: `no_build_isolation_package` in `[tool.x]` is not a key that lists anything
          ^ not read
          ? the key is `no-build-isolation-package`
        "#);
    }

    #[test]
    fn other_keys_are_silent() {
        for key in [
            "no-build-isolation-package",
            "no-build-isolation",
            "no-build-package",
            "no-binary-package",
            "build-isolation-package",
            "build-isolation",
            "x",
        ] {
            let source = format!("[tool.uv]\n{key} = ['torch']");
            assert_eq!(only("BIP120", &source), "", "{key}");
        }
        assert_eq!(
            only(
                "BIP120",
                "[x]\nno_build_isolation_package = 1\n[tool.x.y]\nno_build_isolation_package = 1"
            ),
            ""
        );
        assert_eq!(
            only(
                "BIP120",
                &format!("[tool.x]\n{} = 1", "a".repeat(1_000_000))
            ),
            ""
        );
    }
}
