//! The installer of the rest, with real installers and a recording index.

mod choosing;
mod failing;
mod isolated;
mod settings;
mod together;
mod world;
