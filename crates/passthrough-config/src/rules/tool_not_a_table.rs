//! BIP121: the table that should be read is none.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use toml_edit::Table;

use crate::Reading;
use crate::text::{dotted, item_span, key_span, kind};

/// BIP121.
pub static RULE: Rule = Rule {
    code: "BIP121",
    name: "tool-not-a-table",
    severity: Severity::Error,
    requirements: &["CONF-2"],
    what: "`tool` is something other than a table; or the file was read for a frontend, and its \
           own `tool.<name>` is.",
    why: "Whatever it was meant to say, no frontend can read it. The other tools' tables are \
          theirs to check.",
    example: "```toml
tool = \"example\"
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = []
```",
};

/// Reports `tool`, and the frontend's own table.
pub(crate) fn check(root: &Table, reading: &Reading, findings: &mut Vec<Diagnostic>) {
    let Some((key, item)) = root.get_key_value("tool") else {
        return;
    };
    let Some(tool) = item.as_table_like() else {
        findings.push(
            Diagnostic::new(&RULE, format!("`tool` is {}, not a table", kind(item)))
                .at(item_span(&key_span(key), item)),
        );
        return;
    };
    if let Reading::Frontend(frontend) = reading
        && let Some((key, item)) = tool.get_key_value(frontend)
        && !item.is_table_like()
    {
        let own = dotted(["tool", frontend]);
        findings.push(
            Diagnostic::new(&RULE, format!("`{own}` is {}, not a table", kind(item)))
                .at(item_span(&key_span(key), item)),
        );
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::{only, only_for};

    #[test]
    fn tool_itself() {
        assert_snapshot!(only("BIP121", "tool = 1"), @"BIP121 error 1:8 «1»: `tool` is an integer, not a table");
        assert_snapshot!(only("BIP121", "[[tool]]\n[[tool]]"), @"BIP121 error 1:3 «tool»: `tool` is an array of tables, not a table");
        assert_eq!(only("BIP121", "tool = {}"), "");
        assert_eq!(only("BIP121", "[tool.x]"), "");
    }

    #[test]
    fn a_frontends_own_table() {
        let source = "[tool]\nx = 'y'\nz = {}\n[[tool.a]]";
        assert_snapshot!(only_for("x", "BIP121", source), @"BIP121 error 2:5 «'y'»: `tool.x` is a string, not a table");
        assert_snapshot!(only_for("a", "BIP121", source), @"BIP121 error 4:8 «a»: `tool.a` is an array of tables, not a table");
        assert_eq!(only_for("z", "BIP121", source), "");
        assert_eq!(only_for("absent", "BIP121", source), "");
        assert_eq!(only("BIP121", source), "");
    }
}
