//! Directories full of anything: a good distribution is never hidden, nothing
//! panics, nothing hangs.

use std::os::unix::fs::symlink;
use std::path::Path;

use fs_err as fs;
use passthrough_host::{Inventory, Site, to_document};
use passthrough_interpreter::Origin;
use passthrough_world::site::SiteBuilder;
use proptest::prelude::*;

use crate::support::{interpreter, name, shown};

#[derive(Clone, Debug)]
enum Kind {
    File(Vec<u8>),
    Directory(&'static str, Vec<u8>),
    Empty,
    Link(String),
}

fn file_name() -> impl Strategy<Value = String> {
    let stem = "[a-c._~\u{e9}\u{1b}-]{0,3}(-[0-9a-z.+_!-]{0,5}){0,2}(-py3[.]1)?";
    let suffix = prop::sample::select(vec![
        ".dist-info",
        ".egg-info",
        ".egg-link",
        ".egg",
        ".pth",
        ".DIST-INFO",
        ".whl",
        "",
    ]);
    (stem, suffix).prop_map(|(stem, suffix)| format!("{stem}{suffix}"))
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "Name: [a-c.-]{0,3}",
        "Version: [0-9.a]{0,4}",
        "Requires-Dist: [a-c>=1;' ]{0,8}",
        "Metadata-Version: [0-9.]{0,3}",
        "[ -~]{0,10}",
        Just("/nonexistent/source".to_owned()),
        Just("import a".to_owned()),
        Just("\u{feff}".to_owned()),
    ];
    prop_oneof![
        4 => proptest::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n").into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let inner = prop::sample::select(vec![
        "METADATA",
        "PKG-INFO",
        "RECORD",
        "direct_url.json",
        "requires.txt",
        "EGG-INFO",
    ]);
    prop_oneof![
        2 => content().prop_map(Kind::File),
        5 => (inner, content()).prop_map(|(inner, content)| Kind::Directory(inner, content)),
        1 => Just(Kind::Empty),
        1 => prop::sample::select(vec![".", "..", "nowhere", "/dev/zero", "good-3.0.dist-info"])
            .prop_map(|target| Kind::Link(target.to_owned())),
    ]
}

fn make(directory: &Path, file: &str, kind: &Kind) {
    let path = directory.join(file);
    if path.symlink_metadata().is_ok() || file.is_empty() || file == "." || file == ".." {
        return;
    }
    match kind {
        Kind::File(content) => fs::write(path, content).unwrap(),
        Kind::Directory(inner, content) => {
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join(inner), content).unwrap();
        }
        Kind::Empty => fs::create_dir_all(path).unwrap(),
        Kind::Link(target) => symlink(target, path).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_good_distribution_is_never_hidden(
        entries in proptest::collection::vec((file_name(), kind()), 0..15),
        before in any::<bool>(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let good = SiteBuilder::new(directory.path().join("good"));
        let bad = SiteBuilder::new(directory.path().join("bad"));
        for site in [&good, &bad] {
            for (file, kind) in &entries {
                make(site.directory(), file, kind);
            }
        }
        let write = || good.dist_info("good", "3.0").requires(["dep>=1"]).write();
        write();
        let mut path = vec![(bad.directory(), Origin::Site), (good.directory(), Origin::Site)];
        if before {
            path.reverse();
        }
        // A file is an entry of sys.path too.
        let children: Vec<_> = fs::read_dir(bad.directory()).unwrap().flatten().collect();
        let children: Vec<_> = children.iter().map(fs::DirEntry::path).collect();
        path.extend(children.iter().map(|child| (child.as_path(), Origin::Other)));
        let interpreter = interpreter(&path);
        let site = Site::new(&interpreter);
        let answer = site.get(&name("good"));
        prop_assert!(answer.is_some());
        let answer = answer.unwrap();
        prop_assert_eq!(&answer.location, good.directory());
        prop_assert!(answer.metadata.is_ok() && answer.shadowed.is_empty());
        let names = site.names();
        let again = Site::new(&interpreter);
        for name in &names {
            let installed = site.get(name);
            prop_assert!(installed.is_some(), "{name} is named and not there");
            let installed = installed.unwrap();
            prop_assert_eq!(&installed.name, name);
            prop_assert_eq!(again.get(name), Some(installed.clone()));
            if let Ok(metadata) = &installed.metadata {
                prop_assert_eq!(installed.version.as_ref(), Some(&metadata.version));
            }
            site.digest(&installed);
        }
        for absent in ["a", "b", "a-b", "c-1", "nowhere"] {
            let absent = name(absent);
            prop_assert_eq!(site.get(&absent).is_some(), names.contains(&absent), "{}", absent);
        }
        to_document(&interpreter, &site, &names);
        let outcome = shown(&site, "good");
        prop_assert!(outcome.starts_with("3.0 record"), "{}", outcome);
    }
}
