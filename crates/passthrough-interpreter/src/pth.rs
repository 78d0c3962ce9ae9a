//! `.pth` files, read without running anything.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::files;
use crate::habits::Habits;

/// No `.pth` file of a real host comes near this size, in bytes.
const LIMIT: u64 = 1 << 20;

/// A line of a `.pth` file that means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Python code.
    Code,
    /// A path, absolute or below the site directory.
    Path(&'a str),
}

/// A `.pth` file and the paths in it, made absolute.
pub(crate) struct PthFile {
    pub(crate) path: PathBuf,
    pub(crate) content: Result<Content, String>,
}

pub(crate) struct Content {
    /// In order; existing or not.
    pub(crate) paths: Vec<PathBuf>,
    /// How many lines are code.
    pub(crate) code: usize,
}

/// The names of the `.pth` files in a site directory, in the order in which
/// `site` takes them. None: it cannot be listed.
pub(crate) fn names(directory: &Path, habits: Habits) -> Option<Vec<OsString>> {
    let mut names: Vec<OsString> = fs::read_dir(directory)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| name.as_bytes().ends_with(b".pth"))
        .filter(|name| !(habits.skips_hidden && name.as_bytes().starts_with(b".")))
        .collect();
    names.sort();
    Some(names)
}

/// Reads one `.pth` file of a site directory, for a Python 3 of this minor version.
pub(crate) fn read(directory: &Path, name: &OsStr, minor: u32) -> PthFile {
    let path = directory.join(name);
    let content = files::read_text(&path, LIMIT).map_err(|error| error.to_string());
    PthFile {
        content: content.map(|text| {
            let mut content = Content {
                paths: Vec::new(),
                code: 0,
            };
            for line in lines(&text, minor) {
                match line {
                    Line::Code => content.code += 1,
                    Line::Path(line) => content.paths.push(files::normalize(&directory.join(line))),
                }
            }
            content
        }),
        path,
    }
}

/// What the lines of a `.pth` file mean to `site`, in order.
pub(crate) fn lines(text: &str, minor: u32) -> impl Iterator<Item = Line<'_>> {
    // Python 3.13 changed how the text is decoded, and where it ends a line.
    let modern = minor >= 13;
    let text = if modern {
        text.strip_prefix('\u{feff}').unwrap_or(text)
    } else {
        text
    };
    let ends_line = move |c: char| match c {
        '\n' | '\r' => true,
        '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => modern,
        _ => false,
    };
    text.split(ends_line).filter_map(|line| {
        if line.starts_with('#') {
            None
        } else if line.starts_with("import ") || line.starts_with("import\t") {
            Some(Line::Code)
        } else {
            let line = line.trim_end_matches(is_python_space);
            (!line.is_empty()).then_some(Line::Path(line))
        }
    })
}

/// `str.isspace` of Python.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, minor: u32) -> Vec<Line<'_>> {
        lines(text, minor).collect()
    }

    #[test]
    fn comments_and_blank_lines_mean_nothing() {
        assert_eq!(of("# a\n\n  \t\r\n#b", 12), []);
        assert_eq!(of(" # a\n", 12), [Line::Path(" # a")]);
    }

    #[test]
    fn code_begins_with_import_and_a_blank() {
        let text = "import a\nimport\tb\nimported\n import c\nimport";
        let expected = [
            Line::Code,
            Line::Code,
            Line::Path("imported"),
            Line::Path(" import c"),
            Line::Path("import"),
        ];
        assert_eq!(of(text, 12), expected);
    }

    #[test]
    fn trailing_blanks_do_not_count() {
        assert_eq!(
            of("a b \t\u{a0}\r\nc\rd", 12),
            [Line::Path("a b"), Line::Path("c"), Line::Path("d")]
        );
    }

    #[test]
    fn python_3_13_reads_differently() {
        assert_eq!(
            of("\u{feff}a\u{2028}b", 12),
            [Line::Path("\u{feff}a\u{2028}b")]
        );
        assert_eq!(
            of("\u{feff}a\u{2028}b", 13),
            [Line::Path("a"), Line::Path("b")]
        );
    }
}
