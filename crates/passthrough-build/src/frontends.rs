//! Existing frontends, unmodified, in a prepared environment.
