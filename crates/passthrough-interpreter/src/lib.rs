//! The facts of one Python interpreter: its `sys.path`, its markers, its ABI.
//!
//! [`locate`] finds the interpreter that the user means, [`ask`] starts it
//! once and remembers the answer, [`read`] tells what the files alone say
//! without starting anything. None of them knows about distributions.
//!
//! What the process around it has, its environment variables above all, comes
//! in as a value ([`Environment`]). The crate is for Unix.

mod ask;
mod by_version;
mod cache;
mod details;
mod environment;
mod facts;
mod files;
mod habits;
mod layout;
mod locate;
mod model;
mod probe;
mod pth;
mod pyvenv;
mod read;
mod request;
mod site;
mod stamp;
mod survey;
mod text;
mod version;

pub use ask::{AskError, AskErrorKind, AskOptions, ask};
pub use environment::Environment;
pub use locate::{How, LocateError, Located, locate};
pub use model::{Identity, Interpreter, Knowledge, Origin, PathEntry};
/// Ends the interpreter that is being asked, with all that it started.
pub use passthrough_process::end;
pub use read::{ReadError, ReadErrorKind, Reading, read};
pub use request::{Request, VersionRequest};
