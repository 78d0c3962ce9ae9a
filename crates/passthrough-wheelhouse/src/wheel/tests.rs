use proptest::prelude::*;

use super::{CopyMark, Wheel, WheelError, base64, csv_field};

fn mark(label: &str) -> CopyMark {
    CopyMark {
        label: label.to_owned(),
        nonce: "n0".to_owned(),
    }
}

#[test]
fn base64_is_that_of_rfc_4648() {
    let cases: [(&[u8], &str); 6] = [
        (b"", ""),
        (b"f", "Zg"),
        (b"fo", "Zm8"),
        (b"foo", "Zm9v"),
        (b"foobar", "Zm9vYmFy"),
        (&[0xfb, 0xff, 0xbf], "-_-_"),
    ];
    for (bytes, text) in cases {
        assert_eq!(base64(bytes), text);
    }
}

#[test]
fn a_path_with_a_comma_is_quoted() {
    assert_eq!(csv_field("a/b.py"), "a/b.py");
    assert_eq!(csv_field("a,\"b\".py"), "\"a,\"\"b\"\".py\"");
}

#[test]
fn two_copies_differ_in_their_bytes_and_not_in_their_names() {
    let wheel = Wheel::new("a", "1").file("a.py", "");
    let host = wheel.clone().copy(mark("host")).archive().unwrap();
    let index = wheel.copy(mark("index")).archive().unwrap();
    assert_eq!(host.file_name, index.file_name);
    assert_ne!(host.sha256(), index.sha256());
    assert_eq!(host.copy.as_deref(), Some("host"));
}

#[test]
fn the_name_is_normalised_in_the_files_name_alone() {
    let archive = Wheel::new("Some.Package", "1.0").archive().unwrap();
    assert_eq!(archive.name, "some-package");
    assert_eq!(archive.file_name, "some_package-1.0-py3-none-any.whl");
    let metadata = String::from_utf8(archive.metadata).unwrap();
    assert!(metadata.contains("\nName: Some.Package\n"), "{metadata}");
}

#[test]
fn what_is_no_wheel_is_refused() {
    let path = |path: &str| Wheel::new("a", "1").file(path, "").archive();
    for wrong in [
        "",
        "/etc/passwd",
        "../x.py",
        "a/../x.py",
        "a//x.py",
        "a\\x.py",
        "a\n.py",
        "c:/x.py",
        "a-1.dist-info/RECORD",
        "b-1.dist-info/METADATA",
        "a-1.data/scripts/x",
    ] {
        assert!(matches!(path(wrong), Err(WheelError::Path(_))), "{wrong:?}");
    }
    let data = |path: &str| Wheel::new("a", "1").data(path, "").archive();
    for wrong in ["x", "lib/x", "scripts", "scripts/../x"] {
        assert!(matches!(data(wrong), Err(WheelError::Path(_))), "{wrong:?}");
    }
    assert!(data("scripts/x").is_ok());
    let info = |name: &str| Wheel::new("a", "1").info_file(name, "").archive();
    for wrong in ["RECORD", "METADATA", "passthrough-copy", "x/y", ".."] {
        assert!(matches!(info(wrong), Err(WheelError::Path(_))), "{wrong:?}");
    }
    assert!(info("direct_url.json").is_ok());
    let clash = Wheel::new("a", "1").file("x", "").file("x/y/z", "");
    assert!(matches!(clash.archive(), Err(WheelError::Clash(path)) if path == "x"));

    let name = Wheel::new("a b", "1").archive();
    assert!(matches!(name, Err(WheelError::Name(_))));
    let version = Wheel::new("a", "one").archive();
    assert!(matches!(version, Err(WheelError::Version(_))));
    let requirement = Wheel::new("a", "1").requires("b (").archive();
    assert!(matches!(requirement, Err(WheelError::Requirement { .. })));
    for wheel in [
        Wheel::new("a", "1").extra("x\nRequires-Dist: y"),
        Wheel::new("a", "1").requires_python(""),
        Wheel::new("a", "1").entry_point("g", "../x", "a:b"),
        Wheel::new("a", "1").entry_point("g", "x", "a:b;import os"),
        Wheel::new("a", "1").copy(mark("host\nindex")),
    ] {
        assert!(matches!(wheel.archive(), Err(WheelError::Line { .. })));
    }
}

proptest! {
    /// Every member but the records themselves is recorded with its digest and
    /// size, and the same description makes the same bytes.
    #[test]
    fn the_records_are_those_of_the_members(
        files in prop::collection::btree_map("[a-c]{1,2}(/[x-z,]{1,3}){0,2}\\.py", ".{0,40}", 0..6),
        requires in prop::collection::vec("[a-z]{1,4}>=[1-9]", 0..3),
    ) {
        let mut wheel = Wheel::new("demo", "1.0").copy(mark("host"));
        for (path, content) in &files {
            wheel = wheel.file(path, content.as_bytes());
        }
        for requirement in &requires {
            wheel = wheel.requires(requirement);
        }
        let Ok(archive) = wheel.archive() else {
            // `a.py` and `a.py/x.py` were generated together.
            return Ok(());
        };
        prop_assert_eq!(&archive, &wheel.archive().unwrap());
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&archive.content)).unwrap();
        let record = std::io::read_to_string(zip.by_name("demo-1.0.dist-info/RECORD").unwrap()).unwrap();
        prop_assert_eq!(record.lines().count(), zip.len());
        for index in 0..zip.len() {
            let mut member = zip.by_index(index).unwrap();
            let mut content = Vec::new();
            std::io::copy(&mut member, &mut content).unwrap();
            let path = member.name().unwrap().into_owned();
            let line = if path.ends_with("/RECORD") {
                "demo-1.0.dist-info/RECORD,,\n".to_owned()
            } else {
                super::record_line(&path, &content)
            };
            prop_assert!(record.contains(&line), "no {line} in {record}");
        }
    }
}
