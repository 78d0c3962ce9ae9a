//! The arguments of black-box conformance.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Which real frontends are run, and in which worlds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Real frontends (black box)")]
pub struct FrontendArgs {
    /// Run a real frontend in generated worlds: the name of a profile of the
    /// suite, such as `pip`, or a file with one (see `schema profile`). With
    /// `+passthrough`, in an environment that is prepared for it by `run`. Can
    /// be given again, for several reports.
    #[arg(long, value_name = "NAME|FILE[+passthrough]", conflicts_with_all = ["adapter", "oneshot", "timeout"])]
    pub profile: Vec<String>,
    /// How many cases are run at once; as many as there are processors by
    /// default.
    #[arg(short, long, value_name = "N", requires = "profile")]
    pub jobs: Option<NonZero<usize>>,
    /// Keep the worlds, with the evidence, in a directory that is empty or not
    /// there.
    #[arg(long, value_name = "DIR", requires = "profile", value_hint = ValueHint::DirPath)]
    pub keep: Option<PathBuf>,
    /// The interpreter of the worlds' environments; `python3` on PATH by default.
    #[arg(short, long, value_name = "PATH|VERSION", requires = "profile", value_hint = ValueHint::ExecutablePath)]
    pub python: Option<OsString>,
    /// Where the frontends are kept that were installed from PyPI.
    #[arg(long, value_name = "DIR", env = "PASSTHROUGH_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,
}

/// Options of `conformance world`.
#[derive(Debug, Args)]
pub struct WorldArgs {
    /// The case, or `baseline-wheel` and so on for a step of the world without a
    /// list that profiles are tried in.
    #[arg(value_name = "CASE")]
    pub case: String,
    /// The frontend that the world is for, as for `run`.
    #[arg(long, value_name = "NAME|FILE[+passthrough]")]
    pub profile: String,
    /// Where to make the world: a directory that is empty or not there.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    /// Keep the index of the world serving, until an interrupt.
    #[arg(long)]
    pub serve: bool,
    /// The port of the index, on the loopback interface; a free one by default.
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub port: u16,
    /// A directory with more cases.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cases: Vec<PathBuf>,
    /// The interpreter of the world's environments; `python3` on PATH by default.
    #[arg(short, long, value_name = "PATH|VERSION", value_hint = ValueHint::ExecutablePath)]
    pub python: Option<OsString>,
    /// Where the frontends are kept that were installed from PyPI.
    #[arg(long, value_name = "DIR", env = "PASSTHROUGH_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,
}
