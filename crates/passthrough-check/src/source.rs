//! Bytes of a text to lines and columns.

/// A place in a text, for people: line and column count from 1, columns in
/// characters (Unicode code points).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A text, where its lines begin, and how many characters there are before
/// each block of bytes: a position costs the same in a line of any length.
#[derive(Clone, Debug)]
pub struct SourceText<'a> {
    text: &'a str,
    starts: Vec<usize>,
    characters_before: Vec<usize>,
}

const BLOCK: usize = 1024;

impl<'a> SourceText<'a> {
    /// Finds the lines of `text`. A byte order mark is in no column.
    pub fn new(text: &'a str) -> Self {
        let first = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(first)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        let mut characters_before = vec![0];
        let mut characters = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            characters += begun_in(block);
            characters_before.push(characters);
        }
        Self {
            text,
            starts,
            characters_before,
        }
    }

    /// The place of the byte `offset`; the end of the text for one behind it.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let line = self.line_of(offset);
        let before = self.characters_to(self.starts[line]);
        Position {
            line: number(line),
            column: number(self.characters_to(offset).saturating_sub(before)),
        }
    }

    /// The nearest byte at `offset` or before that a character or a line break
    /// begins at, CRLF being one.
    pub(crate) fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let (before, behind) = self.text.split_at(offset);
        if before.ends_with('\r') && behind.starts_with('\n') {
            offset -= 1;
        }
        offset
    }

    /// The bytes of the lines that the bytes `start` to `end` lie on, without
    /// the last line break.
    pub(crate) fn lines_around(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        // The end is the byte behind: a span that ends with its line's break
        // does not touch the line below.
        let last = self.line_of(end.saturating_sub(1).max(start));
        let stop = self.starts.get(last + 1).map_or(self.text.len(), |next| {
            next - if self.text[..*next].ends_with("\r\n") {
                2
            } else {
                1
            }
        });
        let begin = self.starts[self.line_of(start)];
        begin..stop.max(begin)
    }

    /// The text itself.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// How many characters begin before the byte `offset` of the text.
    fn characters_to(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        self.characters_before[block] + begun_in(&self.text.as_bytes()[block * BLOCK..offset])
    }

    /// The index of the line that holds the byte `offset`.
    fn line_of(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }
}

/// How many characters begin in a part of a UTF-8 text.
fn begun_in(bytes: &[u8]) -> usize {
    let continues = |byte: &u8| byte & 0b1100_0000 == 0b1000_0000;
    bytes.iter().filter(|byte| !continues(byte)).count()
}

/// A count from 0 as a number from 1.
fn number(index: usize) -> u32 {
    u32::try_from(index).map_or(u32::MAX, |index| index.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::{Position, SourceText};

    fn at(text: &str, offset: usize) -> (u32, u32) {
        let Position { line, column } = SourceText::new(text).position(offset);
        (line, column)
    }

    #[test]
    fn counts_from_one_in_characters() {
        let text = "ab\nä東🦀x\n\nend";
        assert_eq!(at(text, 0), (1, 1));
        assert_eq!(at(text, 2), (1, 3));
        assert_eq!(at(text, 3), (2, 1));
        assert_eq!(at(text, text.find('x').unwrap()), (2, 4));
        assert_eq!(at(text, text.find("end").unwrap() - 1), (3, 1));
        assert_eq!(at(text, text.len()), (4, 4));
    }

    #[test]
    fn an_offset_that_is_none_is_moved_to_one() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(at("", 9), (1, 1));
        assert_eq!(at("ab", usize::MAX), (1, 3));
        assert_eq!(at("ab\n", 99), (2, 1));
        assert_eq!(at("東x", 1), (1, 1));
    }

    #[test]
    fn long_lines_are_counted_right() {
        for length in [1022, 1023, 1024, 1025, 4096] {
            let text = format!("x\n{}東z", "ä".repeat(length));
            let columns = u32::try_from(length).unwrap();
            assert_eq!(at(&text, 2 + 2 * length), (2, columns + 1));
            assert_eq!(at(&text, text.len() - 1), (2, columns + 2));
            assert_eq!(at(&text, text.len()), (2, columns + 3));
        }
        let text = "y".repeat(2048);
        assert_eq!(at(&text, 2048), (1, 2049));
    }

    #[test]
    fn carriage_returns_belong_to_their_line() {
        assert_eq!(at("a\r\nb", 3), (2, 1));
        assert_eq!(at("a\r\nb", 2), (1, 2));
        assert_eq!(at("a\rb\n", 2), (1, 3));
    }

    #[test]
    fn a_byte_order_mark_is_in_no_column() {
        assert_eq!(at("\u{feff}ab", 0), (1, 1));
        assert_eq!(at("\u{feff}ab", 3), (1, 1));
        assert_eq!(at("\u{feff}ab", 4), (1, 2));
    }

    #[test]
    fn lines_around_a_span() {
        let text = "\u{feff}one\r\ntwo\nthree";
        let source = SourceText::new(text);
        let around = |needle: &str| {
            let start = text.find(needle).unwrap();
            &text[source.lines_around(start, start + needle.len())]
        };
        assert_eq!(around("ne"), "one");
        assert_eq!(around("one\r\n"), "one");
        assert_eq!(around("e\r\nt"), "one\r\ntwo");
        assert_eq!(around("two\n"), "two");
        assert_eq!(around("hre"), "three");
        assert_eq!(&text[source.lines_around(text.len(), text.len())], "three");
        assert_eq!(SourceText::new("").lines_around(0, 0), 0..0);
        assert_eq!(SourceText::new("\u{feff}").lines_around(0, 0), 3..3);
    }
}
