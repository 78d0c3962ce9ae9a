//! Properties of the planner on generated worlds, and a second opinion.

mod cache_key;
mod oracle;
mod properties;
mod rules;
mod world;
