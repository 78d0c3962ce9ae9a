//! Real frontends in worlds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod explore;
mod support;
