//! Which distribution a module comes from.

use fs_err as fs;
use passthrough_host::Site;
use passthrough_world::python;
use passthrough_world::site::SiteBuilder;

use crate::support::site;

fn owners(site: &Site, module: &str) -> Vec<String> {
    let owners = site.owners(module);
    owners.iter().map(|owner| owner.name.to_string()).collect()
}

#[test]
fn a_module_is_owned_by_who_lists_its_files() {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path());
    builder
        .dist_info("PyYAML", "6.0")
        .file("yaml/__init__.py", "")
        .file("_yaml.cpython-311-x86_64-linux-gnu.so", "")
        .write();
    builder.dist_info("six", "1.17").file("six.py", "").write();
    builder
        .dist_info("protobuf", "7.0")
        .file("google/protobuf/__init__.py", "")
        .write();
    builder
        .dist_info("google", "1.0")
        .file("google/cloud/storage.py", "")
        .write();
    // Data of the same name is no module, nor is a name that merely begins so.
    builder
        .dist_info("data", "1.0")
        .file("yaml/data.txt", "")
        .file("yamllint/__init__.py", "")
        .file("six_more.py", "")
        .file("other/yaml.py", "")
        .write();
    let site = site(&[directory.path()]);
    for (module, expected) in [
        ("yaml", &["pyyaml"][..]),
        ("_yaml", &["pyyaml"]),
        ("yaml.nodes", &[]),
        ("six", &["six"]),
        ("six.moves", &[]),
        ("google", &["google", "protobuf"]),
        ("google.protobuf", &["protobuf"]),
        ("google.cloud", &["google"]),
        ("google.cloud.storage", &["google"]),
        ("google.cloud.compute", &[]),
        ("other.yaml", &["data"]),
        ("pyyaml", &[]),
        ("", &[]),
        ("..", &[]),
        ("yaml/__init__", &[]),
        ("/etc/passwd", &[]),
    ] {
        assert_eq!(owners(&site, module), expected, "{module}");
    }
}

#[test]
fn an_editable_install_owns_what_its_source_tree_has() {
    let directory = tempfile::tempdir().unwrap();
    let source = tempfile::tempdir().unwrap();
    let source = source.path();
    for module in [
        "src/one/__init__.py",
        "deep/down/two.py",
        "three/__init__.py",
    ] {
        let path = source.join(module);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let builder = SiteBuilder::new(directory.path());
    let url = format!(
        r#"{{"url": "file://{}", "dir_info": {{"editable": true}}}}"#,
        source.display()
    );
    builder
        .dist_info("under-work", "1.dev0")
        .direct_url(&url)
        .file(
            "under_work.pth",
            format!("{}\n", source.join("deep/down").display()),
        )
        .write();
    let site_of = || site(&[directory.path()]);
    for module in ["one", "two", "three"] {
        assert_eq!(owners(&site_of(), module), ["under-work"], "{module}");
    }
    assert_eq!(owners(&site_of(), "four"), [] as [&str; 0]);
    // What the directory holds cannot be told any more; its name can.
    fs::remove_dir_all(source).unwrap();
    assert_eq!(owners(&site_of(), "one"), [] as [&str; 0]);
    assert_eq!(owners(&site_of(), "under_work"), ["under-work"]);
    assert_eq!(owners(&site_of(), "under_work.api"), ["under-work"]);
}

#[test]
fn without_a_list_the_metadata_is_believed() {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path());
    builder.file(
        "Foo_Bar-1.0.egg-info/PKG-INFO",
        "Name: foo-bar\nVersion: 1.0\n",
    );
    builder.file("Foo_Bar-1.0.egg-info/top_level.txt", "baz\nqux\n");
    let site = site(&[directory.path()]);
    for (module, expected) in [
        ("baz", &["foo-bar"][..]),
        ("qux.deep", &["foo-bar"]),
        ("foo_bar", &["foo-bar"]),
        ("ba", &[]),
    ] {
        assert_eq!(owners(&site, module), expected, "{module}");
    }
}

#[test]
fn real_packages_own_what_they_install() {
    let environment = python::environment(
        &python::any(),
        &["setuptools==80.9.0", "flit_core==3.12.0", "editables==0.5"],
    );
    let lib = fs::read_dir(environment.join("lib")).unwrap();
    let version = lib.map(|entry| entry.unwrap().path()).next().unwrap();
    let site = site(&[&version.join("site-packages")]);
    for (module, expected) in [
        ("_distutils_hack", "setuptools"),
        ("pkg_resources", "setuptools"),
        ("setuptools.build_meta", "setuptools"),
        ("flit_core.buildapi", "flit-core"),
        ("pip", "pip"),
    ] {
        assert_eq!(owners(&site, module), [expected], "{module}");
    }
}
