//! Rules of exposing that need a host made for them, or a file system that
//! fails on demand.

mod content;
mod failures;
mod forms;
mod hostile;
mod left_overs;
mod passes;
mod target;
pub(crate) mod world;
