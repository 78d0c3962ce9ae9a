//! BIP114: for uv, the key means the opposite.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::KEY;
use crate::survey::{Found, What};

/// BIP114.
pub static RULE: Rule = Rule {
    code: "BIP114",
    name: "uv-opposite-meaning",
    severity: Severity::Warning,
    requirements: &["CONF-6"],
    what: "`no-build-isolation-package` is used under `[tool.uv]`. uv has had this key for long, \
           with another meaning: it names packages that are *being built*, not build \
           dependencies. The list in `[tool.uv]` itself is read with the meaning of this \
           specification all the same; the one in `[tool.uv.pip]` is not.",
    why: "Measured with uv 0.13.8: a listed build dependency is downloaded as ever, without a \
          word. A listed package that is itself built sees the whole host environment, declared \
          or not, and its build requirements are neither installed nor checked.",
    example: "```toml
[tool.uv]
no-build-isolation-package = [\"torch\"]
```",
    mend: "Put the list into the table of a frontend that reads it as this specification does:
```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```
If uv's meaning is the one that was meant, leave it: the finding only says that the two differ.",
};

/// Reports the key in `[tool.uv]` and `[tool.uv.pip]`, whatever it holds: an
/// empty list is about to be filled, in the one reading or the other.
pub(crate) fn check(found: &Found<'_>, findings: &mut Vec<Diagnostic>) {
    if found.tool() != Some("uv") {
        return;
    }
    let finding = Diagnostic::new(
        &RULE,
        format!("for uv, `{KEY}` names packages that are being built, not build dependencies"),
    )
    .at(found.key.clone())
    .help("list build dependencies in the table of a frontend that passes them through");
    findings.push(if found.what == What::UvPip {
        finding.label("not read as a passthrough list")
    } else {
        finding.label("uv 0.13.8 does not pass these through")
    });
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, only_for, read};

    const BOTH: &str = "[tool.uv]\nno-build-isolation-package = ['torch']\n[tool.uv.pip]\nno-build-isolation-package = ['flash-attn']\n";

    #[test]
    fn both_tables_are_reported_and_one_is_read() {
        assert_snapshot!(only("BIP114", BOTH), @r#"
        BIP114 warning 2:1 «no-build-isolation-package»: for uv, `no-build-isolation-package` names packages that are being built, not build dependencies
          ^ uv 0.13.8 does not pass these through
          ? list build dependencies in the table of a frontend that passes them through
        BIP114 warning 4:1 «no-build-isolation-package»: for uv, `no-build-isolation-package` names packages that are being built, not build dependencies
          ^ not read as a passthrough list
          ? list build dependencies in the table of a frontend that passes them through
        "#);
        assert_eq!(only_for("uv", "BIP114", BOTH), only("BIP114", BOTH));
        let read = read(BOTH);
        assert_eq!(read.declarations.len(), 1);
        assert_eq!(read.declarations[0].table, "tool.uv");
    }

    #[test]
    fn a_list_that_is_invalid_or_empty_is_reported_too() {
        for value in ["'torch'", "[]"] {
            let text = format!("[tool.uv]\nno-build-isolation-package = {value}");
            assert!(!only("BIP114", &text).is_empty(), "{value}");
            assert!(!only_for("uv", "BIP114", &text).is_empty(), "{value}");
        }
    }

    #[test]
    fn other_frontends_and_keys_are_silent() {
        assert_eq!(only_for("x", "BIP114", BOTH), "");
        assert_eq!(
            only("BIP114", "[tool.x]\nno-build-isolation-package = ['torch']"),
            ""
        );
        assert_eq!(only("BIP114", "[tool.uv]\nno-build-isolation = true"), "");
    }
}
