//! One question to a backend, and its answer.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use fs_err as fs;
use passthrough_process::{Bounds, Follow, Output, Source, Stopped, Stream};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use serde::Serialize;

use super::answer::{Answer, Failure, Returned, Surroundings};
use super::artefact::Hook;
use super::backend_path;
use super::error::{HookError, HookErrorKind, Unavailable};
use super::settings::ConfigSettings;
use super::{Backend, text};

/// The script that calls the hook.
const RUNNER: &str = include_str!("runner.py");

/// The most of a hook's output that an error carries.
const TAIL: usize = 1 << 16;

/// The longest answer that is read, in bytes. What a hook raises is cut to
/// less; a list of requirements is as long as the backend makes it.
const ANSWER: u64 = 16 << 20;

/// PEP 517's backend for projects that declare none.
const LEGACY: &str = "setuptools.build_meta:__legacy__";

/// The arguments of a hook. They are given by position, as pip, build and uv do
/// it: a hook whose parameters have names of its own works there.
pub(crate) struct Arguments<'a> {
    settings: &'a ConfigSettings,
    directory: Option<String>,
    metadata: Option<String>,
}

impl<'a> Arguments<'a> {
    /// Of a hook that writes nothing.
    pub(crate) fn new(settings: &'a ConfigSettings) -> Self {
        Self {
            settings,
            directory: None,
            metadata: None,
        }
    }

    /// Of one that writes into this directory.
    pub(crate) fn into(self, directory: &Path) -> Self {
        Self {
            directory: Some(text::of_path(directory)),
            ..self
        }
    }

    /// Of one that is given the metadata that it has made.
    pub(crate) fn with_metadata(self, metadata: Option<&Path>) -> Self {
        Self {
            metadata: metadata.map(text::of_path),
            ..self
        }
    }
}

/// A hook that answered.
pub(crate) struct Called {
    pub(crate) outcome: Outcome,
    hook: Hook,
    output: Vec<u8>,
}

pub(crate) enum Outcome {
    Returned(Returned),
    Missing(Surroundings),
}

impl Called {
    /// The string that the hook returned.
    pub(crate) fn text(&self) -> Result<&str, HookError> {
        match &self.outcome {
            Outcome::Returned(Returned::Text(text)) => Ok(text),
            Outcome::Returned(other) => Err(self.error(HookErrorKind::Returned {
                expected: "a string",
                returned: other.kind(),
            })),
            Outcome::Missing(surroundings) => {
                Err(self.error(HookErrorKind::Missing(Box::new(surroundings.clone()))))
            }
        }
    }

    /// The strings that the hook returned; none if there is no such hook.
    pub(crate) fn list(&self) -> Result<&[String], HookError> {
        match &self.outcome {
            Outcome::Missing(_) => Ok(&[]),
            Outcome::Returned(Returned::List(list)) => Ok(list),
            Outcome::Returned(other) => Err(self.error(HookErrorKind::Returned {
                expected: "a list of strings",
                returned: other.kind(),
            })),
        }
    }

    pub(crate) fn error(&self, kind: HookErrorKind) -> HookError {
        HookError {
            hook: self.hook,
            kind,
            output: self.output.clone(),
        }
    }
}

#[derive(Serialize)]
struct Question<'a> {
    hook: &'static str,
    module: &'a str,
    object: &'a str,
    /// None for a backend that is not in-tree.
    backend_path: Option<Vec<String>>,
    directory: Option<&'a str>,
    settings: Option<&'a ConfigSettings>,
    metadata: Option<&'a str>,
}

/// Calls a hook of the backend.
pub(crate) fn call(
    backend: &Backend<'_>,
    hook: Hook,
    arguments: &Arguments<'_>,
) -> Result<Called, HookError> {
    let fail = |kind, output| HookError { hook, kind, output };
    let early = |kind| fail(kind, Vec::new());
    check_project(backend).map_err(early)?;
    let in_tree = backend_path::resolve(backend.project, backend.path)
        .map_err(|(entry, fault)| early(HookErrorKind::BackendPath { entry, fault }))?;
    let (module, object) = backend.name.split_once(':').unwrap_or((backend.name, ""));
    let settings = Some(arguments.settings).filter(|settings| !settings.is_empty());
    let question = Question {
        hook: hook.name(),
        module,
        object,
        backend_path: (!backend.path.is_empty()).then(|| {
            let directories = in_tree.directories.iter();
            directories
                .map(|directory| text::of_path(directory))
                .collect()
        }),
        directory: arguments.directory.as_deref(),
        settings,
        metadata: arguments.metadata.as_deref(),
    };
    let control = backend.private_directory(hook)?;
    let script =
        prepare(control.path(), &question).map_err(|error| early(HookErrorKind::Control(error)))?;
    let (status, output) = run(backend, &script, control.path()).map_err(|stopped| {
        fail(
            HookErrorKind::Process(stopped.reason),
            stopped.output.stdout,
        )
    })?;
    let answer = ended(status, read_answer(control.path()));
    match answer.and_then(|answer| outcome(answer, in_tree.missing)) {
        Ok(outcome) => Ok(Called {
            outcome,
            hook,
            output,
        }),
        Err(kind) => Err(fail(kind, output)),
    }
}

/// Whether there is anything to build. `pyproject.toml` is enough; without it,
/// PEP 517's default backend builds what has a `setup.py`.
fn check_project(backend: &Backend<'_>) -> Result<(), HookErrorKind> {
    let has = |name: &str| backend.project.join(name).is_file();
    if has("pyproject.toml") || (backend.name == LEGACY && has("setup.py")) {
        Ok(())
    } else {
        Err(HookErrorKind::NotAProject(backend.project.to_owned()))
    }
}

/// Writes what the process needs; returns the script.
fn prepare(control: &Path, question: &Question<'_>) -> io::Result<PathBuf> {
    let script = control.join("hook.py");
    fs::write(&script, RUNNER)?;
    fs::write(control.join("question.json"), serde_json::to_vec(question)?)?;
    Ok(script)
}

fn run(
    backend: &Backend<'_>,
    script: &Path,
    control: &Path,
) -> Result<(ExitStatus, Vec<u8>), Stopped> {
    let mut command = Command::new(backend.python);
    command
        .arg(script)
        .arg(control)
        .current_dir(backend.project)
        .env_clear()
        .envs(backend.variables.iter());
    let mut follow = |_: Source, line: &[u8]| {
        if let Some(follow) = backend.follow {
            follow(line);
        }
    };
    let bounds = Bounds {
        timeout: backend.timeout,
        output: Output::Joined(Stream::tail(TAIL)),
        follow: backend
            .follow
            .is_some()
            .then_some(&mut follow as &mut Follow<'_>),
    };
    let finished = passthrough_process::run_attached(&mut command, bounds)?;
    Ok((finished.status, finished.output.stdout))
}

/// The answer of a process that ended this way. One that ended badly has not
/// done its work, whatever it says.
fn ended(
    status: ExitStatus,
    answer: Result<Option<Answer>, HookErrorKind>,
) -> Result<Answer, HookErrorKind> {
    if !status.success() {
        let answered = matches!(answer, Ok(Some(_)));
        return Err(HookErrorKind::Ended { status, answered });
    }
    answer?.ok_or(HookErrorKind::Ended {
        status,
        answered: false,
    })
}

/// What is in the control directory in the end, which the hook could write to.
fn read_answer(control: &Path) -> Result<Option<Answer>, HookErrorKind> {
    let garbled = |words: String| HookErrorKind::Garbled(words);
    // Neither another file nor a pipe that nobody writes to.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(control.join("answer.json"), flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(Errno::NOENT) if control.is_dir() => return Ok(None),
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(HookErrorKind::ControlGone),
        Err(error) => return Err(garbled(error.to_string())),
    };
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err(garbled("it is not a regular file".to_owned()));
    }
    let mut text = Vec::new();
    file.take(ANSWER + 1)
        .read_to_end(&mut text)
        .map_err(|error| garbled(error.to_string()))?;
    if text.len() as u64 > ANSWER {
        return Err(garbled(format!("it is longer than {ANSWER} bytes")));
    }
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|error| garbled(error.to_string()))
}

fn outcome(answer: Answer, missing_entries: Vec<String>) -> Result<Outcome, HookErrorKind> {
    match answer {
        Answer::Returned(returned) => Ok(Outcome::Returned(returned)),
        Answer::Missing(surroundings) => Ok(Outcome::Missing(surroundings)),
        Answer::Unsupported(failure) => Err(HookErrorKind::Unsupported(failure.exception.message)),
        Answer::Raised(failure) => Err(HookErrorKind::Raised(Box::new(failure))),
        Answer::Unavailable(answer) => {
            let failure = answer.exception.map(|exception| Failure {
                exception,
                causes: answer.causes,
                traceback: answer.traceback,
                surroundings: answer.surroundings.clone(),
            });
            Err(HookErrorKind::Unavailable(Box::new(Unavailable {
                stage: answer.stage,
                found: answer.found,
                failure,
                missing_entries,
                surroundings: answer.surroundings,
            })))
        }
    }
}
