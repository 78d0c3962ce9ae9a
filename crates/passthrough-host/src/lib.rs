//! The distributions installed in a host, as its interpreter sees them.
//!
//! An [`Inventory`] answers for one name at a time, and reads no more than
//! that takes. [`Site`] reads from the disk, [`Given`] from a document.

mod archive;
mod choose;
mod claims;
mod direct_url;
mod document;
mod editable;
mod entry_name;
mod files;
mod given;
mod header;
mod judge;
mod listing;
mod model;
mod open;
mod owners;
mod requires_txt;
mod rules;
mod scan;
mod site;

pub use document::to_document;
pub use files::{ListError, ListErrorKind, ListedFile, ListedFiles};
pub use given::{Given, GivenError, interpreter};
pub use model::{
    DirectUrl, Editable, FileList, Installed, Inventory, Metadata, Origin, Problem, Shadowed,
};
pub use rules::RULES;
pub use site::Site;
