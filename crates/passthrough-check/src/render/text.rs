//! Colours, columns and line breaks for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

/// Headings and names.
pub(crate) const STRONG: Style = Style::new().bold();
/// What matters less than its neighbours.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What comes from the host.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What falls back.
pub(crate) const POOR: Style = AnsiColor::Yellow.on_default().bold();
/// What is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// No style.
pub(crate) const PLAIN: Style = Style::new();

/// Some text and its style. The width counts characters: names and versions
/// are ASCII, and a wide character in a reason only makes a line break late.
#[derive(Clone, Debug, Default)]
pub(crate) struct Styled {
    parts: Vec<(Style, String)>,
}

impl Styled {
    pub(crate) fn new(style: Style, text: impl Into<String>) -> Self {
        Self::default().and(style, text)
    }

    pub(crate) fn and(mut self, style: Style, text: impl Into<String>) -> Self {
        self.parts.push((style, text.into()));
        self
    }

    pub(crate) fn width(&self) -> usize {
        let texts = self.parts.iter().map(|(_, text)| text.chars().count());
        texts.sum()
    }
}

/// A text under construction, for one terminal.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    color: bool,
    width: usize,
}

impl Page {
    pub(crate) fn new(color: bool, width: usize) -> Self {
        Self {
            text: String::new(),
            color,
            // Narrower than this, breaking lines only does harm.
            width: width.max(40),
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn color(&self) -> bool {
        self.color
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Text as it is, styled or harmless already.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn put(&mut self, styled: &Styled) {
        for (style, text) in &styled.parts {
            if self.color && *style != PLAIN && !text.is_empty() {
                // Writing to a string does not fail.
                let _ = write!(self.text, "{style}{text}{style:#}");
            } else {
                self.text.push_str(text);
            }
        }
    }

    pub(crate) fn blank_line(&mut self) {
        self.text.push('\n');
    }

    /// `first`, then `pieces` apart by one blank; what does not fit goes on
    /// under the first of the pieces.
    pub(crate) fn hanging(&mut self, first: &Styled, pieces: impl IntoIterator<Item = Styled>) {
        self.put(first);
        // A first that is half a line wide leaves the rest no room beside it.
        let indent = if first.width() > self.width / 2 {
            8
        } else {
            first.width()
        };
        let mut column = first.width();
        let mut begun = false;
        for piece in pieces {
            let width = piece.width();
            if begun && column + 1 + width > self.width {
                self.text.push('\n');
                self.text.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else if begun {
                self.text.push(' ');
                column += 1;
            }
            self.put(&piece);
            column += width;
            begun = true;
        }
        let trimmed = self.text.trim_end_matches(' ').len();
        self.text.truncate(trimmed);
        self.text.push('\n');
    }
}

/// The words of a text as pieces of one style.
pub(crate) fn words(style: Style, text: &str) -> Vec<Styled> {
    text.split(' ')
        .map(|word| Styled::new(style, word))
        .collect()
}

/// Pieces with a comma behind each but the last.
pub(crate) fn listing(pieces: Vec<Styled>) -> Vec<Styled> {
    let last = pieces.len().saturating_sub(1);
    let comma = |(index, piece): (usize, Styled)| {
        if index < last {
            piece.and(PLAIN, ",")
        } else {
            piece
        }
    };
    pieces.into_iter().enumerate().map(comma).collect()
}

/// `text` filled up to `width` characters.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// The greatest width of some texts, but at most `limit`.
pub(crate) fn column<'a>(texts: impl Iterator<Item = &'a str>, limit: usize) -> usize {
    let widest = texts.map(|text| text.chars().count()).max();
    widest.unwrap_or_default().min(limit)
}

#[cfg(test)]
mod tests {
    use super::{FAINT, GOOD, PLAIN, Page, Styled, listing, words};

    fn page(width: usize, first: &str, rest: &str) -> String {
        let mut page = Page::new(false, width);
        page.hanging(&Styled::new(PLAIN, first), words(GOOD, rest));
        page.finish()
    }

    #[test]
    fn lines_break_under_the_first_piece() {
        let text = "aaaa bbbb cccc dddd eeee ffff gggg hhhh";
        assert_eq!(
            page(40, "name  ", text),
            "name  aaaa bbbb cccc dddd eeee ffff gggg\n      hhhh\n"
        );
        assert_eq!(page(45, "name  ", text), format!("name  {text}\n"));
    }

    #[test]
    fn a_wide_first_leaves_a_fixed_indent() {
        let first = "n".repeat(30);
        let text = page(40, &first, " one two three four five six seven");
        assert_eq!(
            text,
            format!("{first} one two\n        three four five six seven\n")
        );
    }

    #[test]
    fn a_piece_that_is_too_wide_is_not_broken() {
        let wide = "w".repeat(90);
        assert_eq!(page(40, "n ", &wide), format!("n {wide}\n"));
        assert_eq!(
            page(0, "n ", &format!("a {wide}")),
            format!("n a\n  {wide}\n")
        );
    }

    #[test]
    fn nothing_is_left_at_the_end_of_a_line() {
        assert_eq!(page(40, "name   ", ""), "name\n");
    }

    #[test]
    fn styles_are_closed_and_empty_ones_left_out() {
        let mut page = Page::new(true, 80);
        let first = Styled::new(PLAIN, "a ").and(FAINT, "");
        page.hanging(
            &first,
            listing(vec![Styled::new(GOOD, "b"), Styled::new(PLAIN, "c")]),
        );
        assert_eq!(page.finish(), "a \x1b[1m\x1b[32mb\x1b[0m, c\n");
    }
}
