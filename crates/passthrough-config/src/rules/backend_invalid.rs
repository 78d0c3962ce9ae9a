//! BIP108: `build-backend` or `backend-path` is not what PEP 517 asks for.

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use toml_edit::{Array, TableLike};

use crate::Backend;
use crate::text::{Text, item_span, key_span, kind, quoted, span, value_kind};

/// BIP108.
pub static RULE: Rule = Rule {
    code: "BIP108",
    name: "backend-invalid",
    severity: Severity::Error,
    requirements: &["CONF-8"],
    what: "`build-backend` is not an object reference (`module` or `module:object`), or \
           `backend-path` is not an array of relative directories inside of the project.",
    why: "PEP 517 forbids it: the backend cannot be imported, or would be imported from outside \
          of the project.",
    example: "```toml
[build-system]
requires = []
build-backend = \"shared/backend.py\"
backend-path = [\"../shared\"]
```",
    mend: "```toml
[build-system]
requires = []
build-backend = \"backend\"
backend-path = [\"build_support\"]
```",
};

/// The backend, with PEP 517's default for what is absent or invalid.
pub(crate) fn backend(
    source: &str,
    table: &dyn TableLike,
    findings: &mut Vec<Diagnostic>,
) -> Backend {
    let mut backend = Backend::default();
    if let Some((key, item)) = table.get_key_value("build-backend") {
        match item.as_str() {
            Some(name) if is_object_reference(name) => name.clone_into(&mut backend.name),
            fault => {
                let message = fault.map_or_else(
                    || format!("`build-backend` is {}, not a string", kind(item)),
                    |name| format!("{} is not an object reference", quoted(name)),
                );
                findings.push(
                    Diagnostic::new(&RULE, message)
                        .at(item_span(&key_span(key), item))
                        .help("write `module` or `module:object`, such as `setuptools.build_meta`"),
                );
            }
        }
    }
    if let Some((key, item)) = table.get_key_value("backend-path") {
        match item.as_array() {
            Some(array) => backend.path = directories(source, array, findings),
            None => findings.push(
                Diagnostic::new(
                    &RULE,
                    format!("`backend-path` is {}, not an array of strings", kind(item)),
                )
                .at(item_span(&key_span(key), item)),
            ),
        }
    }
    backend
}

fn directories(source: &str, array: &Array, findings: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut directories = Vec::new();
    for value in array {
        let fault = match Text::of(source, value) {
            None => format!(
                "an entry of `backend-path` is {}, not a string",
                value_kind(value)
            ),
            Some(text) => match path_fault(text.value) {
                None => {
                    directories.push(text.value.to_owned());
                    continue;
                }
                Some(fault) => format!("{} {fault}", quoted(text.value)),
            },
        };
        findings.push(
            Diagnostic::new(&RULE, fault)
                .at(span(value))
                .help("name a directory of the project, relative to its root"),
        );
    }
    directories
}

/// `module` or `module:object`, both dotted identifiers.
fn is_object_reference(text: &str) -> bool {
    let is_identifier = |part: &str| {
        part.chars().all(|c| c == '_' || c.is_alphanumeric())
            && part.chars().next().is_some_and(|c| !c.is_numeric())
    };
    let (module, object) = match text.split_once(':') {
        Some((module, object)) => (module, Some(object)),
        None => (text, None),
    };
    module.split('.').all(is_identifier)
        && object.is_none_or(|object| object.split('.').all(is_identifier))
}

/// Why a text is no directory of the project. Both kinds of separator count
/// everywhere: a source distribution is built on more than one system.
fn path_fault(text: &str) -> Option<&'static str> {
    if text.contains('\0') {
        return Some("has a null character, so it is no path");
    }
    let has_drive = matches!(text.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic());
    if text.starts_with(['/', '\\']) || has_drive {
        return Some("is an absolute path");
    }
    let mut depth = 0_usize;
    for part in text.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(parent) => depth = parent,
                None => return Some("leads out of the project"),
            },
            _ => depth += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::{only, read};

    #[test]
    fn object_references() {
        for valid in [
            "setuptools.build_meta",
            "setuptools.build_meta:__legacy__",
            "backend",
            "a.b:c.d",
            "_x1",
            "módulo",
        ] {
            assert!(is_object_reference(valid), "{valid}");
        }
        for invalid in [
            "", ":", "a:", ":a", "a.", ".a", "a..b", "a b", "a:b:c", "1a", "a-b", "a/b", " a",
            "a\n", "a:b.", "a[x]",
        ] {
            assert!(!is_object_reference(invalid), "{invalid:?}");
        }
    }

    #[test]
    fn paths() {
        for valid in [
            ".", "", "a", "a/b/", "./a", "a/..", "a/../b", "..a", "a\\b", "é",
        ] {
            assert_eq!(path_fault(valid), None, "{valid}");
        }
        for invalid in [
            "..",
            "../a",
            "a/../..",
            "a//../..",
            "./..",
            "a/b/../../..",
            "..\\a",
            "/",
            "/a",
            "\\a",
            "\\\\a\\b",
            "C:\\a",
            "c:a",
            "a\0",
        ] {
            assert!(path_fault(invalid).is_some(), "{invalid:?}");
        }
    }

    #[test]
    fn each_fault_is_placed() {
        assert_snapshot!(only("BIP108", "[build-system]\nrequires = []\nbuild-backend = 'my backend'\nbackend-path = ['a', '..', '/b', 1, \"\\u0000\"]"), @r#"
        BIP108 error 3:17 «'my backend'»: `my backend` is not an object reference
          ? write `module` or `module:object`, such as `setuptools.build_meta`
        BIP108 error 4:22 «'..'»: `..` leads out of the project
          ? name a directory of the project, relative to its root
        BIP108 error 4:28 «'/b'»: `/b` is an absolute path
          ? name a directory of the project, relative to its root
        BIP108 error 4:34 «1»: an entry of `backend-path` is an integer, not a string
          ? name a directory of the project, relative to its root
        BIP108 error 4:37 «"\u0000"»: `\u{0}` has a null character, so it is no path
          ? name a directory of the project, relative to its root
        "#);
        assert_snapshot!(only("BIP108", "[build-system]\nrequires = []\nbuild-backend = ['a']\nbackend-path = 'a'"), @r#"
        BIP108 error 3:17 «['a']»: `build-backend` is an array, not a string
          ? write `module` or `module:object`, such as `setuptools.build_meta`
        BIP108 error 4:16 «'a'»: `backend-path` is a string, not an array of strings
        "#);
        assert_snapshot!(only("BIP108", "[build-system]\nrequires = []\n[build-system.build-backend]\n[[build-system.backend-path]]"), @r#"
        BIP108 error 3:15 «build-backend»: `build-backend` is a table, not a string
          ? write `module` or `module:object`, such as `setuptools.build_meta`
        BIP108 error 4:16 «backend-path»: `backend-path` is an array of tables, not an array of strings
        "#);
    }

    #[test]
    fn what_is_valid_is_kept() {
        let read = read(
            "[build-system]\nrequires = []\nbuild-backend = 'a.b:c'\nbackend-path = ['a', '..', 'b']",
        );
        assert_eq!(read.backend.name, "a.b:c");
        assert_eq!(read.backend.path, ["a", "b"]);
    }

    #[test]
    fn an_invalid_name_leaves_the_default() {
        let read = read("[build-system]\nrequires = []\nbuild-backend = ''");
        assert_eq!(read.backend, Backend::default());
    }
}
