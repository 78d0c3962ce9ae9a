//! Real frontends in a prepared environment, with an index on the record.

mod building;
mod choosing;
mod hardened;
mod workshop;
