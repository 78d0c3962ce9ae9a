mod page;
mod range;
mod record;

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use crate::archive::{Archive, ArchiveKind, sha256};
use crate::http::{Connection, Head, NoHead, Response};
use crate::index::page::Form;
use crate::index::record::Record;
use crate::server::{Server, StartError, lock};

pub(crate) use page::encoded;
pub use record::{Answered, Fetched, Request, fetched};

/// When every file was uploaded, as far as a client is told.
const UPLOADED: &str = "Fri, 02 Jan 2026 03:04:05 GMT";

/// A package index on a loopback port, which records every request.
///
/// It answers as PyPI does: pages as HTML (PEP 503) or JSON (PEP 691), metadata
/// apart from their files (PEP 658, PEP 714), `Cache-Control`, `ETag` and
/// `Last-Modified`, ranges. What it does not have is a 404: there is no other
/// index behind it.
#[derive(Debug)]
pub struct Index {
    server: Server,
    record: Arc<Record>,
    shelf: Arc<Mutex<Arc<Shelf>>>,
}

/// How an index behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexOptions {
    /// The port of 127.0.0.1; 0 is a free one.
    pub port: u16,
    /// Whether metadata can be had without the file.
    pub metadata: bool,
    /// Whether a part of a file can be had.
    pub ranges: bool,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self {
            port: 0,
            metadata: true,
            ranges: true,
        }
    }
}

/// What is served, ready to be sent.
#[derive(Clone, Debug)]
struct Shelf {
    options: IndexOptions,
    /// Archives by project, each in the order that they were given.
    projects: BTreeMap<String, Vec<Arc<Stored>>>,
}

/// An archive and its digests.
#[derive(Debug)]
struct Stored {
    archive: Archive,
    sha256: String,
    metadata_sha256: String,
}

/// What a path stands for.
enum Place<'a> {
    Projects,
    Project(&'a str, &'a [Arc<Stored>]),
    File(&'a Stored),
    Metadata(&'a Stored),
    /// The same place by its proper address.
    Moved(String),
    Nowhere,
}

impl Index {
    /// Serves the archives. Where two have one file name, the first is served.
    pub fn start(archives: Vec<Archive>, options: IndexOptions) -> Result<Self, StartError> {
        let mut shelf = Shelf {
            options,
            projects: BTreeMap::new(),
        };
        shelf.add(archives);
        let shelf = Arc::new(Mutex::new(Arc::new(shelf)));
        let record = Arc::new(Record::new());
        let of_server = (Arc::clone(&shelf), Arc::clone(&record));
        let server = Server::start(options.port, move |stream| {
            serve(&of_server.0, &of_server.1, stream);
        })?;
        Ok(Self {
            server,
            record,
            shelf,
        })
    }

    /// Serves these as well: what has to know the index's address can be made
    /// once the index is there.
    pub fn add(&self, archives: Vec<Archive>) {
        let mut current = lock(&self.shelf);
        let mut shelf = Shelf::clone(&current);
        shelf.add(archives);
        *current = Arc::new(shelf);
    }

    /// The address that an installer takes for its index.
    pub fn url(&self) -> String {
        format!("http://{}/simple/", self.server.address())
    }

    /// The requests until now. One that is still being answered counts as
    /// answered in full.
    pub fn requests(&self) -> Vec<Request> {
        self.record.requests()
    }

    /// Ends every connection and returns all requests.
    pub fn stop(mut self) -> Vec<Request> {
        self.server.stop();
        self.record.requests()
    }
}

fn serve(shelf: &Mutex<Arc<Shelf>>, record: &Record, stream: TcpStream) {
    let mut connection = Connection::new(stream);
    loop {
        let head = match connection.read_head() {
            Ok(head) => head,
            Err(NoHead::Gone(_)) => return,
            Err(no_head) => {
                let status = if matches!(no_head, NoHead::TooLarge) {
                    431
                } else {
                    400
                };
                if record.refused(status) {
                    connection.answer(None, &plain(status, false));
                }
                return connection.end();
            }
        };
        // One request sees one state.
        let shelf = Arc::clone(&lock(shelf));
        let (response, answered) = respond(&shelf, &head);
        // What cannot be recorded is not answered: the record is evidence.
        let Some(entry) = record.begin(&head, &response, answered) else {
            connection.answer(None, &plain(503, false));
            return connection.end();
        };
        let (sent, stays) = connection.answer(Some(&head), &response.as_response(&head));
        record.sent(entry, sent);
        if !stays {
            return connection.end();
        }
    }
}

/// An answer that may own its body.
struct Answer<'a> {
    status: u16,
    fields: Vec<(&'static str, String)>,
    body: Body<'a>,
    /// The first byte of the file that is sent.
    start: usize,
}

enum Body<'a> {
    Owned(Vec<u8>),
    Of(&'a [u8]),
}

impl Answer<'_> {
    fn body(&self) -> &[u8] {
        match &self.body {
            Body::Owned(bytes) => bytes,
            Body::Of(bytes) => bytes,
        }
    }

    fn as_response(&self, head: &Head) -> Response<'_> {
        Response {
            status: self.status,
            fields: self.fields.clone(),
            body: self.body(),
            head_only: head.method == "HEAD",
        }
    }
}

fn plain(status: u16, head_only: bool) -> Response<'static> {
    Response {
        status,
        fields: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
        body: b"",
        head_only,
    }
}

fn without_body<'a>(status: u16, fields: Vec<(&'static str, String)>) -> Answer<'a> {
    Answer {
        status,
        fields,
        body: Body::Of(b""),
        start: 0,
    }
}

fn respond<'a>(shelf: &'a Shelf, head: &Head) -> (Answer<'a>, Answered) {
    if !matches!(head.method.as_str(), "GET" | "HEAD") {
        let fields = vec![("Allow", "GET, HEAD".to_owned())];
        return (without_body(405, fields), Answered::Nothing);
    }
    match shelf.find(&head.target) {
        Place::Nowhere => (without_body(404, Vec::new()), Answered::Nothing),
        Place::Moved(to) => (without_body(301, vec![("Location", to)]), Answered::Nothing),
        Place::Projects => {
            let names: Vec<&str> = shelf.projects.keys().map(String::as_str).collect();
            let answer = page_answer(head, |form| page::projects(form, &names));
            (answer, Answered::Projects)
        }
        Place::Project(name, files) => {
            let answer = page_answer(head, |form| {
                page::project(form, name, files, shelf.options.metadata)
            });
            let project = name.to_owned();
            (answer, Answered::Project { project })
        }
        Place::Metadata(stored) => {
            let etag = &stored.metadata_sha256;
            let answer = file_answer(head, &stored.archive.metadata, etag, "text/plain", false);
            let file_name = stored.archive.file_name.clone();
            let project = stored.archive.name.clone();
            (answer, Answered::Metadata { project, file_name })
        }
        Place::File(stored) => {
            let archive = &stored.archive;
            let kind = match archive.kind {
                ArchiveKind::Wheel => "binary/octet-stream",
                ArchiveKind::Sdist => "application/x-tar",
            };
            let ranges = shelf.options.ranges;
            let answer = file_answer(head, &archive.content, &stored.sha256, kind, ranges);
            let answered = Answered::File {
                project: archive.name.clone(),
                file_name: archive.file_name.clone(),
                copy: archive.copy.clone(),
                size: archive.content.len() as u64,
                start: answer.start as u64,
            };
            (answer, answered)
        }
    }
}

fn page_answer<'a>(head: &Head, make: impl FnOnce(Form) -> String) -> Answer<'a> {
    let Some(form) = Form::wanted(head.field("accept").as_deref()) else {
        return without_body(406, Vec::new());
    };
    let body = make(form).into_bytes();
    let etag = format!("\"{}\"", &sha256(&body)[..32]);
    let fields = vec![
        ("Content-Type", form.content_type().to_owned()),
        ("Cache-Control", "max-age=600, public".to_owned()),
        ("ETag", etag.clone()),
        ("Vary", "Accept, Accept-Encoding".to_owned()),
        ("X-PyPI-Last-Serial", "1".to_owned()),
    ];
    if range::is_unchanged(head, &etag, None) {
        return without_body(304, fields);
    }
    Answer {
        status: 200,
        fields,
        body: Body::Owned(body),
        start: 0,
    }
}

fn file_answer<'a>(
    head: &Head,
    content: &'a [u8],
    digest: &str,
    content_type: &str,
    ranges: bool,
) -> Answer<'a> {
    let etag = format!("\"{}\"", &digest[..32]);
    let mut fields = vec![
        ("Content-Type", content_type.to_owned()),
        (
            "Cache-Control",
            "max-age=365000000, immutable, public".to_owned(),
        ),
        ("ETag", etag.clone()),
        ("Last-Modified", UPLOADED.to_owned()),
    ];
    if range::is_unchanged(head, &etag, Some(UPLOADED)) {
        return without_body(304, fields);
    }
    if !ranges {
        return Answer {
            status: 200,
            fields,
            body: Body::Of(content),
            start: 0,
        };
    }
    fields.push(("Accept-Ranges", "bytes".to_owned()));
    let (status, bytes) = match range::wanted(head, &etag, content.len()) {
        range::Wanted::All => (200, 0..content.len()),
        range::Wanted::Part(bytes) => {
            let (start, end, size) = (bytes.start, bytes.end - 1, content.len());
            fields.push(("Content-Range", format!("bytes {start}-{end}/{size}")));
            (206, bytes)
        }
        range::Wanted::Unsatisfiable => {
            fields.push(("Content-Range", format!("bytes */{}", content.len())));
            return without_body(416, fields);
        }
    };
    Answer {
        status,
        fields,
        start: bytes.start,
        body: Body::Of(&content[bytes]),
    }
}

impl Shelf {
    fn add(&mut self, archives: Vec<Archive>) {
        for archive in archives {
            let stored = Stored {
                sha256: archive.sha256(),
                metadata_sha256: sha256(&archive.metadata),
                archive,
            };
            let project = self
                .projects
                .entry(stored.archive.name.clone())
                .or_default();
            project.push(Arc::new(stored));
        }
    }

    fn find(&self, target: &str) -> Place<'_> {
        let target = target.split(['?', '#']).next().unwrap_or_default();
        // A client that takes this for a proxy names the whole address.
        let path = match target.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |start| &rest[start..]),
            None => target,
        };
        let Some(path) = page::decoded(path) else {
            return Place::Nowhere;
        };
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["", "simple", ""] => Place::Projects,
            ["", "simple"] => Place::Moved("/simple/".to_owned()),
            ["", "simple", name, ""] | ["", "simple", name] => self.project(name, parts.len() == 4),
            ["", "files", digest, file_name] => {
                let bare = file_name.strip_suffix(".metadata");
                let find = |file_name: &str| {
                    let mut all = self.projects.values().flatten();
                    all.find(|stored| {
                        stored.archive.file_name == file_name && stored.sha256 == *digest
                    })
                };
                match (find(file_name), bare.and_then(find)) {
                    (Some(stored), _) => Place::File(stored),
                    (None, Some(stored)) if self.options.metadata && stored.is_wheel() => {
                        Place::Metadata(stored)
                    }
                    _ => Place::Nowhere,
                }
            }
            _ => Place::Nowhere,
        }
    }

    fn project(&self, name: &str, proper: bool) -> Place<'_> {
        let Ok(normalised) = name.parse::<passthrough_requirement::PackageName>() else {
            return Place::Nowhere;
        };
        match self.projects.get_key_value(normalised.as_str()) {
            Some((known, files)) if known == name && proper => Place::Project(known, files),
            Some((known, _)) => Place::Moved(format!("/simple/{known}/")),
            None => Place::Nowhere,
        }
    }
}

impl Stored {
    fn is_wheel(&self) -> bool {
        self.archive.kind == ArchiveKind::Wheel
    }

    /// Where its file is, seen from the page of its project.
    fn address(&self) -> String {
        let file_name = encoded(&self.archive.file_name);
        format!("../../files/{}/{file_name}", self.sha256)
    }
}
