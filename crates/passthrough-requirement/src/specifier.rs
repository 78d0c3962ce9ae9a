use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::explain;
use crate::range::{self, have_nothing_in_common};
use crate::scan::{self, Operator};
use crate::{Version, VersionError};

/// A set of version specifiers (PEP 440), all of which must hold; empty: any
/// version.
///
/// Two sets are equal when they have the same specifiers in any order and
/// spelling: `>=1.0, <2` equals `<2.0,>=1`.
#[derive(Clone, Debug, Default)]
pub struct Specifiers(Vec<Specifier>);

/// The text is not a set of version specifiers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SpecifierError {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The bytes of the text that are at fault; within the text, on character
    /// boundaries.
    pub span: Range<usize>,
}

/// One specifier, its version spelled as written.
#[derive(Clone, Debug)]
pub(crate) struct Specifier {
    operator: Operator,
    text: String,
    meaning: Meaning,
}

#[derive(Clone, Debug)]
enum Meaning {
    /// `===`: a comparison of texts.
    Text,
    Version(Version),
    /// `==` or `!=` with `.*`; the version before that.
    Prefix(Version),
}

/// Specifiers are the same when their keys are.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'a> {
    Text(Operator, &'a str),
    /// The number counts the release numbers where they matter.
    Version(Operator, &'a Version, usize),
}

impl Specifier {
    /// Reads one specifier, white space around it allowed; an error: its
    /// version has a number beyond the limit.
    pub(crate) fn parse(text: &str) -> Option<Result<Self, VersionError>> {
        let text = scan::trim(text);
        let scan::SpecifierScan {
            operator,
            wildcard,
            len,
        } = scan::specifier(text)?;
        if len != text.len() {
            return None;
        }
        let text = scan::trim(&text[operator.as_str().len()..]);
        let meaning = if operator == Operator::Arbitrary {
            Ok(Meaning::Text)
        } else if wildcard {
            let prefix = text.strip_suffix(".*").unwrap_or(text);
            prefix.parse().map(Meaning::Prefix)
        } else {
            text.parse().map(Meaning::Version)
        };
        Some(meaning.map(|meaning| Self {
            operator,
            text: text.to_owned(),
            meaning,
        }))
    }

    fn exactly(version: &Version) -> Self {
        Self {
            operator: Operator::Equal,
            text: version.to_string(),
            meaning: Meaning::Version(version.clone()),
        }
    }

    /// `Specifier.contains` of a text, pre-releases admitted; an error: it is a
    /// version with a number beyond the limit.
    pub(crate) fn admits_text(&self, text: &str) -> Result<bool, VersionError> {
        match self.range() {
            None => Ok(self.is_same_text(text)),
            Some(range) => match text.parse::<Version>() {
                Ok(version) => Ok(range.contains(&version.0)),
                Err(error) if error.is_too_large() => Err(error),
                Err(_) => Ok(false),
            },
        }
    }

    fn admits(&self, version: &Version) -> bool {
        self.range().map_or_else(
            || self.is_same_text(&version.to_string()),
            |range| range.contains(&version.0),
        )
    }

    fn is_same_text(&self, text: &str) -> bool {
        self.text.to_lowercase() == text.to_lowercase()
    }

    fn range(&self) -> Option<range::Range> {
        match &self.meaning {
            Meaning::Text => None,
            Meaning::Version(version) => Some(range::Range::new(self.operator, &version.0, false)),
            Meaning::Prefix(version) => Some(range::Range::new(self.operator, &version.0, true)),
        }
    }

    fn key(&self) -> Key<'_> {
        match &self.meaning {
            Meaning::Version(version) => {
                // `~=1.4` and `~=1.4.0` differ, `==1.4` and `==1.4.0` do not.
                let len = match self.operator {
                    Operator::Compatible => version.0.release().len(),
                    _ => 0,
                };
                Key::Version(self.operator, version, len)
            }
            Meaning::Text | Meaning::Prefix(_) => Key::Text(self.operator, &self.text),
        }
    }
}

impl fmt::Display for Specifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.operator.as_str(), self.text)
    }
}

impl Specifiers {
    /// `==version`.
    pub fn exactly(version: &Version) -> Self {
        Self(vec![Specifier::exactly(version)])
    }

    /// Whether there is no specifier at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every specifier holds. Pre-releases count like any other
    /// version (`SpecifierSet.contains(version, prereleases=True)`); `===`
    /// compares with the version's normal form.
    pub fn admits(&self, version: &Version) -> bool {
        self.0.iter().all(|specifier| specifier.admits(version))
    }

    /// The specifiers of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::canonical(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Whether no version at all can satisfy them, as
    /// `SpecifierSet.is_unsatisfiable()` of packaging 26.3 decides it.
    ///
    /// `===` alone always counts as satisfiable: the text after it need not be
    /// a version.
    pub fn is_unsatisfiable(&self) -> bool {
        let ranges: Vec<_> = self.0.iter().filter_map(Specifier::range).collect();
        let mut texts = self
            .0
            .iter()
            .filter(|specifier| specifier.operator == Operator::Arbitrary)
            .map(|specifier| &specifier.text);
        let Some(text) = texts.next() else {
            return have_nothing_in_common(ranges);
        };
        let lower = text.to_lowercase();
        if texts.any(|other| other.to_lowercase() != lower) {
            return true;
        }
        // Only a version can be in a range.
        !ranges.is_empty()
            && !text
                .parse::<Version>()
                .is_ok_and(|version| ranges.iter().all(|range| range.contains(&version.0)))
    }

    /// Sorts by text, and keeps the first of several spellings.
    fn canonical(specifiers: Vec<Specifier>) -> Self {
        if specifiers.len() < 2 {
            return Self(specifiers);
        }
        let mut texts: Vec<(String, Specifier)> = specifiers
            .into_iter()
            .map(|specifier| (specifier.to_string(), specifier))
            .collect();
        texts.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut seen = HashSet::new();
        let first: Vec<bool> = texts
            .iter()
            .map(|(_, specifier)| seen.insert(specifier.key()))
            .collect();
        Self(
            texts
                .into_iter()
                .zip(first)
                .filter_map(|((_, specifier), first)| first.then_some(specifier))
                .collect(),
        )
    }

    fn keys(&self) -> HashSet<Key<'_>> {
        self.0.iter().map(Specifier::key).collect()
    }
}

impl PartialEq for Specifiers {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.keys() == other.keys()
    }
}

impl Eq for Specifiers {}

impl FromStr for Specifiers {
    type Err = SpecifierError;

    /// Reads specifiers separated by commas; white space around them and empty
    /// places between the commas are allowed.
    fn from_str(text: &str) -> Result<Self, SpecifierError> {
        let mut specifiers = Vec::new();
        let mut start = 0;
        for piece in text.split(',') {
            let written = scan::trim(piece);
            if !written.is_empty() {
                let parsed = Specifier::parse(written).and_then(Result::ok);
                specifiers.push(parsed.ok_or_else(|| {
                    let skipped = piece.len() - piece.trim_start_matches(scan::is_space).len();
                    let start = start + skipped;
                    SpecifierError {
                        message: explain::specifier(written),
                        span: start..start + written.len(),
                    }
                })?);
            }
            start += piece.len() + 1;
        }
        Ok(Self::canonical(specifiers))
    }
}

impl fmt::Display for Specifiers {
    /// Canonical: sorted, without duplicates, comma-separated, no blanks; each
    /// version spelled as written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, specifier) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            specifier.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Specifiers {
        text.parse().unwrap_or_else(|_| panic!("{text:?}"))
    }

    /// Asserts that of `versions` those before the bar are admitted, those
    /// after it are not.
    fn check(text: &str, versions: &str) {
        let (admitted, others) = versions.split_once('|').unwrap();
        for (versions, expected) in [(admitted, true), (others, false)] {
            for version in versions.split_whitespace() {
                let admits = parse(text).admits(&version.parse().unwrap());
                assert_eq!(admits, expected, "{text} {version}");
            }
        }
    }

    #[test]
    fn each_operator_has_the_bounds_of_pep_440() {
        check("", "0.dev0 1!9+a |");
        check("==1.0", "1 1.0.0 1.0+a | 1.0.post0.dev0 1.0a1 1.0.1 1!1.0");
        check("==1.0+a", "1.0+a 1+A | 1.0 1.0+b 1.0+a.0");
        check("!=1.0", "1.0.post0.dev0 1.0a1 | 1 1.0+a");
        check(
            "==1.0.*",
            "1 1.0.dev0 1.0.9+a 1.0.post1 | 1.1.dev0 0.9 1.10",
        );
        check("==1!1.0.*", "1!1 | 1.0");
        check("!=1.0.*", "1.1.dev0 0.9 | 1 1.0.dev0");
        check("<1.0", "0.9 0.9.post1 | 1.0.dev0 1.0a1 1.0 1.0+a");
        check("<1.0rc1", "1.0.dev0 1.0a1 1.0rc1.dev0 | 1.0rc1 1.0");
        check(
            "<1.0.post1",
            "1.0 1.0rc1 1.0.post0 | 1.0.post1.dev0 1.0.post1",
        );
        check("<=1.0", "1.0 1.0+a 1.0a1 | 1.0.post0.dev0 1.0.0.1");
        check(
            ">1.0",
            "1.0.0.1 1.1.dev0 1!0 | 1.0 1.0+a 1.0.post1 1.0.post1+a 1.0.0.post2",
        );
        check(">1.0a1", "1.0a2.dev0 1.0 | 1.0a1 1.0a1+a 1.0a1.post1");
        check(">1.0.post1", "1.0.post2.dev0 | 1.0.post1 1.0.post1+a 1.0");
        check(
            ">1.0.dev1",
            "1.0.dev2 1.0a0 1.0.post0 | 1.0.dev1 1.0.dev1+a",
        );
        check(">=1.0", "1.0 1.0+a 1.0.post0.dev0 | 1.0rc1 1.0.dev0");
        check("~=1.4", "1.4 1.9+a 1.4.post1 | 2.dev0 2 1.4a1 1!1.4");
        check(
            "~=1.4.0rc1.post2",
            "1.4.0rc1.post2 1.4.9 | 1.5.dev0 1.4.0rc1",
        );
        check("===1.0RC1", "1.0rc1 | 1rc1 1.0.rc1+a");
        check("===v1", "| 1");
        check(">=1,!=1.5,<2", "1 1.6 | 1.5 2 0");
    }

    #[test]
    fn only_impossible_sets_are_unsatisfiable() {
        for (text, unsatisfiable) in [
            ("", false),
            ("<0", true),
            ("<0.dev1", false),
            ("<0.dev1,!=0.dev0", true),
            (">=2,<2", true),
            (">=2,<=2", false),
            (">=2,<=2,!=2", true),
            ("==1.*,!=1.0.*,!=1.1.*", false),
            ("==1.0.*,!=1.*", true),
            (">=1.0,<1.2,!=1.1.*,!=1.0.*", true),
            (">=1.0,<=1.2,!=1.1.*,!=1.0.*", false),
            (">1,<1.0.0.1", false),
            (">1,<1.post1", true),
            (">1.0a1,<1.0a2.dev0", true),
            ("==1.0,==1.0.0", false),
            ("==1.0+a,==1.0", false),
            ("==1.0+a,==1.0+b", true),
            ("===a,===A", false),
            ("===a,===b", true),
            ("===a,>=0", true),
            ("===1.0,>=1", false),
            ("===1.0,>1", true),
            (">18446744073709551614,<19", true),
        ] {
            assert_eq!(parse(text).is_unsatisfiable(), unsatisfiable, "{text}");
        }
    }

    #[test]
    fn spelling_and_order_make_no_difference() {
        for (a, b) in [
            (">=1.0,<2", " < 2.0.0 , >=1,"),
            ("==1.0,==1,==1.0.0", "==1"),
            ("==1.0RC1", "==1rc1"),
            ("!=1.10,!=1.9", "!=01.9,!=1.10"),
            ("", ",,"),
        ] {
            assert_eq!(parse(a), parse(b));
        }
        for (a, b) in [
            ("==1", "==1.*"),
            ("==1.*", "==1.0.*"),
            ("~=1.0", "~=1.0.0"),
            ("===1", "===1.0"),
            ("===a", "===A"),
            ("==1", "===1"),
            (">=1", ">=1,<2"),
            (">=1,<2", ">=1,<3"),
            ("", "==1"),
        ] {
            assert_ne!(parse(a), parse(b));
        }
    }

    #[test]
    fn the_canonical_text_keeps_the_spelling_of_versions() {
        for (text, canonical) in [
            (">= 1.0, <\t2 ,,!=v1.5", "!=v1.5,<2,>=1.0"),
            ("==1.0,==1,==1.0.0", "==1"),
            ("=== A", "===A"),
        ] {
            assert_eq!(parse(text).to_string(), canonical);
        }
        let both = parse(">=1.0,!=2").and(&parse("!=2.0,<3"));
        assert_eq!(both.to_string(), "!=2,<3,>=1.0");
    }

    #[test]
    fn errors_have_a_place() {
        let error = " >=1 , latest ,<3".parse::<Specifiers>().unwrap_err();
        assert_eq!(error.message, "`latest` is not a version specifier");
        assert_eq!(error.span, 7..13);
    }
}
