//! The trap lets nothing pass and keeps what was tried.

use passthrough_wheelhouse::TrapProxy;

use crate::support::exchange;

#[test]
fn every_form_of_request_is_refused_and_kept() {
    let proxy = TrapProxy::start(0).unwrap();
    for said in [
        "CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org:443\r\n\r\n",
        "GET http://pypi.org/simple/ HTTP/1.1\r\n\r\n",
        "POST http://example.org:8080/x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        "\u{16}\u{3}\u{1}TLS without a word",
    ] {
        let answer = exchange(&proxy.url(), said);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{said:?}: {answer}");
    }
    // What a client was told is in the record already.
    assert_eq!(proxy.attempts().len(), 4);
    let attempts = proxy.stop();
    let seen: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.method.as_str(), attempt.host.as_str(), attempt.port))
        .collect();
    assert_eq!(
        seen,
        [
            ("CONNECT", "pypi.org", Some(443)),
            ("GET", "pypi.org", Some(80)),
            ("POST", "example.org", Some(8080)),
            ("", "", None),
        ]
    );
    assert!(attempts[3].target.contains("TLS without"), "{attempts:?}");
}

#[test]
fn a_request_without_an_end_is_kept_in_short() {
    let proxy = TrapProxy::start(0).unwrap();
    let endless = format!("GET http://pypi.org/{} HTTP/1.1\r\n", "x".repeat(1 << 20));
    exchange(&proxy.url(), endless);
    let attempts = proxy.stop();
    assert_eq!(attempts.len(), 1);
    assert!(attempts[0].target.len() < 1000);
}

#[test]
fn a_connection_that_says_nothing_is_no_attempt() {
    let proxy = TrapProxy::start(0).unwrap();
    drop(crate::support::connect(&proxy.url()));
    assert!(proxy.stop().is_empty());
}
