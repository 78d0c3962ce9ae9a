//! Real frontends through the command line.

mod alike;
