//! Several entries of `sys.path`, and entries that are no site directories.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_host::{Editable, FileList, Inventory, Shadowed, Site};
use passthrough_interpreter::Origin;
use passthrough_world::site::SiteBuilder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{interpreter, name, shown, site};

fn header(name: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n")
}

fn zipped(path: &Path, member: &str, content: &str) {
    let mut writer = ZipWriter::new(fs::File::create(path).unwrap().into_parts().0);
    writer
        .start_file(member, SimpleFileOptions::default())
        .unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap();
}

#[test]
fn the_first_entry_wins_and_later_copies_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let first = SiteBuilder::new(directory.path().join("user"));
    let second = SiteBuilder::new(directory.path().join("venv"));
    let third = SiteBuilder::new(directory.path().join("system"));
    first.dist_info("foo", "1.0").write();
    second.dist_info("foo", "3.0").write();
    third.file("foo.egg-info/PKG-INFO", header("foo", "2.0"));
    second.dist_info("bar", "1.0").write();
    let site = site(&[first.directory(), second.directory(), third.directory()]);
    assert_eq!(shown(&site, "foo"), "1.0 record [BIP301] [BIP301]");
    let found = site.get(&name("foo")).unwrap();
    assert_eq!(found.location, first.directory());
    assert_eq!(
        found.shadowed,
        [
            Shadowed {
                version: Some("3.0".to_owned()),
                info: second.directory().join("foo-3.0.dist-info"),
            },
            Shadowed {
                version: None,
                info: third.directory().join("foo.egg-info"),
            },
        ]
    );
    assert_eq!(shown(&site, "bar"), "1.0 record");
    assert_eq!(site.get(&name("bar")).unwrap().location, second.directory());
}

/// A broken first copy is still the one that the interpreter takes.
#[test]
fn a_broken_copy_shadows_a_good_one() {
    let directory = tempfile::tempdir().unwrap();
    let first = SiteBuilder::new(directory.path().join("a"));
    let second = SiteBuilder::new(directory.path().join("b"));
    fs::create_dir_all(first.directory().join("foo-1.0.dist-info")).unwrap();
    second.dist_info("foo", "1.0").write();
    let site = site(&[first.directory(), second.directory()]);
    assert_eq!(
        shown(&site, "foo"),
        "1.0 missing | METADATA is missing [BIP304] [BIP301]"
    );
}

/// An entry of another distribution, whose name only looks alike, shadows
/// nothing and is not shadowed.
#[test]
fn an_ambiguous_entry_counts_for_its_own_name_only() {
    let directory = tempfile::tempdir().unwrap();
    let first = SiteBuilder::new(directory.path().join("a"));
    let second = SiteBuilder::new(directory.path().join("b"));
    let odd = |site: &SiteBuilder| {
        let info = site.dist_info("foo-bar", "1.0");
        info.directory_name("foo-bar-1.0.dist-info").write()
    };
    odd(&first);
    odd(&second);
    second.dist_info("foo", "2.0").write();
    let site = site(&[first.directory(), second.directory()]);
    assert_eq!(shown(&site, "foo"), "2.0 record");
    assert_eq!(site.get(&name("foo")).unwrap().location, second.directory());
    assert_eq!(shown(&site, "foo-bar"), "1.0 record [BIP310] [BIP301]");
    let names: Vec<_> = site.names().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["foo", "foo-bar"]);
}

#[test]
fn one_directory_by_two_paths_shadows_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path().join("lib"));
    builder.dist_info("foo", "1.0").write();
    let lib64 = directory.path().join("lib64");
    symlink("lib", &lib64).unwrap();
    let before = SiteBuilder::new(directory.path().join("before"));
    before.dist_info("bar", "1.0").write();
    builder.dist_info("bar", "2.0").write();
    builder.dist_info("twice", "1.0").write();
    builder.dist_info("twice", "2.0").write();
    let path = [
        before.directory(),
        builder.directory(),
        &lib64,
        builder.directory(),
    ];
    let site = site(&path);
    assert_eq!(shown(&site, "foo"), "1.0 record");
    assert_eq!(shown(&site, "bar"), "1.0 record [BIP301]");
    assert_eq!(site.get(&name("twice")).unwrap().shadowed, []);
}

#[test]
fn entries_that_cannot_be_listed() {
    let directory = tempfile::tempdir().unwrap();
    let good = SiteBuilder::new(directory.path().join("good"));
    good.dist_info("foo", "1.0").write();
    let (gone, file) = (
        directory.path().join("gone"),
        directory.path().join("x.zip"),
    );
    fs::write(&file, "no zip").unwrap();
    let site = site(&[&gone, &file, good.directory()]);
    assert_eq!(shown(&site, "foo"), "1.0 record");
    let findings: Vec<_> = site
        .path_findings()
        .iter()
        .map(|f| f.message.as_str())
        .collect();
    assert_eq!(
        findings,
        ["this entry of sys.path is neither a directory nor a zip file"]
    );
    assert_eq!(site.path_findings()[0].rule.code, "BIP309");
}

#[test]
fn an_entry_without_permission() {
    let directory = tempfile::tempdir().unwrap();
    let secret = SiteBuilder::new(directory.path().join("secret"));
    secret.dist_info("foo", "1.0").write();
    let good = SiteBuilder::new(directory.path().join("good"));
    good.dist_info("foo", "2.0").write();
    fs::set_permissions(secret.directory(), Permissions::from_mode(0o000)).unwrap();
    // The superuser may read anything.
    let readable = fs::read_dir(secret.directory()).is_ok();
    let site = site(&[secret.directory(), good.directory()]);
    let (outcome, findings) = (shown(&site, "foo"), site.path_findings().len());
    fs::set_permissions(secret.directory(), Permissions::from_mode(0o755)).unwrap();
    if readable {
        assert_eq!(findings, 0);
    } else {
        assert_eq!((outcome.as_str(), findings), ("2.0 record", 1));
    }
}

#[test]
fn an_unpacked_egg() {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path());
    let egg = directory.path().join("foo_bar-1.0-py3.12.egg");
    builder.file(
        "foo_bar-1.0-py3.12.egg/EGG-INFO/PKG-INFO",
        header("foo-bar", "1.0"),
    );
    builder.file("foo_bar-1.0-py3.12.egg/EGG-INFO/requires.txt", "dep\n");
    let pth = Origin::Pth(directory.path().join("easy-install.pth"));
    let site = Site::new(&interpreter(&[
        (directory.path(), Origin::Site),
        (&egg, pth),
    ]));
    assert_eq!(shown(&site, "foo-bar"), "1.0 tree");
    let found = site.get(&name("foo-bar")).unwrap();
    assert_eq!(found.files, FileList::Tree(egg.clone()));
    assert_eq!(found.info, egg.join("EGG-INFO"));
    assert_eq!(found.metadata.as_ref().unwrap().requires.len(), 1);
    assert_eq!(found.editable, None);
    assert!(site.digest(&found).is_some());
}

#[test]
fn zip_files_on_the_path() {
    let directory = tempfile::tempdir().unwrap();
    let egg = directory.path().join("foo-1.0-py3.12.egg");
    zipped(&egg, "EGG-INFO/PKG-INFO", &header("foo", "1.0"));
    let wheel = directory.path().join("bar-2.0-py3-none-any.whl");
    zipped(&wheel, "bar-2.0.dist-info/METADATA", &header("bar", "2.0"));
    let broken = directory.path().join("baz-2.0-py3.12.egg");
    zipped(&broken, "EGG-INFO/other", "");
    let site = site(&[&egg, &wheel, &broken]);
    assert_eq!(shown(&site, "foo"), "1.0 missing [BIP314]");
    assert_eq!(shown(&site, "bar"), "2.0 missing [BIP314]");
    assert_eq!(
        shown(&site, "baz"),
        "2.0 missing | PKG-INFO is missing [BIP304] [BIP314]"
    );
    assert_eq!(site.digest(&site.get(&name("foo")).unwrap()), None);
}

struct Develop {
    directory: tempfile::TempDir,
    source: PathBuf,
    link: PathBuf,
}

fn develop() -> Develop {
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("project");
    let builder = SiteBuilder::new(&source);
    builder.file("Foo_Bar.egg-info/PKG-INFO", header("Foo-Bar", "1.0"));
    let site = SiteBuilder::new(directory.path().join("site"));
    let link = site.file("Foo-Bar.egg-link", format!("{}\n.", source.display()));
    Develop {
        directory,
        source,
        link,
    }
}

#[test]
fn a_develop_install() {
    let develop = develop();
    let directory = develop.directory.path().join("site");
    let pth = Origin::Pth(directory.join("easy-install.pth"));
    let entries = [
        (directory.as_path(), Origin::Site),
        (develop.source.as_path(), pth.clone()),
    ];
    let found = Site::new(&interpreter(&entries))
        .get(&name("foo-bar"))
        .unwrap();
    let editable = Editable {
        source: Some(develop.source.clone()),
        exists: true,
    };
    assert_eq!(found.editable.as_ref(), Some(&editable));
    assert_eq!(found.location, develop.source);
    assert_eq!(found.files, FileList::Develop(found.info.clone()));
    assert!(
        found.metadata.is_ok() && found.findings.is_empty(),
        "{found:?}"
    );
    // `conda develop` leaves the line of a .pth file only.
    fs::remove_file(&develop.link).unwrap();
    let found = Site::new(&interpreter(&entries))
        .get(&name("foo-bar"))
        .unwrap();
    assert_eq!(found.editable, Some(editable));
    assert_eq!(found.files, FileList::Develop(found.info.clone()));
    // What is installed there has a version in its name, and is no source tree.
    let builder = SiteBuilder::new(&develop.source);
    builder.file("other-1.0.egg-info/PKG-INFO", header("other", "1.0"));
    let found = Site::new(&interpreter(&entries))
        .get(&name("other"))
        .unwrap();
    assert_eq!(found.files, FileList::Missing);
    // A site directory that a .pth file adds has lists of files.
    let builder = SiteBuilder::new(&develop.source);
    builder.file("plain-1.0.egg-info/PKG-INFO", header("plain", "1.0"));
    builder.file("plain-1.0.egg-info/installed-files.txt", "../plain.py\n");
    let found = Site::new(&interpreter(&entries))
        .get(&name("plain"))
        .unwrap();
    assert_eq!(found.editable, None);
}

#[test]
fn a_link_that_leads_nowhere() {
    let develop = develop();
    let directory = develop.directory.path().join("site");
    let outcome = |expected: &str, exists: bool| {
        let found = site(&[&directory]).get(&name("foo-bar")).unwrap();
        let problem = found.metadata.as_ref().unwrap_err();
        assert!(problem.message.ends_with(expected), "{problem}");
        assert_eq!(found.editable.as_ref().unwrap().exists, exists);
        assert_eq!(found.files, FileList::Missing);
    };
    outcome("which is not on sys.path", true);
    fs::remove_dir_all(&develop.source).unwrap();
    outcome("which is gone", false);
    fs::write(&develop.link, "\n").unwrap();
    outcome("names no directory", false);
    // It hides nothing that the interpreter can import.
    let later = SiteBuilder::new(develop.directory.path().join("later"));
    later.dist_info("foo-bar", "2.0").write();
    let site = site(&[&directory, later.directory()]);
    assert_eq!(shown(&site, "foo-bar"), "2.0 record");
}

#[test]
fn lists_of_dpkg() {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path().join("usr/lib/python3/dist-packages"));
    let info = builder.file("six-1.16.0.egg-info", header("six", "1.16.0"));
    let directory_info = builder.dist_info("yaml", "6.0").record(false).write();
    builder.dist_info("pip", "23.0").record(false).write();
    builder.dist_info("recorded", "1.0").write();
    let dpkg = SiteBuilder::new(directory.path().join("info"));
    let list = dpkg.file("python3-six.list", format!("/.\n{}\n", info.display()));
    dpkg.file(
        "python3-yaml.list",
        format!("{}\n", directory_info.display()),
    );
    dpkg.file(
        "python3-recorded.list",
        format!(
            "{}\n",
            builder.directory().join("recorded-1.0.dist-info").display()
        ),
    );
    let site = site(&[builder.directory()]).with_dpkg_database(dpkg.directory());
    assert_eq!(shown(&site, "six"), "1.16.0 dpkg");
    let found = site.get(&name("six")).unwrap();
    assert_eq!(found.files, FileList::Dpkg(list));
    assert!(site.digest(&found).is_some());
    assert_eq!(shown(&site, "yaml"), "6.0 dpkg");
    assert_eq!(shown(&site, "pip"), "23.0 missing");
    assert_eq!(shown(&site, "recorded"), "1.0 record");
}

#[test]
fn lists_of_conda() {
    let directory = tempfile::tempdir().unwrap();
    let prefix = SiteBuilder::new(directory.path());
    let builder = SiteBuilder::new(directory.path().join("lib/python3.11/site-packages"));
    builder.dist_info("numpy", "1.26.4").record(false).write();
    let document = prefix.file(
        "conda-meta/numpy-1.26.4-py311h1.json",
        r#"{"files": ["lib/python3.11/site-packages/numpy-1.26.4.dist-info/METADATA"]}"#,
    );
    for by_base in [false, true] {
        let mut interpreter = interpreter(&[(builder.directory(), Origin::Site)]);
        if by_base {
            interpreter.base_prefix = directory.path().to_owned();
        } else {
            interpreter.prefix = directory.path().to_owned();
        }
        let site = Site::new(&interpreter);
        assert_eq!(shown(&site, "numpy"), "1.26.4 conda");
        let found = site.get(&name("numpy")).unwrap();
        assert_eq!(found.files, FileList::Conda(document.clone()));
        assert!(site.digest(&found).is_some());
    }
}

#[test]
fn digests_are_of_record() {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path());
    builder.dist_info("foo", "1.0").file("foo.py", "1").write();
    let digest = || {
        let site = site(&[directory.path()]);
        site.digest(&site.get(&name("foo")).unwrap()).unwrap()
    };
    let before = digest();
    assert!(before.starts_with("sha256:") && before.len() == 7 + 64);
    assert_eq!(digest(), before);
    builder.dist_info("foo", "1.0").file("foo.py", "2").write();
    assert_ne!(digest(), before);
}
