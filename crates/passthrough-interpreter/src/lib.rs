//! The facts of one Python interpreter: its `sys.path`, its markers, its ABI.
//!
//! [`locate`] finds the interpreter that the user means, [`ask`] starts it
//! once and remembers the answer, [`read`] tells what the files alone say
//! without starting anything. None of them knows about distributions.

mod model;

pub use model::{Identity, Interpreter, Knowledge, Origin, PathEntry};
