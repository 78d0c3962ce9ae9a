//! A document is judged as the disk is.

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;
use passthrough_host::{Given, Installed, Inventory, Site, interpreter, to_document};
use passthrough_interpreter::{Knowledge, Origin};
use passthrough_protocol::{Distribution, Editable, Host, PathEntry};

use passthrough_world::python;
use passthrough_world::site::SiteBuilder;

use crate::support::{self, name, shown};

/// The fields that a document keeps.
fn kept(installed: &Installed) -> impl PartialEq + std::fmt::Debug + use<> {
    let installed = installed.clone();
    let versions: Vec<_> = installed
        .shadowed
        .into_iter()
        .map(|shadowed| shadowed.version)
        .collect();
    (
        installed.name,
        installed.version,
        installed.location,
        installed.metadata,
        installed.direct_url,
        installed.editable,
        (
            installed.files == passthrough_host::FileList::Missing,
            versions,
        ),
    )
}

#[track_caller]
fn assert_round_trip(directories: &[(&Path, Origin)]) -> usize {
    let host = support::interpreter(directories);
    let site = Site::new(&host);
    let names = site.names();
    let document = to_document(&host, &site, &names);
    // Through the text, as another process would have it.
    let text = serde_json::to_string(&document).unwrap();
    let document: Host = serde_json::from_str(&text).unwrap();
    let again = interpreter(&document);
    assert_eq!(again.knowledge, Knowledge::Given);
    assert_eq!(
        (
            again.identity,
            again.markers,
            again.executable,
            again.prefix
        ),
        (host.identity, host.markers, host.executable, host.prefix)
    );
    let given = Given::from_document(document).unwrap();
    for name in &names {
        let (read, given_answer) = (site.get(name).unwrap(), given.get(name).unwrap());
        assert_eq!(kept(&given_answer), kept(&read));
        if read.metadata.is_ok() {
            assert_eq!(given.digest(&given_answer), site.digest(&read), "{name}");
        }
    }
    assert_eq!(given.get(&name("not-installed-at-all")), None);
    names.len()
}

#[test]
fn a_real_environment_is_the_same_as_its_document() {
    let environment = python::environment(
        &python::any(),
        &["requests==2.32.5", "setuptools==80.9.0", "numpy==2.0.2"],
    );
    let directory = fs::read_dir(environment.join("lib"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("site-packages"))
        .next()
        .unwrap();
    assert!(assert_round_trip(&[(&directory, Origin::Site)]) >= 7);
}

#[test]
fn odd_hosts_are_the_same_as_their_documents() {
    let directory = tempfile::tempdir().unwrap();
    let first = SiteBuilder::new(directory.path().join("a"));
    let second = SiteBuilder::new(directory.path().join("b"));
    first.dist_info("twice", "1.0").write();
    first.dist_info("twice", "2.0").write();
    first
        .dist_info("broken", "1.0")
        .requires(["a >> 1"])
        .write();
    let info = first.dist_info("mismatch", "1.0");
    info.directory_name("mismatch-2.0.dist-info").write();
    first.dist_info("unrecorded", "1.0").record(false).write();
    first
        .dist_info("shadow", "1.0")
        .requires(["x[y]>=1 ; extra == 'z'"])
        .extra("z")
        .write();
    second.dist_info("shadow", "2.0").write();
    second.file("old.egg-info/PKG-INFO", "Name: old\nVersion: 1.0\n");
    let editable = format!(
        r#"{{"url": "file://{}", "dir_info": {{"editable": true}}}}"#,
        directory.path().join("gone").display()
    );
    second
        .dist_info("edited", "1.0")
        .direct_url(&editable)
        .write();
    let entries = [
        (first.directory(), Origin::Site),
        (second.directory(), Origin::SystemSite),
    ];
    assert_eq!(assert_round_trip(&entries), 7);
}

fn distribution(name: &str, version: &str) -> Distribution {
    serde_json::from_value(serde_json::json!({"name": name, "version": version})).unwrap()
}

fn host(entries: Vec<Vec<Distribution>>) -> Host {
    let empty = support::interpreter(&[]);
    let nothing = Given::from_document(to_document(&empty, &support::site(&[]), [])).unwrap();
    let mut host = to_document(&empty, &nothing, []);
    for (index, distributions) in entries.into_iter().enumerate() {
        host.sys_path.push(PathEntry {
            path: format!("/site/{index}"),
            distributions,
        });
    }
    host
}

fn given(entries: Vec<Vec<Distribution>>) -> Given {
    Given::from_document(host(entries)).unwrap()
}

#[test]
fn the_rules_are_those_of_the_disk() {
    let foo = || distribution("Foo", "1.0");
    for (distributions, outcome) in [
        (vec![foo()], "1.0 given"),
        (
            vec![foo(), distribution("foo", "2.0")],
            "? given | several versions in one directory: 1.0 and 2.0 [BIP302]",
        ),
        (vec![foo(), distribution("foo", "1")], "1.0 given"),
        (
            vec![Distribution {
                directory_version: Some("2.0".to_owned()),
                ..foo()
            }],
            "? given | its metadata has version 1.0, the name of its directory 2.0 [BIP303]",
        ),
        (
            vec![Distribution {
                directory_version: Some("1".to_owned()),
                ..foo()
            }],
            "1.0 given",
        ),
        (
            vec![distribution("foo", "unknown")],
            "? given | the version `unknown` in its metadata is invalid: not a version of PEP 440 \
             [BIP303]",
        ),
        (
            vec![Distribution {
                unreadable: Some("METADATA is missing".to_owned()),
                ..foo()
            }],
            "1.0 given | METADATA is missing [BIP304]",
        ),
        (
            vec![Distribution {
                has_file_list: false,
                ..foo()
            }],
            "1.0 missing",
        ),
        (
            vec![Distribution {
                direct_url: Some(BTreeMap::new()),
                ..foo()
            }],
            "1.0 given [BIP308]",
        ),
    ] {
        assert_eq!(shown(&given(vec![distributions]), "foo"), outcome);
    }
    let broken = Distribution {
        requires_dist: vec!["a".to_owned(), "b >> 1".to_owned()],
        ..foo()
    };
    let outcome = shown(&given(vec![vec![broken]]), "foo");
    assert!(
        outcome.starts_with("1.0 given | the requirement `b >> 1` is invalid"),
        "{outcome}"
    );
}

#[test]
fn the_first_entry_wins() {
    let given = given(vec![
        vec![distribution("bar", "1.0")],
        vec![distribution("foo", "2.0")],
        vec![distribution("foo", "3.0")],
    ]);
    assert_eq!(shown(&given, "foo"), "2.0 given [BIP301]");
    let found = given.get(&name("foo")).unwrap();
    assert_eq!(found.location, Path::new("/site/1"));
    assert_eq!(found.shadowed[0].version.as_deref(), Some("3.0"));
}

#[test]
fn editables_are_given_or_follow_from_direct_url() {
    let document: BTreeMap<_, _> = [
        ("url".to_owned(), serde_json::json!("file:///src/foo")),
        ("dir_info".to_owned(), serde_json::json!({"editable": true})),
    ]
    .into();
    let declared = Distribution {
        direct_url: Some(document),
        ..distribution("foo", "1.0")
    };
    let gone = Distribution {
        editable: Some(Editable {
            source: None,
            exists: false,
        }),
        ..declared.clone()
    };
    for (distribution, source, exists) in [
        (declared, Some(Path::new("/src/foo")), true),
        (gone, None, false),
    ] {
        let found = given(vec![vec![distribution]]).get(&name("foo")).unwrap();
        let editable = found.editable.as_ref().unwrap();
        assert_eq!(
            (editable.source.as_deref(), editable.exists),
            (source, exists)
        );
    }
}

#[test]
fn digests_are_given_or_of_name_and_version() {
    let digest = |distribution: Distribution| {
        let given = given(vec![vec![distribution]]);
        given.digest(&given.get(&name("foo")).unwrap())
    };
    let own = Distribution {
        digest: Some("sha256:00".to_owned()),
        ..distribution("foo", "1.0")
    };
    assert_eq!(digest(own.clone()).as_deref(), Some("sha256:00"));
    let default = digest(distribution("foo", "1.0")).unwrap();
    assert_eq!(digest(distribution("Foo", "1.0")).unwrap(), default);
    assert_ne!(digest(distribution("foo", "1.1")).unwrap(), default);
    let unlisted = Distribution {
        has_file_list: false,
        ..own
    };
    assert_eq!(digest(unlisted), None);
    // Of two equal copies, the one that counts.
    let given = given(vec![vec![
        distribution("foo", "1.0"),
        Distribution {
            digest: Some("sha256:11".to_owned()),
            ..distribution("foo", "1.0")
        },
    ]]);
    assert_eq!(
        given.digest(&given.get(&name("foo")).unwrap()),
        Some(default)
    );
}

#[test]
fn a_name_that_is_none_is_refused() {
    let error = Given::from_document(host(vec![
        vec![],
        vec![distribution("foo", "1.0"), distribution("a b", "1.0")],
    ]))
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "sys_path[1].distributions[1]: \"a b\" is not a valid name"
    );
}
