//! How much of an answer outlives its verdict. A suite of some hundred cases
//! may not grow with what an adapter says to each of them.

use std::io;

use passthrough_protocol::Reply;

use crate::judge::Judgement;

/// The longest answer that is kept, in bytes of JSON: many times that of a plan
/// for some hundred distributions.
const LONGEST_REPLY: usize = 1 << 18;

/// The longest line of a verdict, in characters.
const LONGEST_LINE: usize = 2_000;

/// The most lines of a verdict.
const MOST_LINES: usize = 40;

/// Whether a report can hold the answer.
pub(crate) fn can_be_kept(reply: &Reply) -> bool {
    serde_json::to_writer(Budget(LONGEST_REPLY), reply).is_ok()
}

/// A writer that takes so many bytes.
struct Budget(usize);

impl io::Write for Budget {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::FileTooLarge.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The verdict with words that a reader can take in.
pub(crate) fn judgement(judgement: Judgement) -> Judgement {
    match judgement {
        Judgement::Fail {
            code,
            mut differences,
        } => {
            let more = differences.len().saturating_sub(MOST_LINES);
            differences.truncate(MOST_LINES);
            let mut differences: Vec<String> = differences.into_iter().map(cut).collect();
            if more > 0 {
                differences.push(format!("… and {more} more"));
            }
            Judgement::Fail { code, differences }
        }
        Judgement::Error { code, message } => Judgement::Error {
            code,
            message: cut(message),
        },
        short => short,
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_LINE) {
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

#[cfg(test)]
mod tests {
    use passthrough_protocol::{Crashed, Reply};

    use super::{LONGEST_LINE, LONGEST_REPLY, MOST_LINES, can_be_kept, judgement};
    use crate::judge::Judgement;

    fn crashed(length: usize) -> Reply {
        Reply::Crashed(Crashed {
            message: "x".repeat(length),
        })
    }

    #[test]
    fn an_answer_is_kept_up_to_a_length() {
        let frame = serde_json::to_vec(&crashed(0)).unwrap().len();
        assert!(can_be_kept(&crashed(LONGEST_REPLY - frame)));
        assert!(!can_be_kept(&crashed(LONGEST_REPLY - frame + 1)));
    }

    #[test]
    fn words_are_cut_between_characters() {
        let of = |message: String| match judgement(Judgement::Error { code: "x", message }) {
            Judgement::Error { message, .. } => message,
            other => panic!("{other:?}"),
        };
        let whole = "é".repeat(LONGEST_LINE);
        assert_eq!(of(whole.clone()), whole);
        assert_eq!(of(format!("{whole}é")), format!("{whole}…"));
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let of = |count| {
            let differences = vec!["y".repeat(3 * LONGEST_LINE); count];
            match judgement(Judgement::Fail {
                code: "x",
                differences,
            }) {
                Judgement::Fail { differences, .. } => differences,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(of(MOST_LINES).len(), MOST_LINES);
        let many = of(MOST_LINES + 3);
        assert_eq!(many.len(), MOST_LINES + 1);
        assert_eq!(many[MOST_LINES], "… and 3 more");
        assert!(
            many.iter()
                .all(|line| line.chars().count() <= LONGEST_LINE + 1)
        );
    }
}
