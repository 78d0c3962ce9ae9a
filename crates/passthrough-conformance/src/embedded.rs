//! What the binary carries: nothing here is parsed before it is asked for.

/// Files below a directory: the path there, the text.
pub type Files = &'static [(&'static str, &'static str)];

/// The decision cases, below `conformance/cases/decision`.
pub const DECISION_CASES: Files = include!(concat!(env!("OUT_DIR"), "/decision.rs"));

/// The black-box cases, below `conformance/cases/blackbox`.
pub const BLACKBOX_CASES: Files = include!(concat!(env!("OUT_DIR"), "/blackbox.rs"));

/// The profiles of real frontends, below `conformance/profiles`.
pub const PROFILES: Files = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// The known failures of real frontends, below `conformance/expectations`.
pub(crate) const EXPECTATIONS: Files = include!(concat!(env!("OUT_DIR"), "/expectations.rs"));

/// The registry of requirements.
pub(crate) const REQUIREMENTS: &str = include_str!("../../../spec/requirements.toml");
