//! The pages of an index, as HTML (PEP 503) and as JSON (PEP 691).

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;

use super::Stored;

/// In which form a page is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    HtmlV1,
    Json,
}

impl Form {
    /// The form that an `Accept` field asks for, if it is one that there is.
    pub(super) fn wanted(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Some(Self::Html);
        };
        // The weight of a media range is the first that fits; PyPI prefers HTML
        // where a client does not care.
        let mut best: Option<(f32, Self)> = None;
        for (form, types) in [
            (Self::Html, &["text/html", "text/*", "*/*"][..]),
            (
                Self::HtmlV1,
                &[
                    "application/vnd.pypi.simple.v1+html",
                    "application/vnd.pypi.simple.latest+html",
                ],
            ),
            (
                Self::Json,
                &[
                    "application/vnd.pypi.simple.v1+json",
                    "application/vnd.pypi.simple.latest+json",
                    "application/*",
                ],
            ),
        ] {
            let weight = types.iter().find_map(|kind| weight(accept, kind));
            if let Some(weight) = weight.filter(|weight| *weight > 0.0)
                && best.is_none_or(|(known, _)| weight > known)
            {
                best = Some((weight, form));
            }
        }
        best.map(|(_, form)| form)
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=UTF-8",
            Self::HtmlV1 => "application/vnd.pypi.simple.v1+html",
            Self::Json => "application/vnd.pypi.simple.v1+json",
        }
    }
}

/// The `q` of a media range in an `Accept` field; none if it is not there.
fn weight(accept: &str, kind: &str) -> Option<f32> {
    accept.split(',').find_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(kind) {
            return None;
        }
        let q = parts.find_map(|part| part.strip_prefix("q="));
        Some(q.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
    })
}

pub(super) fn projects(form: Form, names: &[&str]) -> String {
    if form == Form::Json {
        let projects: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
        return json!({"meta": {"api-version": "1.1"}, "projects": projects}).to_string();
    }
    let mut body = String::new();
    for name in names {
        let _ = writeln!(body, "<a href=\"/simple/{name}/\">{name}</a><br />");
    }
    html("Simple index", &body)
}

pub(super) fn project(form: Form, name: &str, files: &[Arc<Stored>], metadata: bool) -> String {
    if form == Form::Json {
        return project_json(name, files, metadata);
    }
    let mut body = String::new();
    for stored in files {
        let archive = &stored.archive;
        let (address, digest) = (stored.address(), &stored.sha256);
        let _ = write!(body, "<a href=\"{address}#sha256={digest}\"");
        if let Some(specifiers) = &archive.requires_python {
            let _ = write!(body, " data-requires-python=\"{}\"", escaped(specifiers));
        }
        if metadata && stored.is_wheel() {
            let digest = &stored.metadata_sha256;
            let _ = write!(
                body,
                " data-dist-info-metadata=\"sha256={digest}\" data-core-metadata=\"sha256={digest}\""
            );
        }
        let _ = writeln!(body, ">{}</a><br />", escaped(&archive.file_name));
    }
    html(&format!("Links for {name}"), &body)
}

fn project_json(name: &str, files: &[Arc<Stored>], metadata: bool) -> String {
    let files_json: Vec<_> = files
        .iter()
        .map(|stored| {
            let archive = &stored.archive;
            let core = if metadata && stored.is_wheel() {
                json!({ "sha256": stored.metadata_sha256 })
            } else {
                json!(false)
            };
            json!({
                "filename": archive.file_name,
                "url": stored.address(),
                "hashes": {"sha256": stored.sha256},
                "requires-python": archive.requires_python,
                "size": archive.content.len(),
                "upload-time": "2026-01-02T03:04:05.000000Z",
                "yanked": false,
                "core-metadata": core,
                "data-dist-info-metadata": core,
            })
        })
        .collect();
    let mut versions: Vec<&str> = Vec::new();
    for stored in files {
        if !versions.contains(&stored.archive.version.as_str()) {
            versions.push(&stored.archive.version);
        }
    }
    json!({
        "meta": {"api-version": "1.1", "_last-serial": 1},
        "name": name,
        "versions": versions,
        "files": files_json,
    })
    .to_string()
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta name=\"pypi:repository-version\" content=\"1.1\">\n\
         <title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A part of an address, with what has a meaning of its own as `%XX`.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The path that an address stands for; none if it is no text.
pub(super) fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let escape = digits
            .filter(|digits| byte == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escape.unwrap_or(byte));
        rest = if escape.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Form, decoded, encoded};

    #[test]
    fn a_client_gets_the_form_that_it_asks_for() {
        let pip = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01";
        for (accept, form) in [
            (None, Some(Form::Html)),
            (Some(""), Some(Form::Html)),
            (Some("*/*"), Some(Form::Html)),
            (Some("text/html"), Some(Form::Html)),
            (Some(pip), Some(Form::Json)),
            (
                Some("application/vnd.pypi.simple.v1+html"),
                Some(Form::HtmlV1),
            ),
            (
                Some("application/vnd.pypi.simple.v1+json;q=0.2, text/html;q=0.3"),
                Some(Form::Html),
            ),
            (
                Some("application/vnd.pypi.simple.v1+json;q=0, */*;q=0"),
                None,
            ),
            (Some("image/png"), None),
            (Some("application/vnd.pypi.simple.v1+json;q=nan"), None),
        ] {
            assert_eq!(Form::wanted(accept), form, "{accept:?}");
        }
    }

    #[test]
    fn an_escape_that_is_none_stays() {
        assert_eq!(decoded("/a%2Bb%2"), Some("/a+b%2".to_owned()));
        assert_eq!(decoded("%zz%+1"), Some("%zz%+1".to_owned()));
        assert_eq!(decoded("%ff"), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(text in ".{0,40}") {
            let text_encoded = encoded(&text);
            prop_assert!(text_encoded.is_ascii());
            prop_assert_eq!(decoded(&text_encoded), Some(text));
        }

        #[test]
        fn decoding_never_panics(text in "[%0-9a-fé+]{0,20}") {
            decoded(&text);
        }
    }
}
