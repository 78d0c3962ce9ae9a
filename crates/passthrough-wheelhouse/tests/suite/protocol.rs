//! What the index answers, field by field.

use passthrough_wheelhouse::{Answered, Index, IndexOptions, StartError};

use crate::support::{archives, body, connect, field, request, wheel};

const JSON: &str = "Accept: application/vnd.pypi.simple.v1+json\r\n";

fn index() -> Index {
    let wheel = wheel("some-lib", "1.0+local", "index").requires_python(">=3.9");
    Index::start(archives(&[&wheel]), IndexOptions::default()).unwrap()
}

/// The path of the only file.
fn file(index: &Index) -> String {
    let answer = request(&index.url(), "GET", "/simple/some-lib/", JSON);
    let page: serde_json::Value = serde_json::from_str(body(&answer)).unwrap();
    let address = page["files"][0]["url"].as_str().unwrap();
    address.strip_prefix("../..").unwrap().to_owned()
}

#[test]
fn a_page_of_json_says_all_of_a_file() {
    let index = index();
    let answer = request(&index.url(), "GET", "/simple/some-lib/", JSON);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(
        field(&answer, "content-type"),
        Some("application/vnd.pypi.simple.v1+json")
    );
    assert_eq!(field(&answer, "cache-control"), Some("max-age=600, public"));
    assert!(field(&answer, "etag").is_some() && field(&answer, "date").is_some());
    assert!(field(&answer, "vary").unwrap().contains("Accept"));
    let page: serde_json::Value = serde_json::from_str(body(&answer)).unwrap();
    let file = &page["files"][0];
    assert_eq!(file["filename"], "some_lib-1.0+local-py3-none-any.whl");
    assert_eq!(file["requires-python"], ">=3.9");
    assert_eq!(page["versions"][0], "1.0+local");
    assert_eq!(page["name"], "some-lib");
    let digest = file["hashes"]["sha256"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
    assert!(file["core-metadata"]["sha256"].is_string());
}

#[test]
fn a_page_of_html_says_the_same() {
    let index = index();
    let answer = request(
        &index.url(),
        "GET",
        "/simple/some-lib/",
        "Accept: text/html\r\n",
    );
    let html = body(&answer);
    for part in [
        "data-requires-python=\"&gt;=3.9\"",
        "data-core-metadata=\"sha256=",
        "data-dist-info-metadata=\"sha256=",
        ">some_lib-1.0+local-py3-none-any.whl</a>",
        "some_lib-1.0%2Blocal-py3-none-any.whl#sha256=",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    let none = request(
        &index.url(),
        "GET",
        "/simple/some-lib/",
        "Accept: image/png\r\n",
    );
    assert!(none.starts_with("HTTP/1.1 406 "), "{none}");
}

#[test]
fn other_spellings_of_a_name_lead_to_the_page() {
    let index = index();
    for path in ["/simple/Some.Lib/", "/simple/some-lib", "/simple/some_lib/"] {
        let answer = request(&index.url(), "GET", path, "");
        assert!(answer.starts_with("HTTP/1.1 301 "), "{path}: {answer}");
        assert_eq!(field(&answer, "location"), Some("/simple/some-lib/"));
    }
    for path in [
        "/",
        "/simple/other/",
        "/simple/../some-lib/",
        "/simple/%2e%2e/",
        "/files/x/y",
        "*",
    ] {
        let answer = request(&index.url(), "GET", path, "");
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    let answer = request(&index.url(), "POST", "/simple/", "");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

#[test]
fn a_file_is_sent_whole_in_part_or_not_at_all() {
    let index = index();
    let path = file(&index);
    let whole = request(&index.url(), "GET", &path, "");
    assert!(whole.starts_with("HTTP/1.1 200 "), "{whole}");
    assert_eq!(field(&whole, "accept-ranges"), Some("bytes"));
    assert!(
        field(&whole, "cache-control")
            .unwrap()
            .contains("immutable")
    );
    let size: usize = field(&whole, "content-length").unwrap().parse().unwrap();
    let etag = field(&whole, "etag").unwrap().to_owned();

    let part = request(&index.url(), "GET", &path, "Range: bytes=0-1\r\n");
    assert!(part.starts_with("HTTP/1.1 206 "), "{part}");
    assert_eq!(body(&part), "PK");
    assert_eq!(
        field(&part, "content-range"),
        Some(format!("bytes 0-1/{size}").as_str())
    );
    let beyond = request(
        &index.url(),
        "GET",
        &path,
        &format!("Range: bytes={size}-\r\n"),
    );
    assert!(beyond.starts_with("HTTP/1.1 416 "), "{beyond}");
    assert_eq!(
        field(&beyond, "content-range"),
        Some(format!("bytes */{size}").as_str())
    );
    // Part of another file than the client has begun with is of no use.
    let other = request(
        &index.url(),
        "GET",
        &path,
        "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n",
    );
    assert!(other.starts_with("HTTP/1.1 200 "), "{other}");

    let known = request(
        &index.url(),
        "GET",
        &path,
        &format!("If-None-Match: W/\"x\", {etag}\r\n"),
    );
    assert!(known.starts_with("HTTP/1.1 304 "), "{known}");
    assert_eq!(field(&known, "content-length"), None);
    assert_eq!(body(&known), "");
    let modified = field(&whole, "last-modified").unwrap();
    let fields = format!("If-Modified-Since: {modified}\r\n");
    assert!(request(&index.url(), "GET", &path, &fields).starts_with("HTTP/1.1 304 "));
    // The tag of the content counts where there is one.
    let fields = format!("{fields}If-None-Match: \"x\"\r\n");
    assert!(request(&index.url(), "GET", &path, &fields).starts_with("HTTP/1.1 200 "));

    let head = request(&index.url(), "HEAD", &path, "");
    assert_eq!(
        field(&head, "content-length"),
        Some(size.to_string().as_str())
    );
    assert_eq!(body(&head), "");

    let sent: Vec<(u16, u64)> = index
        .stop()
        .iter()
        .filter(|found| matches!(found.answered, Answered::File { .. }))
        .map(|found| (found.status, found.sent))
        .collect();
    let size = size as u64;
    assert_eq!(
        sent,
        [
            (200, size),
            (206, 2),
            (416, 0),
            (200, size),
            (304, 0),
            (304, 0),
            (200, size),
            (200, 0)
        ]
    );
}

#[test]
fn metadata_can_be_had_alone_or_not() {
    let index = index();
    let path = format!("{}.metadata", file(&index));
    let answer = request(&index.url(), "GET", &path, "");
    assert!(
        body(&answer).starts_with("Metadata-Version: 2.1\nName: some-lib\n"),
        "{answer}"
    );
    // What a digest is said of is what is sent.
    let requests = index.stop();
    assert!(
        matches!(&requests[1].answered, Answered::Metadata { project, .. } if project == "some-lib")
    );

    let wheel = wheel("some-lib", "1.0+local", "index");
    let options = IndexOptions {
        metadata: false,
        ranges: false,
        ..IndexOptions::default()
    };
    let without = Index::start(archives(&[&wheel]), options).unwrap();
    let path = file(&without);
    let metadata = request(&without.url(), "GET", &format!("{path}.metadata"), "");
    assert!(metadata.starts_with("HTTP/1.1 404 "), "{metadata}");
    let whole = request(&without.url(), "GET", &path, "Range: bytes=0-1\r\n");
    assert!(whole.starts_with("HTTP/1.1 200 "), "{whole}");
    assert_eq!(field(&whole, "accept-ranges"), None);
    let page = request(&without.url(), "GET", "/simple/some-lib/", "");
    assert!(!page.contains("core-metadata"), "{page}");
}

#[test]
fn several_requests_use_one_connection() {
    use std::io::{Read as _, Write as _};

    let index = index();
    let mut stream = connect(&index.url());
    let request = "HEAD /simple/ HTTP/1.1\r\nHost: x\r\n\r\n";
    // Two at once, and one in pieces.
    stream.write_all(request.repeat(2).as_bytes()).unwrap();
    for piece in [
        "HEAD /sim",
        "ple/ HTTP/1.1\r\nConnection: clo",
        "se\r\n\r\n",
    ] {
        stream.write_all(piece.as_bytes()).unwrap();
        stream.flush().unwrap();
    }
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(
        answers.matches("HTTP/1.1 200 OK\r\n").count(),
        3,
        "{answers}"
    );
    assert_eq!(answers.matches("Connection: keep-alive").count(), 2);
    assert_eq!(index.stop().len(), 3);
}

#[test]
fn what_is_added_is_served() {
    let index = Index::start(Vec::new(), IndexOptions::default()).unwrap();
    let ask = |path: &str| request(&index.url(), "GET", path, "");
    assert!(ask("/simple/a/").starts_with("HTTP/1.1 404 "));
    index.add(archives(&[&wheel("a", "1", "index")]));
    index.add(archives(&[
        &wheel("a", "2", "index"),
        &wheel("b", "1", "index"),
    ]));
    let page = ask("/simple/a/");
    assert!(
        page.contains("a-1-py3") && page.contains("a-2-py3"),
        "{page}"
    );
    assert!(ask("/simple/b/").starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_wanted_port_that_is_taken_is_an_error() {
    let index = index();
    let port: u16 = index
        .url()
        .split([':', '/'])
        .nth(4)
        .unwrap()
        .parse()
        .unwrap();
    let options = IndexOptions {
        port,
        ..IndexOptions::default()
    };
    let second = Index::start(Vec::new(), options);
    assert!(matches!(second, Err(StartError::Taken(taken)) if taken == port));
    index.stop();
    let third = Index::start(Vec::new(), options).unwrap();
    assert!(third.url().contains(&port.to_string()));
}
