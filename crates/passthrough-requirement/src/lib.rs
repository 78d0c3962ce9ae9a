//! Names, versions, specifiers, markers and requirements, read as the
//! `packaging` library of Python reads them.
//!
//! ```
//! use passthrough_requirement::{Requirement, Source, Version};
//!
//! let requirement: Requirement = "Torch[cuda] >=2.4, <3; os_name != 'nt'".parse()?;
//! assert_eq!(requirement.to_string(), "torch[cuda]<3,>=2.4; os_name != \"nt\"");
//! let Source::Specifiers(specifiers) = &requirement.source else {
//!     unreachable!("it has no URL");
//! };
//! assert!(specifiers.admits(&"2.4.0+cu121".parse::<Version>()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The measure is `packaging` 26.3: `tests/differential` asks it, and
//! `tests/explained-differences.toml` has every difference with its reason.
//!
//! Versions are parsed and ordered by `pep440_rs`, which this crate alone
//! touches. Its specifiers and the requirements and markers of `pep508_rs` are
//! not used: they admit other versions, accept other texts, and leave out of a
//! marker what has no defined meaning (`tests/second_reader.rs` has examples).

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
