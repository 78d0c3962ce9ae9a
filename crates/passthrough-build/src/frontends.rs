//! Existing frontends, unmodified, in a prepared environment.
//!
//! Each of [`PROFILES`] says what a frontend can do and how it is told to use
//! an environment that is there already. [`find`] finds one, [`run`] runs it;
//! [`replace`] and [`custom`] are for any other command.
//!
//! A frontend runs in the project's directory, as its users run it, with the
//! variables of the environment, except for those that would lead it to another
//! environment or have it build something else besides. What the user adds to
//! its command line comes last. It writes no bytecode, as it may be installed in
//! the host.
//!
//! Nothing of a frontend becomes visible in the environment. That rules out the
//! obvious way for `build`, whose `--no-isolation` means the interpreter that it
//! runs on: put on the environment's path it would bring its whole site
//! directory along, and its dependencies before those of the project. It runs on
//! its own interpreter instead, and is told before it starts that
//! `sys.executable` is the environment's, where it starts the hooks. What it
//! would check of the build requirements is checked before, and left out.
//!
//! hatch installs into the environment what it misses there, and knows nothing
//! of the constraints: what is present has to be looked at again after it. Of a
//! backend in the project's own tree (`backend-path`) 1.18.2 finds nothing,
//! wherever it builds.
//!
//! | frontend | measured with | oldest |
//! |---|---|---|
//! | pip | 26.3 | 22.3: `--python` |
//! | build | 1.6.1 | 1.0.0 |
//! | uv | 0.13.8 | 0.5.0: from 0.7.0 its own backend is called through PEP 517 too |
//! | pdm | 2.29.3 | 2.20.0: 2.10 puts an overlay over the environment |
//! | hatch | 1.18.2 | 1.16.0: 1.14 downloads `build` into the environment |

mod command;
mod error;
mod find;
mod profile;
mod replace;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::iter;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use fs_err as fs;
use passthrough_interpreter::Environment;
use passthrough_process::{Bounds, Follow, Output, Stream};

use crate::hooks::Artefact;

pub use error::{FrontendError, FrontendErrorKind};
pub use find::{Tool, find};
pub use profile::{Frontend, PROFILES, Profile, table};
pub use replace::replace;

/// How much of a frontend's output is kept, in bytes from its end.
const KEPT: usize = 8 << 10;

/// What a frontend is to build, and in which environment.
pub struct Job<'a> {
    /// The environment's root; absolute.
    pub environment: &'a Path,
    /// Its interpreter; absolute.
    pub python: &'a Path,
    /// The variables of what runs in it.
    pub variables: &'a Environment,
    /// The user's own `PATH`, on which the host's scripts are as well.
    pub users_path: Option<&'a OsStr>,
    /// The project's directory; absolute.
    pub project: &'a Path,
    /// Where the artefact goes; absolute. It is made when needed.
    pub output: &'a Path,
    /// What to build.
    pub artefact: Artefact,
    /// What the user adds to the command line.
    pub arguments: &'a [OsString],
}

/// Has `tool` do `job`; returns the artefacts that are new or changed in the
/// output directory.
///
/// Without arguments of the user, which may mean another directory, there has
/// to be one.
pub fn run<'a>(
    tool: &Tool,
    job: &Job<'_>,
    timeout: Option<Duration>,
    follow: Option<&'a mut Follow<'a>>,
) -> Result<Vec<PathBuf>, FrontendError> {
    let fail = |kind| FrontendError::new(tool.frontend(), kind);
    tool.can_build(job.artefact)?;
    let mut command = command::command(tool, job);
    fs::create_dir_all(job.output).map_err(|error| fail(FrontendErrorKind::Io(error)))?;
    let before = artefacts(job.output);
    let bounds = Bounds {
        timeout,
        output: Output::Joined(Stream::tail(KEPT)),
        follow,
    };
    let finished = passthrough_process::run(&mut command, bounds).map_err(|stopped| {
        fail(FrontendErrorKind::Stopped(stopped.reason)).with_words(&stopped.output.stdout)
    })?;
    let words = &finished.output.stdout;
    if !finished.status.success() {
        return Err(fail(FrontendErrorKind::Failed(finished.status)).with_words(words));
    }
    let made: Vec<PathBuf> = artefacts(job.output)
        .into_iter()
        .filter(|(path, facts)| before.get(path) != Some(facts))
        .map(|(path, _)| path)
        .collect();
    if made.is_empty() && job.arguments.is_empty() {
        let output = job.output.to_owned();
        return Err(fail(FrontendErrorKind::NoArtefact(output)).with_words(words));
    }
    Ok(made)
}

/// Any other command in the environment, with `{python}` and `{env}` replaced;
/// none without a word. It runs in the project's directory.
///
/// Its program is the environment's, or else the one that the user would start:
/// a frontend may well be installed in the host.
pub fn custom(words: &[OsString], job: &Job<'_>) -> Option<Command> {
    let mut words = words
        .iter()
        .map(|word| replace(word, job.python, job.environment));
    let program = words.next()?;
    let found = located(&program, job);
    let mut command = Command::new(found.map_or(program, PathBuf::into_os_string));
    command
        .args(words)
        .env_clear()
        .envs(job.variables.iter())
        .current_dir(job.project);
    Some(command)
}

/// The file that a program's name alone stands for.
fn located(name: &OsStr, job: &Job<'_>) -> Option<PathBuf> {
    if name.is_empty() || Path::new(name).components().count() != 1 || name == ".." {
        return None;
    }
    let is_program = |file: &PathBuf| {
        let metadata = fs::metadata(file);
        metadata.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    let users = job.users_path.into_iter().flat_map(std::env::split_paths);
    let mut files = iter::once(job.environment.join("bin"))
        .chain(users)
        .map(|place| job.project.join(place).join(name));
    files.find(is_program)
}

/// The wheels and sdists in a directory, with what tells whether they changed.
fn artefacts(directory: &Path) -> BTreeMap<PathBuf, (u64, Option<SystemTime>)> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let path = entry.path();
            let name = path.file_name()?.to_str()?;
            let metadata = entry.metadata().ok()?;
            let is_artefact = name.ends_with(".whl") || name.ends_with(".tar.gz");
            (is_artefact && metadata.is_file())
                .then(|| (path, (metadata.len(), metadata.modified().ok())))
        })
        .collect()
}
