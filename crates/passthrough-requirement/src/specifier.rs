use std::fmt;
use std::str::FromStr;

use crate::Version;

/// A set of version specifiers, all of which must hold; empty: any version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specifiers(Vec<()>);

/// The text is not a set of version specifiers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SpecifierError {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
}

impl Specifiers {
    /// `==version`.
    pub fn exactly(version: &Version) -> Self {
        todo!("{version}")
    }

    /// Whether there is no specifier at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every specifier holds. Pre-releases count like any other
    /// version (`SpecifierSet.contains(version, prereleases=True)`).
    pub fn admits(&self, version: &Version) -> bool {
        todo!("{version}")
    }

    /// The specifiers of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        todo!("{other}")
    }

    /// Whether no version at all can satisfy them, as
    /// `SpecifierSet.is_unsatisfiable()` of packaging 26.3 decides it.
    pub fn is_unsatisfiable(&self) -> bool {
        todo!()
    }
}

impl FromStr for Specifiers {
    type Err = SpecifierError;

    fn from_str(text: &str) -> Result<Self, SpecifierError> {
        todo!("{text}")
    }
}

impl fmt::Display for Specifiers {
    /// Canonical: sorted, without duplicates, comma-separated, no blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        {
            let _ = f;
            todo!()
        }
    }
}
