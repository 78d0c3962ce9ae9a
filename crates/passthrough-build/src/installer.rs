//! Installing into a prepared environment what does not pass through.
