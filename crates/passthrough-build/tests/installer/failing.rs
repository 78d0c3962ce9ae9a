//! What is said when something cannot be installed.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use fs_err as fs;
use passthrough_build::installer::{Clash, InstallErrorKind, Installation, Kind, User, install};
use passthrough_process::Reason;
use passthrough_wheelhouse::{Index, IndexOptions};

use crate::world::{BOTH, World, module};

#[test]
fn both_sides_of_a_conflict_are_named() {
    for kind in BOTH {
        let world = World::new(&[
            module("hostlib", "1.0"),
            module("foo", "1.0").requires("hostlib<2,>=0.5"),
        ]);
        let before = world.files("env/lib");
        let error = world.install(kind, &["foo"]).unwrap_err();
        let InstallErrorKind::Conflict(clashes) = &error.kind else {
            panic!("{kind}: {error}\n{}", error.words);
        };
        let [
            Clash {
                name,
                version,
                wanted,
                by: Some(by),
            },
        ] = clashes.as_slice()
        else {
            panic!("{kind}: {clashes:?}");
        };
        assert_eq!(
            (name.as_str(), version.to_string().as_str()),
            ("hostlib", "2.0")
        );
        assert_eq!(wanted, "hostlib<2,>=0.5", "{kind}");
        assert!(by.contains("foo"), "{kind}: {by}");
        assert!(error.hint().unwrap().contains("--deny hostlib"), "{kind}");
        assert!(error.words.contains("foo"), "{kind}");
        assert_eq!(world.files("env/lib"), before, "{kind}");
    }
}

#[test]
fn what_is_on_no_index_is_named() {
    for kind in BOTH {
        let world = World::new(&[
            module("foo", "1.0"),
            module("bar", "1.0").requires("nonesuch"),
        ]);
        for (requirement, missing) in [
            ("nonesuch[x]>=3", "nonesuch[x]>=3"),
            ("foo>=2", "foo>=2"),
            ("bar", "nonesuch"),
        ] {
            let error = world.install(kind, &[requirement]).unwrap_err();
            let InstallErrorKind::Missing { wanted } = &error.kind else {
                panic!("{kind}, {requirement}: {error:?}");
            };
            assert_eq!(wanted, &[missing], "{kind}, {requirement}: {}", error.words);
        }
    }
}

#[test]
fn an_index_that_is_not_there_is_not_a_missing_package() {
    for kind in BOTH {
        let mut world = World::new(&[]);
        let gone = Index::start(Vec::new(), IndexOptions::default()).unwrap();
        let url = gone.url();
        gone.stop();
        world.set("UV_INDEX_URL", &url);
        world.set("PIP_INDEX_URL", &url);
        world.set("PIP_RETRIES", "1");
        world.set("UV_HTTP_RETRIES", "1");
        let error = world.install(kind, &["foo"]).unwrap_err();
        assert!(
            matches!(error.kind, InstallErrorKind::Network),
            "{kind}: {error}\n{}",
            error.words
        );
    }
}

#[test]
fn offline_asks_nobody() {
    for kind in BOTH {
        let mut world = World::new(&[module("foo", "1.0"), module("bar", "1.0")]);
        world.offline = true;
        let error = world.install(kind, &["foo>=1"]).unwrap_err();
        let InstallErrorKind::Offline { wanted } = &error.kind else {
            panic!("{kind}: {error}\n{}", error.words);
        };
        assert_eq!(wanted, &["foo>=1"], "{kind}: {}", error.words);
        let url = format!("{}foo/foo-1.0-py3-none-any.whl", world.index.url());
        let direct = format!("foo @ {url}");
        let error = world.install(kind, &[&direct]).unwrap_err();
        assert!(
            matches!(error.kind, InstallErrorKind::Offline { .. }),
            "{kind}: {error}\n{}",
            error.words
        );
        // What is here already will do.
        let archive = module("bar", "1.0").archive().unwrap();
        fs::create_dir(world.path("wheels")).unwrap();
        fs::write(
            world.path("wheels").join(&archive.file_name),
            archive.content,
        )
        .unwrap();
        world.set("PIP_FIND_LINKS", world.path("wheels"));
        world.set("UV_FIND_LINKS", world.path("wheels"));
        world.install(kind, &["bar"]).unwrap();
        assert_eq!(world.installed(), ["bar 1.0", "hostlib 2.0"], "{kind}");
        assert_eq!(world.index.requests().len(), 0, "{kind}");
        assert_eq!(world.proxy.attempts(), [], "{kind}");
    }
}

#[test]
fn a_variable_in_a_url_is_not_for_uv() {
    let world = World::new(&[]);
    let requirement = "foo @ https://example.org/${HOME}/foo-1.0-py3-none-any.whl";
    let error = world.install(Kind::Uv, &[requirement]).unwrap_err();
    assert!(
        matches!(error.kind, InstallErrorKind::Variable { .. }),
        "{error}"
    );
    assert_eq!(world.proxy.attempts(), []);
    // pip asks for what is written.
    world.install(Kind::Pip, &[requirement]).unwrap_err();
    let home = world.path("home").display().to_string();
    assert!(
        world
            .proxy
            .attempts()
            .iter()
            .all(|attempt| !attempt.target.contains(&home)),
        "{:?}",
        world.proxy.attempts()
    );
}

#[test]
fn an_installer_that_hangs_or_crashes_is_told_from_one_that_fails() {
    let mut world = World::new(&[]);
    let fake = |world: &mut World, does: &str| {
        let text = format!("#!/bin/sh\n[ \"$1\" = --version ] && echo uv 1.0 && exit\n{does}\n");
        let path = world.write("fake", &text);
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        world.set("UV", path);
        world.choose(Some(Kind::Uv)).unwrap()
    };
    let crashing = fake(&mut world, "echo so far; kill -9 $$");
    let error = world
        .install_from("scratch", &crashing, &["foo"])
        .unwrap_err();
    assert!(
        matches!(error.kind, InstallErrorKind::Failed(status) if status.code().is_none()),
        "{error}"
    );
    assert_eq!(error.words, "so far");

    let lines = fake(&mut world, "seq 1 200000; exit 3");
    let error = world.install_from("scratch", &lines, &["foo"]).unwrap_err();
    assert!(
        matches!(error.kind, InstallErrorKind::Failed(status) if status.code() == Some(3)),
        "{error}"
    );
    assert!(error.words.len() <= 8192 && error.words.ends_with("\n200000"));
    let first = error.words.lines().next().unwrap();
    assert_eq!(first.len(), 6, "a whole line: {first}");

    let hanging = fake(&mut world, "echo waiting; sleep 1000");
    let environment = world.environment();
    let error = install(
        &hanging,
        Installation {
            requirements: &["foo".parse().unwrap()],
            pins: &world.pins,
            constraints: &[],
            python: &world.path("env/bin/python"),
            scratch: &world.path("scratch"),
            user: &User::new(&environment, &world.path("user")),
            offline: false,
            timeout: Some(Duration::from_millis(500)),
            follow: None,
        },
    )
    .unwrap_err();
    assert!(
        matches!(error.kind, InstallErrorKind::Stopped(Reason::Timeout(_))),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("more time"));
}

#[test]
fn a_broken_configuration_file_is_named() {
    let mut world = World::new(&[]);
    world.unset("UV_INDEX_URL");
    for (file, text, kind) in [
        ("home/.config/uv/uv.toml", "index-url = \n", Kind::Uv),
        ("etc/pip.conf", "index-url = x\n", Kind::Pip),
    ] {
        let path = world.write(file, text);
        let error = world.install(kind, &["foo"]).unwrap_err();
        assert!(
            matches!(&error.kind, InstallErrorKind::Configuration { path: at, .. } if *at == path),
            "{error:?}"
        );
        fs::remove_file(path).unwrap();
    }
}
