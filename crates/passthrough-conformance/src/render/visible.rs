//! Texts of adapters, made harmless for a reader.

use std::fmt::Write as _;

/// `text` with control characters (but line breaks and tabs) and those that
/// turn the direction of what follows spelled out.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = matches!(c,
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{61c}');
        if hidden || (c.is_control() && !matches!(c, '\n' | '\t')) {
            let _ = write!(visible, "\\u{{{:x}}}", u32::from(c));
        } else {
            visible.push(c);
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_cannot_be_seen_is_spelled() {
        assert_eq!(visible("a\tb\nc é 東"), "a\tb\nc é 東");
        assert_eq!(
            visible("\u{1b}[31m\r\u{202e}\u{7f}"),
            "\\u{1b}[31m\\u{d}\\u{202e}\\u{7f}"
        );
    }
}
