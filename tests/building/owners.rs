//! Hosts that belong to somebody else than who builds.
//!
//! As root, the tests run the program as another user, on a host of root's.
//! Others cannot do that: there the host is their own, and what they may not
//! read of it is what they have forbidden themselves.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_world::python::{all, any, run};
use serde_json::Value;

use super::toy::{Toy, assert_nothing_left};
use super::volume::{has_reflinks, with_arguments_of, wrap};
use super::world::{Snapshot, command, names, temporary};
use crate::context::Ran;

/// Nobody, by number: it need not have a name.
const OTHER: u32 = 65534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A toy, and who runs the program on it.
struct Scene {
    toy: Toy,
    /// A copy of the program, which everybody can reach.
    program: PathBuf,
}

/// The command as the other user, who has no rights but those of everybody.
fn as_other(command: &Command) -> Command {
    if !is_root() {
        return wrap(Command::new("env"), command);
    }
    let (user, group) = (format!("--reuid={OTHER}"), format!("--regid={OTHER}"));
    let mut outer = Command::new("setpriv");
    outer.args([&user, &group, "--clear-groups", "--"]);
    // Its own start happens with rights that it has not given up yet.
    outer.args(["sh", "-c", "exec \"$0\" \"$@\""]);
    wrap(outer, command)
}

/// An interpreter that the other user can start.
fn interpreter() -> PathBuf {
    let usual = ["/usr/bin/python3", "/usr/local/bin/python3"].map(PathBuf::from);
    let mut candidates = std::iter::once(any())
        .chain(all().into_values())
        .chain(usual);
    let can_start = |python: &PathBuf| {
        let mut command = Command::new(python);
        let started = as_other(command.args(["-c", "import venv"])).output();
        started.is_ok_and(|output| output.status.success())
    };
    let found = candidates.find(can_start);
    found
        .expect("tests as root need a python3 that other users can start, such as /usr/bin/python3")
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// Makes somebody the owner of a file.
fn give(path: &Path, owner: u32) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(owner), Some(owner)).unwrap();
    }
}

impl Scene {
    fn new() -> Self {
        let toy = Toy::on(&interpreter());
        let program = toy.context.path("passthrough-check");
        fs::copy(env!("CARGO_BIN_EXE_passthrough-check"), &program).unwrap();
        allow(&toy.context.path(""), 0o755);
        give(&temporary(&toy.context), OTHER);
        fs::create_dir(toy.context.path("theirs")).unwrap();
        give(&toy.context.path("theirs"), OTHER);
        Self { toy, program }
    }

    /// Where the other user can write.
    fn theirs(&self, name: &str) -> PathBuf {
        self.toy.context.path("theirs").join(name)
    }

    /// A run of the program by the other user. There is no cache for it: the
    /// folder is root's, or cannot be made.
    fn run(&self, arguments: &[&str]) -> Ran {
        let of_owner = command(&self.toy.context, &self.toy.host, arguments);
        let mut own = with_arguments_of(Command::new(&self.program), &of_owner);
        own.env("PATH", "/usr/bin:/bin")
            .env("PASSTHROUGH_CACHE_DIR", "/proc/passthrough-cache");
        Ran::of(&mut as_other(&own))
    }

    fn build(&self, more: &[&str]) -> Ran {
        let out = self.theirs("out");
        let arguments = ["build", "--wheel", "-q", "-o", out.to_str().unwrap()];
        self.run(&[&arguments, more].concat())
    }

    fn env(&self, mode: &str) -> Ran {
        let env = self.theirs("env");
        self.run(&[
            "env",
            "-q",
            "-o",
            env.to_str().unwrap(),
            "--link-mode",
            mode,
            "--output-format",
            "json",
        ])
    }
}

/// How a file came into an environment.
fn mode_of(manifest: &Value, end: &str) -> String {
    let files = manifest["distributions"][0]["files"].as_array().unwrap();
    let mut files = files.iter();
    let found = files.find(|file| file["path"].as_str().unwrap().ends_with(end));
    found.unwrap()["mode"].as_str().unwrap().to_owned()
}

/// The system lets nobody hard-link what is not theirs (`protected_hardlinks`):
/// then the few large files are linked symbolically by default, and copied
/// where hard links were asked for.
#[test]
fn files_of_somebody_else() {
    let scene = Scene::new();
    let before = Snapshot::of(&scene.toy.host);
    let protected = fs::read_to_string("/proc/sys/fs/protected_hardlinks");
    let protected = is_root() && protected.is_ok_and(|text| text.trim() == "1");
    let cloned = has_reflinks(&scene.theirs(""));
    println!(
        "as another user: {}; links are protected: {protected}",
        is_root()
    );
    for (mode, large, small) in [
        (
            "auto",
            if protected { "symlink" } else { "hardlink" },
            "copy",
        ),
        (
            "hardlink",
            if protected { "copy" } else { "hardlink" },
            if protected { "copy" } else { "hardlink" },
        ),
        ("symlink", "symlink", "symlink"),
        ("copy", "copy", "copy"),
        ("clone", "copy", "copy"),
    ] {
        let ran = scene.env(mode);
        assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
        let manifest: Value = serde_json::from_str(&ran.stdout).unwrap();
        let (large, small) = if cloned && matches!(mode, "auto" | "clone") {
            ("clone", "clone")
        } else {
            (large, small)
        };
        assert_eq!(mode_of(&manifest, "toolkit/large.bin"), large, "{mode}");
        assert_eq!(mode_of(&manifest, "toolkit/data.txt"), small, "{mode}");
        if small == "copy" {
            // A copy belongs to who made it, who can remove it.
            let site = scene.toy.site();
            let site = scene
                .theirs("env")
                .join(site.strip_prefix(&scene.toy.host).unwrap());
            let owner = fs::metadata(site.join("toolkit/data.txt")).unwrap().uid();
            let expected = fs::metadata(scene.theirs("")).unwrap().uid();
            assert_eq!(owner, expected, "{mode}");
        }
        let ran = scene.build(&["--link-mode", mode]);
        assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
        assert_eq!(
            names(&scene.theirs("out")),
            [".passthrough", "demo-1.0-py3-none-any.whl"]
        );
        before.assert_unchanged(&scene.toy.host, mode);
        assert_nothing_left(&temporary(&scene.toy.context));
    }
}

/// What may not be read is named, with the reason; nothing is made of the rest.
#[test]
fn files_that_may_not_be_read() {
    let scene = Scene::new();
    let site = scene.toy.site();
    let mut said = String::new();
    for (name, closed) in [
        ("toolkit/data.txt", 0o600),
        ("toolkit/large.bin", 0o600),
        ("toolkit", 0o700),
        ("toolkit-1.0.dist-info/RECORD", 0o600),
        ("toolkit-1.0.dist-info/METADATA", 0o600),
        ("toolkit-1.0.dist-info", 0o700),
        ("", 0o700),
    ] {
        let path = site.join(name);
        let open = fs::metadata(&path).unwrap().permissions().mode();
        allow(&path, if is_root() { closed } else { 0 });
        let ran = scene.build(&["--link-mode", "copy", "--offline", "--strict"]);
        assert!(matches!(ran.code, Some(1 | 2)), "{name}: {ran:?}");
        said.push_str(&format!("{name}: {}\n{}\n", ran.code.unwrap(), ran.stderr));
        assert!(!scene.theirs("out").exists(), "{name}");
        assert_nothing_left(&temporary(&scene.toy.context));
        allow(&path, open & 0o7777);
    }
    let root = scene.toy.context.path("");
    said = said.replace(root.to_str().unwrap().trim_end_matches('/'), "ROOT");
    let library = names(&scene.toy.host.join("lib")).remove(0);
    said = said.replace(&library, "pythonX.Y");
    insta::assert_snapshot!(said, @r#"
    toolkit/data.txt: 2
    error: `ROOT/host/lib/pythonX.Y/site-packages/toolkit/data.txt` of toolkit cannot be read: Permission denied (os error 13)
    hint: have it made readable, or refuse toolkit with --deny toolkit

    toolkit/large.bin: 2
    error: `ROOT/host/lib/pythonX.Y/site-packages/toolkit/large.bin` of toolkit cannot be read: Permission denied (os error 13)
    hint: have it made readable, or refuse toolkit with --deny toolkit

    toolkit: 2
    error: `ROOT/host/lib/pythonX.Y/site-packages/toolkit/__init__.py` cannot be read: Permission denied (os error 13)
    hint: have it made readable, or refuse its distribution with --deny

    toolkit-1.0.dist-info/RECORD: 2
    error: `ROOT/host/lib/pythonX.Y/site-packages/toolkit-1.0.dist-info/RECORD` of toolkit cannot be read: Permission denied (os error 13)
    hint: have it made readable, or refuse toolkit with --deny toolkit

    toolkit-1.0.dist-info/METADATA: 1
    pyproject.toml:11: toolkit: metadata (1.0): METADATA cannot be read: Permission denied (os error 13)
    pyproject.toml:11:31: error[BIP206] `toolkit` falls back: METADATA cannot be read: Permission denied (os error 13)
    ROOT/host/lib/pythonX.Y/site-packages/toolkit-1.0.dist-info: warning[BIP304] METADATA cannot be read: Permission denied (os error 13)
    error: the project cannot be built as it is declared

    toolkit-1.0.dist-info: 1
    pyproject.toml:11: toolkit: metadata (1.0): METADATA cannot be read: Permission denied (os error 13)
    pyproject.toml:11:31: error[BIP206] `toolkit` falls back: METADATA cannot be read: Permission denied (os error 13)
    ROOT/host/lib/pythonX.Y/site-packages/toolkit-1.0.dist-info: warning[BIP304] METADATA cannot be read: Permission denied (os error 13)
    error: the project cannot be built as it is declared

    : 1
    pyproject.toml:11: toolkit: not-installed: the host has no distribution of that name
    pyproject.toml:11:31: error[BIP204] `toolkit` falls back: the host has no distribution of that name
    ROOT/host/lib/pythonX.Y/site-packages: warning[BIP309] this entry of sys.path cannot be listed: Permission denied (os error 13)
    error: the project cannot be built as it is declared
    "#);
}

/// Where somebody may not write, that is said, and nothing is begun.
#[test]
fn places_that_may_not_be_written_to() {
    let scene = Scene::new();
    let before = Snapshot::of(&scene.toy.host);
    let closed = scene.toy.context.path("closed");
    fs::create_dir(&closed).unwrap();
    allow(&closed, if is_root() { 0o755 } else { 0o555 });
    let closed = closed.to_str().unwrap();
    for arguments in [
        &["build", "--wheel", "-q", "-o", closed][..],
        &["env", "-q", "-o", &format!("{closed}/env")],
        &["run", "-q", "-o", closed, "--frontend", "pip"],
    ] {
        let ran = scene.run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(ran.stdout, "");
        assert_eq!(ran.stderr.matches("error: ").count(), 1, "{ran:?}");
        for words in [closed, "Permission denied"] {
            assert!(ran.stderr.contains(words), "{words}: {ran:?}");
        }
        assert_eq!(names(Path::new(closed)), [""; 0]);
        assert_nothing_left(&temporary(&scene.toy.context));
    }
    before.assert_unchanged(&scene.toy.host, "closed places");
}

/// Root builds with the host of somebody else: it stays theirs.
#[test]
fn a_host_of_somebody_else() {
    let toy = Toy::new();
    if is_root() {
        run(Command::new("chown")
            .args(["-R", "-h", &format!("{OTHER}:{OTHER}")])
            .arg(&toy.host));
    }
    let before = Snapshot::of(&toy.host);
    for mode in ["auto", "hardlink", "symlink", "copy"] {
        let line = "package.joinpath('data.txt').chmod(0o600)";
        let line = if matches!(mode, "auto" | "copy") {
            line
        } else {
            "pass"
        };
        let mut build = toy.build(&["-q", "--link-mode", mode]);
        let ran = Ran::of(build.env("TOY_DO", line));
        assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
        assert_nothing_left(&temporary(&toy.context));
        before.assert_unchanged(&toy.host, mode);
    }
}

/// In a folder for temporary files that all users share, each removes what
/// killed runs of theirs have left behind, and nobody else's.
#[test]
fn what_killed_runs_of_others_left_behind() {
    let scene = Scene::new();
    let shared = temporary(&scene.toy.context);
    allow(&shared, 0o1777);
    let lock = "passthrough-env 1: removed when its owner is gone\n";
    let left = |random: &str, owner: u32| {
        let directory = shared.join(format!("passthrough-env-{random}"));
        fs::create_dir(&directory).unwrap();
        allow(&directory, 0o700);
        for (file, content) in [("lock", lock), ("file", "")] {
            fs::write(directory.join(file), content).unwrap();
            give(&directory.join(file), owner);
        }
        give(&directory, owner);
        directory
    };
    let own = rustix::process::geteuid().as_raw();
    let (mine, theirs) = (
        left("MineMineMineMine", own),
        left("TheirTheirTheirT", OTHER),
    );
    let ran = scene.build(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!theirs.exists());
    assert_eq!(mine.exists(), is_root());
    // And the other way round: root, who could, does not either.
    let theirs = left("AgainAgainAgainA", OTHER);
    let ran = Ran::of(&mut scene.toy.build(&["-q"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!mine.exists());
    assert_eq!(theirs.exists(), is_root());
}
