//! A report to bytes, in one of the output formats: one file a format.
