//! BIP119: pixi's `no-build-isolation` is no passthrough list.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::KEY;
use crate::survey::Found;

/// BIP119.
pub static RULE: Rule = Rule {
    code: "BIP119",
    name: "pixi-opposite-meaning",
    severity: Severity::Warning,
    requirements: &["CONF-6"],
    what: "`[tool.pixi.pypi-options]`, or that table of a feature, has `no-build-isolation`. It \
           names packages that are *being built*, or stands for all of them; it is not read as a \
           passthrough list.",
    why: "Such a package is built in the whole host environment, and nothing checks that its \
          build requirements are there. The names of build dependencies have no effect.",
    example: "```toml
[tool.pixi.pypi-options]
no-build-isolation = [\"torch\"]
```",
    mend: "To pass a build dependency through, list it where a frontend reads it so:
```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```
If pixi's meaning is the one that was meant, leave it: the finding only says that the two differ.",
};

/// Reports the key, which is set to something.
pub(crate) fn check(found: &Found<'_>, findings: &mut Vec<Diagnostic>) {
    findings.push(
        Diagnostic::new(
            &RULE,
            "for pixi, `no-build-isolation` names packages that are being built, not build dependencies",
        )
        .at(found.key.clone())
        .label("not read as a passthrough list")
        .help(format!("list build dependencies as `{KEY}` in a `[tool.<name>]` table")),
    );
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, only_for, read};

    #[test]
    fn the_workspace_and_its_features_are_reported() {
        let source = "[tool.pixi.pypi-options]\nno-build-isolation = ['torch']\n[tool.pixi.feature.gpu]\npypi-options = { no-build-isolation = true }";
        assert_snapshot!(only("BIP119", source), @r#"
        BIP119 warning 2:1 «no-build-isolation»: for pixi, `no-build-isolation` names packages that are being built, not build dependencies
          ^ not read as a passthrough list
          ? list build dependencies as `no-build-isolation-package` in a `[tool.<name>]` table
        BIP119 warning 4:18 «no-build-isolation»: for pixi, `no-build-isolation` names packages that are being built, not build dependencies
          ^ not read as a passthrough list
          ? list build dependencies as `no-build-isolation-package` in a `[tool.<name>]` table
        "#);
        assert!(read(source).declarations.is_empty());
        assert_eq!(only_for("pixi", "BIP119", source), only("BIP119", source));
        assert_eq!(only_for("x", "BIP119", source), "");
    }

    #[test]
    fn what_asks_for_nothing_is_silent() {
        for source in [
            "[tool.pixi.pypi-options]\nno-build-isolation = false",
            "[tool.pixi.pypi-options]\nno-build-isolation = []",
            "[tool.pixi]\nno-build-isolation = true",
            "[pypi-options]\nno-build-isolation = true",
            "[tool.uv]\nno-build-isolation = true",
        ] {
            assert_eq!(only("BIP119", source), "", "{source}");
        }
    }
}
