//! Tests of the whole crate.

mod corpus;
mod examples;
mod properties;
mod scale;
mod tomllib;
