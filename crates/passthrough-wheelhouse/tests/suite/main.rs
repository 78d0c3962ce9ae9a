//! Real installers, and clients that are none, before the index and the proxy.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clients;
mod hostile;
mod install;
mod protocol;
mod proxy;
mod support;
