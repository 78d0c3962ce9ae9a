//! How much is read. Each test runs itself again in a process of its own, for
//! other tests would be counted too.

use std::path::Path;
use std::process::Command;

use fs_err as fs;
use passthrough_host::{Inventory, Site};
use passthrough_interpreter::Origin;
use passthrough_requirement::PackageName;
use passthrough_world::site::{SiteBuilder, synthetic};

use crate::support::{interpreter, name, shown, site};

const DIRECTORY: &str = "PASSTHROUGH_HOST_TEST_DIRECTORY";

/// Runs `work` in a process of its own, which prints what it returns.
fn alone(test: &str, directory: &Path, work: impl FnOnce(&Path) -> u64) -> Option<u64> {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let answer = work(Path::new(&directory));
        println!("\nanswer {answer}");
        return None;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answer = text.lines().find_map(|line| line.strip_prefix("answer "));
    Some(answer.unwrap_or_else(|| panic!("{text}")).parse().unwrap())
}

/// A number of `/proc/self/…`.
fn number(file: &str, field: &str) -> u64 {
    let text = fs::read_to_string(Path::new("/proc/self").join(file)).unwrap();
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .unwrap();
    let digits = value.trim().trim_end_matches(" kB");
    digits.parse().unwrap()
}

#[test]
fn a_closure_is_one_read_a_distribution() {
    let directory = tempfile::tempdir().unwrap();
    let mut root = String::new();
    if std::env::var_os(DIRECTORY).is_none() {
        root = synthetic(directory.path(), 300, 26, 1);
        fs::write(directory.path().join("root"), &root).unwrap();
    }
    let reads = alone(
        "work::a_closure_is_one_read_a_distribution",
        directory.path(),
        |path| {
            let root = fs::read_to_string(path.join("root")).unwrap();
            let site = Site::new(&interpreter(&[(path, Origin::Site)]));
            let counted = |work: &dyn Fn()| {
                let before = number("io", "syscr:");
                work();
                number("io", "syscr:") - before
            };
            let own = counted(&|| ());
            counted(&|| assert_eq!(closure(&site, &name(&root)), 26)) - own
        },
    );
    if let Some(reads) = reads {
        // A header of more than 8 KiB takes a second read: about one in 50.
        assert!((26..=28).contains(&reads), "{reads} reads for {root}");
    }
}

/// The size of a closure, without extras.
fn closure(site: &Site, root: &PackageName) -> usize {
    let environment = interpreter(&[]).markers;
    let mut seen = std::collections::BTreeSet::from([root.clone()]);
    let mut open = vec![root.clone()];
    while let Some(name) = open.pop() {
        let installed = site.get(&name).unwrap();
        for requirement in &installed.metadata.as_ref().unwrap().requires {
            if requirement.marker.evaluate(&environment, []).applies
                && seen.insert(requirement.name.clone())
            {
                open.push(requirement.name.clone());
            }
        }
    }
    seen.len()
}

#[test]
fn a_huge_file_takes_no_memory() {
    let directory = tempfile::tempdir().unwrap();
    if std::env::var_os(DIRECTORY).is_none() {
        let builder = SiteBuilder::new(directory.path());
        for (distribution, header) in [("body", "\n\n"), ("header", "\nDescription:")] {
            let header = format!("Name: {distribution}\nVersion: 1.0{header}");
            let info = builder
                .dist_info(distribution, "1.0")
                .metadata(header)
                .write();
            for file in ["METADATA", "RECORD", "direct_url.json"] {
                let mut options = fs::File::options();
                let file = options
                    .append(true)
                    .create(true)
                    .open(info.join(file))
                    .unwrap();
                file.set_len(300_000_000).unwrap();
            }
        }
    }
    let kilobytes = alone(
        "work::a_huge_file_takes_no_memory",
        directory.path(),
        |path| {
            let before = number("status", "VmHWM:");
            let site = site(&[path]);
            assert_eq!(shown(&site, "body"), "1.0 record [BIP308]");
            assert_eq!(
                shown(&site, "header"),
                "1.0 record | the header of METADATA is larger than 1 MiB [BIP305] [BIP308]"
            );
            number("status", "VmHWM:") - before
        },
    );
    if let Some(kilobytes) = kilobytes {
        assert!(kilobytes < 16 * 1024, "{kilobytes} kB");
    }
}

#[test]
fn nothing_is_read_before_the_first_question_and_no_directory_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("site");
    let site = site(&[&path]);
    let builder = SiteBuilder::new(&path);
    builder.dist_info("foo", "1.0").write();
    assert_eq!(shown(&site, "foo"), "1.0 record");
    builder.dist_info("bar", "1.0").write();
    assert_eq!(shown(&site, "bar"), "none");
    // The same answer for the same name, always.
    fs::remove_dir_all(&path).unwrap();
    assert_eq!(shown(&site, "foo"), "1.0 record");
    let (first, second) = (site.get(&name("foo")), site.get(&name("foo")));
    assert!(std::rc::Rc::ptr_eq(&first.unwrap(), &second.unwrap()));
}
