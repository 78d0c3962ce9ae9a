//! Build environments on real interpreters, with real packages.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod basic;
mod closure;
mod editables;
mod installers;
mod interpreters;
mod places;
mod support;
