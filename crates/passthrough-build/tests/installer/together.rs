//! Exposed and downloaded in one environment.

use crate::world::{BOTH, World, module};

#[test]
fn the_rest_is_installed_beside_what_is_exposed() {
    for kind in BOTH {
        let world = World::new(&[
            module("hostlib", "2.0"),
            module("hostlib", "3.0"),
            module("bar", "1.0").requires("hostlib>=1").requires("deep"),
            module("deep", "0.5"),
        ]);
        let before = world.files("env/lib");
        world.install(kind, &["bar>=1"]).unwrap();
        assert_eq!(
            world.installed(),
            ["bar 1.0", "deep 0.5", "hostlib 2.0"],
            "{kind}"
        );
        let after = world.files("env/lib");
        for (path, size) in before {
            assert_eq!(after.get(&path), Some(&size), "{kind}: {}", path.display());
        }
        // Not even the same version again (EXP-1).
        assert_eq!(
            world.downloaded(),
            ["bar-1.0-py3-none-any.whl", "deep-0.5-py3-none-any.whl"],
            "{kind}"
        );
        assert_eq!(world.proxy.attempts(), [], "{kind}");
    }
}

#[test]
fn nothing_is_started_for_nothing() {
    let world = World::new(&[]);
    for kind in BOTH {
        let installer = world.choose(Some(kind)).unwrap();
        world.install_from("not there", &installer, &[]).unwrap();
    }
    assert_eq!(world.index.requests().len(), 0);
}

#[test]
fn what_is_exposed_on_no_index_counts_as_installed() {
    for kind in BOTH {
        let mut world = World::new(&[module("bar", "1.0").requires("private")]);
        world.expose(
            &module("private", "0.1.dev3+g123"),
            "private",
            "0.1.dev3+g123",
        );
        world.install(kind, &["bar"]).unwrap();
        assert_eq!(
            world.installed(),
            ["bar 1.0", "hostlib 2.0", "private 0.1.dev3+g123"],
            "{kind}"
        );
    }
}
