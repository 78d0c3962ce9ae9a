use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::cursor::Cursor;
use crate::explain::{self, quote};
use crate::{DirectReference, ExtraName, Marker, PackageName, Specifiers, marker, scan};

/// A dependency specifier (PEP 508): `torch[cuda]>=2.4; sys_platform == "linux"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The distribution that is asked for.
    pub name: PackageName,
    /// The extras that are asked of it.
    pub extras: BTreeSet<ExtraName>,
    /// Which of its versions will do, or the one place to take it from.
    pub source: Source,
    /// When it is asked for.
    pub marker: Marker,
}

/// What a requirement says of the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Version specifiers, possibly none.
    Specifiers(Specifiers),
    /// A direct reference.
    Url(DirectReference),
}

/// The text is not a dependency specifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct RequirementError {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The bytes of the text that are at fault; within the text, on character
    /// boundaries. Empty where something is missing at the end.
    pub span: Range<usize>,
}

impl FromStr for Requirement {
    type Err = RequirementError;

    /// Reads what `packaging.requirements.Requirement` reads, with the same
    /// meaning: blanks are spaces and tabs (a line feed at the end is an error),
    /// a URL goes on to the next blank, a trailing comma is allowed.
    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let mut cursor = Cursor::new(text);
        cursor.blanks();
        let name = name(&mut cursor)?;
        cursor.blanks();
        let extras = extras(&mut cursor)?;
        cursor.blanks();
        let source = if cursor.eat("@") {
            cursor.blanks();
            Source::Url(url(&mut cursor)?)
        } else {
            Source::Specifiers(specifiers(&mut cursor)?)
        };
        cursor.blanks();
        let marker = if cursor.eat(";") {
            marker::parse(&mut cursor)?
        } else if cursor.is_at_end() {
            Marker::default()
        } else {
            return Err(match source {
                Source::Url(url) if url.as_str().ends_with(';') => left_over(
                    &cursor,
                    "the `;` belongs to the URL unless a blank comes before it",
                ),
                _ => left_over(&cursor, "`;` is expected here"),
            });
        };
        Ok(Self {
            name,
            extras,
            source,
            marker,
        })
    }
}

impl fmt::Display for Requirement {
    /// Canonical: normalised names, sorted extras and specifiers, and the
    /// marker if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        for (index, extra) in self.extras.iter().enumerate() {
            write!(f, "{}{extra}", if index == 0 { '[' } else { ',' })?;
        }
        if !self.extras.is_empty() {
            f.write_str("]")?;
        }
        match &self.source {
            Source::Specifiers(specifiers) => specifiers.fmt(f)?,
            Source::Url(url) => write!(f, " @ {url}")?,
        }
        if self.marker.is_always_true() {
            return Ok(());
        }
        // Without the blank the semicolon would be part of the URL.
        let blank = matches!(self.source, Source::Url(_));
        write!(f, "{}; {}", if blank { " " } else { "" }, self.marker)
    }
}

/// What a name may consist of, be it a valid one or not.
fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn name(cursor: &mut Cursor<'_>) -> Result<PackageName, RequirementError> {
    let start = cursor.at();
    let written = word(cursor);
    if written.is_empty() {
        return Err(cursor.error_here("the name of a distribution is missing"));
    }
    if cursor.rest().starts_with("://") {
        let message = "a URL needs a name before it, as in `name @ https://…`";
        return Err(cursor.error(start..cursor.at(), message));
    }
    let foreign = cursor.rest().chars().next().filter(|c| !c.is_ascii());
    if let Some(c) = foreign.filter(|c| c.is_alphanumeric()) {
        return Err(cursor.error_here(format!("{} cannot be in a name", quote(&c.to_string()))));
    }
    written.parse().map_err(|_| {
        let message = format!("{} is not a valid name", quote(written));
        cursor.error(start..cursor.at(), message)
    })
}

fn extras(cursor: &mut Cursor<'_>) -> Result<BTreeSet<ExtraName>, RequirementError> {
    let mut extras = BTreeSet::new();
    let open = cursor.at();
    if !cursor.eat("[") {
        return Ok(extras);
    }
    cursor.blanks();
    if cursor.eat("]") {
        return Ok(extras);
    }
    loop {
        let start = cursor.at();
        let written = word(cursor);
        if written.is_empty() {
            return Err(cursor.error_here("the name of an extra is missing"));
        }
        extras.insert(written.parse().map_err(|_| {
            let message = format!("{} is not a valid name of an extra", quote(written));
            cursor.error(start..cursor.at(), message)
        })?);
        cursor.blanks();
        if cursor.eat("]") {
            return Ok(extras);
        }
        if cursor.is_at_end() {
            return Err(cursor.error(open..cursor.at(), "this bracket is not closed"));
        }
        if !cursor.eat(",") {
            return Err(cursor.error_here("a comma or `]` is missing after the name of an extra"));
        }
        cursor.blanks();
    }
}

fn url(cursor: &mut Cursor<'_>) -> Result<DirectReference, RequirementError> {
    let url = cursor.take_while(|c| !matches!(c, ' ' | '\t'));
    if url.is_empty() {
        return Err(cursor.error_here("a URL is missing after `@`"));
    }
    Ok(DirectReference::new(url))
}

fn specifiers(cursor: &mut Cursor<'_>) -> Result<Specifiers, RequirementError> {
    let open = cursor.at();
    let in_parentheses = cursor.eat("(");
    cursor.blanks();
    let start = cursor.at();
    let mut last = start;
    let mut missing = "a version specifier, `@` or `;` is expected here";
    while let Some(found) = scan::specifier(cursor.rest()) {
        last = cursor.at();
        cursor.take(found.len);
        cursor.blanks();
        if !cursor.eat(",") {
            break;
        }
        cursor.blanks();
        last = cursor.at();
        missing = "a version specifier is expected here";
    }
    let written = cursor.since(start);
    if in_parentheses && cursor.is_at_end() {
        return Err(cursor.error(open..cursor.at(), "this parenthesis is not closed"));
    }
    let (ends, closing) = if in_parentheses {
        (cursor.eat(")"), "a comma or `)` is expected here")
    } else {
        let ends = cursor.is_at_end() || cursor.rest().starts_with(';');
        (ends, "a comma or `;` is expected here")
    };
    if !ends {
        return Err(bad_specifier(cursor, last, missing, closing));
    }
    written.parse::<Specifiers>().map_err(|error| {
        let span = start + error.span.start..start + error.span.end;
        cursor.error(span, error.message)
    })
}

/// The error about a specifier that begins at `start` and cannot be read to
/// its end. What to say if it is not to blame: `missing`, if there is none,
/// and `closing`, if there is a whole one.
fn bad_specifier(
    cursor: &Cursor<'_>,
    start: usize,
    missing: &str,
    closing: &str,
) -> RequirementError {
    let rest = &cursor.text()[start..];
    let end = rest.find([',', ';', '(', ')', '[', ']', '@', '#']);
    let piece = scan::trim(&rest[..end.unwrap_or(rest.len())]);
    let is_complete = scan::specifier(piece).is_some_and(|found| found.len == piece.len());
    if piece.starts_with("===") && cursor.since(start).trim_end().ends_with(',') {
        cursor.error_here("a comma right after the text of `===` belongs to it: a blank is missing")
    } else if piece.is_empty() || is_complete {
        let message = if start == cursor.at() {
            missing
        } else {
            closing
        };
        left_over(cursor, message)
    } else {
        let start = start + rest.find(piece).unwrap_or(0);
        cursor.error(start..start + piece.len(), explain::specifier(piece))
    }
}

/// The error about text after what could be read.
fn left_over(cursor: &Cursor<'_>, message: &str) -> RequirementError {
    if cursor.rest().starts_with(['\n', '\r']) {
        return cursor.error_here("a line end is not allowed here");
    }
    cursor.error_here(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Requirement {
        text.parse()
            .unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    #[test]
    fn the_canonical_form_is_sorted_and_normalised() {
        for (text, canonical) in [
            ("Torch", "torch"),
            (
                " Zope.Interface [B_b , A,a] ( >= 2 , <3,>=2.0, )\t",
                "zope-interface[a,b-b]<3,>=2",
            ),
            ("a[]", "a"),
            ("a ()", "a"),
            ("a===1.0,>0 , ===b", "a===1.0,===b,>0"),
            ("a>=1;os.name=='nt'", "a>=1; os_name == \"nt\""),
            (
                "A[x]@./b;c ;((extra=='A_b'))",
                "a[x] @ ./b;c ; extra == \"a-b\"",
            ),
        ] {
            let requirement = parse(text);
            assert_eq!(requirement.to_string(), canonical);
            assert_eq!(parse(canonical), requirement);
        }
    }

    #[test]
    fn the_text_of_a_url_is_kept() {
        for url in [
            "./x",
            "https://${A}@h/%7e#egg=x&sha256=00",
            "x;y",
            "x\n",
            "ü",
        ] {
            let requirement = parse(&format!("a @ {url} "));
            assert_eq!(requirement.source, Source::Url(DirectReference::new(url)));
            assert!(requirement.marker.is_always_true());
        }
    }

    #[test]
    fn spelling_makes_no_difference() {
        assert_eq!(parse("A.b[X]>=1.0,<2"), parse("a-b[x] (<2.0, >=1)"));
        for other in [
            "a-b>=1,<2",
            "a-b[x]>=1",
            "a-b[x]>=1,<2;extra==''",
            "a-b[x] @ u",
            "ab[x]>=1,<2",
        ] {
            assert_ne!(parse("a-b[x]>=1,<2"), parse(other), "{other}");
        }
    }

    #[test]
    fn errors_quote_no_more_than_a_line() {
        let error = format!("a>={}\u{7}\u{1b}é", "x".repeat(36))
            .parse::<Requirement>()
            .unwrap_err();
        assert_eq!(
            error.message,
            format!(
                "`{}\\u{{7}}\\u{{1b}}é` is not a version of PEP 440",
                "x".repeat(36)
            )
        );
        let error = format!("a; {}", "é".repeat(100))
            .parse::<Requirement>()
            .unwrap_err();
        assert_eq!(
            error.message,
            format!(
                "`{}…` is neither a marker variable nor a string in quotes",
                "é".repeat(40)
            )
        );
        assert_eq!(error.span, 3..203);
    }
}
