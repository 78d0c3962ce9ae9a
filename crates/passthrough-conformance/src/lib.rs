//! The conformance suite at decision level, and what all levels share.
//!
//! [`suite::Cases`] holds the cases of a level: those that the binary carries,
//! and those of a directory. A [`Subject`] answers the inputs of decision cases:
//! the reference in this process, or an [`adapter::Adapter`], a process of any
//! language. [`run::run`] puts the inputs to it in an order that a seed decides,
//! and [`judge`] alone compares what it answers with what a case expects: a
//! subject sees neither the case's id nor its expectation. [`report::report`]
//! puts the outcomes together by requirement, as the document that all
//! renderings start from.
//!
//! Nothing here prints, and nothing knows how a decision is made.

pub mod adapter;
mod bounds;
pub mod catalogue;
pub mod coverage;
mod digest;
pub mod embedded;
pub mod expectations;
mod judge;
pub mod merge;
pub mod partition;
pub mod render;
pub mod report;
pub mod requirements;
pub mod run;
pub mod select;
mod shuffle;
mod subject;
pub mod suite;
pub mod vectors;

pub use judge::{Judgement, compare, judge};
pub use shuffle::shuffle;
pub use subject::{InProcess, Subject, Trouble};
