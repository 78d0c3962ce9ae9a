//! The distributions installed in a host, as its interpreter sees them.
//!
//! An [`Inventory`] answers for one name at a time, and reads no more than
//! that takes.

mod model;

pub use model::{
    DirectUrl, Editable, FileList, Installed, Inventory, Metadata, Origin, Problem, Shadowed,
};
