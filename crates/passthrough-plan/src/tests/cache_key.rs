//! The key that a cache has to use (CACHE-1).

use std::rc::Rc;

use passthrough_host::{Installed, Inventory};
use passthrough_requirement::PackageName;

use super::world::World;

/// Answers a digest alone: the same for all, or none.
struct Digests(Option<&'static str>);

impl Inventory for Digests {
    fn get(&self, _: &PackageName) -> Option<Rc<Installed>> {
        None
    }

    fn digest(&self, _: &Installed) -> Option<String> {
        self.0.map(str::to_owned)
    }
}

const A: Digests = Digests(Some("sha256:a"));

fn torch(version: &str) -> World {
    World::default()
        .installed("torch", version, &["sympy"])
        .installed("sympy", "1.12", &[])
        .lists(&["torch"])
        .requires(&["torch"])
}

#[test]
fn whatever_passes_through_is_in_the_key() {
    let key = |world: World, digests: &Digests| world.plan().cache_key(digests).unwrap();
    let one = key(torch("2.4"), &A);
    assert_eq!(one.len(), "sha256:".len() + 64);
    assert!(one.starts_with("sha256:"));
    assert_eq!(key(torch("2.4"), &A), one);
    let others = [
        key(torch("2.4+cu121"), &A),
        key(torch("2.4"), &Digests(Some("sha256:b"))),
        key(torch("2.4").installed("sympy", "1.13", &[]), &A),
    ];
    for other in others {
        assert_ne!(other, one);
    }
}

#[test]
fn there_is_no_key_without_an_identity() {
    let editable = torch("2.4").with("sympy", |sympy| sympy.editable = true);
    assert_eq!(editable.plan().cache_key(&A), None);
    assert_eq!(torch("2.4").plan().cache_key(&Digests(None)), None);
    let nothing = World::default().requires(&["torch"]);
    assert_eq!(nothing.plan().cache_key(&A), None);
}
