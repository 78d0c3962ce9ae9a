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
            return Err(unexpected(&cursor, &source));
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
    while let Some(found) = scan::specifier(cursor.rest()) {
        last = cursor.at();
        cursor.take(found.len);
        cursor.blanks();
        if !cursor.eat(",") {
            break;
        }
        cursor.blanks();
        last = cursor.at();
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
        return Err(bad_specifier(cursor, last, closing));
    }
    written.parse::<Specifiers>().map_err(|error| {
        let span = start + error.span.start..start + error.span.end;
        cursor.error(span, error.message)
    })
}

/// The error about a specifier that begins at `start` and cannot be read to
/// its end; `closing`: what to say if the specifier is not to blame.
fn bad_specifier(cursor: &Cursor<'_>, start: usize, closing: &str) -> RequirementError {
    let rest = &cursor.text()[start..];
    let end = rest
        .find([',', ';', '(', ')', '[', ']', '@'])
        .unwrap_or(rest.len());
    let piece = scan::trim(&rest[..end]);
    let is_complete = scan::specifier(piece).is_some_and(|found| found.len == piece.len());
    if piece.is_empty() && start == cursor.at() {
        cursor.error_here("a version specifier, `@` or `;` is expected here")
    } else if piece.is_empty() || is_complete {
        cursor.error_here(closing)
    } else {
        let start = start + rest.find(piece).unwrap_or(0);
        cursor.error(start..start + piece.len(), explain::specifier(piece))
    }
}

/// The error about text that is left over.
fn unexpected(cursor: &Cursor<'_>, source: &Source) -> RequirementError {
    let message = match source {
        Source::Url(url) if url.as_str().ends_with(';') => {
            "the `;` belongs to the URL unless a blank comes before it"
        }
        _ => "`;` is expected here",
    };
    cursor.error_here(message)
}
