//! Bad and hostile input: one clear error with its place, the right exit code,
//! nothing on stdout, no panic, within seconds.

use std::path::Path;
use std::time::Duration;

use fs_err as fs;
use passthrough_world::python::any;

use crate::context::{Context, Ran};

const GOOD: &str = "[build-system]\nrequires = [\"setuptools\"]\n";

/// The run ended as it should: `code`, nothing on stdout, and on stderr one
/// error that has all of `words`.
fn assert_refused(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    assert!(ran.took < Duration::from_secs(20), "{ran:?}");
    for word in words {
        assert!(ran.stderr.contains(word), "{word:?} is missing: {ran:?}");
    }
}

#[test]
fn no_pyproject() {
    let context = Context::new();
    let ran = context.check(["."]);
    assert_refused(&ran, 2, &["no pyproject.toml in ", "hint: "]);
    context.write("project/setup.py", "");
    assert_refused(&context.check(["."]), 2, &["setup.py"]);
    let ran = context.check(["nowhere"]);
    assert_refused(&ran, 2, &["nowhere", "hint: "]);
}

#[test]
fn the_nearest_pyproject_upward_is_read() {
    let context = Context::new();
    context.pyproject(GOOD);
    fs::create_dir_all(context.path("project/src/deep")).unwrap();
    let ran = Ran::of(
        context
            .command()
            .current_dir(context.path("project/src/deep"))
            .args(["check", "--output-format", "json"]),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn an_unreadable_file() {
    let context = Context::new();
    // A directory in the file's place cannot be read by anybody, root included.
    fs::create_dir(context.path("project/pyproject.toml")).unwrap();
    assert_refused(&context.check(["."]), 2, &["pyproject.toml"]);
}

#[test]
fn a_symlink_loop_and_a_dangling_link() {
    let context = Context::new();
    let link = context.path("project/pyproject.toml");
    fs::os::unix::fs::symlink("pyproject.toml", &link).unwrap();
    assert_refused(
        &context.check(["."]),
        2,
        &["pyproject.toml", "symbolic links"],
    );
    fs::remove_file(&link).unwrap();
    fs::os::unix::fs::symlink("gone.toml", &link).unwrap();
    assert_refused(&context.check(["."]), 2, &["pyproject.toml"]);
}

#[test]
fn a_fifo_in_place_of_the_file() {
    let context = Context::new();
    let path = context.path("project/pyproject.toml");
    passthrough_world::python::run(std::process::Command::new("mkfifo").arg(&path));
    assert_refused(
        &context.check(["."]),
        2,
        &["pyproject.toml", "not a regular file"],
    );
}

#[test]
fn fifty_megabytes() {
    let context = Context::new();
    context.write("project/pyproject.toml", vec![b'#'; 50 * 1024 * 1024]);
    assert_refused(&context.check(["."]), 2, &["larger than"]);
}

#[test]
fn invalid_utf_8_is_the_projects_fault() {
    let context = Context::new();
    context.write(
        "project/pyproject.toml",
        b"[build-system]\nrequires = [\"\xff\"]\n",
    );
    let ran = context.check(["."]);
    assert_refused(&ran, 1, &["pyproject.toml:2:14: not valid UTF-8"]);
}

/// A project at fault is a report, not a failure: its findings are the answer.
fn assert_reported(context: &Context, code: &str) {
    let python = any();
    let ran = context.check([
        Path::new("--python"),
        &python,
        Path::new("--output-format=concise"),
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains(code), "{ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    assert!(ran.took < Duration::from_secs(20), "{ran:?}");
}

#[test]
fn nul_bytes_a_nesting_bomb_and_broken_toml() {
    let context = Context::new();
    context.write("project/pyproject.toml", vec![0; 4096]);
    assert_reported(&context, "BIP101");
    let bomb = format!("a = {}", "[".repeat(200_000));
    context.pyproject(&bomb);
    assert_reported(&context, "BIP101");
    let closed = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    context.pyproject(&closed);
    assert_reported(&context, "BIP101");
    let inline = format!("a = {}", "{a=".repeat(100_000));
    context.pyproject(&inline);
    assert_reported(&context, "BIP101");
    let dotted = format!("[{}]", vec!["a"; 100_000].join("."));
    context.pyproject(&dotted);
    let python = any();
    let ran = context.check([Path::new("--python"), &python]);
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
}

#[test]
fn no_interpreter() {
    let context = Context::new();
    context.pyproject(GOOD);
    let ran = Ran::of(
        context
            .command()
            .args(["check"])
            .env("PATH", context.path("empty")),
    );
    assert_refused(&ran, 2, &["python3", "hint: "]);
    let ran = context.check(["--python", "/nowhere/python"]);
    assert_refused(&ran, 2, &["/nowhere/python"]);
    let ran = context.check(["--python", "3.99"]);
    assert_refused(&ran, 2, &["3.99"]);
    let mut command = context.command();
    let ran = Ran::of(command.arg("check").env("VIRTUAL_ENV", "/nowhere/venv"));
    assert_refused(&ran, 2, &["VIRTUAL_ENV", "/nowhere/venv"]);
}

#[test]
fn a_venv_whose_interpreter_is_gone() {
    let context = Context::new();
    context.pyproject(GOOD);
    let venv = context.venv("project/.venv", &any(), &["--without-pip"]);
    for name in ["python", "python3"] {
        fs::remove_file(venv.join("bin").join(name)).unwrap();
        fs::os::unix::fs::symlink("/nowhere/python3", venv.join("bin").join(name)).unwrap();
    }
    assert_refused(&context.check(["."]), 2, &[".venv", "hint: "]);
}

#[test]
fn interpreters_that_misbehave() {
    let context = Context::new();
    context.pyproject(GOOD);
    let check = |script: &str, seconds: &str| {
        let python = context.script("bin/python3", script);
        context.check([
            Path::new("--timeout"),
            Path::new(seconds),
            Path::new("--python"),
            &python,
        ])
    };
    let exits = check("#!/bin/sh\necho 'no \x1b[31mlicence' >&2\nexit 3\n", "10");
    assert_refused(&exits, 2, &["3", "licence"]);
    assert!(!exits.stderr.contains('\x1b'), "{exits:?}");
    let hangs = check("#!/bin/sh\nsleep 600 &\nsleep 600\n", "1");
    assert_refused(&hangs, 2, &["within 1s"]);
    let silent = check("#!/bin/sh\nexit 0\n", "10");
    assert_refused(&silent, 2, &["bin/python3"]);
    let floods = check("#!/bin/sh\nexec yes\n", "5");
    assert_refused(&floods, 2, &["bin/python3"]);
    let no_program = check("not a program", "5");
    assert_refused(&no_program, 2, &["bin/python3"]);
}

#[test]
fn an_interrupt_ends_the_interpreter_too() {
    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    let context = Context::new();
    context.pyproject(GOOD);
    let pids = context.path("pids");
    let script = format!(
        "#!/bin/sh\nsleep 600 &\necho $$ $! > {}\nwait\n",
        pids.display()
    );
    let python = context.script("bin/python3", &script);
    let mut child = context
        .command()
        .args(["check", "--timeout", "600", "--python"])
        .arg(&python)
        .spawn()
        .unwrap();
    let started = || fs::read_to_string(&pids).is_ok_and(|text| text.ends_with('\n'));
    while !started() {
        std::thread::sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for pid in fs::read_to_string(&pids).unwrap().split_whitespace() {
        let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
        // Killed, but perhaps not reaped yet by whoever inherited it.
        let is_gone = || {
            test_kill_process(pid).is_err()
                || fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
                    .is_ok_and(|stat| stat.contains(") Z "))
        };
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while !is_gone() {
            assert!(
                std::time::Instant::now() < deadline,
                "{pid:?} is still there"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn an_interpreter_that_prints_at_start_is_understood_all_the_same() {
    let context = Context::new();
    context.pyproject(GOOD);
    let script = format!(
        "#!/bin/sh\necho '{{\"hello\": 1}}'\nexec {} \"$@\"\n",
        any().display()
    );
    let python = context.script("bin/python3", &script);
    let ran = context.check([Path::new("--python"), &python]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_host_document_that_breaks_the_schema() {
    let context = Context::new();
    context.pyproject(GOOD);
    let check = |text: &str| {
        context.write("host.json", text);
        context.check(["--host-json", "../host.json"])
    };
    assert_refused(&check("{"), 2, &["host.json", "line 1", "hint: "]);
    assert_refused(&check("[]"), 2, &["host.json"]);
    assert_refused(
        &check(r#"{"schema": "passthrough-host/2"}"#),
        2,
        &["passthrough-host/2"],
    );
    let deep = "[".repeat(100_000);
    assert_refused(&check(&deep), 2, &["host.json"]);
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/torch-extension/host.json"
    );
    let good = fs::read_to_string(example).unwrap();
    assert_eq!(check(&good).code, Some(0));
    let unknown = good.replacen(
        "\"name\": \"torch\"",
        "\"colour\": 1, \"name\": \"torch\"",
        1,
    );
    assert_refused(&check(&unknown), 2, &["colour"]);
    let not_a_name = good.replacen("\"torch\"", "\"-torch-\"", 1);
    assert_refused(&check(&not_a_name), 2, &["-torch-"]);
    let ran = context.check(["--host-json", "nowhere.json"]);
    assert_refused(&ran, 2, &["nowhere.json"]);
}

#[test]
fn usage_errors() {
    let context = Context::new();
    context.pyproject(GOOD);
    for arguments in [
        &["--frobnicate"][..],
        &["--deny", "torch>=2"],
        &["--require", "torch >=>= 2"],
        &["--host-json", "x", "--python", "y"],
        &["--timeout", "0"],
        &["--output-format", "xml"],
    ] {
        let ran = context.check(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?} {ran:?}");
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    }
}

#[test]
fn constraint_files_are_checked() {
    let context = Context::new();
    context.pyproject(GOOD);
    context.write("project/c.txt", "numpy<2\nscipy ==\n");
    let ran = context.check(["--constraint", "c.txt"]);
    assert_refused(&ran, 2, &["c.txt:2: "]);
    let ran = context.check(["--constraint", "nowhere.txt"]);
    assert_refused(&ran, 2, &["nowhere.txt"]);
}

#[test]
fn one_bad_project_does_not_hide_the_others() {
    let context = Context::new();
    context.pyproject(GOOD);
    let python = any();
    let ran = context.check([
        Path::new("--python"),
        &python,
        Path::new("."),
        Path::new("nowhere"),
    ]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("nowhere"));
    assert!(ran.stdout.contains("pyproject.toml"));
}
