//! What a line means, or that none came.

use std::time::Duration;

use passthrough_process::{Broken, LONGEST_LINE};
use passthrough_protocol::{Answer, Reply, Started};
use serde::Serialize;
use serde_json::Value;

/// The longest answer to `start`, in bytes: a report repeats it.
const LONGEST_INTRODUCTION: usize = 1 << 14;

/// How much of a line is shown, in characters.
const EXCERPT: usize = 120;

/// How much of an error's words is shown: they can list all fields of a plan,
/// and repeat what the adapter said.
const EXPLANATION: usize = 400;

/// A message as the line that is said.
pub(super) fn line(message: &impl Serialize) -> Vec<u8> {
    // A message is plain data: its text always exists.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Why no line came, as a stable word.
pub(super) fn code(broken: &Broken) -> &'static str {
    match broken {
        Broken::Surplus(_) => "surplus",
        Broken::Timeout => "timeout",
        Broken::Ended(_) => "ended",
        Broken::Oversized => "oversized",
        Broken::System(_) => "system",
    }
}

/// Why no line came, in words.
pub(super) fn words(broken: &Broken, timeout: Duration) -> String {
    match broken {
        Broken::Surplus(bytes) => surplus(bytes),
        Broken::Timeout => format!("no answer within {} s", timeout.as_secs_f32()),
        Broken::Ended(None) => "it closed its standard output".to_owned(),
        Broken::Ended(Some(status)) => format!("it ended ({status})"),
        Broken::Oversized => format!("a line of more than {} MiB", LONGEST_LINE >> 20),
        Broken::System(error) => error.to_string(),
    }
}

/// A line that is not the answer.
pub(super) struct Misheard {
    pub(super) code: &'static str,
    pub(super) message: String,
    /// It belongs to the request before.
    pub(super) previous: bool,
    /// It is the one line that was due, so that the process can go on.
    pub(super) in_step: bool,
}

impl Misheard {
    /// With a process that cannot go on.
    pub(super) fn new(code: &'static str, message: String) -> Self {
        Self {
            code,
            message,
            previous: false,
            in_step: false,
        }
    }
}

/// The reply to request `seq`.
pub(super) fn hear(line: &[u8], seq: u64) -> Result<Reply, Misheard> {
    let error = match serde_json::from_slice::<Answer>(line) {
        Ok(answer) if answer.seq == seq => return Ok(answer.reply),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(line) else {
        let message = format!("a line that is no JSON object: {}", excerpt(line));
        return Err(Misheard::new("garbage", message));
    };
    Err(match (object.get("seq"), error) {
        (None, _) => Misheard::new(
            "sequence",
            format!("an answer without `seq`: {}", excerpt(line)),
        ),
        (Some(found), Some(error)) if *found == seq => Misheard {
            in_step: true,
            ..Misheard::new(
                "schema",
                format!(
                    "the answer breaks the protocol: {}: {}",
                    cut(&error.to_string(), EXPLANATION),
                    excerpt(line)
                ),
            )
        },
        (Some(found), _) if *found == seq - 1 && seq > 1 => Misheard {
            previous: true,
            ..Misheard::new("surplus", surplus(line))
        },
        (Some(found), _) => Misheard::new(
            "sequence",
            format!(
                "the answer's `seq` is {}, not {seq}",
                cut(&found.to_string(), EXCERPT)
            ),
        ),
    })
}

/// Who answers, or in words why the line does not say so.
pub(super) fn introduction(line: &[u8]) -> Result<Started, String> {
    if line.len() > LONGEST_INTRODUCTION {
        let most = LONGEST_INTRODUCTION >> 10;
        return Err(format!("its answer to `start` is longer than {most} KiB"));
    }
    serde_json::from_slice(line).map_err(|error| {
        format!(
            "its answer to `start` is none: {}: {}",
            cut(&error.to_string(), EXPLANATION),
            excerpt(line)
        )
    })
}

/// What came after the answer, in words.
pub(super) fn surplus(bytes: &[u8]) -> String {
    format!("it went on after its answer: {}", excerpt(bytes))
}

/// What a reader needs of a line that may be long.
fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * EXCERPT)]);
    format!("`{}`", cut(text.trim_end(), EXCERPT))
}

/// The start of a text that may be long, up to so many characters.
fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
