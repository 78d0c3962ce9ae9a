//! Whole inventories: made by hand, by real installers, and by chance.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "these are tests, and their helpers"
)]

mod editables;
mod environments;
mod forms;
mod given;
mod hostile;
mod owners;
mod paths;
mod support;
mod work;
