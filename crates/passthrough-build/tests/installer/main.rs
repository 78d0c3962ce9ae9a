//! The installer of the rest, with real installers and a recording index.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod choosing;
mod failing;
mod isolated;
mod settings;
mod together;
mod world;
