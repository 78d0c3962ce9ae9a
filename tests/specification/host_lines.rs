//! A `host` block: one line a distribution.

use passthrough_protocol::{Distribution, Host};
use serde_json::json;

/// The host of CPython 3.11.7 on Linux that has these distributions, all in one
/// directory: `name version [(note; note)] [requires one, another]`.
pub(crate) fn document(text: &str, place: &str) -> Host {
    let distributions: Vec<Distribution> = text
        .lines()
        .map(|line| distribution(line).unwrap_or_else(|| panic!("{place}: no host has `{line}`")))
        .collect();
    let document = json!({
        "schema": "passthrough-host/1",
        "python": {
            "executable": "/host/bin/python", "prefix": "/host", "implementation": "cpython",
            "version": "3.11", "platform": "linux-x86_64",
        },
        "markers": {
            "implementation_name": "cpython", "implementation_version": "3.11.7",
            "os_name": "posix", "platform_machine": "x86_64",
            "platform_python_implementation": "CPython", "platform_release": "6.1.0",
            "platform_system": "Linux", "platform_version": "#1", "python_version": "3.11",
            "python_full_version": "3.11.7", "sys_platform": "linux",
        },
        "sys_path": [{
            "path": "/host/lib/python3.11/site-packages",
            "distributions": distributions,
        }],
    });
    serde_json::from_value(document).unwrap()
}

fn distribution(line: &str) -> Option<Distribution> {
    let (is, requires) = line.split_once(" requires ").unwrap_or((line, ""));
    let (is, notes) = match is.split_once(" (") {
        Some((is, notes)) => (is, notes.strip_suffix(')')?),
        None => (is, ""),
    };
    let (name, version) = is.split_once(' ').filter(|(_, rest)| !rest.contains(' '))?;
    let mut found: Distribution =
        serde_json::from_value(json!({"name": name, "version": version})).unwrap();
    // Specifiers have their commas without a blank.
    let requires = requires.split(", ").filter(|one| !one.is_empty());
    found.requires_dist = requires.map(str::to_owned).collect();
    for note in notes.split("; ").filter(|note| !note.is_empty()) {
        let (word, rest) = note.split_once(' ').unwrap_or((note, ""));
        match (word, rest) {
            ("editable", "") => found.editable = editable(name, true),
            ("editable,", "source gone") => found.editable = editable(name, false),
            ("no", "file list") => found.has_file_list = false,
            ("unreadable", "") => found.unreadable = Some("METADATA is cut off".to_owned()),
            ("extras", names) => {
                found.provides_extra = names.split(", ").map(str::to_owned).collect();
            }
            ("python", specifiers) => found.requires_python = Some(specifiers.to_owned()),
            ("commit", rest) => {
                let (commit, url) = rest.split_once(" of ")?;
                let origin = json!({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}});
                found.direct_url = Some(serde_json::from_value(origin).unwrap());
            }
            _ => return None,
        }
    }
    Some(found)
}

fn editable(name: &str, exists: bool) -> Option<passthrough_protocol::Editable> {
    Some(passthrough_protocol::Editable {
        source: Some(format!("/src/{name}")),
        exists,
    })
}

#[test]
fn a_line_says_all_of_a_distribution() {
    let line = "foo 1.0 (editable; extras a, b; python >=3.9) requires x>=1,<2, y; extra == 'a'";
    let found = distribution(line).unwrap();
    assert_eq!(
        (found.name.as_str(), found.version.as_str()),
        ("foo", "1.0")
    );
    assert_eq!(found.requires_dist, ["x>=1,<2", "y; extra == 'a'"]);
    assert_eq!(found.provides_extra, ["a", "b"]);
    assert_eq!(found.requires_python.as_deref(), Some(">=3.9"));
    assert!(found.editable.unwrap().exists && found.has_file_list);
    for bad in [
        "",
        "foo",
        "foo 1.0 2.0",
        "foo 1.0 (bar)",
        "foo 1.0 (editable",
        "foo requires x",
    ] {
        assert_eq!(distribution(bad), None, "{bad}");
    }
}
