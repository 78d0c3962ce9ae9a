//! BIP118: a list in another frontend's table.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::Reading;
use crate::survey::Found;
use crate::text::dotted;

/// BIP118.
pub static RULE: Rule = Rule {
    code: "BIP118",
    name: "not-the-frontends-table",
    severity: Severity::Info,
    requirements: &["CONF-4"],
    what: "The file was read for one frontend, and has a passthrough list in another's table. \
           That list does not count, and is not checked. Nothing is reported when no frontend \
           was named: then every `[tool.*]` table counts.",
    why: "PEP 518 gives `[tool.x]` to the owner of x: a frontend acts on its own table only.",
    example: "Read with `--frontend pip`:
```toml frontend=pip
[tool.example]
no-build-isolation-package = [\"torch\"]
```",
    mend: "Nothing needs to be done. For the list to count, repeat it in the frontend's table:
```toml frontend=pip
[tool.pip]
no-build-isolation-package = [\"torch\"]
```",
};

/// Reports a list that does not count under `reading`.
pub(crate) fn check(found: &Found<'_>, reading: &Reading, findings: &mut Vec<Diagnostic>) {
    let Reading::Frontend(frontend) = reading else {
        return;
    };
    let table = found.shown_table();
    let own = dotted(["tool", frontend]);
    findings.push(
        Diagnostic::new(
            &RULE,
            format!("the list in `[{table}]` does not count: `{frontend}` reads `[{own}]` only"),
        )
        .at(found.key.clone()),
    );
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Reading;
    use crate::testing::{only, only_for};

    const TWO: &str =
        "[tool.x]\nno-build-isolation-package = ['a']\n[tool.y]\nno-build-isolation-package = 1\n";

    #[test]
    fn each_other_list_is_reported_and_only_the_own_counts() {
        assert_snapshot!(only_for("x", "BIP118", TWO), @"BIP118 info 4:1 «no-build-isolation-package»: the list in `[tool.y]` does not count: `x` reads `[tool.x]` only");
        let read = crate::read(TWO, &Reading::Frontend("x".to_owned()));
        assert_eq!(read.declarations.len(), 1);
        assert_eq!(read.declarations[0].table, "tool.x");
        assert_snapshot!(only_for("a b", "BIP118", TWO), @r#"
        BIP118 info 2:1 «no-build-isolation-package»: the list in `[tool.x]` does not count: `a b` reads `[tool."a b"]` only
        BIP118 info 4:1 «no-build-isolation-package»: the list in `[tool.y]` does not count: `a b` reads `[tool."a b"]` only
        "#);
    }

    #[test]
    fn the_neutral_reading_has_no_others() {
        assert_eq!(only("BIP118", TWO), "");
    }

    #[test]
    fn names_of_tables_are_compared_as_written() {
        assert_eq!(only_for("X", "BIP118", TWO).lines().count(), 2);
    }
}
