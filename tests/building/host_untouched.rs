//! Nothing that happens to a build changes the host.

use std::process::Command;

use fs_err as fs;
use passthrough_wheelhouse::Wheel;
use passthrough_world::python::run;

use super::toy::{Toy, assert_nothing_left};
use super::volume::limited;
use super::world::{Snapshot, command, names, program, temporary, uv};
use crate::context::Ran;

/// What a hook may do to what is exposed, in the default link mode.
const HOSTILE: [&str; 12] = [
    "package.joinpath('__init__.py').open('a').write('answer = 0')",
    "package.joinpath('data.txt').write_text('')",
    "os.truncate(package / 'data.txt', 0)",
    "os.utime(package / 'data.txt', (0, 0))",
    "package.joinpath('new.py').write_text('')",
    "package.joinpath('__init__.py').unlink()",
    "package.joinpath('large.bin').unlink()",
    "package.joinpath('__init__.py').chmod(0o777)",
    "package.chmod(0o555)",
    "__import__('shutil').rmtree(package)",
    "os.rename(package / 'large.bin', package / 'moved.bin')",
    "print(__import__('py_compile').compile(str(package / '__init__.py'), doraise=True))",
];

#[test]
fn hostile_hooks_reach_the_environment_alone() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    for line in HOSTILE {
        for key in ["do", "requires"] {
            let setting = format!("{key}={line}");
            let ran = Ran::of(&mut toy.build(&["--config-setting", &setting]));
            // Between the hooks, what was exposed is looked at again (I5): to
            // have lost it may be an error there.
            assert!(matches!(ran.code, Some(0..=2)), "{line}: {ran:?}");
            assert!(!ran.stderr.contains("panicked"), "{line}: {ran:?}");
            if key == "do" {
                assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
            }
            before.assert_unchanged(&toy.host, line);
            assert_nothing_left(&temporary(&toy.context));
        }
    }
}

#[test]
fn bytecode_of_what_is_imported_stays_in_the_environment() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let line = "do=import toolkit, pathlib; assert any(pathlib.Path(toolkit.__file__).parent.glob('__pycache__/*.pyc'))";
    let mut build = toy.build(&["--config-setting", line]);
    let ran = Ran::of(build.env_remove("PYTHONDONTWRITEBYTECODE"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    before.assert_unchanged(&toy.host, "a build that writes bytecode");
}

/// What is hard-linked can be reached. Then the build fails, and says whose
/// file it was.
#[test]
fn what_reaches_a_hard_linked_file_is_not_kept_quiet() {
    for (line, said) in [
        (
            "package.joinpath('large.bin').open('ab').write(b'x')",
            "has another size",
        ),
        (
            "package.joinpath('large.bin').open('r+b').write(b'x')",
            "was written to",
        ),
        (
            "package.joinpath('large.bin').chmod(0o600)",
            "has other permissions",
        ),
    ] {
        // A failure of the hook itself does not hide it.
        for end in ["", "; raise SystemExit(3)"] {
            let toy = Toy::new();
            let setting = format!("do={line}{end}");
            let arguments = ["--link-mode", "hardlink", "--config-setting", &setting];
            let ran = Ran::of(&mut toy.build(&arguments));
            assert_eq!(ran.code, Some(1), "{ran:?}");
            let file = toy.site().join("toolkit/large.bin");
            for word in [
                file.to_str().unwrap(),
                "of toolkit",
                said,
                "hint: install toolkit",
            ] {
                assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
            }
            assert_eq!(ran.stdout, "");
            assert_eq!(names(&toy.out()), [""; 0]);
            assert_nothing_left(&temporary(&toy.context));
        }
    }
}

#[test]
fn failing_builds() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    for line in [
        "raise ValueError('no')",
        "raise SystemExit(4)",
        "os.abort()",
        "import not_there",
        "answer = ''",
        "os._exit(0)",
    ] {
        let setting = format!("do={line}");
        let ran = Ran::of(&mut toy.build(&["--config-setting", &setting]));
        assert_eq!(ran.code, Some(1), "{line}: {ran:?}");
        assert_eq!(ran.stdout, "", "{line}: {ran:?}");
        assert!(!toy.out().exists(), "{line}");
        before.assert_unchanged(&toy.host, line);
        assert_nothing_left(&temporary(&toy.context));
    }
}

#[test]
fn installers_replace_the_environments_copy_alone() {
    let toy = Toy::new();
    let other = Wheel::new("toolkit", "2.0").file("toolkit/__init__.py", "answer = 0\n");
    let same = Wheel::new("toolkit", "1.0").file("toolkit/__init__.py", "answer = 1\n");
    let wheels = toy.wheels(&[other, same]);
    let before = Snapshot::of(&toy.host);
    let pip = program("pip==26.3").join("pip");
    for mode in ["auto", "copy", "hardlink", "symlink"] {
        for (installer, requirement) in [
            ("pip", "toolkit==2.0"),
            ("uv", "toolkit==2.0"),
            ("pip", "toolkit==1.0"),
            ("uv", "toolkit==1.0"),
        ] {
            let env = toy.context.path("env");
            let project = toy.context.project();
            let arguments = [
                "env",
                project.to_str().unwrap(),
                "--output",
                env.to_str().unwrap(),
                "--link-mode",
                mode,
            ];
            let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let mut install = if installer == "pip" {
                let mut install = Command::new(&pip);
                install
                    .arg("--python")
                    .arg(env.join("bin/python"))
                    .args(["install", "--force-reinstall"]);
                install
            } else {
                let mut install = Command::new(uv().join("uv"));
                install
                    .args(["pip", "install", "--reinstall", "--no-config", "--python"])
                    .arg(env.join("bin/python"));
                install
            };
            run(install
                .args(["--quiet", "--no-index", "--find-links"])
                .arg(&wheels)
                .arg(requirement)
                .env("PYTHONDONTWRITEBYTECODE", "1"));
            let init = fs::read_to_string(only_package(&env)).unwrap();
            assert_ne!(init, "answer = 42\n", "{installer} has done nothing");
            before.assert_unchanged(&toy.host, &format!("{installer} {requirement}, {mode}"));
        }
    }
}

fn only_package(env: &std::path::Path) -> std::path::PathBuf {
    let library = names(&env.join("lib")).into_iter().next().unwrap();
    env.join("lib")
        .join(library)
        .join("site-packages/toolkit/__init__.py")
}

/// A write that the system refuses, as on a full disk, ends with an error.
#[test]
fn files_that_cannot_be_written_whole() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let build = toy.build(&["--link-mode", "copy"]);
    // In units of 1024 bytes.
    let mut limited = limited(&build, 1000);
    let ran = Ran::of(&mut limited);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for word in ["error: ", "toolkit/large.bin", "File too large"] {
        assert!(ran.stderr.contains(word), "{word}: {ran:?}");
    }
    assert!(!toy.out().exists());
    before.assert_unchanged(&toy.host, "a copy that did not fit");
    assert_nothing_left(&temporary(&toy.context));
}

/// `/proc` takes no directory from anybody, root included.
#[test]
fn targets_that_cannot_be_written_to() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let project = toy.context.project();
    let project = project.to_str().unwrap();
    for arguments in [
        ["env", project, "--output", "/proc/passthrough"],
        ["build", project, "--output", "/proc/passthrough"],
        ["build", project, "--output", "/dev/null"],
    ] {
        let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(ran.stderr.matches("error: ").count(), 1, "{ran:?}");
        assert!(ran.stderr.contains(arguments[3]), "{ran:?}");
        assert_eq!(ran.stdout, "");
    }
    let ran = Ran::of(toy.build(&[]).env("TMPDIR", "/proc/passthrough"));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("/proc/passthrough"), "{ran:?}");
    assert!(!toy.out().exists());
    before.assert_unchanged(&toy.host, "places that cannot be written to");
}
