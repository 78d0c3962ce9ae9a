//! As much of HTTP/1.1 as installers speak.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use crate::date::http_date;

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 32 << 10;

/// The most fields of a head.
const MOST_FIELDS: usize = 100;

/// How long a connection may say nothing between two requests.
const IDLE: Duration = Duration::from_secs(60);

/// How long a request may take to arrive, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a client is listened to after its last answer.
const LINGER: Duration = Duration::from_secs(1);

/// How much is written at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// A connection, and what was read of it and belongs to the next request.
pub(crate) struct Connection {
    stream: TcpStream,
    rest: Vec<u8>,
}

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Whether the client wants the connection to stay.
    pub(crate) keep_alive: bool,
    fields: Vec<(String, String)>,
}

/// Why there is no head.
#[derive(Debug)]
pub(crate) enum NoHead {
    /// The client is gone, or took too long.
    Gone(Vec<u8>),
    /// What it says is not HTTP/1.
    Garbage(Vec<u8>),
    /// It does not stop.
    TooLarge,
}

/// An answer.
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) body: &'a [u8],
    /// Only the head is wanted.
    pub(crate) head_only: bool,
}

impl Head {
    /// The value of a field, the name of which is given in lower case; the
    /// values of several are one list.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .fields
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Whether something follows the head.
    fn has_body(&self) -> bool {
        self.field("transfer-encoding").is_some()
            || self
                .field("content-length")
                .is_some_and(|length| length.trim() != "0")
    }
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            rest: Vec::new(),
        }
    }

    /// The next request. What comes after its head is not read: a request with
    /// a body is the last one of its connection.
    pub(crate) fn read_head(&mut self) -> Result<Head, NoHead> {
        let mut deadline = None;
        loop {
            if !self.rest.is_empty() {
                if let Some((head, length)) = parse(&self.rest)? {
                    self.rest.drain(..length);
                    return Ok(head);
                }
                if self.rest.len() > LONGEST_HEAD {
                    return Err(NoHead::TooLarge);
                }
                deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
            }
            let left = deadline.map_or(IDLE, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            let mut buffer = [0; 4096];
            let read = if left.is_zero() {
                Err(io::ErrorKind::TimedOut.into())
            } else {
                self.stream
                    .set_read_timeout(Some(left))
                    .and_then(|()| self.stream.read(&mut buffer))
            };
            match read {
                Ok(0) => return Err(NoHead::Gone(std::mem::take(&mut self.rest))),
                Ok(length) => self.rest.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(NoHead::Gone(std::mem::take(&mut self.rest))),
            }
        }
    }

    /// Says the answer; returns how much of the body was sent, and whether
    /// another request can follow.
    pub(crate) fn answer(&mut self, head: Option<&Head>, response: &Response<'_>) -> (u64, bool) {
        let stays = head.is_some_and(|head| head.keep_alive && !head.has_body());
        let mut text = format!(
            "HTTP/1.1 {} {}\r\n",
            response.status,
            reason(response.status)
        );
        let mut field = |name: &str, value: &str| {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push_str("\r\n");
        };
        field("Date", &http_date(SystemTime::now()));
        for (name, value) in &response.fields {
            field(name, value);
        }
        // A 304 has no content, and says nothing of its length.
        if response.status != 304 {
            field("Content-Length", &response.body.len().to_string());
        }
        field("Connection", if stays { "keep-alive" } else { "close" });
        text.push_str("\r\n");
        let body = if response.head_only || response.status == 304 {
            &[]
        } else {
            response.body
        };
        let deadline = Instant::now() + PATIENCE;
        if self.write(text.as_bytes(), deadline) < text.len() {
            return (0, false);
        }
        let sent = self.write(body, deadline);
        (sent as u64, stays && sent == body.len())
    }

    /// Ends the connection after its last answer. What the client still says is
    /// taken, within bounds: to close with something unread is to reset, and
    /// the answer may be lost.
    pub(crate) fn end(mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let deadline = Instant::now() + LINGER;
        let mut buffer = [0; 4096];
        for _ in 0..64 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero()
                || self.stream.set_read_timeout(Some(left)).is_err()
                || !matches!(self.stream.read(&mut buffer), Ok(1..))
            {
                break;
            }
        }
    }

    /// Writes until the deadline; returns how much was written.
    fn write(&mut self, bytes: &[u8], deadline: Instant) -> usize {
        let mut written = 0;
        while written < bytes.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.stream.set_write_timeout(Some(left)).is_err() {
                break;
            }
            let end = bytes.len().min(written + CHUNK);
            match self.stream.write(&bytes[written..end]) {
                Ok(0) => break,
                Ok(length) => written += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        written
    }
}

/// The head at the beginning of `bytes` and its length, if it is whole.
fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, NoHead> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(NoHead::TooLarge),
        Err(_) => return Err(NoHead::Garbage(bytes.to_vec())),
    };
    let fields: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|field| {
            let value = String::from_utf8_lossy(field.value).into_owned();
            (field.name.to_ascii_lowercase(), value)
        })
        .collect();
    let mut head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        keep_alive: false,
        fields,
    };
    let connection = head.field("connection").unwrap_or_default();
    let connection = connection.to_ascii_lowercase();
    head.keep_alive = if request.version == Some(1) {
        !connection.contains("close")
    } else {
        connection.contains("keep-alive")
    };
    Ok(Some((head, length)))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        416 => "Range Not Satisfiable",
        431 => "Request Header Fields Too Large",
        _ => "Service Unavailable",
    }
}
