//! `pyproject.toml` text to passthrough declarations and build requirements.
//!
//! [`read`] never fails: it returns what can be understood, and every finding
//! on the way. It does no I/O.

mod model;

pub use model::{Backend, Declaration, Pyproject, Reading, Requires, Spanned};

/// Reads the text of a `pyproject.toml`.
pub fn read(source: &str, reading: &Reading) -> Pyproject {
    let _ = (source, reading);
    todo!()
}
