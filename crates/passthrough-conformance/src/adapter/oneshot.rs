use std::time::Duration;

use passthrough_process::Broken;
use passthrough_protocol::{CaseInput, PROTOCOL, Reply, Request, Started};
use serde::Serialize;

use super::heard::{Misheard, code, hear, introduction, line, surplus, words};
use super::{FAILED_STARTS, SpawnError, spawn};
use crate::subject::{Subject, Trouble};

/// An adapter of which each process answers one request: it reads a line up to
/// the end of its input, writes a line, and ends. Shells can do that.
pub struct Oneshot {
    command: Vec<String>,
    timeout: Duration,
    identity: Option<Started>,
    failed_starts: u32,
    last_failure: Option<Trouble>,
    /// How many processes gave their answer and did not end well, and how the
    /// first of them ended.
    ended_badly: (usize, String),
}

impl Oneshot {
    /// Asks a first process who it is. Each has `timeout` from its start to its
    /// end.
    ///
    /// Fails where there is no such program; a program that does not keep to
    /// the protocol is no failure here, but trouble with every input.
    pub fn start(command: Vec<String>, timeout: Duration) -> Result<Self, SpawnError> {
        let mut adapter = Self {
            command,
            timeout,
            identity: None,
            failed_starts: 0,
            last_failure: None,
            ended_badly: (0, String::new()),
        };
        // Trouble with what it says is remembered, and shows with the first input.
        match adapter.greet() {
            Ok(()) | Err(Failed::Trouble(_)) => Ok(adapter),
            Err(Failed::Spawn(source)) => Err(SpawnError::of(&adapter.command, source)),
        }
    }

    fn greet(&mut self) -> Result<(), Failed> {
        let said = self.exchange(&Request::Start { protocol: PROTOCOL });
        let trouble = match said {
            Ok(said) => match introduction(&said.line) {
                Ok(started) => {
                    self.identity = Some(started);
                    return Ok(());
                }
                Err(message) => said.trouble(Misheard::new("start", message)),
            },
            Err(Failed::Trouble(trouble)) => Trouble {
                code: "start",
                message: format!("it does not answer `start`: {}", trouble.message),
                ..trouble
            },
            Err(failed) => return Err(failed),
        };
        self.failed_starts += 1;
        self.last_failure = Some(trouble.clone());
        Err(Failed::Trouble(trouble))
    }

    /// The one line that a process says to the one line that it is told.
    fn exchange(&mut self, request: &impl Serialize) -> Result<Said, Failed> {
        let mut process = spawn(&self.command).map_err(Failed::Spawn)?;
        let heard = process.converse(&line(request), self.timeout);
        let stderr = process.stderr();
        let (mut said, status) = match heard {
            Ok(heard) => heard,
            Err(broken) => {
                let message = match broken {
                    Broken::Timeout => {
                        let timeout = self.timeout.as_secs_f32();
                        format!("it did not answer and end within {timeout} s")
                    }
                    _ => words(&broken, self.timeout),
                };
                return Err(trouble(code(&broken), message, stderr));
            }
        };
        if said.is_empty() {
            let ended = Broken::Ended(status);
            return Err(trouble("ended", words(&ended, self.timeout), stderr));
        }
        // The last line may be without its end: here, the end of all is one.
        let rest = match said.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                let rest = said.split_off(end + 1);
                said.pop();
                rest
            }
            None => Vec::new(),
        };
        if !rest.is_empty() {
            return Err(trouble("surplus", surplus(&rest), stderr));
        }
        if status.is_none_or(|status| !status.success()) {
            if self.ended_badly.0 == 0 {
                self.ended_badly.1 = status.map_or_else(
                    || "did not end, and was killed".to_owned(),
                    |status| format!("ended with {status}"),
                );
            }
            self.ended_badly.0 += 1;
        }
        Ok(Said { line: said, stderr })
    }
}

impl Subject for Oneshot {
    fn identity(&self) -> Option<&Started> {
        self.identity.as_ref()
    }

    fn ask(&mut self, input: &CaseInput) -> Result<Reply, Trouble> {
        if self.identity.is_none() {
            if let Some(failure) = &self.last_failure
                && self.failed_starts >= FAILED_STARTS
            {
                return Err(failure.clone());
            }
            self.greet().map_err(Failed::into_trouble)?;
        }
        let input = Box::new(input.clone());
        let said = self
            .exchange(&Request::Run { seq: 1, input })
            .map_err(Failed::into_trouble)?;
        hear(&said.line, 1).map_err(|misheard| said.trouble(misheard))
    }

    fn notes(&self) -> Vec<String> {
        match &self.ended_badly {
            (0, _) => Vec::new(),
            (1, how) => vec![format!("after its answer, the adapter {how}")],
            (times, how) => vec![format!(
                "after its answer, the adapter {how} ({times} processes did not end well)"
            )],
        }
    }
}

/// What a process said, and what it wrote to stderr meanwhile.
struct Said {
    line: Vec<u8>,
    stderr: Option<String>,
}

impl Said {
    fn trouble(&self, misheard: Misheard) -> Trouble {
        Trouble {
            code: misheard.code,
            message: misheard.message,
            stderr: self.stderr.clone(),
            previous: false,
        }
    }
}

enum Failed {
    Spawn(std::io::Error),
    Trouble(Trouble),
}

impl Failed {
    fn into_trouble(self) -> Trouble {
        match self {
            Self::Spawn(error) => Trouble {
                code: "start",
                message: error.to_string(),
                stderr: None,
                previous: false,
            },
            Self::Trouble(trouble) => trouble,
        }
    }
}

fn trouble(code: &'static str, message: String, stderr: Option<String>) -> Failed {
    Failed::Trouble(Trouble {
        code,
        message,
        stderr,
        previous: false,
    })
}
