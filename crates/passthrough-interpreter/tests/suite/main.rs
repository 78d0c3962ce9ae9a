//! What this crate says about real interpreters.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails makes its test fail"
)]

mod answers;
mod cache;
mod failures;
mod finding;
mod markers;
mod read_equals_ask;
mod reading;
mod support;
