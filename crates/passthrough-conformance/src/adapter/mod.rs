//! An implementation in a process of its own, spoken to over its standard
//! input and output, one JSON object a line: an [`Adapter`] is one process for
//! all inputs, a [`Oneshot`] another for each.
//!
//! Whatever it does, the run goes on: a process that says what it should not
//! is killed, with all that it started, and another is started for the next
//! input. What it writes to stderr is kept, in part, and means nothing.

mod heard;
mod oneshot;

use std::process::Command;
use std::time::Duration;

use passthrough_process::{Broken, Dialogue};
use passthrough_protocol::{CaseInput, PROTOCOL, Reply, Request, Started};

use crate::subject::{Subject, Trouble};
use heard::{Misheard, code, hear, introduction, line, surplus, words};

pub use oneshot::Oneshot;

/// An adapter that cannot be started this many times in a row is given up.
const FAILED_STARTS: u32 = 3;

/// How long an adapter may take to end after `stop`.
const STOP: Duration = Duration::from_secs(2);

/// An adapter and the process that stands for it at the moment.
pub struct Adapter {
    command: Vec<String>,
    timeout: Duration,
    process: Option<Conversation>,
    identity: Option<Started>,
    failed_starts: u32,
    last_failure: Option<Trouble>,
    notes: Vec<String>,
}

struct Conversation {
    process: Dialogue,
    /// The number of the last request that was answered.
    answered: u64,
}

/// An adapter of which no process can be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the adapter `{program}`: {source}")]
#[non_exhaustive]
pub struct SpawnError {
    /// The program.
    pub program: String,
    /// Why not.
    pub source: std::io::Error,
}

impl SpawnError {
    fn of(command: &[String], source: std::io::Error) -> Self {
        Self {
            program: command.first().cloned().unwrap_or_default(),
            source,
        }
    }
}

fn spawn(command: &[String]) -> std::io::Result<Dialogue> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(std::io::Error::new(
            std::io::ErrorKind::NotFound,
            "the command is empty",
        ));
    };
    Dialogue::start(Command::new(program).args(arguments))
}

impl Adapter {
    /// Starts the adapter. It has `timeout` for each answer.
    ///
    /// Fails where there is no such program; a program that does not keep to
    /// the protocol is no failure here, but trouble with every input.
    pub fn start(command: Vec<String>, timeout: Duration) -> Result<Self, SpawnError> {
        let mut adapter = Self {
            command,
            timeout,
            process: None,
            identity: None,
            failed_starts: 0,
            last_failure: None,
            notes: Vec::new(),
        };
        let process =
            spawn(&adapter.command).map_err(|source| SpawnError::of(&adapter.command, source))?;
        // Trouble with it is remembered, and shows with the first input.
        let _ = adapter.greet(process);
        Ok(adapter)
    }

    /// A process that has said who it is.
    fn ready(&mut self) -> Result<Conversation, Trouble> {
        if let Some(conversation) = self.process.take() {
            return Ok(conversation);
        }
        if let Some(failure) = &self.last_failure
            && self.failed_starts >= FAILED_STARTS
        {
            return Err(failure.clone());
        }
        let process =
            spawn(&self.command).map_err(|error| self.no_start(error.to_string(), None))?;
        self.greet(process)?;
        self.process
            .take()
            .ok_or_else(|| self.no_start("it is gone".to_owned(), None))
    }

    fn greet(&mut self, mut process: Dialogue) -> Result<(), Trouble> {
        let line = line(&Request::Start { protocol: PROTOCOL });
        let started = match process.exchange(&line, self.timeout) {
            Ok(line) => introduction(&line),
            Err(broken) => Err(format!(
                "it does not answer `start`: {}",
                words(&broken, self.timeout)
            )),
        };
        let started = match (started, &self.identity) {
            (Ok(started), Some(identity)) if started != *identity => {
                Err("it says that it is another one than before".to_owned())
            }
            (started, _) => started,
        };
        match started {
            Ok(started) => {
                self.identity = Some(started);
                self.failed_starts = 0;
                self.process = Some(Conversation {
                    process,
                    answered: 0,
                });
                Ok(())
            }
            Err(message) => {
                let stderr = process.stderr();
                Err(self.no_start(message, stderr))
            }
        }
    }

    fn no_start(&mut self, message: String, stderr: Option<String>) -> Trouble {
        let trouble = Trouble {
            code: "start",
            message,
            stderr,
            previous: false,
        };
        self.failed_starts += 1;
        self.last_failure = Some(trouble.clone());
        trouble
    }
}

impl Subject for Adapter {
    fn identity(&self) -> Option<&Started> {
        self.identity.as_ref()
    }

    fn ask(&mut self, input: &CaseInput) -> Result<Reply, Trouble> {
        let mut conversation = self.ready()?;
        let before = conversation.answered;
        let seq = before + 1;
        let line = line(&Request::Run {
            seq,
            input: Box::new(input.clone()),
        });
        let said = conversation.process.exchange(&line, self.timeout);
        let heard = match &said {
            Ok(line) => hear(line, seq),
            Err(broken) => Err(Misheard {
                code: code(broken),
                message: words(broken, self.timeout),
                previous: matches!(broken, Broken::Surplus(_)),
                in_step: false,
            }),
        };
        let misheard = match heard {
            Ok(reply) => {
                conversation.answered = seq;
                self.process = Some(conversation);
                return Ok(reply);
            }
            Err(misheard) => misheard,
        };
        let trouble = Trouble {
            code: misheard.code,
            message: misheard.message,
            stderr: conversation.process.stderr(),
            previous: misheard.previous && before > 0,
        };
        if misheard.in_step {
            conversation.answered = seq;
            self.process = Some(conversation);
            return Err(trouble);
        }
        drop(conversation);
        if misheard.code != "garbage" || before == 0 || trouble.previous {
            return Err(trouble);
        }
        // A line that is no answer may have come late, after the answer before.
        // A process that has answered nothing yet tells which it was.
        let again = self.ask(input);
        match again {
            Ok(_) => {
                // It stands there with the answer; whoever asks again asks another.
                self.process = None;
                Err(Trouble {
                    code: "surplus",
                    message: surplus(said.as_deref().unwrap_or_default()),
                    previous: true,
                    ..trouble
                })
            }
            Err(_) => again,
        }
    }

    fn finish(&mut self) -> Option<Trouble> {
        let conversation = self.process.take()?;
        let answered = conversation.answered;
        let patience = self.timeout.min(STOP);
        match conversation
            .process
            .stop(&line(&Request::Stop {}), patience)
        {
            Ok(Some(status)) if status.success() => None,
            Ok(Some(status)) => {
                self.notes
                    .push(format!("after `stop`, the adapter ended with {status}"));
                None
            }
            Ok(None) => {
                self.notes
                    .push("after `stop`, the adapter did not end, and was killed".to_owned());
                None
            }
            Err(broken @ Broken::Surplus(_)) => (answered > 0).then(|| Trouble {
                code: code(&broken),
                message: words(&broken, self.timeout),
                stderr: None,
                previous: true,
            }),
            Err(broken) => {
                let words = words(&broken, self.timeout);
                self.notes.push(format!("at `stop`: {words}"));
                None
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
