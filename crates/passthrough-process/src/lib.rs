//! A child process within bounds of time and output, ended with all that it
//! started.
//!
//! [`run`] starts a command in a process group of its own, reads what it
//! writes (keeping a bounded part, handing over every line to who wants to
//! see it), and returns when the command itself has ended: what it left
//! running cannot hold up the caller through a pipe that it inherited. What is
//! left of the group is then ended.
//!
//! A command that has to be stopped is ended with all that it started, as far
//! as the system lets us find it: its group, its descendants, and, on Linux,
//! every process that still carries the mark in its environment that the
//! command was started with, wherever it fled to. [`end`] does the same to
//! everything that runs, when the program is interrupted.
//!
//! A [`Dialogue`] is a child that is told lines and tells lines, within the same
//! bounds and ended the same way.
//!
//! A child of [`run_attached`] can tell that this process is gone even when it
//! was killed, and could end nothing.
//!
//! The crate knows nothing of Python. It is for Unix.

mod attend;
mod capture;
mod dialogue;
mod registry;
mod run;
mod tree;

pub use capture::{Captured, Source, Stream};
pub use dialogue::{Broken, Dialogue, LONGEST_LINE};
pub use registry::end;
pub use run::{Bounds, Finished, Follow, Output, Reason, Stopped, run, run_attached};
pub use tree::MARK;
