//! Volumes that are full, and volumes whose files share their blocks.

use std::path::Path;
use std::process::Command;

use fs_err as fs;
use passthrough_wheelhouse::Wheel;
use serde_json::Value;

use super::toy::{PYPROJECT, Toy, assert_nothing_left};
use super::volume::{Volume, has_reflinks, limited};
use super::world::{Snapshot, command, frontend, names, temporary};
use crate::context::Ran;

/// A volume of memory, or why there can be none.
fn small(toy: &Toy, options: &str) -> Result<Volume, String> {
    let at = toy.context.path("small");
    fs::create_dir_all(&at).unwrap();
    Volume::mount(&at, &["-t", "tmpfs", "-o", options, "none"])
}

/// One error, which names the volume.
fn assert_full(ran: &Ran, volume: &Path) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    let is_ours = |line: &&str| line.starts_with("error: ");
    assert_eq!(ran.stderr.lines().filter(is_ours).count(), 1, "{ran:?}");
    for words in ["No space left on device", volume.to_str().unwrap()] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

const HINT: &str = "hint: make room, or name a directory on another file system\n";

/// An environment that does not fit leaves nothing, at whatever point it is
/// that room gives out: bytes, or files.
#[test]
fn an_environment_that_does_not_fit() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let at = toy.context.path("small");
    let project = toy.context.project();
    let env = at.join("env");
    let make = command(
        &toy.context,
        &toy.host,
        &[
            "env",
            project.to_str().unwrap(),
            "--link-mode",
            "copy",
            "-q",
            "-o",
            env.to_str().unwrap(),
        ],
    );
    let mut build = toy.build(&["--link-mode", "copy", "-q"]);
    build.env("TMPDIR", &at);
    for options in [
        "size=4k",
        "size=16k",
        "size=64k",
        "size=1m",
        // The root of the volume is one of them.
        "nr_inodes=2",
        "nr_inodes=3",
        "nr_inodes=5",
        "nr_inodes=9",
        "nr_inodes=15",
        "nr_inodes=25",
    ] {
        let volume = match small(&toy, options) {
            Ok(volume) => volume,
            Err(reason) => {
                println!("no volume of one's own ({reason}): a limit on the size of files instead");
                let ran = Ran::of(&mut limited(
                    &toy.build(&["--link-mode", "copy", "-q"]),
                    1000,
                ));
                assert_eq!(ran.code, Some(2), "{ran:?}");
                assert!(ran.stderr.contains("toolkit/large.bin"), "{ran:?}");
                assert_nothing_left(&temporary(&toy.context));
                before.assert_unchanged(&toy.host, "a limit");
                return;
            }
        };
        for command in [&build, &make] {
            let ran = Ran::of(&mut volume.command(command));
            assert_full(&ran, &at);
            assert!(ran.stderr.ends_with(HINT), "{options}: {ran:?}");
            assert_eq!(names(&volume.seen(&at)), [""; 0], "{options}");
            assert!(!toy.out().exists());
            before.assert_unchanged(&toy.host, options);
        }
    }
}

/// What is installed beside what is exposed, what the hook writes, and what a
/// frontend does: wherever it is that there is no room, nothing is half there.
#[test]
fn what_is_downloaded_or_built_and_does_not_fit() {
    let toy = Toy::new();
    let at = toy.context.path("small");
    let volume = match small(&toy, "size=800k") {
        Ok(volume) => volume,
        Err(reason) => {
            println!("no volume of one's own ({reason}): a limit on the size of files instead");
            let mut build = toy.build(&["-q"]);
            let ran = Ran::of(&mut limited(build.env("TOY_SIZE", "1500000"), 1000));
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.stderr.contains("File too large"), "{ran:?}");
            assert!(!toy.out().exists());
            return;
        }
    };
    let before = Snapshot::of(&toy.host);
    let left = || names(&volume.seen(&at));
    // The output folder is full, as the hook finds out.
    let out = at.join("dist");
    let project = toy.context.project();
    let arguments = [
        "build",
        "--wheel",
        "-q",
        "-o",
        out.to_str().unwrap(),
        project.to_str().unwrap(),
    ];
    let mut build = command(&toy.context, &toy.host, &arguments);
    build.env("TOY_SIZE", "1500000");
    let ran = Ran::of(&mut volume.command(&build));
    assert_full(&ran, &at);
    assert!(
        ran.stderr
            .ends_with("hint: name another folder with --output\n"),
        "{ran:?}"
    );
    assert_eq!(left(), [""; 0]);
    assert_nothing_left(&temporary(&toy.context));
    // A frontend as well; what was there before stays.
    let uv = frontend("uv");
    let arguments = [
        "run",
        project.to_str().unwrap(),
        "--frontend",
        &uv,
        "-q",
        "-o",
        out.to_str().unwrap(),
    ];
    let mut run = command(&toy.context, &toy.host, &arguments);
    run.env("TOY_SIZE", "1500000");
    fs::create_dir(volume.seen(&out)).unwrap();
    fs::write(volume.seen(&out).join("earlier.whl"), "").unwrap();
    let ran = Ran::of(&mut volume.command(&run));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("No space left on device"), "{ran:?}");
    assert_eq!(names(&volume.seen(&out)), ["earlier.whl"]);
    fs::remove_dir_all(volume.seen(&out)).unwrap();
    assert_nothing_left(&temporary(&toy.context));
    // The installer finds no room in the environment.
    toy.context
        .pyproject(&PYPROJECT.replacen("[\"toolkit\"]", "[\"toolkit\", \"heavy\"]", 1));
    let heavy = Wheel::new("heavy", "1.0").file("heavy/data.bin", vec![3; 1_500_000]);
    let wheels = toy.wheels(&[heavy]);
    for installer in ["uv", "pip"] {
        let mut build = toy.build(&["-q", "--link-mode", "symlink", "--installer", installer]);
        build
            .env("TMPDIR", &at)
            .env("UV_CACHE_DIR", toy.context.path("uv-cache"))
            .env("UV_LINK_MODE", "copy");
        for tool in ["UV", "PIP"] {
            build
                .env(format!("{tool}_FIND_LINKS"), &wheels)
                .env(format!("{tool}_NO_INDEX"), "1");
        }
        let ran = Ran::of(&mut volume.command(&build));
        assert_full(&ran, &at);
        assert_eq!(left(), [""; 0], "{installer}");
        assert!(!toy.out().exists());
    }
    before.assert_unchanged(&toy.host, "full volumes");
}

/// How each file of the toolkit came into an environment.
fn modes(manifest: &str) -> Vec<(String, String)> {
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let files = manifest["distributions"][0]["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| (text(&file["path"]), text(&file["mode"])))
        .filter(|(_, mode)| mode != "rewritten")
        .collect()
}

/// Clones take no room, and what is written to them stays in them.
#[test]
fn a_volume_whose_files_share_their_blocks() {
    let toy = Toy::new();
    let heavy = vec![9; 6_000_000];
    toy.install(&Wheel::new("toolkit-data", "1.0").file("toolkit_data/heavy.bin", heavy));
    toy.context
        .pyproject(&PYPROJECT.replace("[\"toolkit\"]", "[\"toolkit\", \"toolkit-data\"]"));
    let at = toy.context.path("shared");
    fs::create_dir(&at).unwrap();
    let project = toy.context.project();
    let env = at.join("env");
    let make = |host: &Path, mode: &str| {
        let arguments = [
            "env",
            project.to_str().unwrap(),
            "-q",
            "--link-mode",
            mode,
            "-o",
            env.to_str().unwrap(),
            "--output-format",
            "json",
        ];
        let mut make = command(&toy.context, host, &arguments);
        make.env("TMPDIR", &at);
        make
    };
    let volume = match Volume::with_reflinks(&toy.context, &at) {
        Ok(volume) => volume,
        Err(reason) => {
            // Then of the one that is there it can be told what it can do.
            let expected = if has_reflinks(&at) { "clone" } else { "copy" };
            println!("no volume of one's own ({reason}): this one makes each clone a {expected}");
            let ran = Ran::of(&mut make(&toy.host, "clone"));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            for (path, mode) in modes(&ran.stdout) {
                assert_eq!(mode, expected, "{path}");
            }
            return;
        }
    };
    let host = at.join("host");
    volume.run([Path::new("cp"), Path::new("-a"), &toy.host, &host]);
    let seen = volume.seen(&host);
    let before = Snapshot::of(&seen);
    // There is no room for a second copy.
    let mut copy = Command::new("cp");
    copy.args(["-r", "--reflink=never", "host", "env"])
        .current_dir(&at);
    let copied = volume.command(&copy).output().unwrap();
    assert!(!copied.status.success(), "{copied:?}");
    fs::remove_dir_all(volume.seen(&env)).unwrap();
    for mode in ["auto", "clone"] {
        let ran = Ran::of(&mut volume.command(&make(&host, mode)));
        assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
        for (path, way) in modes(&ran.stdout) {
            let is_metadata = path.contains(".dist-info/");
            let expected = if is_metadata && mode == "auto" {
                "copy"
            } else {
                "clone"
            };
            assert_eq!(way, expected, "{mode}: {path}");
        }
        before.assert_unchanged(&seen, mode);
    }
    fs::remove_dir_all(volume.seen(&env)).unwrap();
    // Of a hard link, the host's file would be written to.
    let line = "package.joinpath('large.bin').open('r+b').write(b'x')";
    let out = at.join("out");
    let build = |mode: &str| {
        let arguments = [
            "build",
            "--wheel",
            "-q",
            "--link-mode",
            mode,
            "-o",
            out.to_str().unwrap(),
            project.to_str().unwrap(),
        ];
        let mut build = command(&toy.context, &host, &arguments);
        build.env("TMPDIR", &at).env("TOY_DO", line);
        Ran::of(&mut volume.command(&build))
    };
    let ran = build("auto");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    before.assert_unchanged(&seen, "a write to a clone");
    let ran = build("hardlink");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .contains("toolkit/large.bin` of toolkit was written to"),
        "{ran:?}"
    );
}
