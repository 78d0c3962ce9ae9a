//! Texts of files and hosts, made harmless for a terminal.
//!
//! A name, a path or a message can carry escape sequences, bidirectional
//! controls or line breaks. What is not a visible character or an ordinary
//! blank is spelled out before it is printed.

use std::borrow::Cow;

/// `text` with everything invisible spelled `\u{…}`: control characters (C0,
/// C1), line and paragraph separators, bidirectional and other format
/// characters, blanks that are not U+0020, unassigned and private characters.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_visible) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_visible(c) {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_unicode());
        }
    }
    Cow::Owned(escaped)
}

/// `text` with everything invisible but tabs and line breaks replaced by one
/// visible character each: columns counted in characters stay as they are.
pub(crate) fn picture(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' => c,
            '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\x7f' => '\u{2421}',
            c if is_visible(c) => c,
            _ => '\u{fffd}',
        })
        .collect()
}

/// `json`, a JSON text, with everything invisible in its strings as `\uXXXX`.
///
/// JSON itself asks for that below U+0020 only. Outside of strings a JSON text
/// is printable ASCII and line breaks, so the strings need not be found.
pub(crate) fn escape_json(json: String) -> String {
    let harmless = |c| c == '\n' || is_visible(c);
    if json.chars().all(harmless) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if harmless(c) {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    // The standard library knows what is printable, but tells only through
    // `escape_debug`; behind another character it leaves combining ones alone.
    let mut pair = [b'a', 0, 0, 0, 0];
    let length = c.encode_utf8(&mut pair[1..]).len();
    str::from_utf8(&pair[..=length]).is_ok_and(|pair| pair.escape_debug().count() == 2)
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_json, picture};

    #[test]
    fn visible_text_is_untouched() {
        for text in [
            "",
            "torch>=2.4",
            "C:\\x \"y\" 'z'",
            "naïve 東京 e\u{301} 🦀",
        ] {
            assert_eq!(escape(text), text);
            assert_eq!(picture(text), text);
        }
    }

    #[test]
    fn invisible_characters_are_spelled_out() {
        for (c, spelled) in [
            ('\0', "\\u{0}"),
            ('\t', "\\u{9}"),
            ('\n', "\\u{a}"),
            ('\r', "\\u{d}"),
            ('\x1b', "\\u{1b}"),
            ('\x7f', "\\u{7f}"),
            ('\u{85}', "\\u{85}"),
            ('\u{9b}', "\\u{9b}"),
            ('\u{a0}', "\\u{a0}"),
            ('\u{ad}', "\\u{ad}"),
            ('\u{61c}', "\\u{61c}"),
            ('\u{200b}', "\\u{200b}"),
            ('\u{200f}', "\\u{200f}"),
            ('\u{2028}', "\\u{2028}"),
            ('\u{2029}', "\\u{2029}"),
            ('\u{202e}', "\\u{202e}"),
            ('\u{2066}', "\\u{2066}"),
            ('\u{2069}', "\\u{2069}"),
            ('\u{feff}', "\\u{feff}"),
            ('\u{e000}', "\\u{e000}"),
            ('\u{e0041}', "\\u{e0041}"),
        ] {
            assert_eq!(escape(&format!("a{c}b")), format!("a{spelled}b"));
        }
    }

    #[test]
    fn nothing_below_the_blank_and_nothing_of_c1_remains() {
        let all: String = (0..=0xffff).filter_map(char::from_u32).collect();
        let escaped = escape(&all);
        assert!(!escaped.chars().any(char::is_control));
        assert!(
            !picture(&all)
                .chars()
                .any(|c| !matches!(c, '\t' | '\n') && c.is_control())
        );
    }

    #[test]
    fn a_picture_keeps_every_column() {
        let text = "a\x1bb\u{202e}c\rd\x7fe\tf\ng";
        assert_eq!(picture(text), "a␛b\u{fffd}c␍d␡e\tf\ng");
        assert_eq!(picture(text).chars().count(), text.chars().count());
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"k\u{9b}": "a\x1b\u{202e}\u{7f}\u{e0041}\n\"\\ö"});
        let text = escape_json(format!("{value:#}"));
        assert!(text.contains(r"\u009b") && text.contains(r"\udb40\udc41"));
        assert!(text.contains('ö') && text.contains("\n  "));
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
