//! A file system that refuses: what Windows, macOS, another volume or a full
//! disk would do.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use fs_err as fs;
use passthrough_protocol::FileMode;
use rustix::io::Errno;

use super::world::{World, tree};
use crate::facts::Facts;
use crate::operations::{At, Operations, System};
use crate::{EnvErrorKind, LinkMode};

type Fault = fn() -> io::Error;

/// The system's operations, some of which fail.
#[derive(Default)]
struct Faulty {
    clone: Option<Fault>,
    copy: Option<Fault>,
    hard_link: Option<Fault>,
    symbolic_link: Option<Fault>,
    write: Option<Fault>,
    /// How many copies work before they fail.
    good: usize,
    copies: AtomicUsize,
    clones: AtomicUsize,
    hard_links: AtomicUsize,
}

fn fail(fault: Option<Fault>) -> io::Result<()> {
    fault.map_or(Ok(()), |fault| Err(fault()))
}

impl Operations for Faulty {
    fn clone(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()> {
        self.clones.fetch_add(1, Ordering::Relaxed);
        fail(self.clone)?;
        // As if the volume could.
        System.copy(source, facts, target)
    }

    fn copy(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()> {
        if self.copies.fetch_add(1, Ordering::Relaxed) >= self.good {
            fail(self.copy)?;
        }
        System.copy(source, facts, target)
    }

    fn hard_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()> {
        self.hard_links.fetch_add(1, Ordering::Relaxed);
        fail(self.hard_link)?;
        System.hard_link(source, target)
    }

    fn symbolic_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()> {
        fail(self.symbolic_link)?;
        System.symbolic_link(source, target)
    }

    fn write(&self, content: &[u8], executable: bool, target: At<'_>) -> io::Result<()> {
        fail(self.write)?;
        System.write(content, executable, target)
    }
}

fn errno(errno: Errno) -> io::Error {
    io::Error::from_raw_os_error(errno.raw_os_error())
}

const NOT_SUPPORTED: Fault = || errno(Errno::OPNOTSUPP);
const ACROSS: Fault = || errno(Errno::XDEV);
const NOT_PERMITTED: Fault = || errno(Errno::PERM);
const NO_ACCESS: Fault = || errno(Errno::ACCESS);
const TOO_MANY_LINKS: Fault = || errno(Errno::MLINK);
const CLOUD_FILE: Fault = || io::Error::from_raw_os_error(396);
const NO_PRIVILEGE: Fault = || io::Error::from_raw_os_error(1314);
const FULL: Fault = || errno(Errno::NOSPC);

/// A small source, and a program that is too large to be copied without need.
fn world() -> World {
    let world = World::new();
    world
        .site()
        .dist_info("foo", "1.0")
        .file("foo/__init__.py", "x = 1\n")
        .file("foo/_core.so", vec![1; (1 << 20) + 1])
        .file("foo/_more.so", vec![2; (1 << 20) + 1])
        .file("foo/data/table.json", vec![b' '; (1 << 20) + 1])
        .file(
            "foo-1.0.dist-info/entry_points.txt",
            "[console_scripts]\nfoo = foo:x\n",
        )
        .write();
    world
}

/// How `foo/__init__.py` and `foo/_core.so` were made.
fn modes(operations: &Faulty, mode: LinkMode) -> [FileMode; 2] {
    let world = world();
    let before = tree(&world.path("host"));
    let mut environment = world.environment();
    environment
        .expose_with(&world.exposed(&["foo"]), mode, operations)
        .unwrap();
    let files = &environment.manifest().distributions[0].files;
    let of = |name: &str| {
        let file = files.iter().find(|file| file.path.ends_with(name)).unwrap();
        let content = fs::read(world.in_env(&file.path)).unwrap();
        assert_eq!(content, fs::read(&file.source).unwrap());
        file.mode
    };
    assert_eq!(of("_more.so"), of("_core.so"));
    for metadata in files.iter().filter(|file| file.path.contains("dist-info")) {
        let is_copied = matches!(metadata.mode, FileMode::Copy | FileMode::Clone);
        assert!(is_copied, "{metadata:?}");
    }
    let modes = [of("__init__.py"), of("_core.so")];
    environment.remove().unwrap();
    assert_eq!(tree(&world.path("host")), before);
    modes
}

#[test]
fn the_default_falls_back_file_by_file() {
    use FileMode::{Clone, Copy, Hardlink, Symlink};

    let auto = |operations: Faulty| modes(&operations, LinkMode::Auto);
    assert_eq!(auto(Faulty::default()), [Clone, Clone]);
    let none = || Faulty {
        clone: Some(NOT_SUPPORTED),
        ..Faulty::default()
    };
    assert_eq!(auto(none()), [Copy, Hardlink]);
    for fault in [ACROSS, NOT_PERMITTED, NO_ACCESS, TOO_MANY_LINKS, CLOUD_FILE] {
        let unlinked = || Faulty {
            hard_link: Some(fault),
            ..none()
        };
        assert_eq!(auto(unlinked()), [Copy, Symlink], "{}", fault());
        for fault in [NOT_PERMITTED, NO_PRIVILEGE, NOT_SUPPORTED] {
            let nothing = Faulty {
                symbolic_link: Some(fault),
                ..unlinked()
            };
            assert_eq!(auto(nothing), [Copy, Copy], "{}", fault());
        }
    }
}

#[test]
fn every_other_mode_falls_back_to_copies() {
    use FileMode::{Clone, Copy, Hardlink, Symlink};

    let faulty = || Faulty {
        clone: Some(NOT_SUPPORTED),
        hard_link: Some(ACROSS),
        symbolic_link: Some(NO_PRIVILEGE),
        ..Faulty::default()
    };
    for (mode, made) in [
        (LinkMode::Clone, Clone),
        (LinkMode::Copy, Copy),
        (LinkMode::Hardlink, Hardlink),
        (LinkMode::Symlink, Symlink),
    ] {
        assert_eq!(modes(&Faulty::default(), mode), [made, made]);
        assert_eq!(modes(&faulty(), mode), [Copy, Copy]);
    }
}

/// What a volume cannot do is tried once by each thread, not for every file.
#[test]
fn a_refusal_of_the_volume_is_remembered() {
    let world = World::new();
    let site = world.site();
    let mut builder = site.dist_info("foo", "1.0");
    for index in 0..500 {
        builder = builder.file(&format!("foo/d{}/m{index}.py", index % 50), "");
    }
    builder.write();
    let operations = Faulty {
        clone: Some(NOT_SUPPORTED),
        hard_link: Some(ACROSS),
        ..Faulty::default()
    };
    for mode in [LinkMode::Auto, LinkMode::Hardlink] {
        let mut environment = world.environment();
        environment
            .expose_with(&world.exposed(&["foo"]), mode, &operations)
            .unwrap();
        environment.remove().unwrap();
    }
    assert!(operations.clones.load(Ordering::Relaxed) <= 8);
    assert!(operations.hard_links.load(Ordering::Relaxed) <= 8);
}

#[test]
fn a_full_disk_leaves_nothing_of_it() {
    for good in [0, 1, 3] {
        let world = world();
        let mut environment = world.environment();
        let before = tree(&world.root());
        let operations = Faulty {
            clone: Some(NOT_SUPPORTED),
            copy: Some(FULL),
            good,
            ..Faulty::default()
        };
        let error = environment
            .expose_with(&world.exposed(&["foo"]), LinkMode::Auto, &operations)
            .unwrap_err();
        let EnvErrorKind::Io { error: reason, .. } = &error.kind else {
            panic!("{error}");
        };
        assert_eq!(reason.kind(), io::ErrorKind::StorageFull);
        assert!(error.hint().unwrap().contains("make room"));
        assert_eq!(tree(&world.root()), before, "after {good} copies");
        assert!(environment.manifest().distributions.is_empty());
        // Nothing stands in the way of another attempt.
        environment
            .expose(&world.exposed(&["foo"]), LinkMode::Auto)
            .unwrap();
    }
}

#[test]
fn a_script_that_cannot_be_written_undoes_the_rest() {
    let world = world();
    let mut environment = world.environment();
    let before = tree(&world.root());
    let operations = Faulty {
        write: Some(NO_ACCESS),
        ..Faulty::default()
    };
    environment
        .expose_with(&world.exposed(&["foo"]), LinkMode::Copy, &operations)
        .unwrap_err();
    assert_eq!(tree(&world.root()), before);
}

/// Takes a file of the host away, or makes it longer, when it is reached.
struct Meddling {
    shorten: bool,
}

impl Operations for Meddling {
    fn clone(&self, _: At<'_>, _: &Facts, _: At<'_>) -> io::Result<()> {
        Err(NOT_SUPPORTED())
    }

    fn copy(&self, source: At<'_>, facts: &Facts, target: At<'_>) -> io::Result<()> {
        if source.name == "table.json" {
            if self.shorten {
                fs::write(source.path(), "{}")?;
            } else {
                fs::remove_file(source.path())?;
            }
        }
        System.copy(source, facts, target)
    }

    fn hard_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()> {
        System.hard_link(source, target)
    }

    fn symbolic_link(&self, source: At<'_>, target: At<'_>) -> io::Result<()> {
        System.symbolic_link(source, target)
    }

    fn write(&self, content: &[u8], executable: bool, target: At<'_>) -> io::Result<()> {
        System.write(content, executable, target)
    }
}

#[test]
fn files_that_vanish_or_change_meanwhile_are_told() {
    for shorten in [true, false] {
        let world = world();
        let mut environment = world.environment();
        let before = tree(&world.root());
        let error = environment
            .expose_with(
                &world.exposed(&["foo"]),
                LinkMode::Auto,
                &Meddling { shorten },
            )
            .unwrap_err();
        assert!(
            matches!(&error.kind, EnvErrorKind::ChangedMeanwhile(name) if name.as_str() == "foo"),
            "{error}"
        );
        assert!(error.path.ends_with("foo/data/table.json"));
        assert_eq!(tree(&world.root()), before);
    }
}
