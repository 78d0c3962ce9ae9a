//! BIP103: no `[build-system]`, so the defaults apply.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_requirement::Requirement;

use crate::{Requires, Spanned};

/// BIP103.
pub static RULE: Rule = Rule {
    code: "BIP103",
    name: "no-build-system",
    severity: Severity::Info,
    requirements: &[],
    what: "The file has no `[build-system]` table. PEP 518 then asks for `setuptools>=40.8.0`, and \
           PEP 517 for setuptools' legacy backend.",
    why: "A passthrough list only ever concerns build requirements, and here setuptools is the \
          only static one.",
    example: "```toml
[project]
name = \"demo\"
version = \"1\"
```",
    mend: "Nothing needs to be done; a project that means another backend, or means to pin \
           setuptools, says so:
```toml
[build-system]
requires = [\"setuptools>=77\"]
build-backend = \"setuptools.build_meta\"
```",
};

/// PEP 518's default requirement.
const DEFAULT: &str = "setuptools>=40.8.0";

/// The requirements of a file without `[build-system]`.
pub(crate) fn default(findings: &mut Vec<Diagnostic>) -> Requires {
    findings.push(Diagnostic::new(
        &RULE,
        format!("no `[build-system]`: {DEFAULT} and its legacy backend are used"),
    ));
    let requirement: Option<Requirement> = DEFAULT.parse().ok();
    Requires {
        requirements: requirement
            .map(|value| Spanned { value, span: 0..0 })
            .into_iter()
            .collect(),
        declared: false,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::{only, read};

    #[test]
    fn the_default_is_returned_with_an_empty_span() {
        assert_snapshot!(only("BIP103", ""), @"BIP103 info file: no `[build-system]`: setuptools>=40.8.0 and its legacy backend are used");
        for source in ["", "# nothing\n", "[tool.x]\na = 1", "\u{feff}"] {
            assert_eq!(only("BIP103", source), only("BIP103", ""), "{source:?}");
            let read = read(source);
            assert!(!read.requires.declared);
            assert_eq!(
                read.requires.requirements,
                [Spanned {
                    value: "setuptools>=40.8.0".parse().unwrap(),
                    span: 0..0
                }]
            );
            assert_eq!(read.backend.name, "setuptools.build_meta:__legacy__");
            assert_eq!(read.backend.path, [""; 0]);
        }
    }

    #[test]
    fn an_empty_table_is_a_build_system() {
        let read = read("[build-system]\n");
        assert!(read.requires.declared);
        assert!(read.requires.requirements.is_empty());
        assert_eq!(only("BIP103", "[build-system]\n"), "");
    }
}
