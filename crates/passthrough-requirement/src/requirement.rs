use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::{DirectReference, ExtraName, Marker, PackageName, Specifiers};

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
    /// boundaries.
    pub span: Range<usize>,
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        todo!("{text}")
    }
}

impl fmt::Display for Requirement {
    /// Canonical: normalised names, sorted extras and specifiers, and the
    /// marker if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        {
            let _ = f;
            todo!()
        }
    }
}
