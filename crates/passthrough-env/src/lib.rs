//! Build environments that hold selected packages of a host.
//!
//! [`BuildEnvironment::create`] makes a virtual environment on the host's base
//! interpreter. [`BuildEnvironment::expose`] puts the distributions of a plan
//! into it: [`mapping`] tells which file goes where, from the lists of files
//! that installers leave behind, and every file becomes one of the
//! environment's own, at the same place below its prefix. No directory of the
//! environment is a link, nothing is added to `sys.path`, and no code of ours
//! runs when its interpreter starts.
//!
//! Afterwards [`BuildEnvironment::verify`] tells whether the host's files are
//! still what they were, and [`BuildEnvironment::remove`] takes everything
//! away. What a killed run leaves behind, the next one removes
//! ([`remove_left_overs`]).

mod base;
mod content;
mod develop;
mod directories;
mod environment;
mod error;
mod facts;
mod inspect;
mod launcher;
mod layout;
mod link;
mod manifest;
mod mapping;
mod materialise;
mod operations;
mod place;
mod remove;
mod target;
#[cfg(test)]
mod tests;
mod threads;
mod venv;
mod verify;
mod workspace;

pub use environment::BuildEnvironment;
pub use error::{EnvError, EnvErrorKind};
pub use layout::Layout;
pub use link::LinkMode;
pub use mapping::{Mapped, MappedDistribution, Mapping, mapping};
pub use verify::Changed;
pub use workspace::{LeftOvers, Scratch, remove_left_overs};
