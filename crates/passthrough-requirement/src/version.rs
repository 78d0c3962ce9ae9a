use std::fmt;
use std::str::FromStr;

/// A version of PEP 440. Ordering and equality are PEP 440's: `1.0` equals `1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub(crate) pep440_rs::Version);

/// The text is not a version of PEP 440.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version of PEP 440")]
#[non_exhaustive]
pub struct VersionError;

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        todo!("{text}")
    }
}

impl fmt::Display for Version {
    /// The normal form of PEP 440.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
