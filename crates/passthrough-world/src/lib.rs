//! What tests and benchmarks need of the world: real interpreters and real
//! packages ([`python`]), and synthetic hosts of any size ([`site`]).
//!
//! Everything here panics when it cannot do its job: a test that cannot have
//! its world has failed, it is never skipped.

pub mod python;
pub mod site;
