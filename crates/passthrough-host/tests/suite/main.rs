//! Whole inventories: made by hand, by real installers, and by chance.

mod editables;
mod environments;
mod forms;
mod given;
mod hostile;
mod paths;
mod support;
mod work;
