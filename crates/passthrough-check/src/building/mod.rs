//! `env`, `build` and `run`: builds in an environment that holds what passes
//! through.
//!
//! A source is a project, as it is or unpacked; a target is the host, with what
//! the user wishes. The two make a
//! [`passthrough_build::session::Job`]. What goes on is told to a [`Ui`].

mod build;
mod env;
mod failure;
mod output;
mod run;
mod source;
mod target;
mod ui;

pub use build::{Built, build};
pub use env::{Made, env};
pub use run::run;
pub use ui::Ui;
