//! The library behind the `passthrough-check` binary.
//!
//! [`cli`] says what can be asked. [`check`] answers for every project: it
//! reads the [`project`], finds the [`host`] and puts the [`question`] to the
//! planner; [`wire`] says its answer in the words of the plan document. A
//! [`report::Report`] holds all that was found out about one project; [`render`]
//! turns reports into bytes for one of the output formats, after [`escape`]
//! has made the texts of files and hosts harmless. Nothing here writes to
//! stdout: that is the business of the binary.

pub mod adapter;
pub mod building;
pub mod check;
pub mod cli;
pub mod conformance;
pub mod constraints;
pub mod escape;
pub mod explain;
pub mod failure;
pub mod host;
pub mod input;
pub mod internal_error;
pub mod interrupt;
pub mod project;
mod prose;
pub mod question;
pub mod render;
pub mod report;
pub mod rules;
pub mod source;
pub mod tools;
pub mod wire;
