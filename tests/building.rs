//! `env`, `build` and `run` on real projects, backends and hosts.

mod bad_input;
mod host_untouched;
mod killed;
mod owners;
mod real_builds;
mod reproduce;
mod rpath;
mod run;
mod seen_working;
mod sees;
mod streams;
mod toy;
mod volume;
mod volumes;
mod world;
