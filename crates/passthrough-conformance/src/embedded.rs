//! What the binary carries: nothing here is parsed before it is asked for.

/// The decision cases: the path below `conformance/cases/decision`, the text.
pub(crate) static CASES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// The registry of requirements.
pub(crate) static REQUIREMENTS: &str = include_str!("../../../spec/requirements.toml");

/// The known failures of real frontends: the file below
/// `conformance/expectations`, the text.
pub(crate) static EXPECTATIONS: &[(&str, &str)] =
    include!(concat!(env!("OUT_DIR"), "/expectations.rs"));
