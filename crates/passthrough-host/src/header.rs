//! The header of METADATA and PKG-INFO: the part of an RFC 822 message above
//! the first blank line, as Python's `email` package reads it.
//!
//! The description below it, often 95 % of the file, is never read.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2};

use crate::open::{self, ReadError};

/// The most bytes that a header may have. Old PKG-INFO files carry a whole
/// README in their `Description` field.
const LIMIT: usize = 1024 * 1024;

/// The fields that a decision needs, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) metadata_version: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) requires_dist: Vec<String>,
    pub(crate) provides_extra: Vec<String>,
    pub(crate) requires_python: Option<String>,
}

/// What a header says, and how it is encoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) fields: Fields,
    /// It starts with a byte order mark, which Python takes for text.
    pub(crate) byte_order_mark: bool,
    /// It is not UTF-8; what is not was replaced.
    pub(crate) lossy: bool,
}

/// Reads the header of a file.
pub(crate) fn read(path: &std::path::Path) -> Result<Header, ReadError> {
    open::read_head(path, LIMIT, end).map(|bytes| parse(&bytes))
}

/// Reads the header of a stream.
pub(crate) fn read_stream(source: impl std::io::Read) -> Result<Header, ReadError> {
    open::head(open::stream(source), LIMIT, end).map(|bytes| parse(&bytes))
}

/// The place of the first blank line; the bytes before `seen` hold none.
fn end(bytes: &[u8], seen: usize) -> Option<usize> {
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    if bytes.first().is_some_and(is_line_end) {
        return Some(0);
    }
    // The longest line end and the first byte of the next may be cut in two.
    let mut place = seen.saturating_sub(3);
    loop {
        place += memchr2(b'\n', b'\r', &bytes[place..])?;
        place += if bytes[place..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        if is_line_end(bytes.get(place)?) && bytes[place - 1..=place] != *b"\r\n" {
            return Some(place);
        }
    }
}

fn parse(bytes: &[u8]) -> Header {
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf");
    let bytes_of_text = unmarked.unwrap_or(bytes);
    // Nearly every header is UTF-8, and this is the faster way to find out.
    let text = std::str::from_utf8(bytes_of_text)
        .map_or_else(|_| String::from_utf8_lossy(bytes_of_text), Cow::Borrowed);
    Header {
        fields: fields(&text),
        byte_order_mark: unmarked.is_some(),
        lossy: matches!(text, Cow::Owned(_)),
    }
}

fn fields(text: &str) -> Fields {
    let mut fields = Fields::default();
    // The field that a folded line belongs to; none if nobody wants it.
    let mut open: Option<(Field, String)> = None;
    for line in lines(&with_plain_line_ends(text)) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = &mut open {
                value.push(' ');
                value.push_str(line.trim_start_matches([' ', '\t']));
            }
            continue;
        }
        if let Some((field, value)) = open.take() {
            fields.take(field, &value);
        }
        match line.split_once(':') {
            Some((name, value)) if is_field_name(name) => {
                open = Field::of(name).map(|field| (field, value.to_owned()));
            }
            // No field, but not the end either.
            Some(("", _)) => {}
            _ if line.starts_with("From ") => {}
            _ => return fields,
        }
    }
    if let Some((field, value)) = open {
        fields.take(field, &value);
    }
    fields
}

/// The text, split at every `\n`.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let ends = memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    ends.map(move |end| &text[std::mem::replace(&mut start, end + 1)..end])
}

/// The text with `\n` at every end of a line.
fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_some() {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A field that a decision needs.
#[derive(Clone, Copy)]
enum Field {
    MetadataVersion,
    Name,
    Version,
    RequiresPython,
    RequiresDist,
    ProvidesExtra,
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        [
            ("Metadata-Version", Self::MetadataVersion),
            ("Name", Self::Name),
            ("Version", Self::Version),
            ("Requires-Python", Self::RequiresPython),
            ("Requires-Dist", Self::RequiresDist),
            ("Provides-Extra", Self::ProvidesExtra),
        ]
        .into_iter()
        .find(|(wanted, _)| wanted.eq_ignore_ascii_case(name))
        .map(|(_, field)| field)
    }
}

impl Fields {
    /// Takes a field. Of one that may be there once, the first counts.
    fn take(&mut self, field: Field, value: &str) {
        let value = value.trim().to_owned();
        let once = match field {
            Field::MetadataVersion => &mut self.metadata_version,
            Field::Name => &mut self.name,
            Field::Version => &mut self.version,
            Field::RequiresPython => &mut self.requires_python,
            Field::RequiresDist => return self.requires_dist.push(value),
            Field::ProvidesExtra => return self.provides_extra.push(value),
        };
        once.get_or_insert(value);
    }
}

#[cfg(test)]
mod differential;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(text: &str) -> Fields {
        let bytes = text.as_bytes();
        let to = end(bytes, 0).unwrap_or(bytes.len());
        parse(&bytes[..to]).fields
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_fields_are_read() {
        let fields = header(
            "Metadata-Version: 2.1\nName: foo\nVersion:1.0\nrequires-dist: a\n\
             Requires-Python: >=3.9\nREQUIRES-DIST:  b ; extra == 'x' \nProvides-Extra: x\n\
             Author: x\n\nRequires-Dist: not-this\n",
        );
        assert_eq!(
            fields,
            Fields {
                metadata_version: some("2.1"),
                name: some("foo"),
                version: some("1.0"),
                requires_dist: vec!["a".to_owned(), "b ; extra == 'x'".to_owned()],
                provides_extra: vec!["x".to_owned()],
                requires_python: some(">=3.9"),
            }
        );
    }

    #[test]
    fn every_kind_of_line_end_counts() {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = "Name: foo\nVersion: 1\n\nRequires-Dist: a\n".replace('\n', line_end);
            let fields = header(&text);
            assert_eq!(fields.name, some("foo"), "{line_end:?}");
            assert_eq!(fields.version, some("1"), "{line_end:?}");
            assert_eq!(fields.requires_dist, [] as [&str; 0], "{line_end:?}");
        }
    }

    #[test]
    fn folded_lines_are_joined() {
        let fields = header("Requires-Dist: a\n  ; extra\n\t== 'x'\nName: foo\n   \n b\n");
        assert_eq!(fields.requires_dist, ["a ; extra == 'x'"]);
        assert_eq!(fields.name, some("foo  b"));
    }

    #[test]
    fn a_continuation_of_nothing_is_nothing() {
        assert_eq!(header("  Name: bar\nName: foo\n").name, some("foo"));
    }

    #[test]
    fn the_first_of_two_counts() {
        assert_eq!(header("Name: foo\nName: bar\n").name, some("foo"));
    }

    #[test]
    fn a_line_that_is_no_field_ends_the_header() {
        for line in ["junk", "Name : x", "naïve: x", "a b: c"] {
            let fields = header(&format!("Name: foo\n{line}\nVersion: 1\n"));
            assert_eq!(fields.version, None, "{line}");
        }
        for line in [": x", "From me", "X-Other: :", "!:"] {
            let fields = header(&format!("Name: foo\n{line}\nVersion: 1\n"));
            assert_eq!(fields.version, some("1"), "{line}");
        }
    }

    #[test]
    fn encodings_are_told() {
        let header = parse(b"\xef\xbb\xbfName: foo\nAuthor: J\xf6rg\nVersion: 1\n");
        assert_eq!(header.fields.name, some("foo"));
        assert_eq!(header.fields.version, some("1"));
        assert!(header.byte_order_mark && header.lossy);
        let header = parse("Name: foo\nAuthor: Jörg\n".as_bytes());
        assert!(!header.byte_order_mark && !header.lossy);
        assert_eq!(
            parse(b"\xff\xfeN\0a\0m\0e\0:\0 \0f\0").fields,
            Fields::default()
        );
    }

    #[test]
    fn empty_headers_are_empty() {
        for text in ["", "\n", "\r\nName: foo", "\nName: foo\n"] {
            assert_eq!(header(text), Fields::default(), "{text:?}");
        }
    }

    /// The blank line, found the slow way.
    fn naive_end(text: &str) -> Option<usize> {
        let mut start = 0;
        for line in text.split_inclusive('\n').flat_map(|line| {
            let (body, tail) = line
                .strip_suffix("\r\n")
                .map_or((line, ""), |body| (body, "\r\n"));
            let mut pieces: Vec<&str> = body.split_inclusive('\r').collect();
            if !tail.is_empty() {
                match pieces.last() {
                    Some(last) if !last.ends_with('\r') => {
                        let at = body.len() - last.len();
                        *pieces.last_mut().unwrap() = &line[at..];
                    }
                    _ => pieces.push(tail),
                }
            }
            pieces
        }) {
            if line.trim_end_matches(['\r', '\n']).is_empty() {
                return Some(start);
            }
            start += line.len();
        }
        None
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(text in "[a:\r\n ]{0,40}", size in 1usize..7) {
            let whole = naive_end(&text);
            let mut found = None;
            let mut seen = 0;
            while seen < text.len() && found.is_none() {
                let upto = (seen + size).min(text.len());
                found = end(&text.as_bytes()[..upto], seen);
                seen = upto;
            }
            prop_assert_eq!(found, whole);
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let to = end(&bytes, 0).unwrap_or(bytes.len());
            parse(&bytes[..to]);
        }
    }
}
