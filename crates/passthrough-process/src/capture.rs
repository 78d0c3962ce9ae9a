//! What is kept of what a child writes.

use std::fmt;

/// The longest piece of a line that is handed over at once, in bytes.
const LONGEST: usize = 1 << 16;

/// A stream of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its standard output.
    Stdout,
    /// Its standard error.
    Stderr,
}

impl Source {
    /// `standard output`, `standard error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "standard output",
            Self::Stderr => "standard error",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is kept of a stream: its end, `kept` bytes of it at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    kept: usize,
    limit: Option<usize>,
}

impl Stream {
    /// All of it. A child that writes more than `limit` bytes is stopped.
    pub const fn whole(limit: usize) -> Self {
        Self {
            kept: limit,
            limit: Some(limit),
        }
    }

    /// The last `kept` bytes, however many there are.
    pub const fn tail(kept: usize) -> Self {
        Self { kept, limit: None }
    }

    /// Stops a child that writes more than `limit` bytes to it.
    #[must_use]
    pub const fn limited(self, limit: usize) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

/// What was kept of a child's streams: raw, in whatever encoding it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// Of its standard output, or of both streams where they are joined.
    pub stdout: Vec<u8>,
    /// Of its standard error; empty where the streams are joined.
    pub stderr: Vec<u8>,
}

/// What gets each line.
pub(crate) type Lines<'a> = dyn FnMut(&[u8]) + 'a;

/// One stream while it is read.
pub(crate) struct Capture {
    stream: Stream,
    kept: Vec<u8>,
    total: usize,
    line: Vec<u8>,
}

/// The child wrote more than it may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flood;

impl Capture {
    pub(crate) fn new(stream: Stream) -> Self {
        Self {
            stream,
            kept: Vec::new(),
            total: 0,
            line: Vec::new(),
        }
    }

    /// Takes what the child wrote; hands over the lines that it completes,
    /// each with its end. A line that is too long comes in pieces.
    pub(crate) fn add(
        &mut self,
        bytes: &[u8],
        follow: Option<&mut Lines<'_>>,
    ) -> Result<(), Flood> {
        self.total = self.total.saturating_add(bytes.len());
        self.kept.extend_from_slice(bytes);
        // Twice the size, so that each byte is moved once at most.
        if self.kept.len() > self.stream.kept.saturating_mul(2) {
            self.trim();
        }
        if let Some(follow) = follow {
            for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
                self.line.extend_from_slice(piece);
                if piece.ends_with(b"\n") || self.line.len() >= LONGEST {
                    follow(&self.line);
                    self.line.clear();
                }
            }
        }
        if self.stream.limit.is_some_and(|limit| self.total > limit) {
            return Err(Flood);
        }
        Ok(())
    }

    /// Hands over a last line that has no end.
    pub(crate) fn finish(&mut self, follow: Option<&mut Lines<'_>>) {
        if let Some(follow) = follow
            && !self.line.is_empty()
        {
            follow(&self.line);
            self.line.clear();
        }
    }

    /// How much there was, in bytes.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// What is kept, until more comes.
    pub(crate) fn kept(&mut self) -> &[u8] {
        self.trim();
        &self.kept
    }

    /// What is kept.
    pub(crate) fn into_kept(mut self) -> Vec<u8> {
        self.trim();
        self.kept
    }

    fn trim(&mut self) {
        let surplus = self.kept.len().saturating_sub(self.stream.kept);
        self.kept.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_depends_on_how_it_arrives(
            text in "[ab\n]{0,60}",
            cuts in prop::collection::vec(0..60_usize, 0..8),
            kept in 0..70_usize,
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|&cut| cut < text.len()).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &text.as_bytes()[cut[0]..cut[1]]).collect();
            let expected: Vec<&[u8]> = text.as_bytes().split_inclusive(|&byte| byte == b'\n').collect();
            prop_assert_eq!(lines(&chunks), expected);
            let mut capture = Capture::new(Stream::tail(kept));
            for chunk in &chunks {
                capture.add(chunk, None).unwrap();
            }
            let start = text.len().saturating_sub(kept);
            prop_assert_eq!(capture.into_kept(), &text.as_bytes()[start..]);
        }
    }

    fn lines(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let mut capture = Capture::new(Stream::tail(0));
        let mut follow = |line: &[u8]| lines.push(line.to_vec());
        for chunk in chunks {
            capture.add(chunk, Some(&mut follow)).unwrap();
        }
        capture.finish(Some(&mut follow));
        lines
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        let expected = [b"one\n".to_vec(), b"\n".to_vec(), b"\xfftwo".to_vec()];
        assert_eq!(lines(&[b"one\n\n\xfftwo"]), expected);
        assert_eq!(lines(&[b"on", b"e", b"\n\n\xfft", b"", b"wo"]), expected);
        assert_eq!(lines(&[]), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_line_without_end_is_handed_over_in_pieces() {
        let chunk = vec![b'x'; 10_000];
        let pieces = lines(&[chunk.as_slice(); 100]);
        assert!(pieces.len() > 10, "{}", pieces.len());
        assert!(pieces.iter().all(|piece| piece.len() < LONGEST + 10_000));
        assert_eq!(pieces.concat().len(), 1_000_000);
    }

    #[test]
    fn the_end_is_kept() {
        for kept in [0, 1, 3, 10, 11] {
            let mut capture = Capture::new(Stream::tail(kept));
            for chunk in ["01", "2", "", "3456789", "a"] {
                capture.add(chunk.as_bytes(), None).unwrap();
                assert!(capture.kept.len() <= 2 * kept);
            }
            let expected = &b"0123456789a"[11 - kept..];
            assert_eq!(capture.into_kept(), expected, "{kept}");
        }
    }

    #[test]
    fn more_than_the_limit_is_a_flood() {
        let mut capture = Capture::new(Stream::whole(3));
        assert_eq!(capture.add(b"abc", None), Ok(()));
        assert_eq!(capture.add(b"d", None), Err(Flood));
        let mut capture = Capture::new(Stream::tail(1).limited(3));
        assert_eq!(capture.add(b"abc", None), Ok(()));
        assert_eq!(capture.add(b"d", None), Err(Flood));
        assert_eq!(capture.into_kept(), b"d");
    }
}
