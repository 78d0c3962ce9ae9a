//! Builds in a prepared environment.
//!
//! A build is a pipeline, and each module is a stage of it. The environment
//! holds what passes through; [`installer`] puts the rest beside it, under the
//! constraints; [`hooks`] calls the build backend (PEP 517, PEP 660), one
//! process a hook; [`diagnosis`] says why a backend could not be used;
//! [`frontends`] has an existing frontend do the same, unmodified; [`session`]
//! runs all of it in order, from an unpacked [`sdist`] if need be, and [`record`] takes down what passed through.

pub mod diagnosis;
pub mod frontends;
pub mod hooks;
pub mod installer;
pub mod record;
pub mod sdist;
pub mod session;
