//! The installer of the rest, with real installers and a recording index.

mod choosing;
mod together;
mod world;
