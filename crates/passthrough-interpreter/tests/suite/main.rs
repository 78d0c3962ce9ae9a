//! What this crate says about real interpreters.

mod answers;
mod cache;
mod failures;
mod finding;
mod markers;
mod read_equals_ask;
mod reading;
mod support;
