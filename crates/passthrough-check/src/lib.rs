//! The library behind the `passthrough-check` binary.
//!
//! [`render`] turns what was found into bytes for one of the output formats.
//! Nothing here writes to stdout: that is the business of the binary.

pub mod render;
