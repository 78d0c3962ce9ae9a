//! Configuration files as Python's `RawConfigParser` reads them.

/// One option of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) section: String,
    pub(super) option: String,
    /// Its lines, joined by line feeds.
    pub(super) value: String,
}

/// A line that is neither a section, an option, a comment nor the continuation
/// of a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub(super) struct IniError {
    pub(super) line: usize,
    pub(super) message: &'static str,
}

/// Reads all options, in the order of the file. Names are as written.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, IniError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section: Option<&str> = None;
    // The indentation of the option that a deeper line goes on with.
    let mut open: Option<usize> = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, raw) in text.lines().enumerate() {
        let fail = |message| IniError {
            line: index + 1,
            message,
        };
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let indentation = raw.len() - raw.trim_start().len();
        if let Some(entry) = entries
            .last_mut()
            .filter(|_| open.is_some_and(|open| indentation > open))
        {
            entry.value.push('\n');
            entry.value.push_str(line);
        } else if let Some(rest) = line.strip_prefix('[') {
            let (name, _) = rest
                .rsplit_once(']')
                .ok_or_else(|| fail("a section has no `]`"))?;
            section = Some(name);
            open = None;
        } else {
            let at = line
                .find(['=', ':'])
                .ok_or_else(|| fail("an option has no value: `=` is expected"))?;
            entries.push(Entry {
                section: section
                    .ok_or_else(|| fail("an option stands before the first section"))?
                    .to_owned(),
                option: line[..at].trim_end().to_owned(),
                value: line[at + 1..].trim_start().to_owned(),
            });
            open = Some(indentation);
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String, String)> {
        parse(text)
            .unwrap()
            .into_iter()
            .map(|entry| (entry.section, entry.option, entry.value))
            .collect()
    }

    #[test]
    fn reads_what_the_standard_library_reads() {
        let text = "# c\n[global]\nindex-url = https://x/a=b ; not a comment\n; c\nfind-links =\n    /a\n\n    # c\n    https://b/\n\
                    timeout:60\n[install]\nno-deps=\n  [x]\n";
        let expected = [
            ("global", "index-url", "https://x/a=b ; not a comment"),
            ("global", "find-links", "\n/a\nhttps://b/"),
            ("global", "timeout", "60"),
            ("install", "no-deps", "\n[x]"),
        ]
        .map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(read(text), expected);
        assert_eq!(read("\u{feff}[a]\r\nb = c\r\n").len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line) in [("a = b", 1), ("[a]\nb", 2), ("[a]\n\n[b", 3)] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]=: \\n\\ta-c#;\u{feff}é]{0,60}") {
            let _ = parse(&text);
        }
    }
}
