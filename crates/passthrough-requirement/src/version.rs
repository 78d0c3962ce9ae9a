use std::fmt;
use std::str::FromStr;

use pep440_rs::LocalSegment;

use crate::scan;

/// A version of PEP 440. Ordering and equality are PEP 440's: `1.0` equals `1`.
///
/// Its numbers are less than 2⁶⁴ - 1, where Python knows no limit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub(crate) pep440_rs::Version);

/// The text is not a version of PEP 440, or has a number beyond the limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", if *.too_large { "a number in the version is too large" } else { "not a version of PEP 440" })]
#[non_exhaustive]
pub struct VersionError {
    too_large: bool,
}

impl VersionError {
    /// Whether the text is a version, but one with a number beyond the limit.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads any spelling that PEP 440 normalises, white space at both ends
    /// included.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let text = scan::trim(text);
        if !scan::is_version(text) {
            return Err(VersionError { too_large: false });
        }
        pep440_rs::Version::from_str(text)
            .ok()
            .filter(is_within_limits)
            .map(Self)
            .ok_or(VersionError { too_large: true })
    }
}

/// Whether each number has a successor, which intervals are made of, and each
/// number of the local part is one: `pep440_rs` makes a string of a larger one.
fn is_within_limits(version: &pep440_rs::Version) -> bool {
    let suffixes = [
        version.pre().map(|pre| pre.number),
        version.post(),
        version.dev(),
    ];
    version
        .release()
        .iter()
        .copied()
        .chain([version.epoch()])
        .chain(suffixes.into_iter().flatten())
        .all(|number| number < u64::MAX)
        && version.local().iter().all(|segment| match segment {
            LocalSegment::Number(_) => true,
            LocalSegment::String(text) => !text.bytes().all(|byte| byte.is_ascii_digit()),
        })
}

impl fmt::Display for Version {
    /// The normal form of PEP 440.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap_or_else(|_| panic!("{text:?}"))
    }

    #[test]
    fn every_spelling_has_one_normal_form() {
        for (text, normal) in [
            ("1", "1"),
            ("v1.00", "1.0"),
            (" \u{1f}1.0\u{a0}\n", "1.0"),
            ("1.0-ALPHA_3", "1.0a3"),
            ("1.0.preview", "1.0rc0"),
            ("1.0c.", "1.0rc0"),
            ("1.0a--4", "1.0a0.post4"),
            ("1.0-4", "1.0.post4"),
            ("1.0_rev-4", "1.0.post4"),
            ("1.0DEV", "1.0.dev0"),
            ("2!1.0a1-2.dev03+Ab_01.x", "2!1.0a1.post2.dev3+ab.1.x"),
            ("18446744073709551614", "18446744073709551614"),
        ] {
            assert_eq!(version(text).to_string(), normal);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            " ",
            ".1",
            "1.",
            "1..2",
            "1!",
            "!1",
            "vv1",
            "v 1",
            "1.0+",
            "1.0+a+b",
            "1.0+-a",
            "1.0+a-",
            "1.0-",
            "1.0post.1.2",
            "1.0a1a2",
            "1.0.*",
            "1,0",
            "1.0é",
            "１",
            "1.0poſt1",
            "1 .0",
            "\u{200b}1",
        ] {
            let error = text.parse::<Version>().unwrap_err();
            assert!(!error.is_too_large(), "{text:?}");
            assert_eq!(error.to_string(), "not a version of PEP 440");
        }
    }

    #[test]
    fn numbers_have_a_limit() {
        for number in [
            "18446744073709551615",
            "18446744073709551616",
            &"9".repeat(5000),
        ] {
            for text in [
                number.to_owned(),
                format!("1.{number}"),
                format!("{number}!1"),
                format!("1rc{number}"),
                format!("1.post{number}"),
                format!("1-{number}"),
                format!("1.dev{number}"),
            ] {
                assert!(
                    text.parse::<Version>().unwrap_err().is_too_large(),
                    "{text}"
                );
            }
        }
        assert!(
            "1+18446744073709551616"
                .parse::<Version>()
                .unwrap_err()
                .is_too_large()
        );
        assert_eq!(
            version("1+18446744073709551616a").to_string(),
            "1+18446744073709551616a"
        );
    }

    #[test]
    fn the_order_is_that_of_pep_440() {
        let ascending = [
            "0.dev0",
            "0a0",
            "1.dev0",
            "1.0a1.dev1",
            "1.0a1",
            "1.0a1.post0.dev0",
            "1.0a1.post0",
            "1.0b0",
            "1.0rc1",
            "1",
            "1.0+a",
            "1.0+b",
            "1.0+1",
            "1.0+1.a",
            "1.0+2",
            "1.0+10",
            "1.0.post0.dev1",
            "1.0.post0",
            "1.0.0.1",
            "1.1",
            "1.10",
            "1!0",
        ]
        .map(version);
        assert!(ascending.is_sorted_by(|a, b| a < b), "{ascending:?}");
        assert_eq!(version("1.0.0"), version("1"));
        assert_eq!(version("1+A.01"), version("1.0+a-1"));
        let hashed = HashSet::from(["1", "1.0", "1.0.0", "1+a", "1.0+A"].map(version));
        assert_eq!(hashed.len(), 2);
    }
}
