//! Where frontends are run, and what they leave there.

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_blackbox::{Bench, Frontend};
use passthrough_interpreter::{Environment, Request};
use passthrough_protocol::Profile;
use tempfile::TempDir;

use crate::cli::FrontendArgs;
use crate::failure::Failure;
use crate::tools;

/// A bench whose worlds are made with the interpreter that is meant, and whose
/// frontends are kept in the user's cache.
pub(super) fn bench(python: Option<&OsStr>, cache_dir: Option<&Path>) -> Result<Bench, Failure> {
    let request = match python {
        Some(said) => Request::parse(said),
        None => Request::Name(OsString::from("python3")),
    };
    let python = tools::locate(&request, &Environment::of_process())?;
    let cache = tools::cache(cache_dir)?.join("frontends");
    let this = std::env::current_exe().map_err(Failure::unable)?;
    Bench::new(&python, &cache, Some(this)).map_err(|error| {
        Failure::unable(error).hint("name an interpreter with --python: 3.9 or later, with `venv`")
    })
}

/// The frontend of a profile; `said` is what the user calls it.
pub(super) fn frontend(bench: &Bench, profile: &Profile, said: &str) -> Result<Frontend, Failure> {
    bench.frontend(profile).map_err(|error| {
        Failure::unable(format_args!("{said}: {error}"))
            .detail(error.said())
            .hinted(error.hint().map(str::to_owned))
    })
}

/// How many cases are run at once.
pub(super) fn jobs(args: &FrontendArgs) -> NonZero<usize> {
    let processors = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    args.jobs.unwrap_or_else(processors)
}

/// Where the worlds of a run are.
pub(super) enum Worlds {
    /// They go when the run does.
    Temporary(TempDir),
    /// They stay.
    Kept(PathBuf),
}

impl Worlds {
    /// In `keep`, which has to be empty or not there, or in a place of their own.
    pub(super) fn new(keep: Option<&Path>) -> Result<Self, Failure> {
        let Some(keep) = keep else {
            let directory = tempfile::Builder::new().prefix("passthrough-").tempdir();
            return directory.map(Self::Temporary).map_err(|error| {
                Failure::unable(format_args!("no place for the worlds: {error}"))
                    .hint("set TMPDIR to a directory that can be written to")
            });
        };
        fs::create_dir_all(keep).map_err(Failure::unable)?;
        let mut entries = fs::read_dir(keep).map_err(Failure::unable)?;
        if entries.next().is_some() {
            return Err(
                Failure::unable(format_args!("{} is not empty", keep.display()))
                    .hint("worlds are kept in a directory of their own"),
            );
        }
        let keep = std::path::absolute(keep).map_err(Failure::unable)?;
        Ok(Self::Kept(keep))
    }

    /// Where a frontend's world of a case is.
    pub(super) fn of(&self, frontend: &str, case: &str) -> PathBuf {
        let root = match self {
            Self::Temporary(directory) => directory.path(),
            Self::Kept(directory) => directory,
        };
        root.join(frontend.replace('+', "-")).join(case)
    }

    /// The run of a case is over.
    pub(super) fn done(&self, world: &Path) {
        if let Self::Temporary(_) = self {
            // What cannot be removed now is tried again at the end.
            let _ = fs::remove_dir_all(world);
        }
    }
}
