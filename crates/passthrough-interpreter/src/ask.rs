use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::cache::Place;
use crate::{Environment, Interpreter, probe, survey};

/// How to ask an interpreter.
#[derive(Clone, Debug)]
pub struct AskOptions {
    /// How long it may take; then it and all that it started are killed.
    pub timeout: Duration,
    /// The directory that remembers answers; it is made when needed. Without
    /// one nothing is remembered.
    pub cache: Option<PathBuf>,
    /// Called before an interpreter is started, and not when its answer is
    /// recalled: the place to prepare for being interrupted ([`crate::end`]).
    pub before_start: fn(),
}

impl Default for AskOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            cache: None,
            before_start: || {},
        }
    }
}

/// Starts `executable` once and takes down its facts, or recalls them.
///
/// It is started with the variables of `environment`, except `PYTHONPATH`, and
/// away from the current directory, so that neither counts. Its own start-up
/// code (`sitecustomize`, code in `.pth` files) runs; it writes no bytecode.
///
/// An answer is recalled as long as nothing that it is known to depend upon
/// has changed: the executable, `pyvenv.cfg`, the site directories and their
/// `.pth` files, `sitecustomize`, Python's environment variables, the kernel.
/// What start-up code looks at besides is not known. The answer of a shim,
/// which stands for another interpreter, is never remembered.
pub fn ask(
    executable: &Path,
    environment: &Environment,
    options: &AskOptions,
) -> Result<Interpreter, AskError> {
    let fail = |kind, stderr| AskError {
        executable: executable.to_owned(),
        kind,
        stderr,
    };
    let absolute = std::path::absolute(executable)
        .map_err(|error| fail(AskErrorKind::Start(error), Vec::new()))?;
    let place = options
        .cache
        .as_ref()
        .map(|directory| Place::new(directory, &absolute, environment));
    if let Some(interpreter) = place.as_ref().and_then(Place::recall) {
        return Ok(interpreter);
    }
    (options.before_start)();
    let asked = SystemTime::now();
    let facts = probe::start(&absolute, environment, options.timeout)
        .map_err(|(kind, stderr)| fail(kind, stderr))?;
    let survey = survey::survey(facts, &absolute);
    if let Some(place) = place {
        place.remember(&survey, asked);
    }
    Ok(survey.interpreter)
}

/// An interpreter did not say its facts.
#[derive(Debug, thiserror::Error)]
#[error("`{}` {kind}", executable.display())]
#[non_exhaustive]
pub struct AskError {
    /// What was started.
    pub executable: PathBuf,
    /// What went wrong.
    pub kind: AskErrorKind,
    /// The end of what it wrote to its standard error, raw, at most 4 KiB.
    pub stderr: Vec<u8>,
}

/// What can go wrong with an interpreter that is asked. Each reads on after
/// the path of the executable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskErrorKind {
    /// The operating system cannot start it.
    #[error("cannot be started: {0}")]
    Start(io::Error),
    /// The operating system failed while it ran.
    #[error("cannot be attended to: {0}")]
    System(io::Error),
    /// It took longer than allowed, and was killed.
    #[error("did not answer within {0:?} and was stopped")]
    Timeout(Duration),
    /// It wrote more than 1 MiB to this stream, and was killed.
    #[error("flooded its {0} and was stopped")]
    Flood(&'static str),
    /// [`crate::end`] ended it.
    #[error("was interrupted")]
    Interrupted,
    /// It ended with a status other than 0.
    #[error("ended with exit status {0} instead of an answer")]
    Exit(i32),
    /// A signal ended it.
    #[error("was killed by signal {0}")]
    Signal(i32),
    /// It ended well, but did not run what it was given.
    #[error("gave no answer: it does not behave like a Python interpreter")]
    NoAnswer,
    /// Its answer was mixed up with something else.
    #[error("gave an answer that cannot be read: {0}")]
    Garbled(String),
    /// It is older than Python 3.8.
    #[error("is Python {0}, which is too old: 3.8 is the oldest supported")]
    TooOld(String),
}

impl AskError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        let by_hand = || format!("see what `{} -c pass` does", self.executable.display());
        Some(match &self.kind {
            AskErrorKind::Start(error) => match error.kind() {
                io::ErrorKind::NotFound => {
                    "the file, or the interpreter that its first line names, does not exist; \
                     recreate the environment or choose another interpreter with --python"
                        .to_owned()
                }
                io::ErrorKind::PermissionDenied => {
                    "make the file executable, or choose another interpreter with --python"
                        .to_owned()
                }
                _ => "choose another interpreter with --python".to_owned(),
            },
            AskErrorKind::System(_) | AskErrorKind::Interrupted => return None,
            AskErrorKind::Timeout(_) => format!(
                "start-up code of the environment may hang: {}, or use --no-spawn",
                by_hand()
            ),
            AskErrorKind::Flood(_) | AskErrorKind::Garbled(_) => format!(
                "start-up code of the environment (sitecustomize, .pth files) writes too much: \
                 {}, or use --no-spawn",
                by_hand()
            ),
            AskErrorKind::Exit(_) | AskErrorKind::Signal(_) => {
                format!("{}, or choose another interpreter with --python", by_hand())
            }
            AskErrorKind::NoAnswer | AskErrorKind::TooOld(_) => {
                "choose another interpreter with --python".to_owned()
            }
        })
    }
}
