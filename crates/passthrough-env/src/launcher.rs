//! Scripts that start the environment's interpreter. Pure.

use std::path::Path;

/// What Linux reads of a first line; other systems read more.
const SHEBANG: usize = 127;

/// A script made from an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) name: String,
    module: String,
    /// The object below the module: `main`, `Cli.run`.
    object: String,
}

/// The scripts of an `entry_points.txt`, console and graphical, by name, each
/// once; what is no valid entry point is left out.
pub(crate) fn scripts(entry_points: &str) -> Vec<Script> {
    let mut section = "";
    let mut scripts: Vec<Script> = Vec::new();
    for line in entry_points.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.trim();
        } else if matches!(section, "console_scripts" | "gui_scripts")
            && !line.starts_with(['#', ';'])
            && let Some(script) = script(line)
        {
            scripts.push(script);
        }
    }
    // As a mapping reads them: of two of one name the last counts.
    scripts.reverse();
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    scripts.dedup_by(|a, b| a.name == b.name);
    scripts
}

fn script(line: &str) -> Option<Script> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    // A name that is a file's name, in one line of anything.
    let is_name = !name.is_empty()
        && name != "."
        && name != ".."
        && name.len() <= 255
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control);
    let value = match value.split_once('[') {
        // The extras that it needs.
        Some((value, extras)) if extras.trim_end().ends_with(']') => value,
        Some(_) => return None,
        None => value,
    };
    let (module, object) = value.split_once(':')?;
    let (module, object) = (module.trim(), object.trim());
    (is_name && is_dotted(module) && is_dotted(object)).then(|| Script {
        name: name.to_owned(),
        module: module.to_owned(),
        object: object.to_owned(),
    })
}

/// Identifiers with dots between them.
fn is_dotted(text: &str) -> bool {
    text.split('.').all(|part| {
        !part.starts_with(|c: char| c.is_numeric())
            && !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

impl Script {
    /// The script's text, for the interpreter `python`.
    pub(crate) fn text(&self, python: &Path) -> Vec<u8> {
        let (module, object) = (&self.module, &self.object);
        let first = object.split('.').next().unwrap_or(object);
        let code = format!(
            "import sys\n\nfrom {module} import {first}\n\nif __name__ == \"__main__\":\n    \
             sys.exit({object}())\n"
        );
        let mut text = header(python, "");
        text.extend(code.into_bytes());
        text
    }
}

/// The start of a script: a first line that names the interpreter, or where
/// that would be too long or holds a space, a start that is shell and Python
/// at once.
fn header(python: &Path, arguments: &str) -> Vec<u8> {
    let python = python.as_os_str().as_encoded_bytes();
    let space = if arguments.is_empty() { "" } else { " " };
    let mut line = b"#!".to_vec();
    line.extend(python);
    line.extend(format!("{space}{arguments}").as_bytes());
    let is_plain = !python.iter().any(u8::is_ascii_whitespace);
    if is_plain && line.len() < SHEBANG {
        line.push(b'\n');
        return line;
    }
    let mut text = b"#!/bin/sh\n'''exec' \"".to_vec();
    text.extend(python);
    text.extend(format!("\"{space}{arguments} \"$0\" \"$@\"\n' '''\n").as_bytes());
    text
}

/// The text of a script, made to start `python`; None if the script is not one
/// for a Python.
pub(crate) fn rewritten(text: &[u8], python: &Path) -> Option<Vec<u8>> {
    let (rest, arguments) = without_header(text)?;
    let mut text = header(python, &arguments);
    text.extend(rest);
    Some(text)
}

/// What follows the header of a script for a Python, and the interpreter's
/// arguments in it.
fn without_header(text: &[u8]) -> Option<(&[u8], String)> {
    let (first, rest) = line(text.strip_prefix(b"#!")?)?;
    let mut words = first.split_whitespace();
    let mut program = words.next()?;
    if file_name(program) == "sh" && words.next().is_none() {
        let (second, rest) = line(rest)?;
        let (third, rest) = line(rest)?;
        let is_python = second.contains("python") || second.contains("pypy");
        let is_header = second.starts_with("'''exec' ") && third.trim_end() == "' '''";
        return (is_header && is_python).then(|| (rest, String::new()));
    }
    if file_name(program) == "env" {
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    is_python(file_name(program)).then(|| (rest, words.collect::<Vec<_>>().join(" ")))
}

/// The first line and what follows it; None if it is long or not text.
fn line(text: &[u8]) -> Option<(&str, &[u8])> {
    let start = &text[..text.len().min(4096)];
    let end = start.iter().position(|&byte| byte == b'\n')?;
    Some((std::str::from_utf8(&text[..end]).ok()?, &text[end + 1..]))
}

fn file_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// `python`, `python3.13t`, `pythonw`, `pypy3`.
fn is_python(name: &str) -> bool {
    name.strip_prefix("python")
        .or_else(|| name.strip_prefix("pypy"))
        .is_some_and(|rest| {
            rest.trim_end_matches(['t', 'd', 'w'])
                .chars()
                .all(|c| c.is_ascii_digit() || c == '.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = "/env/bin/python";

    fn rewrite(text: &str) -> Option<String> {
        let text = rewritten(text.as_bytes(), Path::new(PYTHON))?;
        Some(String::from_utf8(text).unwrap())
    }

    #[test]
    fn scripts_come_from_both_sections() {
        let text = "[other]\nx = a:b\n\n[console_scripts]\nf2py = numpy.f2py.f2py2e:main\n# no = a:b\n\
                    ; no = a:b\nrun = pkg.cli:App.run [cli,  extra]\nf2py = again:main\n\
                    [gui_scripts]\n gui=pkg : show \n[numpy]\ny = a:b\n";
        let shown: Vec<_> = scripts(text)
            .into_iter()
            .map(|script| (script.name, script.module, script.object))
            .collect();
        let expected = [
            ("f2py", "again", "main"),
            ("gui", "pkg", "show"),
            ("run", "pkg.cli", "App.run"),
        ];
        assert_eq!(
            shown,
            expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
        );
    }

    #[test]
    fn hostile_entry_points_are_left_out() {
        for line in [
            "../../x = a:b",
            ".. = a:b",
            "/bin/sh = a:b",
            "= a:b",
            "a\u{7}b = a:b",
            "x = a",
            "x = a:",
            "x = a:b()",
            "x = a; import os:b",
            "x = a:b [y",
            "x = a-b:c",
            "x = 1a:c",
            "x = a..b:c",
            "no value",
        ] {
            let text = format!("[console_scripts]\n{line}\n");
            assert_eq!(scripts(&text), [], "{line}");
        }
    }

    #[test]
    fn a_script_imports_and_calls() {
        let scripts = scripts("[console_scripts]\nrun = pkg.cli:App.run\n");
        let text = scripts[0].text(Path::new(PYTHON));
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "#!/env/bin/python\nimport sys\n\nfrom pkg.cli import App\n\n\
             if __name__ == \"__main__\":\n    sys.exit(App.run())\n"
        );
    }

    #[test]
    fn only_the_header_of_python_scripts_changes() {
        for (first, expected) in [
            ("#!/usr/bin/python3", "#!/env/bin/python"),
            ("#! /usr/bin/python3.11", "#!/env/bin/python"),
            ("#!/h/bin/python -sP", "#!/env/bin/python -sP"),
            ("#!/usr/bin/env python3", "#!/env/bin/python"),
            ("#!/usr/bin/env -S python3 -u", "#!/env/bin/python -u"),
            ("#!/h/bin/python3.13t\r", "#!/env/bin/python"),
            ("#!/opt/pypy3.10", "#!/env/bin/python"),
            (
                "#!/bin/sh\n'''exec' \"/a b/bin/python\" \"$0\" \"$@\"\n' '''",
                "#!/env/bin/python",
            ),
        ] {
            let text = format!("{first}\nimport x\n\u{e9}\n");
            let expected = format!("{expected}\nimport x\n\u{e9}\n");
            assert_eq!(rewrite(&text), Some(expected), "{first}");
        }
        for other in [
            "#!/bin/sh\necho python\n",
            "#!/bin/bash\n'''exec' python\n' '''\n",
            "#!/usr/bin/env ruby\n",
            "#!/usr/bin/python3-config\nx\n",
            "#!/usr/bin/perl -w python\n",
            "\u{7f}ELF",
            "#!/usr/bin/python3",
            "",
            "import x\n",
        ] {
            assert_eq!(rewrite(other), None, "{other}");
        }
        // What follows may be any bytes.
        assert_eq!(
            rewritten(b"#!/usr/bin/python3\n\xff\0", Path::new(PYTHON)).unwrap(),
            b"#!/env/bin/python\n\xff\0"
        );
    }

    #[test]
    fn long_paths_and_spaces_are_quoted() {
        let long = format!("/{}/bin/python", "x".repeat(130));
        for python in ["/a b/bin/python", long.as_str()] {
            let text = String::from_utf8(header(Path::new(python), "-u")).unwrap();
            assert_eq!(
                text,
                format!("#!/bin/sh\n'''exec' \"{python}\" -u \"$0\" \"$@\"\n' '''\n")
            );
            let again = rewrite(&format!("{text}rest\n")).unwrap();
            assert_eq!(again, format!("#!{PYTHON}\nrest\n"));
        }
    }
}
