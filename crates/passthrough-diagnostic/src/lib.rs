//! One diagnostic model for every crate of the workspace.
//!
//! A [`Rule`] is a static fact: a stable code, what is checked and why, an
//! example and its mend. It lives in the file that does the check. A
//! [`Diagnostic`] is one finding of a rule: its words, and the place they
//! speak of. Rendering (terminal, JSON, SARIF, …) is the business of the
//! binary alone; nothing here prints, escapes or counts lines.

mod diagnostic;
mod rule;

pub use diagnostic::{Diagnostic, Label, Place, Span};
pub use rule::{Rule, Severity};
