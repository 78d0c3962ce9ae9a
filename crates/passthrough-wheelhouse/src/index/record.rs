//! What was asked of an index, and what it sent.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::http::Head;
use crate::index::Answer;
use crate::server::lock;

/// The most requests that are recorded, and thereby answered.
const MOST: usize = 50_000;

/// The most that is kept of a target or a user agent, in characters.
const LONGEST: usize = 300;

/// A request, and what it was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// When, from the start of the index.
    pub at: Duration,
    /// `GET`, `HEAD`; empty where the request was not HTTP.
    pub method: String,
    /// What was asked for, as it came.
    pub target: String,
    /// The status of the answer.
    pub status: u16,
    /// How much of the answer's body was sent, in bytes.
    pub sent: u64,
    /// `Range`, as it came.
    pub range: Option<String>,
    /// `User-Agent`, as it came.
    pub user_agent: Option<String>,
    /// What the answer was about.
    pub answered: Answered,
}

/// What an answer was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The list of all projects.
    Projects,
    /// The page of a project.
    Project {
        /// Its normalised name.
        project: String,
    },
    /// The metadata of a wheel, apart from it.
    Metadata {
        /// The normalised name of the project.
        project: String,
        /// The wheel.
        file_name: String,
    },
    /// A file, or a part of it, or the word that the client has it.
    File {
        /// The normalised name of the project.
        project: String,
        /// The file.
        file_name: String,
        /// The label of its mark, if it has one.
        copy: Option<String>,
        /// How large the file is, in bytes.
        size: u64,
        /// The first byte that was sent.
        start: u64,
    },
    /// Nothing that there is.
    Nothing,
}

/// A file of which something was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The normalised name of the project.
    pub project: String,
    /// The file.
    pub file_name: String,
    /// The label of its mark, if it has one.
    pub copy: Option<String>,
    /// Whether all of it was sent, in whatever parts.
    pub whole: bool,
}

/// The files of which something was sent, each once, by name. Some clients ask
/// for one file twice: only the set means something.
pub fn fetched(requests: &[Request]) -> Vec<Fetched> {
    let mut parts: BTreeMap<&str, (Fetched, u64, Vec<Range<u64>>)> = BTreeMap::new();
    for request in requests {
        let Answered::File {
            project,
            file_name,
            copy,
            size,
            start,
        } = &request.answered
        else {
            continue;
        };
        if request.sent == 0 || !matches!(request.status, 200 | 206) {
            continue;
        }
        let entry = parts.entry(file_name).or_insert_with(|| {
            let fetched = Fetched {
                project: project.clone(),
                file_name: file_name.clone(),
                copy: copy.clone(),
                whole: false,
            };
            (fetched, *size, Vec::new())
        });
        entry.2.push(*start..start.saturating_add(request.sent));
    }
    let files = parts.into_values();
    files
        .map(|(fetched, size, mut ranges)| {
            ranges.sort_by_key(|range| range.start);
            let covered = ranges.into_iter().fold(0, |covered, range| {
                if range.start <= covered {
                    range.end.max(covered)
                } else {
                    covered
                }
            });
            let whole = covered >= size;
            Fetched { whole, ..fetched }
        })
        .collect()
}

/// The record while it is written.
#[derive(Debug)]
pub(super) struct Record {
    start: Instant,
    requests: Mutex<Vec<Request>>,
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            requests: Mutex::default(),
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// Notes what is about to be sent, as if all of it were; returns its place,
    /// or none when there is no room. Whoever got the answer finds it here.
    pub(super) fn begin(
        &self,
        head: &Head,
        answer: &Answer<'_>,
        answered: Answered,
    ) -> Option<usize> {
        let nothing = head.method == "HEAD" || answer.status == 304;
        self.push(Request {
            at: self.start.elapsed(),
            method: short(&head.method),
            target: short(&head.target),
            status: answer.status,
            sent: if nothing {
                0
            } else {
                answer.body().len() as u64
            },
            range: head.field("range").map(|range| short(&range)),
            user_agent: head.field("user-agent").map(|agent| short(&agent)),
            answered,
        })
    }

    /// Notes what was not even a request; whether there is room for it.
    pub(super) fn refused(&self, status: u16) -> bool {
        let request = Request {
            at: self.start.elapsed(),
            method: String::new(),
            target: String::new(),
            status,
            sent: 0,
            range: None,
            user_agent: None,
            answered: Answered::Nothing,
        };
        self.push(request).is_some()
    }

    fn push(&self, request: Request) -> Option<usize> {
        let mut requests = lock(&self.requests);
        if requests.len() >= MOST {
            return None;
        }
        requests.push(request);
        Some(requests.len() - 1)
    }

    /// Notes how much was sent in the end.
    pub(super) fn sent(&self, entry: usize, sent: u64) {
        if let Some(request) = lock(&self.requests).get_mut(entry) {
            request.sent = sent;
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Answered, Request, fetched};

    fn request(status: u16, file_name: &str, start: u64, sent: u64) -> Request {
        Request {
            at: Duration::ZERO,
            method: "GET".to_owned(),
            target: String::new(),
            status,
            sent,
            range: None,
            user_agent: None,
            answered: Answered::File {
                project: "a".to_owned(),
                file_name: file_name.to_owned(),
                copy: None,
                size: 10,
                start,
            },
        }
    }

    fn whole(requests: &[Request]) -> Vec<(String, bool)> {
        let files = fetched(requests).into_iter();
        files.map(|file| (file.file_name, file.whole)).collect()
    }

    #[test]
    fn a_file_is_whole_when_its_parts_are() {
        let requests = [
            request(200, "b", 0, 10),
            request(200, "b", 0, 10),
            request(206, "c", 6, 4),
            request(206, "c", 0, 6),
            request(206, "d", 5, 5),
            request(206, "e", 0, 4),
            request(206, "e", 5, 5),
            request(200, "f", 0, 9),
        ];
        let expected = [
            ("b", true),
            ("c", true),
            ("d", false),
            ("e", false),
            ("f", false),
        ];
        let expected = expected.map(|(name, whole)| (name.to_owned(), whole));
        assert_eq!(whole(&requests), expected);
    }

    #[test]
    fn what_a_client_has_already_is_not_fetched() {
        assert!(whole(&[request(304, "a", 0, 0), request(416, "a", 0, 0)]).is_empty());
        // Only the head was asked for.
        assert!(whole(&[request(200, "a", 0, 0)]).is_empty());
    }
}
