//! The decision: which listed build dependencies pass through from the host.
//!
//! [`plan`] is pure and total. It takes the project's list and build
//! requirements, the host's inventory, the interpreters, the constraints and
//! the user's policy ([`Input`]), and answers with a [`Plan`]: one status for
//! every listed name, what to expose, what to download. It starts nothing,
//! asks no index, and gives the same answer for the same input whatever the
//! order of its lists.
//!
//! The steps are those of the specification's algorithm:
//!
//! 1. the rows of the table that speak of one name alone (`rows`), in order;
//! 2. which closure members are displaced, in rounds (`displaced`);
//! 3. the closures with that set (`closure`): a name whose closure fails
//!    falls back, and everything starts again at 2;
//! 4. the downloads that no version can satisfy (`conflict`): likewise;
//! 5. the result, put together (`assemble`), with its diagnostics (`rules`).

mod assemble;
mod cache_key;
mod closure;
mod conflict;
mod decide;
mod displaced;
mod input;
mod plan;
mod rows;
mod rules;
mod situation;
#[cfg(test)]
mod tests;

pub use decide::plan;
pub use input::{BuildRequirement, Host, Input, Listing, Pass, Policy, Present};
pub use plan::{Decision, Exposed, Install, Plan};
pub use rules::RULES;

/// The words of the plan document, which the planner speaks as well.
pub use passthrough_protocol::{Because, Role, Status};
