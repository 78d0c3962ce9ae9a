//! A line for a shell that does what failed once more.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::hooks::{ConfigSettings, Hook, HookError, HookErrorKind};

use super::Scene;

/// Variables of an environment's processes that matter to Python, besides `PATH`.
const VARIABLES: [&str; 3] = ["PYTHONNOUSERSITE", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV"];

/// Variables that they are without.
const REMOVED: [&str; 2] = ["PYTHONHOME", "PYTHONPATH"];

/// The command, if the interpreter was started at all.
pub(super) fn command(error: &HookError, scene: &Scene<'_>) -> Option<String> {
    match error.kind {
        HookErrorKind::NotAProject(_)
        | HookErrorKind::BackendPath { .. }
        | HookErrorKind::Control(_) => return None,
        _ => {}
    }
    let backend = &scene.backend;
    let mut words = vec![
        "cd".to_owned(),
        quoted(backend.project.as_os_str()),
        "&&".to_owned(),
        "env".to_owned(),
    ];
    for name in REMOVED {
        if backend.variables.get(name).is_none() {
            words.extend(["-u".to_owned(), name.to_owned()]);
        }
    }
    // The rest of the path is the user's own.
    if let (Some(path), Some(directory)) = (backend.variables.get("PATH"), backend.python.parent())
        && std::env::split_paths(path).next().as_deref() == Some(directory)
    {
        words.push(format!("PATH={}:\"$PATH\"", quoted(directory.as_os_str())));
    }
    for name in VARIABLES {
        if let Some(value) = backend.variables.get(name) {
            words.push(format!("{name}={}", quoted(value)));
        }
    }
    words.push(quoted(backend.python.as_os_str()));
    words.push("-c".to_owned());
    words.push(quoted(program(error.hook, scene).as_ref()));
    Some(words.join(" "))
}

/// A word for a shell, in characters that can be seen and copied.
fn quoted(word: &OsStr) -> String {
    let is_visible =
        |c: char| c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric());
    match word.to_str() {
        // A null character is in none of them: it could not have been passed on.
        Some(text) if text.chars().all(is_visible) => shlex::try_quote(text)
            .map(std::borrow::Cow::into_owned)
            .unwrap_or_default(),
        _ => printed(word.as_bytes()),
    }
}

/// Any bytes but a line break at the end, as what a shell has `printf` print.
fn printed(bytes: &[u8]) -> String {
    let mut text = String::from("\"$(printf %b '");
    for &byte in bytes {
        let is_plain = byte == b' ' || (byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'\\'));
        if is_plain {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("\\0{byte:03o}"));
        }
    }
    text + "')\""
}

/// The same call in a few words of Python.
fn program(hook: Hook, scene: &Scene<'_>) -> String {
    let (module, object) = scene
        .backend
        .name
        .split_once(':')
        .map_or((scene.backend.name, None), |(module, object)| {
            (module, Some(object))
        });
    let in_tree: Vec<Value> = scene
        .backend
        .path
        .iter()
        .map(|entry| {
            let path: PathBuf = scene.backend.project.join(entry).components().collect();
            Value::from(path.to_string_lossy())
        })
        .collect();
    let backend = match object {
        Some(object) => format!("{module}.{object}"),
        None => module.to_owned(),
    };
    let name = hook.name();
    let settings = settings(scene.settings);
    // `-c` puts the current directory where the hooks have the in-tree backend.
    let in_tree = Value::from(in_tree);
    let call = match hook {
        Hook::GetRequires(_) => format!("{name}({settings})"),
        Hook::Metadata(_) | Hook::Build(_) => {
            format!("{name}(tempfile.mkdtemp(), {settings})")
        }
    };
    format!(
        "import sys, tempfile; sys.path[:1] = {in_tree}; import {module}; \
         print({backend}.{call})"
    )
}

/// A Python expression: JSON is one, without `null` and the like.
fn settings(settings: &ConfigSettings) -> String {
    if settings.is_empty() {
        return "None".to_owned();
    }
    serde_json::to_string(settings).unwrap_or_else(|_| "None".to_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn read_by_a_shell(line: &str) -> Vec<u8> {
        let output = Command::new("sh").args(["-c", line]).output().unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
        output.stdout
    }

    #[test]
    fn words_are_read_as_they_are() {
        for word in [
            "",
            "a b",
            "it's \"$HOME\" `x` \\",
            "*",
            "äöü/日本",
            "\x1b[31m",
            "a\nb'c\\n",
            "\u{202e}txt",
        ] {
            let line = format!("printf %s {}", quoted(word.as_ref()));
            assert_eq!(read_by_a_shell(&line), word.as_bytes(), "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_word_is_visible_and_read_as_it_is(
            word in proptest::collection::vec(1_u8..=255, 1..40)
                .prop_filter("a shell drops it", |word| word.last() != Some(&b'\n'))
        ) {
            let quoted = quoted(OsStr::from_bytes(&word));
            prop_assert!(!quoted.chars().any(char::is_control), "{quoted:?}");
            let line = format!("printf %s {quoted}");
            prop_assert_eq!(read_by_a_shell(&line), word, "{}", line);
        }
    }
}
