//! Real frontends in worlds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken;
mod control;
mod ideal;
mod real;
mod support;
mod template;
