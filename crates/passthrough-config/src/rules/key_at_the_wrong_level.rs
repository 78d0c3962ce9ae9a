//! BIP122: the key where nobody reads it.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use crate::KEY;
use crate::survey::Found;

/// BIP122.
pub static RULE: Rule = Rule {
    code: "BIP122",
    name: "key-at-the-wrong-level",
    severity: Severity::Warning,
    requirements: &["CONF-1"],
    what: "`no-build-isolation-package` is somewhere other than directly in a `[tool.<name>]` \
           table: at the top of the file, in `[tool]` itself, in `[project]`, in \
           `[build-system]`, or deeper inside of a tool's table. It is not read.",
    why: "Nothing passes through, and most frontends do not say so. build 1.6 and \
          poetry 2.5 refuse a project with a key in `[build-system]` that they do not know.",
    example: "```toml
[tool]
no-build-isolation-package = [\"torch\"]
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// Reports the key.
pub(crate) fn check(found: &Found<'_>, findings: &mut Vec<Diagnostic>) {
    let place = if found.path.is_empty() {
        "at the top of the file".to_owned()
    } else {
        format!("in `{}`", found.shown_table())
    };
    findings.push(
        Diagnostic::new(&RULE, format!("`{KEY}` {place} lists nothing"))
            .at(found.key.clone())
            .label("not read")
            .help("write it directly in a `[tool.<name>]` table"),
    );
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Reading;
    use crate::testing::{only, only_for, read};

    #[test]
    fn every_wrong_level_is_reported_and_not_read() {
        let source = "no-build-isolation-package = ['a']
tool.no-build-isolation-package = ['a']
project.no-build-isolation-package = ['a']
build-system = { requires = [], no-build-isolation-package = ['a'] }
[tool.x.build]
no-build-isolation-package = ['a']
[[tool.x.overrides]]
no-build-isolation-package = ['a']
[dependency-groups]
no-build-isolation-package = ['a']
";
        assert_snapshot!(only("BIP122", source), @r#"
        BIP122 warning 1:1 «no-build-isolation-package»: `no-build-isolation-package` at the top of the file lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        BIP122 warning 2:6 «no-build-isolation-package»: `no-build-isolation-package` in `tool` lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        BIP122 warning 3:9 «no-build-isolation-package»: `no-build-isolation-package` in `project` lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        BIP122 warning 4:33 «no-build-isolation-package»: `no-build-isolation-package` in `build-system` lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        BIP122 warning 6:1 «no-build-isolation-package»: `no-build-isolation-package` in `tool.x.build` lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        BIP122 warning 8:1 «no-build-isolation-package»: `no-build-isolation-package` in `tool.x.overrides` lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        BIP122 warning 10:1 «no-build-isolation-package»: `no-build-isolation-package` in `dependency-groups` lists nothing
          ^ not read
          ? write it directly in a `[tool.<name>]` table
        "#);
        assert!(read(source).declarations.is_empty());
    }

    #[test]
    fn inside_of_other_frontends_tables_it_is_their_matter() {
        let source = "[tool.x.y]\nno-build-isolation-package = ['a']\n[project]\nno-build-isolation-package = ['a']";
        assert_eq!(only_for("x", "BIP122", source).matches("BIP122").count(), 2);
        assert_eq!(only_for("z", "BIP122", source).matches("BIP122").count(), 1);
        let read = crate::read(source, &Reading::Frontend("x".to_owned()));
        assert!(read.declarations.is_empty());
    }
}
