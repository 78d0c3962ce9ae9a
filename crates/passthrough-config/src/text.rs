//! What the rules share: places in the file, and words for what stands there.

use std::ops::Range;

use passthrough_diagnostic::Span;
use toml_edit::{Item, Key, Value};

/// A string of the file.
#[derive(Clone, Debug)]
pub(crate) struct Text<'a> {
    /// The decoded string.
    pub(crate) value: &'a str,
    /// The whole of it as written, quotes included.
    pub(crate) span: Span,
    /// Where the content starts, if it is written exactly as it decodes.
    content: Option<usize>,
}

impl<'a> Text<'a> {
    /// The value as a string, if it is one.
    pub(crate) fn of(source: &str, value: &'a Value) -> Option<Self> {
        let decoded = value.as_str()?;
        let span = span(value);
        let content = source
            .get(span.clone())
            .and_then(|raw| content_start(raw, decoded))
            .map(|offset| span.start + offset);
        Some(Self {
            value: decoded,
            span,
            content,
        })
    }

    /// Where a part of the decoded string is written; the whole string, where
    /// escapes make that unknown or where there is nothing in it.
    pub(crate) fn place(&self, part: Range<usize>) -> Span {
        match self.content {
            Some(start) if !self.value.is_empty() => start + part.start..start + part.end,
            _ => self.span.clone(),
        }
    }
}

fn content_start(raw: &str, decoded: &str) -> Option<usize> {
    let (quotes, multi_line) = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quotes| raw.starts_with(quotes))
        .map(|quotes| (quotes.len(), quotes.len() == 3))?;
    let content = raw.get(quotes..raw.len().checked_sub(quotes)?)?;
    // The newline right after the opening quotes of a multi-line string does not count.
    let skipped = match content.as_bytes() {
        [b'\n', ..] if multi_line => 1,
        [b'\r', b'\n', ..] if multi_line => 2,
        _ => 0,
    };
    (content.get(skipped..)? == decoded).then_some(quotes + skipped)
}

/// Where a value is written.
pub(crate) fn span(value: &Value) -> Span {
    // Every value of a parsed document has a span.
    value.span().unwrap_or_default()
}

/// Where a key is written.
pub(crate) fn key_span(key: &Key) -> Span {
    // Every key of a parsed document has a span.
    key.span().unwrap_or_default()
}

/// Where an item is written: its value, or its key for a table, which has no
/// place of its own.
pub(crate) fn item_span(key: &Span, item: &Item) -> Span {
    item.as_value().map_or_else(|| key.clone(), span)
}

/// What an item is, in words.
pub(crate) fn kind(item: &Item) -> &'static str {
    match item {
        Item::None => "nothing",
        Item::Value(value) => value_kind(value),
        Item::Table(_) => "a table",
        Item::ArrayOfTables(_) => "an array of tables",
    }
}

/// What a value is, in words.
pub(crate) fn value_kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "an array",
        Value::InlineTable(_) => "a table",
    }
}

/// A text of the file for use in a message: in backticks, and cut when long.
pub(crate) fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "an empty string".to_owned();
    }
    format!("`{}`", cut(text))
}

/// A text of the file, cut when long: a message is to be read, and the file
/// may be hostile.
pub(crate) fn cut(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A dotted key, its parts quoted where TOML asks for it.
pub(crate) fn dotted<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut name = String::new();
    for part in parts {
        if !name.is_empty() {
            name.push('.');
        }
        let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !part.is_empty() && part.bytes().all(is_bare) {
            name.push_str(part);
        } else {
            name.push_str(&format!("{part:?}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `Text::place` says of the part `b` of the first string in `source`.
    fn placed(source: &str) -> String {
        let document = toml_edit::Document::parse(source).unwrap();
        let value = document["a"].as_value().unwrap();
        let text = Text::of(source, value).unwrap();
        let start = text.value.find('b').unwrap();
        source[text.place(start..start + 1)].to_owned()
    }

    #[test]
    fn a_part_of_a_string_is_placed_exactly_where_nothing_is_escaped() {
        for source in [
            "a = 'xbx'",
            "a = \"éb\"",
            "a = '''b'''",
            "a = \"\"\"\nxb\"\"\"",
            "a = \"\"\"\r\nxb\"\"\"",
            "a = '''\n\nxb'''",
            "\u{feff}a = 'xb'",
            "a = \"\"\"b\"\"\"\"",
        ] {
            assert_eq!(placed(source), "b", "{source:?}");
        }
    }

    #[test]
    fn a_string_with_escapes_is_placed_as_a_whole() {
        for (source, whole) in [
            (r#"a = "\u0078b""#, r#""\u0078b""#),
            (r#"a = "xb\\""#, r#""xb\\""#),
            ("a = \"\"\"x\\\n b\"\"\"", "\"\"\"x\\\n b\"\"\""),
        ] {
            assert_eq!(placed(source), whole, "{source:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(quoted(""), "an empty string");
        assert_eq!(quoted("é"), "`é`");
        assert_eq!(quoted(&"é".repeat(60)), format!("`{}`", "é".repeat(60)));
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }

    #[test]
    fn parts_of_a_dotted_key_are_quoted_where_needed() {
        assert_eq!(dotted(["tool", "a-b_1"]), "tool.a-b_1");
        assert_eq!(dotted(["tool", "a.b", "", "\n"]), r#"tool."a.b".""."\n""#);
    }
}
