//! End-to-end tests: the `passthrough-check` binary on real projects,
//! interpreters and packages, and the files that are generated from the code.
//!
//! One test binary, so that the workspace links once. What a test needs from
//! PyPI is installed, pinned, below `target/python/`; where that fails, the
//! test fails.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it must be"
)]

mod bad_input;
mod blackbox;
mod building;
mod conformance;
mod context;
mod decision_cases;
mod generated;
mod host;
mod options;
mod python_adapter;
mod readme;
mod seen_working;
mod specification;
