//! Lists that name what is not theirs.

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_host::ListErrorKind;
use proptest::prelude::*;

use super::world::{SITE, World, tree};
use crate::{EnvError, EnvErrorKind, LinkMode};

/// A host whose `foo` has these rows in its RECORD besides those of its files.
fn world(rows: &str) -> World {
    let world = World::new();
    let info = world
        .site()
        .dist_info("foo", "1.0")
        .file("foo/__init__.py", "x = 1\n")
        .write();
    let record = info.join("RECORD");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, format!("{text}{rows}")).unwrap();
    world
}

/// The error; nothing may be left of the attempt, and nothing else be touched.
fn refused(world: &World) -> EnvError {
    let mut environment = world.environment();
    let before = tree(&world.path(""));
    let error = environment
        .expose(&world.exposed(&["foo"]), LinkMode::Auto)
        .unwrap_err();
    assert_eq!(tree(&world.path("")), before, "{error}");
    error
}

#[test]
fn rows_that_leave_the_prefix_are_refused() {
    for row in [
        "../../../../outside,,\n",
        "../../../../../../../../../../../../../../../../etc/passwd,,\n",
        "/etc/passwd,,\n",
        "foo/../../../../../outside,,\n",
        "../../../../host2/x,,\n",
    ] {
        let world = world(row);
        world.write("outside", "secret");
        world.write("host2/x", "secret");
        let error = refused(&world);
        assert!(
            matches!(
                error.kind,
                EnvErrorKind::List {
                    kind: ListErrorKind::Outside(_),
                    ..
                }
            ),
            "{row}: {error}"
        );
        assert!(error.path.ends_with("foo-1.0.dist-info/RECORD"));
    }
}

#[test]
fn rows_that_are_no_paths_are_refused() {
    for row in [
        "foo\0bar,,\n".to_owned(),
        format!("{},,\n", "x/".repeat(3000)),
    ] {
        let error = refused(&world(&row));
        assert!(
            matches!(
                error.kind,
                EnvErrorKind::List {
                    kind: ListErrorKind::NotAPath(_),
                    ..
                }
            ),
            "{error}"
        );
    }
    let world = world("");
    let record = world
        .path("host")
        .join(SITE)
        .join("foo-1.0.dist-info/RECORD");
    fs::write(&record, b"foo/\xff.py,,\n").unwrap();
    let error = refused(&world);
    assert!(matches!(
        error.kind,
        EnvErrorKind::List {
            kind: ListErrorKind::Encoding,
            ..
        }
    ));
}

#[test]
fn rows_that_stay_inside_are_kept() {
    let world = world(
        "../../../share/x/data,,\n./foo//more.py,,\n../../../lib64/libx.so,,\nfoo,,\nfoo/,,\n,,\n",
    );
    world.write("host/share/x/data", "1");
    world.write(&format!("host/{SITE}/foo/more.py"), "2");
    world.write("host/lib64/libx.so", "3");
    world.expose(&["foo"], LinkMode::Auto).unwrap();
    for (path, content) in [
        ("share/x/data", "1"),
        ("lib/python3.11/site-packages/foo/more.py", "2"),
        ("lib/libx.so", "3"),
    ] {
        assert_eq!(fs::read_to_string(world.in_env(path)).unwrap(), content);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let world = world("foo/fifo,,\n");
    let fifo = world.path("host").join(SITE).join("foo/fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let error = refused(&world);
    assert!(matches!(error.kind, EnvErrorKind::NotAFile(_)), "{error}");
    let world = self::world("foo/null,,\n");
    symlink("/dev/null", world.path("host").join(SITE).join("foo/null")).unwrap();
    assert!(matches!(
        refused(&world).kind,
        EnvErrorKind::LeadsAway { .. }
    ));
}

#[test]
fn links_that_lead_away_are_refused() {
    for (row, link, target) in [
        ("foo/secret", "foo/secret", "outside/secret"),
        ("foo/dir/secret", "foo/dir", "outside"),
        ("foo/dir", "foo/dir", "outside"),
    ] {
        // A wrong hash does not help.
        for hash in ["", "sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"] {
            let world = world(&format!("{row},{hash},\n"));
            world.write("outside/secret", "secret");
            let link = world.path("host").join(SITE).join(link);
            symlink(world.path(target), link).unwrap();
            let error = refused(&world);
            let EnvErrorKind::LeadsAway { target, .. } = &error.kind else {
                panic!("{row}: {error}");
            };
            assert!(target.starts_with(fs::canonicalize(world.path("outside")).unwrap()));
        }
    }
}

/// uv's symlink mode, pdm's cache, Nix: RECORD vouches for the content.
#[test]
fn links_that_lead_away_count_by_their_hash() {
    let world = world("");
    let site = world.path("host").join(SITE);
    let cached = world.write("cache/foo/__init__.py", "x = 1\n");
    fs::remove_file(site.join("foo/__init__.py")).unwrap();
    symlink(cached, site.join("foo/__init__.py")).unwrap();
    for mode in [LinkMode::Auto, LinkMode::Hardlink] {
        world.expose(&["foo"], mode).unwrap();
        let module = world.in_site("foo/__init__.py");
        assert!(fs::symlink_metadata(&module).unwrap().is_file());
        assert_eq!(fs::read_to_string(module).unwrap(), "x = 1\n");
    }
}

#[test]
fn links_that_stay_are_resolved() {
    let world = world("foo/link.py,,\nfoo/inc,,\nfoo/nowhere,,\nbin,,\n");
    let site = world.path("host").join(SITE);
    symlink("__init__.py", site.join("foo/link.py")).unwrap();
    world.write(&format!("host/{SITE}/foo/real/a/b.h"), "b");
    symlink("real", site.join("foo/inc")).unwrap();
    symlink("gone", site.join("foo/nowhere")).unwrap();
    for mode in [LinkMode::Auto, LinkMode::Copy, LinkMode::Hardlink] {
        let environment = world.expose(&["foo"], mode).unwrap();
        for (path, content) in [("foo/link.py", "x = 1\n"), ("foo/inc/a/b.h", "b")] {
            let path = world.in_site(path);
            assert!(fs::symlink_metadata(&path).unwrap().is_file());
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert!(!world.in_site("foo/inc").is_symlink());
        let missing = &environment.manifest().distributions[0].missing;
        assert_eq!(missing.len(), 2, "{missing:?}");
    }
}

#[test]
fn the_environment_itself_is_not_for_the_taking() {
    for file in [
        "pyvenv.cfg",
        "bin/python",
        "bin/python3.11",
        ".passthrough/manifest.json",
    ] {
        let world = world(&format!("../../../{file},,\n"));
        world.write(&format!("host/{file}"), "mine");
        let error = refused(&world);
        assert!(
            matches!(error.kind, EnvErrorKind::Reserved(_)),
            "{file}: {error}"
        );
    }
    let world = world("");
    let points = format!("host/{SITE}/foo-1.0.dist-info/entry_points.txt");
    world.write(&points, "[console_scripts]\npython3 = foo:x\n");
    assert!(matches!(refused(&world).kind, EnvErrorKind::Reserved(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever RECORD says, and whatever links there are: either it is refused
    /// and nothing has happened, or every new file is a regular one below the
    /// root, and nothing that was elsewhere has come in.
    #[test]
    fn nothing_outside_is_named_or_read(
        rows in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![
                    "..", ".", "", "foo", "bin", "lib", "python3.11", "site-packages",
                    "link", "away", "secret", "etc", "passwd", "share", "x.py", "pyvenv.cfg",
                ]),
                1..7,
            ),
            1..4,
        ),
        absolute in any::<bool>(),
    ) {
        let rows: String = rows
            .iter()
            .map(|row| format!("{}{},,\n", if absolute { "/" } else { "" }, row.join("/")))
            .collect();
        let world = world(&rows);
        world.write("outside/secret", "secret");
        world.write("outside/x.py", "secret");
        world.write("host/share/x.py", "open");
        let site = world.path("host").join(SITE);
        symlink(world.path("outside"), site.join("foo/away")).unwrap();
        symlink("__init__.py", site.join("foo/link")).unwrap();
        let mut environment = world.environment();
        let before = tree(&world.path(""));
        let result = environment.expose(&world.exposed(&["foo"]), LinkMode::Auto);
        let after = tree(&world.path(""));
        if result.is_err() {
            prop_assert_eq!(after, before);
        } else {
            for (path, what) in &after {
                if before.get(path) != Some(what) {
                    prop_assert!(path.starts_with("env"), "{}", path.display());
                    prop_assert!(!what.contains("->"), "{}: {what}", path.display());
                    prop_assert!(!what.contains(&format!("{:?}", b"secret")), "{}", path.display());
                }
            }
        }
    }
}
