//! Every form in which a distribution may be "installed", each with its
//! outcome.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_host::{FileList, Inventory};
use passthrough_world::site::SiteBuilder;

use crate::support::{name, shown, site};

/// A directory that starts with one good distribution, which nothing that a
/// test adds may change.
struct World {
    _directory: tempfile::TempDir,
    builder: SiteBuilder,
}

fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    let builder = SiteBuilder::new(directory.path().join("site"));
    builder
        .dist_info("good", "3.0")
        .requires(["dep>=1"])
        .write();
    World {
        _directory: directory,
        builder,
    }
}

impl World {
    fn path(&self, file: &str) -> PathBuf {
        self.builder.directory().join(file)
    }

    /// Writes `content` as METADATA of a directory of this name.
    fn dist_info(&self, directory: &str, content: &[u8]) {
        let info = self.builder.dist_info("foo", "1.0");
        info.directory_name(directory).metadata(content).write();
    }

    #[track_caller]
    fn expect(&self, asked: &str, outcome: &str) {
        let site = site(&[self.builder.directory()]);
        assert_eq!(shown(&site, asked), outcome, "{asked}");
        assert_eq!(shown(&site, "good"), "3.0 record", "good");
        let names: Vec<_> = site.names().iter().map(ToString::to_string).collect();
        assert!(names.contains(&"good".to_owned()));
        assert_eq!(
            names.contains(&asked.to_owned()),
            outcome != "none",
            "{names:?}"
        );
    }
}

fn header(name: &str, version: &str) -> Vec<u8> {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nAbout.\n").into_bytes()
}

#[test]
fn the_specified_form() {
    let world = world();
    world.builder.dist_info("foo-bar", "1.0").write();
    world.expect("foo-bar", "1.0 record");
    world.expect("foo", "none");
    let found = site(&[world.builder.directory()])
        .get(&name("foo-bar"))
        .unwrap();
    assert_eq!(found.location, world.builder.directory());
    assert_eq!(found.info, world.path("foo_bar-1.0.dist-info"));
    assert_eq!(found.files, FileList::Record(found.info.join("RECORD")));
    assert_eq!((&found.direct_url, &found.editable), (&None, &None));
}

#[test]
fn names_that_are_not_normalised() {
    for directory in [
        "Foo.Bar-1.0.dist-info",
        "foo__bar-1.0.dist-info",
        "FOO_BAR-1.0.DIST-INFO",
    ] {
        let world = world();
        world.dist_info(directory, &header("Foo.Bar", "1.0"));
        world.expect("foo-bar", "1.0 record");
    }
}

#[test]
fn dashes_in_the_name() {
    let world = world();
    world.dist_info("foo-bar-1.0.dist-info", &header("foo-bar", "1.0"));
    world.expect("foo-bar", "1.0 record [BIP310]");
    world.expect("foo", "none");
    world.expect("foo-bar-1-0", "none");
    // Without metadata, the likeliest reading.
    fs::remove_file(world.path("foo-bar-1.0.dist-info/METADATA")).unwrap();
    world.expect(
        "foo-bar",
        "1.0 record | METADATA is missing [BIP304] [BIP310]",
    );
    world.expect("foo", "none");
}

#[test]
fn a_dash_in_the_name_beside_a_good_one() {
    let world = world();
    world.dist_info("foo-bar-1.0.dist-info", &header("foo-bar", "1.0"));
    world.builder.dist_info("foo", "2.0").write();
    world.expect("foo", "2.0 record");
    world.expect("foo-bar", "1.0 record [BIP310]");
    // The same name twice, told by the metadata only.
    world.builder.dist_info("foo-bar", "1.5").write();
    world.expect(
        "foo-bar",
        "? record | several versions in one directory: 1.0 and 1.5 [BIP302] [BIP310]",
    );
}

#[test]
fn versions_that_are_not_normalised() {
    for (directory, version, outcome) in [
        ("foo-1.0.0.RC1.dist-info", "1.0.0.RC1", "1.0.0rc1 record"),
        ("foo-1.0.0rc1.dist-info", "1.0.0.RC1", "1.0.0rc1 record"),
        ("foo-1.dist-info", "1.0", "1.0 record"),
        ("foo-1.0_1.dist-info", "1.0-1", "1.0.post1 record"),
        ("foo-1.0+cu121.dist-info", "1.0+cu121", "1.0+cu121 record"),
    ] {
        let world = world();
        world.dist_info(directory, &header("foo", version));
        world.expect("foo", outcome);
    }
}

#[test]
fn versions_that_contradict() {
    for (directory, version, outcome) in [
        (
            "foo-1.0.dist-info",
            "2.0",
            "? record | its metadata has version 2.0, the name of its directory 1.0 [BIP303]",
        ),
        (
            "foo-unknown.dist-info",
            "1.0",
            "? record | the version `unknown` in the name of its directory is invalid: \
             not a version of PEP 440 [BIP303] [BIP310]",
        ),
        (
            "foo-1.0_cu121.dist-info",
            "1.0+cu121",
            "? record | the version `1.0-cu121` in the name of its directory is invalid: \
             not a version of PEP 440 [BIP303]",
        ),
        (
            "foo-2004d.dist-info",
            "2004d",
            "? record | the version `2004d` in its metadata is invalid: not a version of PEP 440 \
             [BIP303]",
        ),
    ] {
        let world = world();
        world.dist_info(directory, &header("foo", version));
        world.expect("foo", outcome);
    }
}

#[test]
fn no_version_in_the_directory() {
    let world = world();
    world.dist_info("foo.dist-info", &header("foo", "1.0"));
    world.expect("foo", "1.0 record [BIP310]");
    world.dist_info("foo.dist-info", b"Name: foo\n");
    world.expect(
        "foo",
        "? record | its metadata has no `Version` [BIP303] [BIP310]",
    );
}

#[test]
fn the_name_contradicts() {
    let world = world();
    world.dist_info("foo-1.0.dist-info", &header("bar", "1.0"));
    world.expect(
        "foo",
        "1.0 record | its metadata names another package, `bar` [BIP311]",
    );
    world.expect("bar", "none");
    world.dist_info("foo-1.0.dist-info", &header("fo\u{1b}[2J", "1.0"));
    world.expect(
        "foo",
        "1.0 record | the name `fo\u{1b}[2J` in its metadata is invalid: not a valid name [BIP311]",
    );
}

#[test]
fn incomplete_metadata() {
    for (content, outcome) in [
        (
            &b""[..],
            "1.0 record | its metadata has no `Name` [BIP311] [BIP303]",
        ),
        (
            b"\n",
            "1.0 record | its metadata has no `Name` [BIP311] [BIP303]",
        ),
        (
            b"Version: 1.0\n",
            "1.0 record | its metadata has no `Name` [BIP311]",
        ),
        (
            b"Name: foo\n",
            "1.0 record | its metadata has no `Version` [BIP303]",
        ),
        (b"Name: foo\nVersion: 1.0", "1.0 record"),
        (
            b"Metadata-Version: 3.0\nName: foo\nVersion: 1.0\n",
            "1.0 record | its Metadata-Version `3.0` is not known [BIP312]",
        ),
        (
            b"Metadata-Version: 2.99\nName: foo\nVersion: 1.0\n",
            "1.0 record",
        ),
    ] {
        let world = world();
        world.dist_info("foo-1.0.dist-info", content);
        world.expect("foo", outcome);
    }
}

#[test]
fn missing_metadata() {
    let world = world();
    fs::create_dir_all(world.path("foo-1.0.dist-info")).unwrap();
    world.expect("foo", "1.0 missing | METADATA is missing [BIP304]");
    // importlib.metadata looks here next.
    fs::write(
        world.path("foo-1.0.dist-info/PKG-INFO"),
        header("foo", "1.0"),
    )
    .unwrap();
    world.expect("foo", "1.0 missing [BIP310]");
}

#[test]
fn missing_or_empty_record() {
    let world = world();
    let info = world.builder.dist_info("foo", "1.0").record(false).write();
    world.expect("foo", "1.0 missing");
    fs::write(info.join("RECORD"), "").unwrap();
    world.expect("foo", "1.0 missing");
    fs::remove_file(info.join("RECORD")).unwrap();
    fs::create_dir_all(info.join("RECORD")).unwrap();
    world.expect("foo", "1.0 missing");
}

#[test]
fn metadata_that_is_no_file() {
    let world = world();
    let metadata = world.path("foo-1.0.dist-info/METADATA");
    world.builder.dist_info("foo", "1.0").write();
    fs::remove_file(&metadata).unwrap();
    let status = Command::new("mkfifo").arg(&metadata).status().unwrap();
    assert!(status.success());
    world.expect(
        "foo",
        "1.0 record | METADATA is not a regular file [BIP304]",
    );
    fs::remove_file(&metadata).unwrap();
    fs::create_dir_all(&metadata).unwrap();
    world.expect("foo", "1.0 record | METADATA is a directory [BIP304]");
    fs::remove_dir_all(&metadata).unwrap();
    symlink("/dev/zero", &metadata).unwrap();
    world.expect(
        "foo",
        "1.0 record | the header of METADATA is larger than 1 MiB [BIP305]",
    );
    fs::remove_file(&metadata).unwrap();
    symlink("METADATA", &metadata).unwrap();
    world.expect(
        "foo",
        "1.0 record | METADATA cannot be read: Too many levels of symbolic links (os error 40) \
         [BIP304]",
    );
}

#[test]
fn large_metadata() {
    let world = world();
    let mut content = header("foo", "1.0");
    content.resize(3 << 20, b'x');
    world.dist_info("foo-1.0.dist-info", &content);
    world.expect("foo", "1.0 record");
    let mut content = b"Name: foo\nVersion: 1.0\nDescription: ".to_vec();
    content.resize(900_000, b'x');
    world.dist_info("foo-1.0.dist-info", &content);
    world.expect("foo", "1.0 record");
    content.resize(1_100_000, b'x');
    world.dist_info("foo-1.0.dist-info", &content);
    world.expect(
        "foo",
        "1.0 record | the header of METADATA is larger than 1 MiB [BIP305]",
    );
}

#[test]
fn encodings() {
    for (content, outcome) in [
        (
            &b"\xef\xbb\xbfName: foo\nVersion: 1.0\n"[..],
            "1.0 record [BIP306]",
        ),
        (
            b"Name: foo\nVersion: 1.0\nAuthor: J\xf6rg\n",
            "1.0 record [BIP306]",
        ),
        (b"Name: foo\nVersion: 1.0\n\nJ\xf6rg\n", "1.0 record"),
        (
            b"Name: foo\nVersion: 1.0\nRequires-Dist: J\xf6rg\n",
            "1.0 record | the requirement `J\u{fffd}rg` is invalid",
        ),
        (
            b"Name: foo\r\nVersion: 1.0\r\n\r\nRequires-Dist: !!\r\n",
            "1.0 record",
        ),
        (
            b"Name: foo\0\nVersion: 1.0\n",
            "1.0 record | the name `foo\0` in its metadata",
        ),
    ] {
        let world = world();
        world.dist_info("foo-1.0.dist-info", content);
        let site = site(&[world.builder.directory()]);
        let found = shown(&site, "foo");
        assert!(found.starts_with(outcome), "{found}");
        assert_eq!(found.contains('|'), outcome.contains('|'), "{found}");
    }
}

#[test]
fn an_invalid_requirement_is_named_and_harms_nobody_else() {
    let world = world();
    let info = world.builder.dist_info("foo", "1.0");
    info.requires(["bar", "baz >>3", "x @@ y"]).write();
    world
        .builder
        .dist_info("other", "1.0")
        .requires(["foo"])
        .write();
    let site = site(&[world.builder.directory()]);
    let found = site.get(&name("foo")).unwrap();
    let problem = found.metadata.as_ref().unwrap_err();
    assert!(
        problem
            .message
            .starts_with("the requirement `baz >>3` is invalid: "),
        "{problem}"
    );
    assert_eq!(found.findings.len(), 2);
    assert_eq!(found.version, Some("1.0".parse().unwrap()));
    assert_eq!(shown(&site, "other"), "1.0 record");
}

#[test]
fn two_versions_in_one_directory() {
    let world = world();
    world.builder.dist_info("foo", "1.0").write();
    world.builder.dist_info("foo", "2.0").write();
    world.expect(
        "foo",
        "? record | several versions in one directory: 1.0 and 2.0 [BIP302]",
    );
    // Equal after normalisation is no contradiction.
    fs::remove_dir_all(world.path("foo-2.0.dist-info")).unwrap();
    world.dist_info("Foo-1.dist-info", &header("foo", "1"));
    world.expect("foo", "1 record");
}

#[test]
fn leftovers_of_uninstallation() {
    let world = world();
    world.dist_info("~oo-1.0.dist-info", &header("foo", "1.0"));
    world.dist_info("-foo-1.0.dist-info", &header("foo", "1.0"));
    world.dist_info(".dist-info", &header("foo", "1.0"));
    world.dist_info("foo-1.0.dist-info.bak", &header("foo", "1.0"));
    world.expect("foo", "none");
}

#[test]
fn links_and_files_in_place_of_directories() {
    let world = world();
    world.builder.dist_info("real", "1.0").write();
    fs::rename(world.path("real-1.0.dist-info"), world.path("elsewhere")).unwrap();
    symlink("elsewhere", world.path("real-1.0.dist-info")).unwrap();
    world.expect("real", "1.0 record");
    symlink("nowhere", world.path("foo-1.0.dist-info")).unwrap();
    world.expect(
        "foo",
        "1.0 missing | its metadata directory is a link to nowhere [BIP304]",
    );
    symlink("foo-2.0.egg-info", world.path("foo-2.0.egg-info")).unwrap();
    fs::remove_file(world.path("foo-1.0.dist-info")).unwrap();
    world.expect(
        "foo",
        "2.0 missing | its metadata directory cannot be reached [BIP304]",
    );
    fs::remove_file(world.path("foo-2.0.egg-info")).unwrap();
    fs::write(world.path("foo-1.0.dist-info"), header("foo", "1.0")).unwrap();
    world.expect(
        "foo",
        "1.0 missing | its metadata directory is a file [BIP304]",
    );
    // None of them stands against a real one.
    symlink("nowhere", world.path("foo-3.0.dist-info")).unwrap();
    world.builder.dist_info("foo", "2.0").write();
    world.expect("foo", "2.0 record [BIP310] [BIP310]");
}

#[test]
fn egg_info_directories() {
    for (directory, outcome) in [
        ("foo-1.0-py3.12.egg-info", "1.0 missing"),
        ("foo-1.0.egg-info", "1.0 missing"),
        ("Foo.egg-info", "1.0 missing"),
        ("FOO.EGG-INFO", "1.0 missing"),
    ] {
        let world = world();
        world
            .builder
            .file(&format!("{directory}/PKG-INFO"), header("Foo", "1.0"));
        world.expect("foo", outcome);
        world
            .builder
            .file(&format!("{directory}/installed-files.txt"), "../foo.py\n");
        world.expect("foo", &outcome.replace("missing", "record"));
    }
    let world = world();
    fs::create_dir_all(world.path("foo-1.0.egg-info")).unwrap();
    world.expect("foo", "1.0 missing | PKG-INFO is missing [BIP304]");
    fs::create_dir_all(world.path("foo.egg-info")).unwrap();
    fs::remove_dir_all(world.path("foo-1.0.egg-info")).unwrap();
    world.expect("foo", "? missing | PKG-INFO is missing [BIP304]");
    world
        .builder
        .file("foo.egg-info/PKG-INFO", header("foo", "2004d"));
    world.expect(
        "foo",
        "? missing | the version `2004d` in its metadata is invalid: not a version of PEP 440 \
         [BIP303]",
    );
}

#[test]
fn egg_info_files() {
    let world = world();
    world
        .builder
        .file("foo-1.0-py3.12.egg-info", header("foo", "1.0"));
    world.expect("foo", "1.0 missing");
    world
        .builder
        .file("foo-1.0-py3.12.egg-info", header("foo", "1.1"));
    world.expect(
        "foo",
        "? missing | its metadata has version 1.1, the name of its directory 1.0 [BIP303]",
    );
    world.builder.file("bar.egg-info", header("bar", "1.0"));
    world.expect("bar", "1.0 missing");
    symlink("bar.egg-info", world.path("baz.egg-info")).unwrap();
    world.expect(
        "baz",
        "1.0 missing | its metadata names another package, `bar` [BIP311]",
    );
}

#[test]
fn requirements_of_eggs() {
    let world = world();
    world
        .builder
        .file("foo-1.0.egg-info/PKG-INFO", header("foo", "1.0"));
    let requires = world
        .builder
        .file("foo-1.0.egg-info/requires.txt", "a>=1\n\n[x]\nb\n");
    let requirements = || {
        let found = site(&[world.builder.directory()])
            .get(&name("foo"))
            .unwrap();
        let metadata = found.metadata.clone().unwrap();
        let requires: Vec<_> = metadata.requires.iter().map(ToString::to_string).collect();
        let extras: Vec<_> = metadata.extras.iter().map(ToString::to_string).collect();
        (requires.join("; "), extras.join(" "))
    };
    let (found, extras) = requirements();
    assert!(found.starts_with("a>=1; b; extra == "), "{found}");
    assert_eq!(extras, "x");
    fs::write(&requires, "a >> 1\n").unwrap();
    let found = shown(&site(&[world.builder.directory()]), "foo");
    assert!(
        found.contains("the requirement `a >> 1` is invalid"),
        "{found}"
    );
    // What PKG-INFO says counts first.
    let full = "Name: foo\nVersion: 1.0\nRequires-Dist: c\n";
    world.builder.file("foo-1.0.egg-info/PKG-INFO", full);
    assert_eq!(requirements(), ("c".to_owned(), String::new()));
    world
        .builder
        .file("foo-1.0.egg-info/PKG-INFO", header("foo", "1.0"));
    fs::remove_file(&requires).unwrap();
    fs::create_dir_all(&requires).unwrap();
    world.expect("foo", "1.0 missing | requires.txt is a directory [BIP304]");
}

#[test]
fn dist_info_and_egg_info_of_one_version() {
    let world = world();
    world.builder.dist_info("cryptography", "38.0.4").write();
    world.builder.file(
        "cryptography.egg-info/PKG-INFO",
        header("cryptography", "38.0.4"),
    );
    world.expect("cryptography", "38.0.4 record");
    world.builder.file(
        "cryptography.egg-info/PKG-INFO",
        header("cryptography", "38.0.3"),
    );
    world.expect(
        "cryptography",
        "? record | several versions in one directory: 38.0.3 and 38.0.4 [BIP302]",
    );
}

#[test]
fn direct_urls() {
    let world = world();
    let info = world.builder.dist_info("foo", "1.0");
    info.direct_url(r#"{"url": "https://u:p@h/x.zip", "archive_info": {}}"#)
        .write();
    world.expect("foo", "1.0 record");
    let found = site(&[world.builder.directory()])
        .get(&name("foo"))
        .unwrap();
    assert_eq!(found.direct_url.as_ref().unwrap().url, "https://h/x.zip");
    for content in ["", "{", "[]", r#"{"url": "file:///x"}"#] {
        world
            .builder
            .file("foo-1.0.dist-info/direct_url.json", content);
        world.expect("foo", "1.0 record [BIP308]");
    }
    fs::remove_file(world.path("foo-1.0.dist-info/direct_url.json")).unwrap();
    symlink("/dev/zero", world.path("foo-1.0.dist-info/direct_url.json")).unwrap();
    world.expect("foo", "1.0 record [BIP308]");
}

#[test]
fn file_names_that_are_not_utf_8() {
    let world = world();
    for file in [
        &b"foo-1.0\xff.dist-info"[..],
        b"\xff\xfe-1.0.dist-info",
        b"f\xffo.pth",
    ] {
        let info = world.builder.directory().join(OsStr::from_bytes(file));
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("METADATA"), header("foo", "1.0")).unwrap();
    }
    world.expect(
        "foo",
        "? missing | the version `1.0\u{fffd}` in the name of its directory is invalid: \
         not a version of PEP 440 [BIP303]",
    );
}

#[test]
fn conda_metadata_alone_install_nothing() {
    let world = world();
    world.builder.file(
        "conda-meta/foo-1.0-0.json",
        r#"{"name": "foo", "version": "1.0"}"#,
    );
    world.expect("foo", "none");
}

#[test]
fn wheels_and_eggs_that_lie_about_are_not_installed() {
    let world = world();
    world.builder.file("foo-1.0-py3-none-any.whl", "");
    world
        .builder
        .file("foo-1.0-py3.12.egg/EGG-INFO/PKG-INFO", header("foo", "1.0"));
    world.expect("foo", "none");
}

#[test]
fn findings_lead_to_the_metadata() {
    let world = world();
    world.dist_info("foo-1.0.dist-info", &header("foo", "2.0"));
    let found = site(&[world.builder.directory()])
        .get(&name("foo"))
        .unwrap();
    let place = passthrough_diagnostic::Place::Path(world.path("foo-1.0.dist-info"));
    assert_eq!(found.findings[0].place, place);
    assert_eq!(
        Err(found.findings[0].message.clone()),
        found.metadata.clone().map_err(|problem| problem.message)
    );
}

/// Every distribution of one directory is the same when the file system lists
/// it in another order.
#[test]
fn the_order_of_a_listing_is_nothing() {
    let directories = [
        "foo-1.0.dist-info",
        "Foo-1.dist-info",
        "foo-1.0.0.dist-info",
    ];
    let outcome = |order: &[&str]| {
        let directory = tempfile::tempdir().unwrap();
        let builder = SiteBuilder::new(directory.path());
        for name in order {
            let info = builder.dist_info("foo", "1").directory_name(name);
            info.field("Summary", name).write();
        }
        let found = site(&[directory.path()]).get(&name("foo")).unwrap();
        let chosen: &Path = found.info.strip_prefix(directory.path()).unwrap();
        chosen.to_owned()
    };
    let forward = outcome(&directories);
    let mut reversed = directories;
    reversed.reverse();
    assert_eq!(outcome(&reversed), forward);
    assert_eq!(forward, Path::new("Foo-1.dist-info"));
}
