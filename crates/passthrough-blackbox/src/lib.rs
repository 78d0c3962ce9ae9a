//! Black-box conformance: real frontends, unmodified, in generated worlds.
//!
//! A [`Suite`] has the cases and a [`Profiles`] the frontends, those that the
//! library carries and those of the user. [`Bench::frontend`] makes a frontend
//! available in the version that its profile pins, and [`Bench::run`] puts it
//! into the world of a case: a virtual environment as the host, a project with
//! the probe backend, a recording index, a proxy that lets nothing pass, and a
//! home of its own. What the probe saw, what was asked of the index, who tried
//! to leave and what changed in the host is the [evidence]; [`judge`] alone
//! compares it with what the case's checks ask for.
//!
//! Where nothing was seen nothing passes: a frontend that crashes, hangs or runs
//! no hook, a recording of an earlier run, a world that is gone, are errors.
//! [`Bench::baseline`] runs a profile in a world without any list, to tell a
//! wrong profile apart from a wrong frontend.
//!
//! [evidence]: passthrough_protocol::Evidence

mod baseline;
mod bench;
mod built;
mod interpreter;
mod judge;
mod nonce;
mod portable;
mod probe;
mod process;
mod profile;
mod recordings;
mod snapshot;
mod suite;
mod template;
mod tool;
mod world;

pub use baseline::{baseline_case, is_sound};
pub use bench::{Bench, CommandLine, Opened, Prepared, RunError};
pub use interpreter::{Interpreter, InterpreterError};
pub use judge::judge;
pub use profile::{ProfileProblem, Profiles};
pub use suite::{Blackbox, Suite};
pub use tool::{Frontend, ToolError};
pub use world::{World, WorldError};
