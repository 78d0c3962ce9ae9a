//! Which installer is chosen.

use std::os::unix::fs::PermissionsExt;

use fs_err as fs;
use passthrough_build::installer::{InstallErrorKind, Kind};
use passthrough_world::python;

use crate::world::{World, asked, module, uv};

fn script(world: &World, below: &str, text: &str) {
    let path = world.write(below, &format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn uv_comes_first_wherever_it_is() {
    let mut world = World::new(&[]);
    assert_eq!(world.choose(None).unwrap().to_string(), "uv 0.13.8");
    world.unset("UV");
    assert_eq!(world.choose(None).unwrap().to_string(), "pip 26.3");
    // A shim that stands for nothing does not count.
    script(&world, "bin/uv", "exit 127");
    world.set("PATH", world.path("bin"));
    assert_eq!(world.choose(None).unwrap().to_string(), "pip 26.3");
    let mut path = world.path("bin").into_os_string();
    path.push(":");
    path.push(uv().parent().unwrap());
    world.set("PATH", path);
    let found = world.choose(None).unwrap();
    assert_eq!((found.kind(), found.path()), (Kind::Uv, uv().as_path()));
    // Beside the host's interpreter.
    world.set("PATH", "/nowhere");
    world.host = asked(&uv().with_file_name("python"));
    assert_eq!(world.choose(None).unwrap().path(), uv());
}

#[test]
fn what_is_asked_for_is_taken_or_missed() {
    let mut world = World::new(&[]);
    assert_eq!(world.choose(Some(Kind::Pip)).unwrap().kind(), Kind::Pip);
    script(&world, "bin/uv", "echo uv 0.4.30");
    world.set("UV", world.path("bin/uv"));
    let error = world.choose(Some(Kind::Uv)).unwrap_err();
    assert!(
        matches!(
            error.kind,
            InstallErrorKind::NoInstaller {
                wanted: Some(Kind::Uv),
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("uv 0.4.30"), "{error}");
    assert!(error.hint().unwrap().contains("--installer pip"));
}

#[test]
fn settings_that_pip_alone_has_choose_pip() {
    let mut world = World::new(&[]);
    world.unset("UV_INDEX_URL");
    let chosen = world.choose(None).unwrap();
    assert_eq!(chosen.kind(), Kind::Pip);
    assert!(
        chosen.note().unwrap().contains("`index-url`"),
        "{:?}",
        chosen.note()
    );
    // Asked for, uv is taken.
    assert_eq!(world.choose(Some(Kind::Uv)).unwrap().kind(), Kind::Uv);
    // Any setting of uv's own of the same matter will do, a file's included.
    world.write("home/.config/uv/uv.toml", "[[index]]\nurl = 'https://x/'\n");
    assert_eq!(world.choose(None).unwrap().kind(), Kind::Uv);
    world.write("etc/pip.conf", "[global]\ntrusted-host = x\n");
    assert_eq!(world.choose(None).unwrap().kind(), Kind::Pip);
    world.set("UV_INSECURE_HOST", "x");
    assert_eq!(world.choose(None).unwrap().kind(), Kind::Uv);
    // Settings of other matters do not count.
    world.set("PIP_TIMEOUT", "60");
    assert_eq!(world.choose(None).unwrap().note(), None);
}

#[test]
fn an_old_pip_gives_way_to_the_base_interpreters_or_the_bundled_one() {
    let mut world = World::new(&[module("bar", "1.0").requires("hostlib")]);
    let old = python::environment(&python::any(), &["pip==22.2.2"]);
    world.host = asked(&old.join("bin/python"));
    let chosen = world.choose(Some(Kind::Pip)).unwrap();
    assert_ne!(chosen.to_string(), "pip 22.2.2");
    world.install_from("scratch", &chosen, &["bar"]).unwrap();
    assert_eq!(world.installed(), ["bar 1.0", "hostlib 2.0"]);
}

#[test]
fn the_bundled_wheel_is_enough() {
    let mut world = World::new(&[module("bar", "1.0").requires("hostlib")]);
    // An environment without pip, of a base without pip.
    world.host.executable = world.path("env/bin/python");
    world
        .host
        .sys_path
        .retain(|entry| entry.origin == passthrough_interpreter::Origin::Stdlib);
    world.host.base_prefix = world.host.prefix.clone();
    let chosen = world.choose(Some(Kind::Pip)).unwrap();
    assert_eq!(chosen.path().extension().unwrap(), "whl", "{chosen}");
    world.install_from("scratch", &chosen, &["bar"]).unwrap();
    assert_eq!(world.installed(), ["bar 1.0", "hostlib 2.0"]);

    world.host.sys_path.clear();
    world.unset("UV");
    let error = world.choose(None).unwrap_err();
    insta::assert_snapshot!(
        error.to_string().replace(&world.path("").display().to_string(), "<world>/"),
        @"no installer found, neither uv nor pip: `<world>/env/bin/python` has no pip; there is no wheel of pip beside ensurepip"
    );
    assert_eq!(error.installer, None);
}
