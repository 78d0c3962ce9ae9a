//! The library behind the `passthrough-check` binary.
//!
//! A [`report::Report`] holds what was found out about one project; [`render`]
//! turns reports into bytes for one of the output formats, after [`escape`]
//! has made the texts of files and hosts harmless. Nothing here writes to
//! stdout: that is the business of the binary.

pub mod escape;
pub mod explain;
mod prose;
pub mod render;
pub mod report;
pub mod source;
