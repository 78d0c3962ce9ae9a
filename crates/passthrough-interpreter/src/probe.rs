//! Starting an interpreter to have it say its facts.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use passthrough_process::{Bounds, Finished, Output, Reason, Stream, run};

use crate::facts::{Answer, Facts};
use crate::{AskErrorKind, Environment};

/// What the interpreter runs.
pub(crate) const SOURCE: &str = include_str!("probe.py");

/// Where the interpreter runs: a directory in which nobody plants modules. An
/// entry of `sys.path` that equals it is the current directory.
pub(crate) const DIRECTORY: &str = "/";

/// Variables that the interpreter is started without: the host is what it
/// sees without them.
const REMOVED: [&str; 2] = ["PYTHONPATH", "__PYVENV_LAUNCHER__"];

/// The most that is taken from either stream, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// The most of a standard error that is kept: its end, in bytes.
const TAIL: usize = 4096;

/// Why there are no facts, and the end of the standard error.
pub(crate) type Failure = (AskErrorKind, Vec<u8>);

/// Starts `executable`, an absolute path, once.
pub(crate) fn start(
    executable: &Path,
    environment: &Environment,
    timeout: Duration,
) -> Result<Facts, Failure> {
    let nonce = nonce();
    let mut command = Command::new(executable);
    command
        .args(["-B", "-c", SOURCE, &nonce])
        .current_dir(DIRECTORY)
        .env_clear()
        .envs(environment.iter())
        // What `.pth` code starts in turn must not write bytecode either.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    for name in REMOVED {
        command.env_remove(name);
    }
    let bounds = Bounds {
        timeout: Some(timeout),
        output: Output::Separate {
            stdout: Stream::whole(OUTPUT_LIMIT),
            stderr: Stream::tail(TAIL).limited(OUTPUT_LIMIT),
        },
        follow: None,
    };
    let finished = run(&mut command, bounds)
        .map_err(|stopped| (kind(stopped.reason), stopped.output.stderr))?;
    answer(&finished, &nonce).map_err(|kind| (kind, finished.output.stderr))
}

fn kind(reason: Reason) -> AskErrorKind {
    match reason {
        Reason::Start(error) => AskErrorKind::Start(error),
        Reason::System(error) => AskErrorKind::System(error),
        Reason::Timeout(timeout) => AskErrorKind::Timeout(timeout),
        Reason::Flood(source) => AskErrorKind::Flood(source.as_str()),
        Reason::Interrupted => AskErrorKind::Interrupted,
    }
}

/// 128 bits that nothing else prints.
fn nonce() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

fn answer(finished: &Finished, nonce: &str) -> Result<Facts, AskErrorKind> {
    if let Some(signal) = finished.status.signal() {
        return Err(AskErrorKind::Signal(signal));
    }
    if let Some(code) = finished.status.code().filter(|&code| code != 0) {
        return Err(AskErrorKind::Exit(code));
    }
    let mark: Vec<u8> = nonce.bytes().rev().collect();
    let document = between(&finished.output.stdout, &mark).ok_or(AskErrorKind::NoAnswer)?;
    match serde_json::from_slice(document) {
        Ok(Answer::Facts(facts)) => Ok(*facts),
        Ok(Answer::TooOld(version)) => Err(AskErrorKind::TooOld(version.into_string())),
        Err(error) => Err(AskErrorKind::Garbled(error.to_string())),
    }
}

/// What stands between the first two marks.
fn between<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let find = |text: &[u8]| text.windows(mark.len()).position(|window| window == mark);
    let text = &text[find(text)? + mark.len()..];
    Some(&text[..find(text)?])
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use passthrough_process::Captured;

    use super::*;

    fn answer_to(stdout: &str) -> Result<Facts, AskErrorKind> {
        let finished = Finished {
            status: ExitStatus::from_raw(0),
            output: Captured {
                stdout: stdout.as_bytes().to_owned(),
                stderr: Vec::new(),
            },
        };
        answer(&finished, "12345")
    }

    #[test]
    fn only_what_stands_between_the_marks_counts() {
        for noise in ["", "12345", "{}\n", "5432", "\u{1b}[31m"] {
            let stdout = format!("{noise}54321{{\"too_old\":\"2.7.18\"}}54321{noise}");
            let error = answer_to(&stdout).unwrap_err();
            assert!(
                matches!(&error, AskErrorKind::TooOld(v) if v == "2.7.18"),
                "{error}"
            );
        }
    }

    #[test]
    fn half_an_answer_is_none() {
        for stdout in ["", "54321", "54321{\"too_old\":\"2.7.18\"}", "{}"] {
            assert!(matches!(answer_to(stdout), Err(AskErrorKind::NoAnswer)));
        }
    }

    #[test]
    fn an_answer_that_is_no_json_is_garbled() {
        for document in ["", "{", "[]", "{\"facts\":{}}", "{\"too_old\":3}"] {
            let error = answer_to(&format!("54321{document}54321")).unwrap_err();
            assert!(
                matches!(error, AskErrorKind::Garbled(_)),
                "{document}: {error}"
            );
        }
    }

    #[test]
    fn marks_differ_from_probe_to_probe() {
        assert_ne!(nonce(), nonce());
    }
}
