use std::ops::Range;

use crate::RequirementError;

/// A place in a text that is read from left to right.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The bytes read so far.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// What was read since `start`.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// Reads blanks: spaces and tabs, no other white space.
    pub(crate) fn blanks(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t'));
    }

    pub(crate) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.take(end)
    }

    /// Reads that many bytes.
    pub(crate) fn take(&mut self, len: usize) -> &'a str {
        let taken = &self.rest()[..len];
        self.at += len;
        taken
    }

    /// Reads `word` if it comes next.
    pub(crate) fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// An error about the next character, or about the end of the text.
    pub(crate) fn error_here(&self, message: impl Into<String>) -> RequirementError {
        let len = self.rest().chars().next().map_or(0, char::len_utf8);
        self.error(self.at..self.at + len, message)
    }

    pub(crate) fn error(&self, span: Range<usize>, message: impl Into<String>) -> RequirementError {
        RequirementError {
            message: message.into(),
            span,
        }
    }
}
