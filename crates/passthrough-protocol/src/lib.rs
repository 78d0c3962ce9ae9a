//! The documents that cross a process boundary, and the exit codes.
//!
//! This is the one crate with a stability promise: within a schema's number
//! nothing is renamed or removed, and nothing changes its meaning. It depends
//! on no other crate of ours; whoever holds richer types converts them.
//!
//! | document | type | schema |
//! |---|---|---|
//! | what `check --output-format json` prints | [`Plan`] | `passthrough-plan/1` |
//! | what `--host-json` takes | [`Host`] | `passthrough-host/1` |

mod exit;
mod host;
mod number;
mod plan;
mod schema;

pub use exit::ExitCode;
pub use host::{Distribution, Editable, Host, HostSchema, Markers, PathEntry, Python};
pub use plan::{
    Because, Declaration, Diagnostic, Exposed, HostSummary, Install, Listed, Plan, PlanSchema,
    Project, Role, Severity, Status,
};
pub use schema::{SCHEMAS, Schema};
