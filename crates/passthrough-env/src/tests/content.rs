//! What of a distribution comes into the environment, and as what.

use fs_err as fs;
use passthrough_host::Site;
use passthrough_protocol::FileMode;

use super::world::{SITE, World, exposed, tree};
use crate::{BuildEnvironment, EnvErrorKind, LinkMode, mapping};

#[test]
fn byte_code_stays_where_its_source_goes() {
    let world = World::new();
    world
        .site()
        .dist_info("foo", "1.0")
        .file("foo/__init__.py", "")
        .file("foo/__pycache__/__init__.cpython-311.pyc", "1")
        .file("foo/__pycache__/__init__.cpython-311.opt-1.pyc", "2")
        .file("foo/__pycache__/gone.cpython-311.pyc", "3")
        .file("foo/sourceless.pyc", "4")
        .write();
    let environment = world.expose(&["foo"], LinkMode::Hardlink).unwrap();
    let files: Vec<_> = environment.manifest().distributions[0]
        .files
        .iter()
        .filter(|file| !file.path.contains("dist-info"))
        .map(|file| {
            file.path
                .strip_prefix("lib/python3.11/site-packages/")
                .unwrap()
        })
        .collect();
    assert_eq!(
        files,
        [
            "foo/__init__.py",
            "foo/__pycache__/gone.cpython-311.pyc",
            "foo/sourceless.pyc"
        ]
    );
}

#[test]
fn metadata_are_copied_whole() {
    let world = World::new();
    let info = world
        .site()
        .dist_info("foo", "1.0")
        .direct_url("{}")
        .write();
    // Unlisted: what a later version of an installer leaves.
    fs::write(info.join("uv_cache.json"), "{}").unwrap();
    fs::create_dir(info.join("licenses")).unwrap();
    fs::write(info.join("licenses/LICENSE"), "free").unwrap();
    let environment = world.expose(&["foo"], LinkMode::Symlink).unwrap();
    assert_eq!(tree(&world.in_site("foo-1.0.dist-info")), tree(&info));
    assert!(
        environment.manifest().distributions[0]
            .files
            .iter()
            .all(|file| file.mode == FileMode::Copy)
    );
}

#[test]
fn scripts_start_the_environments_interpreter() {
    let world = World::new();
    world
        .site()
        .dist_info("foo", "1.0")
        .file("../../../bin/run", "#!/host/bin/python\nold\n")
        .file("../../../bin/plain", "#!/host/bin/python -s\nimport foo\n")
        .file("../../../bin/shell", "#!/bin/sh\necho\n")
        .file("../../../bin/program", "\u{7f}ELF")
        .file("../../../bin/sub/python", "#!/host/bin/python\n")
        .file(
            "foo-1.0.dist-info/entry_points.txt",
            "[console_scripts]\nrun = foo:main\nunlisted = foo:main\n",
        )
        .write();
    let plain = world.path("host").join("bin/plain");
    let executable: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&plain, executable).unwrap();
    let environment = world.expose(&["foo"], LinkMode::Hardlink).unwrap();
    let python = environment.python().display().to_string();
    let read = |name: &str| fs::read_to_string(world.in_env("bin").join(name)).unwrap();
    assert!(read("run").starts_with(&format!("#!{python}\nimport sys\n")));
    assert_eq!(read("unlisted"), read("run"));
    assert_eq!(read("plain"), format!("#!{python} -s\nimport foo\n"));
    assert_eq!(read("shell"), "#!/bin/sh\necho\n");
    assert_eq!(read("program"), "\u{7f}ELF");
    for script in ["run", "plain"] {
        let metadata = fs::metadata(world.in_env("bin").join(script)).unwrap();
        assert!(std::os::unix::fs::MetadataExt::mode(&metadata) & 0o100 != 0);
    }
    let host = fs::read_to_string(plain).unwrap();
    assert_eq!(host, "#!/host/bin/python -s\nimport foo\n");
    let document = &environment.manifest().distributions[0];
    assert_eq!(document.scripts, ["bin/run", "bin/unlisted"]);
    let rewritten: Vec<_> = document
        .files
        .iter()
        .filter(|file| file.mode == FileMode::Rewritten)
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(rewritten, ["bin/plain"]);
}

/// Two site directories, of which each distribution has one.
fn two(a: &str, b: &str) -> World {
    let world = World::new();
    let shared = "backports/__init__.py";
    world.site().dist_info("a", "1.0").file(shared, a).write();
    passthrough_world::site::SiteBuilder::new(world.path(&format!("user/{SITE}")))
        .dist_info("b", "1.0")
        .file(shared, b)
        .file("backports/b.py", "")
        .write();
    world
}

#[test]
fn one_file_of_two_distributions_must_be_the_same() {
    let user = format!("user/{SITE}");
    for (a, b, fits) in [("x", "x", true), ("x", "y", false), ("x", "xx", false)] {
        let world = two(a, b);
        let host = world.host(&[&user]);
        let both = exposed(&Site::new(&host), &["a", "b"]);
        let mapped = mapping(&both, &host, &world.root(), LinkMode::Auto);
        let mut environment = BuildEnvironment::create(&world.root(), &host).unwrap();
        let before = tree(&world.root());
        let result = environment.expose(&both, LinkMode::Auto);
        assert_eq!(mapped.is_ok(), fits);
        if fits {
            result.unwrap();
            let documents = &environment.manifest().distributions;
            let count = |index: usize| {
                let files: &Vec<_> = &documents[index].files;
                let shared = files
                    .iter()
                    .filter(|file| file.path.ends_with("__init__.py"));
                shared.count()
            };
            assert_eq!((count(0), count(1)), (1, 0));
        } else {
            let error = result.unwrap_err();
            let EnvErrorKind::Clash { first, second } = &error.kind else {
                panic!("{error}");
            };
            assert_eq!((first.as_str(), second.as_str()), ("a", "b"));
            assert!(error.path.ends_with("backports/__init__.py"));
            assert_eq!(tree(&world.root()), before);
            // One after the other it is the same.
            environment.expose(&both[..1], LinkMode::Auto).unwrap();
            let error = environment.expose(&both[1..], LinkMode::Auto).unwrap_err();
            assert!(matches!(error.kind, EnvErrorKind::Clash { .. }), "{error}");
        }
    }
}

#[test]
fn one_name_of_two_scripts_is_a_clash() {
    for (target, fits) in [("x:main", true), ("y:main", false)] {
        let world = World::new();
        for (name, target) in [("a", "x:main"), ("b", target)] {
            let points = format!("{name}-1.0.dist-info/entry_points.txt");
            world
                .site()
                .dist_info(name, "1.0")
                .file(&points, format!("[console_scripts]\nrun = {target}\n"))
                .write();
        }
        let result = world.expose(&["a", "b"], LinkMode::Auto);
        assert_eq!(result.is_ok(), fits, "{target}");
    }
}

/// I10: the manifest depends on nothing but the input.
#[test]
fn the_same_input_makes_the_same_manifest() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        let site = world.site();
        let mut builder = site.dist_info(name, "1.0");
        for file in 0..200 {
            builder = builder.file(&format!("{name}/d{}/m{file}.py", file % 30), "x");
        }
        builder.file("shared.py", "x").write();
    }
    let texts: Vec<_> = [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]]
        .iter()
        .map(|order| {
            let environment = world.expose(order, LinkMode::Auto).unwrap();
            let text = fs::read(environment.layout().manifest()).unwrap();
            let read: passthrough_protocol::Manifest = serde_json::from_slice(&text).unwrap();
            assert_eq!(&read, environment.manifest());
            environment.remove().unwrap();
            text
        })
        .collect();
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0], texts[2]);
    let whole = world.exposed(&["a", "b", "c"]);
    let mapped = mapping(&whole, &world.host(&[]), &world.root(), LinkMode::Copy).unwrap();
    let mut environment = world.environment();
    environment.expose(&whole[..2], LinkMode::Copy).unwrap();
    environment.expose(&whole, LinkMode::Copy).unwrap();
    assert_eq!(&mapped.manifest(), environment.manifest());
    assert_eq!(
        fs::read_to_string(environment.layout().constraints()).unwrap(),
        "a==1.0\nb==1.0\nc==1.0\n"
    );
}

#[test]
fn an_editable_install_without_its_source_is_refused() {
    let world = World::new();
    let source = world.write("project/src/foo.py", "");
    let source = source.parent().unwrap().to_owned();
    world
        .site()
        .dist_info("foo", "1.0")
        .file("__editable__.foo-1.0.pth", source.to_str().unwrap())
        .write();
    let environment = world.expose(&["foo"], LinkMode::Auto).unwrap();
    assert!(environment.manifest().distributions[0].editable);
    let pth = fs::read_to_string(world.in_site("__editable__.foo-1.0.pth")).unwrap();
    assert_eq!(pth, source.to_str().unwrap());
    fs::remove_dir_all(source).unwrap();
    let error = world.expose(&["foo"], LinkMode::Auto).unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::SourceGone(_)), "{error}");
}
