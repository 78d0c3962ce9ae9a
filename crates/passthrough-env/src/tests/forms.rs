//! Distributions that no RECORD lists: Debian's, conda's, eggs.

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_host::{ListErrorKind, Site};

use super::world::{SITE, World, exposed};
use crate::{BuildEnvironment, EnvErrorKind, LinkMode};

const DIST: &str = "usr/lib/python3/dist-packages";

/// The places that come of exposing `name` from a site.
fn places(world: &World, site: &Site, name: &str) -> Vec<String> {
    let mut environment = BuildEnvironment::create(&world.root(), &world.host(&[])).unwrap();
    environment
        .expose(&exposed(site, &[name]), LinkMode::Auto)
        .unwrap();
    let present = environment.present().unwrap();
    assert!(present[&name.parse().unwrap()].exposed);
    let document = &environment.manifest().distributions[0];
    let files = document.files.iter().map(|file| file.path.clone());
    let scripts = document.scripts.iter().cloned();
    let mut places: Vec<_> = files.chain(scripts).collect();
    for place in &mut places {
        *place = place.replace(SITE, "SITE");
    }
    places.sort();
    places
}

#[test]
fn debian_packages_come_by_their_list() {
    let world = World::new();
    let package = |path: &str| world.path(&format!("{DIST}/{path}")).display().to_string();
    world.write(&format!("{DIST}/numpy/__init__.py"), "");
    world.write(&format!("{DIST}/numpy/core/include/numpy/a.h"), "a");
    world.write(
        &format!("{DIST}/numpy-1.24.2.egg-info/PKG-INFO"),
        "Metadata-Version: 2.1\nName: numpy\nVersion: 1.24.2\n",
    );
    world.write(
        &format!("{DIST}/numpy-1.24.2.egg-info/entry_points.txt"),
        "[console_scripts]\nf2py = numpy.f2py:main\n",
    );
    world.write(
        &format!("{DIST}/other-1.0.egg-info"),
        "Name: other\nVersion: 1.0\n",
    );
    world.write("usr/bin/f2py3.11", "#!/usr/bin/python3\nx\n");
    symlink("f2py3.11", world.path("usr/bin/f2py3")).unwrap();
    world.write("usr/share/doc/python3-numpy/copyright", "");
    fs::create_dir_all(world.path("usr/include/python3.11")).unwrap();
    symlink(
        "../../lib/python3/dist-packages/numpy/core/include/numpy",
        world.path("usr/include/python3.11/numpy"),
    )
    .unwrap();
    let usr = |path: &str| world.path(&format!("usr/{path}")).display().to_string();
    let list = [
        "/.".to_owned(),
        "/etc/passwd".to_owned(),
        package("numpy"),
        package("numpy/__init__.py"),
        package("numpy/core/include/numpy/a.h"),
        package("numpy-1.24.2.egg-info"),
        package("numpy-1.24.2.egg-info/PKG-INFO"),
        package("other-1.0.egg-info"),
        usr("bin/f2py3"),
        usr("bin/f2py3.11"),
        usr("share/doc/python3-numpy/copyright"),
        usr("include/python3.11/numpy"),
    ];
    world.write("dpkg/python3-numpy.list", list.join("\n") + "\n");
    let host = world.host(&[DIST]);
    let site = Site::new(&host).with_dpkg_database(world.path("dpkg"));
    assert_eq!(
        places(&world, &site, "numpy"),
        [
            "SITE/numpy-1.24.2.egg-info/PKG-INFO",
            "SITE/numpy-1.24.2.egg-info/entry_points.txt",
            "SITE/numpy/__init__.py",
            "SITE/numpy/core/include/numpy/a.h",
            "bin/f2py",
            "bin/f2py3",
            "bin/f2py3.11",
            "include/python3.11/numpy/a.h",
        ]
    );
    let python = world.in_env("bin/python").display().to_string();
    assert_eq!(
        fs::read_to_string(world.in_env("bin/f2py3")).unwrap(),
        format!("#!{python}\nx\n")
    );
    let header = world.in_env("include/python3.11/numpy");
    assert!(header.is_dir() && !header.is_symlink());
    // One whose metadata is a file.
    world.write(
        "dpkg/python3-other.list",
        package("other-1.0.egg-info") + "\n",
    );
    fs::remove_file(world.path("dpkg/python3-numpy.list")).unwrap();
    let site = Site::new(&host).with_dpkg_database(world.path("dpkg"));
    assert_eq!(places(&world, &site, "other"), ["SITE/other-1.0.egg-info"]);
    // Without a list there is nothing to go by.
    let without = exposed(&site, &["numpy"]);
    let mut environment = BuildEnvironment::create(&world.root(), &host).unwrap();
    let error = environment.expose(&without, LinkMode::Auto).unwrap_err();
    let EnvErrorKind::List {
        kind: ListErrorKind::Missing,
        ..
    } = error.kind
    else {
        panic!("{error}");
    };
    assert!(error.to_string().contains("numpy-1.24.2.egg-info"));
}

#[test]
fn conda_packages_come_by_their_document() {
    let world = World::new();
    let info = format!("{SITE}/foo-1.0.dist-info");
    world.write(
        &format!("host/{info}/METADATA"),
        "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n",
    );
    world.write(&format!("host/{SITE}/foo.py"), "");
    world.write("host/lib/libfoo.so", "so");
    world.write("host/include/foo.h", "h");
    let write = |files: &[&str]| {
        let document = serde_json::json!({"files": files}).to_string();
        world.write("host/conda-meta/foo-1.0-0.json", document);
    };
    let module = format!("{SITE}/foo.py");
    let metadata = format!("{info}/METADATA");
    write(&[&module, &metadata, "lib/libfoo.so", "include/foo.h"]);
    let site = Site::new(&world.host(&[]));
    assert_eq!(
        places(&world, &site, "foo"),
        [
            "SITE/foo-1.0.dist-info/METADATA",
            "SITE/foo.py",
            "include/foo.h",
            "lib/libfoo.so",
        ]
    );
    write(&[&metadata, "../outside"]);
    let error = world.expose(&["foo"], LinkMode::Auto).unwrap_err();
    assert!(
        matches!(
            error.kind,
            EnvErrorKind::List {
                kind: ListErrorKind::Outside(_),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn eggs_come_unpacked() {
    let world = World::new();
    let egg = "eggs/foo-1.0-py3.11.egg";
    world.write(
        &format!("{egg}/EGG-INFO/PKG-INFO"),
        "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n",
    );
    world.write(&format!("{egg}/foo/__init__.py"), "");
    let site = Site::new(&world.host(&[egg]));
    assert_eq!(
        places(&world, &site, "foo"),
        [
            "SITE/foo-1.0-py3.11.egg-info/PKG-INFO",
            "SITE/foo/__init__.py"
        ]
    );
}

#[test]
fn egg_infos_come_by_installed_files() {
    let world = World::new();
    world.write(
        &format!("host/{SITE}/foo-1.0.egg-info/PKG-INFO"),
        "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n",
    );
    world.write(
        &format!("host/{SITE}/foo-1.0.egg-info/installed-files.txt"),
        "../foo.py\n../../../../bin/foo\nPKG-INFO\n",
    );
    world.write(&format!("host/{SITE}/foo.py"), "");
    world.write("host/bin/foo", "#!/usr/bin/env python\n");
    let site = Site::new(&world.host(&[]));
    assert_eq!(
        places(&world, &site, "foo"),
        [
            "SITE/foo-1.0.egg-info/PKG-INFO",
            "SITE/foo-1.0.egg-info/installed-files.txt",
            "SITE/foo.py",
            "bin/foo",
        ]
    );
}

/// `setup.py develop` on the host: the tree is read where it is, by a `.pth`
/// file that names it alone.
#[test]
fn a_develop_install_comes_by_its_source_tree_alone() {
    let world = World::new();
    let metadata = "Metadata-Version: 2.1\nName: Foo-Bar\nVersion: 1.0\n";
    let info = world.write("src/Foo_Bar.egg-info/PKG-INFO", metadata);
    world.write(
        "src/Foo_Bar.egg-info/entry_points.txt",
        "[console_scripts]\nfoo = foo:main\n",
    );
    world.write("src/foo.py", "def main(): pass\n");
    world.write(
        "src/other.egg-info/PKG-INFO",
        "Metadata-Version: 2.1\nName: other\nVersion: 2.0\n",
    );
    let source = world.path("src").display().to_string();
    world.write(
        &format!("host/{SITE}/Foo-Bar.egg-link"),
        format!("{source}\n."),
    );
    let site = Site::new(&world.host(&["src"]));
    let mut environment = BuildEnvironment::create(&world.root(), &world.host(&["src"])).unwrap();
    environment
        .expose(&exposed(&site, &["foo-bar"]), LinkMode::Auto)
        .unwrap();
    let document = &environment.manifest().distributions[0];
    assert_eq!((document.editable, document.files.len()), (true, 0));
    assert_eq!(document.scripts, ["bin/foo"]);
    assert_eq!(
        document.leads,
        [
            format!("{SITE}/Foo-Bar.egg-link"),
            format!("{SITE}/__editable__.Foo_Bar-1.0.pth"),
        ]
    );
    let read = |file: &str| fs::read_to_string(world.in_site(file)).unwrap();
    assert_eq!(read("__editable__.Foo_Bar-1.0.pth"), format!("{source}\n"));
    assert_eq!(read("Foo-Bar.egg-link"), format!("{source}\n.\n"));
    let present = environment.present().unwrap();
    assert!(present[&"foo-bar".parse().unwrap()].exposed);
    assert!(!present[&"other".parse().unwrap()].exposed);
    // Its code may change, and its metadata may not (I6).
    world.write("src/foo.py", "def main(): return 1\n");
    assert_eq!(environment.verify(), []);
    fs::write(&info, metadata.replace("1.0", "1.1.0")).unwrap();
    let changed = environment.verify();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].path, info);
    // An installer that takes its `.egg-link` away has replaced it (I5).
    fs::remove_file(world.in_site("Foo-Bar.egg-link")).unwrap();
    let error = environment.present().unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::Replaced(_)), "{error}");
}

#[test]
fn a_source_tree_that_no_line_can_hold_is_refused() {
    let world = World::new();
    world.write(
        "a\nimport os/foo.egg-info/PKG-INFO",
        "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n",
    );
    let source = world.path("a\nimport os");
    let mut host = world.host(&[]);
    host.sys_path.push(passthrough_interpreter::PathEntry {
        path: source.clone(),
        origin: passthrough_interpreter::Origin::Pth(world.path("x.pth")),
    });
    let site = Site::new(&host);
    let mut environment = world.environment();
    let error = environment
        .expose(&exposed(&site, &["foo"]), LinkMode::Auto)
        .unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::NotALine(_)), "{error}");
    assert_eq!(error.path, source);
}

/// PEP 829: `.start` files are files of their package like any other.
#[test]
fn start_files_come_along() {
    let world = World::new();
    world
        .site()
        .dist_info("foo", "1.0")
        .file("foo.py", "def start(): pass\n")
        .file("foo.start", "foo:start\n")
        .file("foo.pth", "import foo\n")
        .write();
    for mode in [LinkMode::Auto, LinkMode::Hardlink, LinkMode::Symlink] {
        let environment = world.expose(&["foo"], mode).unwrap();
        for (file, content) in [("foo.start", "foo:start\n"), ("foo.pth", "import foo\n")] {
            assert_eq!(fs::read_to_string(world.in_site(file)).unwrap(), content);
        }
        environment.remove().unwrap();
    }
}

/// Of two copies on `sys.path` the first is what the host imports.
#[test]
fn the_first_entry_of_the_path_wins() {
    let world = World::new();
    let later = passthrough_world::site::SiteBuilder::new(world.path("user"));
    later
        .dist_info("foo", "2.0")
        .file("foo.py", "later\n")
        .file("only_later.py", "")
        .write();
    let first = world.site();
    first
        .dist_info("foo", "1.0")
        .file("foo.py", "first\n")
        .write();
    let site = Site::new(&world.host(&["user"]));
    places(&world, &site, "foo");
    assert_eq!(
        fs::read_to_string(world.in_site("foo.py")).unwrap(),
        "first\n"
    );
    assert!(!world.in_site("only_later.py").exists());
    assert!(!world.in_site("foo-2.0.dist-info").exists());
}
