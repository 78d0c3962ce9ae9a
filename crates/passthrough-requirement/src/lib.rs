//! Names, versions, specifiers, markers and requirements, read as the
//! `packaging` library of Python reads them.
//!
//! This crate is the only one that touches `pep508_rs` and `pep440_rs`. What
//! those get wrong (research showed it against `packaging`) is put right here,
//! and nothing of their types leaves it.

mod cursor;
mod direct_reference;
mod explain;
mod marker;
mod name;
mod range;
mod requirement;
mod scan;
mod specifier;
mod version;

pub use direct_reference::{DirectReference, ReferenceParts};
pub use marker::{Marker, MarkerEnvironment, Verdict};
pub use name::{ExtraName, NameError, PackageName};
pub use requirement::{Requirement, RequirementError, Source};
pub use specifier::{SpecifierError, Specifiers};
pub use version::{Version, VersionError};
