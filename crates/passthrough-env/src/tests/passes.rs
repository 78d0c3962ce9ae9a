//! The second pass, and what happened in between.

use std::time::{Duration, SystemTime};

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_world::site::SiteBuilder;

use super::world::{World, tree};
use crate::{EnvErrorKind, LinkMode};

fn world() -> World {
    let world = World::new();
    for name in ["a", "b"] {
        world
            .site()
            .dist_info(name, "1.0")
            .file(&format!("{name}/__init__.py"), "x = 1\n")
            .file("ns/__init__.py", "shared\n")
            .write();
    }
    world
}

#[test]
fn only_what_is_new_is_added() {
    let world = world();
    let mut environment = world.expose(&["a"], LinkMode::Auto).unwrap();
    // The build has changed its own copy: that is its business.
    fs::write(world.in_site("a/__init__.py"), "changed").unwrap();
    environment
        .expose(&world.exposed(&["a", "b"]), LinkMode::Auto)
        .unwrap();
    let changed = fs::read_to_string(world.in_site("a/__init__.py")).unwrap();
    assert_eq!(changed, "changed");
    assert!(world.in_site("b/__init__.py").is_file());
    let names: Vec<_> = environment.present().unwrap().into_keys().collect();
    assert_eq!(names, ["a", "b"].map(|name| name.parse().unwrap()));
}

#[test]
fn what_was_downloaded_is_not_exposed_over_it() {
    let world = world();
    let mut environment = world.expose(&["a"], LinkMode::Auto).unwrap();
    let downloads = SiteBuilder::new(&environment.layout().site_packages);
    downloads.dist_info("b", "2.0").write();
    let present = environment.present().unwrap();
    let b = &present[&"b".parse().unwrap()];
    assert_eq!((b.version.to_string().as_str(), b.exposed), ("2.0", false));
    let before = tree(&world.root());
    let error = environment
        .expose(&world.exposed(&["b"]), LinkMode::Auto)
        .unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::Downloaded(_)), "{error}");
    assert_eq!(tree(&world.root()), before);
}

#[test]
fn a_download_may_share_a_file_of_the_same_content_only() {
    for (content, fits) in [("shared\n", true), ("other\n", false)] {
        let world = world();
        let mut environment = world.environment();
        SiteBuilder::new(&environment.layout().site_packages)
            .dist_info("c", "1.0")
            .file("ns/__init__.py", content)
            .write();
        let before = tree(&world.root());
        let result = environment.expose(&world.exposed(&["a"]), LinkMode::Hardlink);
        if fits {
            result.unwrap();
            let files = &environment.manifest().distributions[0].files;
            assert!(
                files
                    .iter()
                    .all(|file| !file.path.ends_with("ns/__init__.py"))
            );
        } else {
            assert!(matches!(
                result.unwrap_err().kind,
                EnvErrorKind::Clash { .. }
            ));
            assert_eq!(tree(&world.root()), before);
        }
    }
}

/// I5: neither another version nor the same one again.
#[test]
fn an_exposed_copy_that_was_replaced_is_told() {
    let replaced = |change: &dyn Fn(&World, &SiteBuilder)| {
        let world = world();
        let environment = world.expose(&["a"], LinkMode::Auto).unwrap();
        environment.present().unwrap();
        change(
            &world,
            &SiteBuilder::new(&environment.layout().site_packages),
        );
        environment.present().unwrap_err().kind
    };
    let again = |world: &World, site: &SiteBuilder| {
        let info = world.in_site("a-1.0.dist-info");
        fs::rename(&info, world.path("old")).unwrap();
        site.dist_info("a", "1.0")
            .file("a/__init__.py", "x = 1\n")
            .file("ns/__init__.py", "shared\n")
            .write();
        // The same bytes.
        let record = |path: &std::path::Path| fs::read(path.join("RECORD")).unwrap();
        assert_eq!(record(&info), record(&world.path("old")));
    };
    let other = |world: &World, site: &SiteBuilder| {
        fs::remove_dir_all(world.in_site("a-1.0.dist-info")).unwrap();
        site.dist_info("a", "2.0").write();
    };
    let gone = |world: &World, _: &SiteBuilder| {
        fs::remove_dir_all(world.in_site("a-1.0.dist-info")).unwrap();
    };
    for change in [&again as &dyn Fn(&World, &SiteBuilder), &other, &gone] {
        assert!(matches!(replaced(change), EnvErrorKind::Replaced(_)));
    }
    let twice = |_: &World, site: &SiteBuilder| {
        site.dist_info("a", "2.0").write();
    };
    assert!(matches!(replaced(&twice), EnvErrorKind::Metadata { .. }));
}

/// A hook may leave a link where a directory is to be.
#[test]
fn a_link_that_a_hook_has_left_is_not_followed() {
    let world = world();
    let mut environment = world.environment();
    symlink(world.path("host"), world.in_site("b")).unwrap();
    let before = tree(&world.path("host"));
    let error = environment
        .expose(&world.exposed(&["b"]), LinkMode::Copy)
        .unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::NotADirectory), "{error}");
    assert_eq!(tree(&world.path("host")), before);
}

/// I6.
#[test]
fn every_change_of_a_source_is_told() {
    let told = |change: &dyn Fn(&std::path::Path)| {
        let world = world();
        let environment = world.expose(&["a"], LinkMode::Auto).unwrap();
        assert_eq!(environment.verify(), []);
        let source = world.path("host/lib/python3.11/site-packages/a/__init__.py");
        change(&source);
        let changed = environment.verify();
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_eq!((changed[0].name.as_str(), &changed[0].path), ("a", &source));
        changed[0].what.clone()
    };
    let touch = |path: &std::path::Path, time| {
        let file = fs::File::options().append(true).open(path).unwrap();
        file.file().set_modified(time).unwrap();
    };
    let modified = |path: &std::path::Path| fs::metadata(path).unwrap().modified().unwrap();
    assert_eq!(
        told(&|path| fs::write(path, "longer than before").unwrap()),
        "has another size"
    );
    assert_eq!(
        told(&|path| touch(path, modified(path) + Duration::from_nanos(1))),
        "was written to"
    );
    assert_eq!(
        told(&|path| touch(path, SystemTime::UNIX_EPOCH)),
        "was written to"
    );
    assert_eq!(told(&|path| fs::remove_file(path).unwrap()), "is gone");
    assert_eq!(
        told(&|path| {
            let time = modified(path);
            let other = path.with_extension("new");
            fs::copy(path, &other).unwrap();
            touch(&other, time);
            fs::rename(other, path).unwrap();
        }),
        "was replaced"
    );
    assert_eq!(
        told(&|path| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(path, mode).unwrap();
        }),
        "has other permissions"
    );
    // What a hard link changes does not count.
    let world = world();
    let environment = world.expose(&["a"], LinkMode::Hardlink).unwrap();
    assert_eq!(environment.verify(), []);
    environment.remove().unwrap();
}

/// The same names in many directories, more than one thread takes at a time.
#[test]
fn every_file_is_looked_at_in_its_own_directory() {
    let world = World::new();
    let places: Vec<String> = (0..900)
        .map(|index| format!("many/d{:02}/m{}.py", index / 30, index % 30))
        .collect();
    let site = world.site();
    let info = site.dist_info("many", "1.0");
    let info = places.iter().fold(info, |info, place| info.file(place, ""));
    info.write();
    let environment = world.expose(&["many"], LinkMode::Auto).unwrap();
    assert_eq!(environment.verify(), []);
    let site = world.path("host/lib/python3.11/site-packages");
    let mut expected = Vec::new();
    for place in [
        &places[0],
        &places[255],
        &places[256],
        &places[599],
        &places[899],
    ] {
        fs::write(site.join(place), "x").unwrap();
        expected.push((site.join(place), "has another size"));
    }
    // Nor does one that is gone hide, or show, what is in the next one.
    fs::remove_dir_all(site.join("many/d10")).unwrap();
    let gone = places.iter().filter(|place| place.starts_with("many/d10/"));
    expected.extend(gone.map(|place| (site.join(place), "is gone")));
    expected.sort();
    let changed = environment.verify();
    let changed = changed
        .iter()
        .map(|changed| (changed.path.clone(), changed.what.as_str()));
    assert_eq!(changed.collect::<Vec<_>>(), expected);
}
