//! `env`, `build` and `run` on real projects, backends and hosts.

mod bad_input;
mod host_untouched;
mod killed;
mod real_builds;
mod reproduce;
mod seen_working;
mod streams;
mod toy;
mod world;
