//! Real frontends in a prepared environment, with an index on the record.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod building;
mod choosing;
mod hardened;
mod workshop;
