//! `direct_url.json` (PEP 610): where a distribution was installed from.

use std::collections::BTreeMap;

use passthrough_diagnostic::{Rule, Severity};
use passthrough_requirement::DirectReference;
use serde_json::{Map, Value};
use url::Url;

use crate::model::{DirectUrl, Origin};
use crate::rules::Fault;

pub(crate) static RULE: Rule = Rule {
    code: "BIP308",
    name: "invalid-direct-url",
    severity: Severity::Info,
    requirements: &["ELIG-url"],
    what: "The `direct_url.json` of an installed package is not as PEP 610 says. It is treated as absent.",
    why: "Where the package came from is not known: a requirement that names a URL is not met by it, and an editable install may not be recognised.",
    example: "```json
{\"url\": \"https://example.org/foo.zip\"}
```

None of `archive_info`, `dir_info` and `vcs_info` is there.",
    mend: "Reinstall the package in the host.",
};

/// Reads the bytes of a `direct_url.json`.
pub(crate) fn parse(bytes: &[u8]) -> Result<DirectUrl, Fault> {
    let document: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|error| invalid(&error.to_string()))?;
    from_document(&document)
}

/// Reads a document that has already been parsed.
pub(crate) fn from_document(document: &Map<String, Value>) -> Result<DirectUrl, Fault> {
    let url = text(document, "url")?.ok_or_else(|| invalid("`url` is missing"))?;
    let infos: Vec<_> = ["archive_info", "dir_info", "vcs_info"]
        .into_iter()
        .filter_map(|key| Some((key, document.get(key)?)))
        .collect();
    let [(key, info)] = infos.as_slice() else {
        return Err(invalid(
            "exactly one of `archive_info`, `dir_info` and `vcs_info` must be there",
        ));
    };
    let Value::Object(info) = info else {
        return Err(invalid(&format!("`{key}` must be an object")));
    };
    let origin = match *key {
        "archive_info" => Origin::Archive {
            hashes: hashes(info)?,
        },
        "dir_info" => Origin::Directory {
            editable: match info.get("editable") {
                None => false,
                Some(Value::Bool(editable)) => *editable,
                Some(_) => return Err(invalid("`editable` must be true or false")),
            },
        },
        _ => {
            let required =
                |key: &str| text(info, key)?.ok_or_else(|| invalid(&format!("`{key}` is missing")));
            Origin::Vcs {
                vcs: required("vcs")?,
                commit: required("commit_id")?,
            }
        }
    };
    Ok(DirectUrl {
        url: redact(&url),
        subdirectory: text(document, "subdirectory")?.filter(|text| !text.is_empty()),
        origin,
    })
}

/// The document that says the same.
pub(crate) fn to_document(direct_url: &DirectUrl) -> Map<String, Value> {
    let (key, info) = match &direct_url.origin {
        Origin::Archive { hashes } if hashes.is_empty() => ("archive_info", serde_json::json!({})),
        Origin::Archive { hashes } => ("archive_info", serde_json::json!({"hashes": hashes})),
        Origin::Directory { editable } => ("dir_info", serde_json::json!({"editable": editable})),
        Origin::Vcs { vcs, commit } => (
            "vcs_info",
            serde_json::json!({"vcs": vcs, "commit_id": commit}),
        ),
    };
    let mut document = Map::new();
    document.insert("url".to_owned(), direct_url.url.clone().into());
    document.insert(key.to_owned(), info);
    if let Some(subdirectory) = &direct_url.subdirectory {
        document.insert("subdirectory".to_owned(), subdirectory.clone().into());
    }
    document
}

/// The digests of an `archive_info`: its `hashes`, or the one `hash` that older
/// installers write.
fn hashes(info: &Map<String, Value>) -> Result<BTreeMap<String, String>, Fault> {
    let given = |key| info.get(key).filter(|value| !value.is_null());
    let hashes: Option<BTreeMap<String, String>> = given("hashes")
        .map(serde::Deserialize::deserialize)
        .transpose()
        .map_err(|_| invalid("`hashes` must be an object of strings"))?;
    let Some(hash) = given("hash") else {
        return Ok(hashes.unwrap_or_default());
    };
    let (algorithm, digest) = hash
        .as_str()
        .and_then(|hash| hash.split_once('='))
        .ok_or_else(|| invalid("`hash` must be `<algorithm>=<digest>`"))?;
    match hashes {
        None => Ok(BTreeMap::from([(algorithm.to_owned(), digest.to_owned())])),
        Some(hashes) if hashes.get(algorithm).is_some_and(|other| other == digest) => Ok(hashes),
        Some(_) => Err(invalid("`hash` is not among the `hashes`")),
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Result<Option<String>, Fault> {
    match object.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invalid(&format!("`{key}` must be a string"))),
    }
}

pub(crate) fn invalid(why: &str) -> Fault {
    Fault::new(&RULE, format!("direct_url.json is ignored: {why}"))
}

/// Takes user and password out of a URL, even of one that is otherwise wrong.
fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    // A browser takes a backslash for a slash; so must whoever hides secrets.
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

impl DirectUrl {
    /// Whether the installed copy is what `reference` asks for.
    ///
    /// Compared without credentials, and by hashes only of algorithms that both
    /// have one of; a VCS reference only matches by a full commit id.
    pub fn records(&self, reference: &DirectReference) -> bool {
        let Some(asked) = reference.parts() else {
            return false;
        };
        let Some(recorded) = DirectReference::new(&self.url).parts() else {
            return false;
        };
        let same_version = match (&self.origin, &asked.vcs) {
            (Origin::Vcs { vcs, commit }, Some(asked_vcs)) => {
                vcs.eq_ignore_ascii_case(asked_vcs)
                    && asked.revision.as_deref().is_some_and(|revision| {
                        is_full_commit_id(vcs, revision) && revision.eq_ignore_ascii_case(commit)
                    })
            }
            (Origin::Archive { hashes }, None) => asked.hashes.iter().all(|(name, digest)| {
                let recorded = hashes.get(name);
                recorded.is_none_or(|recorded| recorded.to_ascii_lowercase() == *digest)
            }),
            (Origin::Directory { .. }, None) => true,
            _ => false,
        };
        let place = |url: &str| match self.origin {
            Origin::Directory { .. } => url.trim_end_matches('/').to_owned(),
            Origin::Archive { .. } | Origin::Vcs { .. } => url.to_owned(),
        };
        same_version
            && place(&recorded.url) == place(&asked.url)
            && subdirectory(self.subdirectory.as_deref())
                == subdirectory(asked.subdirectory.as_deref())
    }

    /// The local directory that it leads to.
    pub(crate) fn directory(&self) -> Option<std::path::PathBuf> {
        if !matches!(self.origin, Origin::Directory { .. }) {
            return None;
        }
        let mut path = Url::parse(&self.url).ok()?.to_file_path().ok()?;
        if let Some(subdirectory) = &self.subdirectory {
            path.push(subdirectory);
        }
        Some(path)
    }
}

fn subdirectory(text: Option<&str>) -> Option<&str> {
    text.map(|text| text.trim_matches('/'))
        .filter(|text| !text.is_empty())
}

/// Anything shorter than a full id, and any tag or branch, may mean another
/// commit tomorrow. Subversion and Bazaar number their revisions.
fn is_full_commit_id(vcs: &str, revision: &str) -> bool {
    match vcs.to_ascii_lowercase().as_str() {
        "svn" | "bzr" => !revision.is_empty(),
        _ => {
            matches!(revision.len(), 40 | 64)
                && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn read(document: &Value) -> Result<DirectUrl, String> {
        parse(document.to_string().as_bytes()).map_err(|fault| fault.problem().message)
    }

    fn git() -> DirectUrl {
        read(&serde_json::json!({
            "url": "https://user:secret@example.org/r.git",
            "vcs_info": {"vcs": "git", "commit_id": COMMIT, "requested_revision": "main"},
            "subdirectory": "python",
        }))
        .unwrap()
    }

    fn archive(hashes: &[(&str, &str)]) -> Origin {
        let owned = |(name, digest): &(&str, &str)| (name.to_string(), digest.to_string());
        Origin::Archive {
            hashes: hashes.iter().map(owned).collect(),
        }
    }

    #[test]
    fn every_origin_is_read() {
        assert_eq!(
            git(),
            DirectUrl {
                url: "https://example.org/r.git".to_owned(),
                subdirectory: Some("python".to_owned()),
                origin: Origin::Vcs {
                    vcs: "git".to_owned(),
                    commit: COMMIT.to_owned(),
                },
            }
        );
        for (info, origin) in [
            (
                serde_json::json!({"archive_info": {"hash": "sha256=0"}}),
                archive(&[("sha256", "0")]),
            ),
            (
                serde_json::json!({"archive_info": {"hash": "a=1", "hashes": {"b": "2", "a": "1"}}}),
                archive(&[("a", "1"), ("b", "2")]),
            ),
            (
                serde_json::json!({"archive_info": {"hash": null, "hashes": null}}),
                archive(&[]),
            ),
            (
                serde_json::json!({"dir_info": {}}),
                Origin::Directory { editable: false },
            ),
            (
                serde_json::json!({"dir_info": {"editable": true}}),
                Origin::Directory { editable: true },
            ),
        ] {
            let mut document = info;
            document["url"] = "file:///x".into();
            assert_eq!(read(&document).unwrap().origin, origin);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (document, words) in [
            (serde_json::json!([]), "invalid type: sequence"),
            (serde_json::json!({"dir_info": {}}), "`url` is missing"),
            (
                serde_json::json!({"url": 1, "dir_info": {}}),
                "`url` must be a string",
            ),
            (serde_json::json!({"url": "file:///x"}), "exactly one of"),
            (
                serde_json::json!({"url": "file:///x", "dir_info": {}, "archive_info": {}}),
                "exactly one of",
            ),
            (
                serde_json::json!({"url": "file:///x", "dir_info": 1}),
                "must be an object",
            ),
            (
                serde_json::json!({"url": "file:///x", "dir_info": {"editable": "yes"}}),
                "`editable` must be",
            ),
            (
                serde_json::json!({"url": "file:///x", "vcs_info": {"vcs": "git"}}),
                "`commit_id` is missing",
            ),
            (
                serde_json::json!({"url": "file:///x", "archive_info": {"hashes": {"md5": 1}}}),
                "`hashes` must be an object of strings",
            ),
            (
                serde_json::json!({"url": "file:///x", "archive_info": {"hash": "00"}}),
                "`hash` must be",
            ),
            (
                serde_json::json!({"url": "file:///x", "archive_info": {"hash": 1}}),
                "`hash` must be",
            ),
            (
                serde_json::json!({
                    "url": "file:///x", "archive_info": {"hash": "md5=0", "hashes": {"md5": "1"}},
                }),
                "`hash` is not among",
            ),
            (
                serde_json::json!({"url": "file:///x", "dir_info": {}, "subdirectory": {}}),
                "`subdirectory` must be a string",
            ),
        ] {
            let message = read(&document).unwrap_err();
            assert!(
                message.starts_with("direct_url.json is ignored: "),
                "{message}"
            );
            assert!(message.contains(words), "{message}");
        }
        for bytes in [&b""[..], b"{", b"\xff", b"null"] {
            assert!(parse(bytes).is_err());
        }
        // Deep nesting must not overflow the stack.
        let deep = format!("{{\"url\": {}", "[".repeat(1 << 20));
        assert!(parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn credentials_are_gone() {
        for (url, redacted) in [
            ("https://user:secret@h/x", "https://h/x"),
            ("https://a@b:secret@h/x@1", "https://h/x@1"),
            ("ssh://git@h:22/x", "ssh://h:22/x"),
            ("https://user:secret@h", "https://h"),
            ("https://user:secret@h?x=@", "https://h?x=@"),
            ("https://h/x@y", "https://h/x@y"),
            ("file:///x@y", "file:///x@y"),
            ("not a url", "not a url"),
            ("https://user:se cret@[h/x", "https://[h/x"),
        ] {
            assert_eq!(redact(url), redacted);
        }
    }

    #[test]
    fn a_commit_is_recorded_by_its_full_id_only() {
        let direct_url = git();
        for (reference, recorded) in [
            (
                format!("git+https://example.org/r.git@{COMMIT}#subdirectory=python"),
                true,
            ),
            (
                format!(
                    "git+https://x:y@EXAMPLE.org/r.git@{}#subdirectory=python/",
                    COMMIT.to_uppercase()
                ),
                true,
            ),
            (format!("git+https://example.org/r.git@{COMMIT}"), false),
            (
                format!(
                    "git+https://example.org/r.git@{}#subdirectory=python",
                    &COMMIT[..39]
                ),
                false,
            ),
            (
                format!("hg+https://example.org/r.git@{COMMIT}#subdirectory=python"),
                false,
            ),
            (
                format!("git+https://example.org/s.git@{COMMIT}#subdirectory=python"),
                false,
            ),
            (
                format!("git+ssh://example.org/r.git@{COMMIT}#subdirectory=python"),
                false,
            ),
            (
                format!("https://example.org/r.git@{COMMIT}#subdirectory=python"),
                false,
            ),
            (
                "git+https://example.org/r.git@main#subdirectory=python".to_owned(),
                false,
            ),
            (
                "git+https://example.org/r.git#subdirectory=python".to_owned(),
                false,
            ),
        ] {
            let found = direct_url.records(&DirectReference::new(&*reference));
            assert_eq!(found, recorded, "{reference}");
        }
        // A short id on both sides is still no full id.
        let mut short = git();
        short.origin = Origin::Vcs {
            vcs: "git".to_owned(),
            commit: "0123456".to_owned(),
        };
        let reference = "git+https://example.org/r.git@0123456#subdirectory=python";
        assert!(!short.records(&DirectReference::new(reference)));
    }

    #[test]
    fn archives_and_directories_are_recorded_by_place() {
        let archive = DirectUrl {
            url: "https://example.org/a-1.0.zip".to_owned(),
            subdirectory: None,
            origin: archive(&[("md5", "AB"), ("sha256", "0f")]),
        };
        for (reference, recorded) in [
            ("https://example.org/a-1.0.zip", true),
            (
                "https://u:p@example.org:443/a-1.0.zip#sha1=00&egg=a&md5=aB",
                true,
            ),
            ("https://example.org/a-1.0.zip#sha256=0F&sha256=1", true),
            ("https://example.org/a-1.0.zip#sha256=&sha1=0", true),
            ("https://example.org/a-1.0.zip#sha256=1", false),
            ("https://example.org/a-1.0.zip#md5=ab&sha256=1", false),
            ("https://example.org/a-1.0.zip#subdirectory=b", false),
            ("https://example.org/a-1.0.zip/", false),
            ("https://example.org/a-1.1.zip", false),
            ("http://example.org/a-1.0.zip", false),
            ("./a-1.0.zip", false),
        ] {
            let found = archive.records(&DirectReference::new(reference));
            assert_eq!(found, recorded, "{reference}");
        }
        let directory = DirectUrl {
            url: "file:///src/a".to_owned(),
            subdirectory: None,
            origin: Origin::Directory { editable: true },
        };
        assert!(directory.records(&DirectReference::new("file:///src/a/")));
        assert!(directory.records(&DirectReference::new("file://localhost/src/a")));
        assert!(!directory.records(&DirectReference::new("file:///src/b")));
        let nowhere = DirectUrl {
            url: "./a".to_owned(),
            ..directory
        };
        assert!(!nowhere.records(&DirectReference::new("./a")));
    }

    #[test]
    fn a_document_says_the_same_again() {
        for direct_url in [
            git(),
            DirectUrl {
                url: "file:///x".to_owned(),
                subdirectory: None,
                origin: Origin::Directory { editable: true },
            },
            DirectUrl {
                url: "https://h/x.zip".to_owned(),
                subdirectory: None,
                origin: archive(&[]),
            },
            DirectUrl {
                url: "https://h/x.zip".to_owned(),
                subdirectory: None,
                origin: archive(&[("sha256", "0")]),
            },
        ] {
            assert_eq!(from_document(&to_document(&direct_url)), Ok(direct_url));
        }
    }

    proptest! {
        #[test]
        fn no_secret_survives(user in "[a-z:@%]{0,8}", path in "[a-z@/#?\\\\]{0,12}") {
            let url = format!("https://{user}SECRET@host/{path}");
            prop_assert!(!redact(&url).contains("SECRET"));
        }
    }
}
