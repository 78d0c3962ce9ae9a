use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::http::{Connection, NoHead, Response};
use crate::server::{Server, StartError, lock};

/// The most attempts that are kept; the first ones tell enough.
const MOST: usize = 10_000;

/// The most that is kept of what was asked for, in characters.
const LONGEST: usize = 300;

/// A proxy that lets nothing pass, and records who tried.
#[derive(Debug)]
pub struct TrapProxy {
    server: Server,
    attempts: Arc<Mutex<Vec<Attempt>>>,
}

/// A request that was to leave the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When, from the start of the proxy.
    pub at: Duration,
    /// `CONNECT`, `GET`; empty where the request was not HTTP.
    pub method: String,
    /// The host that it was for; empty where none was to be seen.
    pub host: String,
    /// The port, as far as it was said.
    pub port: Option<u16>,
    /// What was asked for, as it came.
    pub target: String,
}

impl TrapProxy {
    /// Listens on `port` of 127.0.0.1; 0 is a free one.
    pub fn start(port: u16) -> Result<Self, StartError> {
        let attempts = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&attempts);
        let start = Instant::now();
        let server = Server::start(port, move |stream| {
            refuse(stream, |attempt| {
                let mut record = lock(&record);
                if record.len() < MOST {
                    let at = start.elapsed();
                    record.push(Attempt { at, ..attempt });
                }
            });
        })?;
        Ok(Self { server, attempts })
    }

    /// What to give to a client as its proxy, for any protocol.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The attempts until now.
    pub fn attempts(&self) -> Vec<Attempt> {
        lock(&self.attempts).clone()
    }

    /// Ends every connection and returns all attempts.
    pub fn stop(mut self) -> Vec<Attempt> {
        self.server.stop();
        std::mem::take(&mut *lock(&self.attempts))
    }
}

/// Reads one request, if anything is said at all, and refuses it. It is recorded
/// first: whoever saw the refusal finds it in the record.
fn refuse(stream: TcpStream, record: impl FnOnce(Attempt)) {
    let mut connection = Connection::new(stream);
    let head = connection.read_head();
    let attempt = match &head {
        Ok(head) => {
            let (host, port) = destination(&head.target);
            Attempt {
                at: Duration::ZERO,
                method: head.method.clone(),
                host,
                port,
                target: head.target.chars().take(LONGEST).collect(),
            }
        }
        Err(NoHead::Gone(said) | NoHead::Garbage(said)) if !said.is_empty() => unknown(said),
        Err(NoHead::Gone(_) | NoHead::Garbage(_)) => return,
        Err(NoHead::TooLarge) => unknown(b"a request without an end"),
    };
    let response = Response {
        status: 403,
        fields: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
        body: b"this proxy lets nothing pass\n",
        head_only: false,
    };
    record(attempt);
    connection.answer(None, &response);
    connection.end();
}

fn unknown(said: &[u8]) -> Attempt {
    Attempt {
        at: Duration::ZERO,
        method: String::new(),
        host: String::new(),
        port: None,
        target: String::from_utf8_lossy(said)
            .chars()
            .take(LONGEST)
            .collect(),
    }
}

/// Host and port of `host:port` or of `scheme://user@host:port/…`.
fn destination(target: &str) -> (String, Option<u16>) {
    let (scheme, rest) = match target.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, target),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let usual = match scheme {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    // The colons of an IPv6 address are within brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()),
        _ => (authority, usual),
    };
    let host: String = host.chars().take(LONGEST).collect();
    (host, port)
}

#[cfg(test)]
mod tests {
    use super::destination;

    #[test]
    fn the_destination_is_read_from_every_form_of_target() {
        for (target, host, port) in [
            ("pypi.org:443", "pypi.org", Some(443)),
            ("http://pypi.org/simple/", "pypi.org", Some(80)),
            ("https://pypi.org", "pypi.org", Some(443)),
            (
                "http://user:word@pypi.org:8080/x?y#z",
                "pypi.org",
                Some(8080),
            ),
            ("[::1]:443", "[::1]", Some(443)),
            ("http://[::1]/", "[::1]", Some(80)),
            ("ftp://pypi.org/", "pypi.org", None),
            ("/simple/", "", None),
            ("pypi.org:99999", "pypi.org", None),
            ("", "", None),
        ] {
            assert_eq!(destination(target), (host.to_owned(), port), "{target}");
        }
    }
}
