//! Clients that are broken or mean harm: none stops the index, and what they
//! did is in the record.

use std::io::{Read as _, Write as _};

use passthrough_wheelhouse::{Index, IndexOptions};
use proptest::prelude::*;

use crate::support::{archives, connect, exchange, request, wheel};

fn index() -> Index {
    let large = wheel("a", "1", "index").file("a/data", vec![b'x'; 8 << 20]);
    Index::start(archives(&[&large]), IndexOptions::default()).unwrap()
}

fn still_answers(index: &Index) {
    let answer = request(&index.url(), "GET", "/simple/", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn what_is_not_http_is_refused_and_recorded() {
    let index = index();
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"hello?\r\n\r\n",
        b"GET /simple/ HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    ] {
        let answer = exchange(&index.url(), garbage);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{garbage:?}: {answer}");
    }
    still_answers(&index);
    let statuses: Vec<u16> = index.stop().iter().map(|found| found.status).collect();
    assert_eq!(statuses, [400, 400, 400, 400, 200]);
}

#[test]
fn a_head_without_an_end_is_given_up() {
    let index = index();
    let endless = format!("GET /simple/ HTTP/1.1\r\nX: {}", "x".repeat(1 << 20));
    assert!(exchange(&index.url(), endless).starts_with("HTTP/1.1 431 "));
    let many = format!("GET /simple/ HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(500));
    assert!(exchange(&index.url(), many).starts_with("HTTP/1.1 431 "));
    still_answers(&index);
}

#[test]
fn a_body_ends_the_connection() {
    let index = index();
    let two = "GET /simple/ HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /simple/ HTTP/1.1\r\n\r\n";
    let answer = exchange(&index.url(), two);
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.contains("Connection: close"), "{answer}");
}

/// A client that asks for much and takes nothing does not hold up the others,
/// nor the end; what was not sent does not count as sent.
#[test]
fn a_client_that_does_not_read_is_left() {
    let index = index();
    let page = request(&index.url(), "GET", "/simple/a/", "");
    let start = page.find("/files/").unwrap();
    let path = page[start..].split('#').next().unwrap();
    let mut silent: Vec<_> = (0..4).map(|_| connect(&index.url())).collect();
    for stream in &mut silent {
        let asked = format!("GET {path} HTTP/1.1\r\n\r\n");
        stream.write_all(asked.as_bytes()).unwrap();
        // The answer has begun.
        assert_eq!(stream.read(&mut [0; 4]).unwrap(), 4);
    }
    still_answers(&index);
    let requests = index.stop();
    let files: Vec<_> = requests
        .iter()
        .filter(|found| found.target == path)
        .collect();
    assert_eq!(files.len(), 4);
    assert!(files.iter().all(|found| found.sent < 8 << 20), "{files:#?}");
    let fetched = passthrough_wheelhouse::fetched(&requests);
    assert!(fetched.iter().all(|file| !file.whole), "{fetched:?}");
}

#[test]
fn a_client_that_goes_away_in_the_middle_costs_nothing() {
    let index = index();
    for said in [
        "",
        "G",
        "GET /simple/ HTTP/1.1\r\n",
        "GET /simple/a/ HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = connect(&index.url());
        stream.write_all(said.as_bytes()).unwrap();
        drop(stream);
    }
    still_answers(&index);
}

/// One hundred connections that say nothing leave room, and end at once.
#[test]
fn idle_connections_leave_room_and_end() {
    let index = index();
    let idle: Vec<_> = (0..100).map(|_| connect(&index.url())).collect();
    still_answers(&index);
    index.stop();
    for mut stream in idle {
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived(lines in prop::collection::vec(prop_oneof![
        Just("GET /simple/ HTTP/1.1\r\n".as_bytes().to_vec()),
        Just("Range: bytes=-\r\n".as_bytes().to_vec()),
        Just("Transfer-Encoding: chunked\r\n".as_bytes().to_vec()),
        Just("\r\n".as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
    ], 0..6)) {
        let index = Index::start(Vec::new(), IndexOptions::default()).unwrap();
        let mut stream = connect(&index.url());
        let _ = stream.write_all(&lines.concat());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        still_answers(&index);
        let answered = index.stop();
        prop_assert!(!answered.is_empty());
    }
}
