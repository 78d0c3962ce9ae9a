//! Interpreters that do not answer: each ends in a clear error, in time, and
//! with nothing left running.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use passthrough_interpreter::{AskError, AskErrorKind, AskOptions, ask};
use passthrough_world::python;

use crate::support::{ask_in, scratch, script, shell, site, venv};

fn fail(executable: &Path, timeout: Duration) -> AskError {
    let options = AskOptions {
        timeout,
        ..AskOptions::default()
    };
    let shell = shell(executable.parent().unwrap());
    ask(executable, &shell, &options).expect_err("an answer")
}

const LONG: Duration = Duration::from_secs(60);
/// Long enough for a shell script to come to the point where it hangs.
const SHORT: Duration = Duration::from_secs(3);

/// How a shell script in the place of an interpreter fails.
fn fail_script(text: &str, timeout: Duration) -> AskError {
    let (_guard, scratch) = scratch();
    fail(
        &script(&scratch.join("python"), &format!("#!/bin/sh\n{text}\n")),
        timeout,
    )
}

fn message(error: &AskError) -> String {
    let directory = error.executable.parent().unwrap().to_str().unwrap();
    let hint = error.hint().unwrap_or_default();
    format!("{error}\n{hint}").replace(directory, "[DIR]")
}

/// Waits until a process is gone, or at least dead.
fn assert_dies(pid: &str) {
    let status = PathBuf::from(format!("/proc/{pid}/stat"));
    let dead = || match fs::read_to_string(&status) {
        Ok(text) => text
            .rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('Z')),
        Err(_) => true,
    };
    for _ in 0..500 {
        if dead() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("process {pid} is still there");
}

#[test]
fn one_that_hangs_is_killed_with_all_that_it_started() {
    let (_guard, scratch) = scratch();
    let pids = scratch.join("pids");
    let python = script(
        &scratch.join("python"),
        &format!(
            "#!/bin/sh\nsleep 600 &\necho $$ $! > '{}'\necho waiting >&2\nwait\n",
            pids.display()
        ),
    );
    let error = fail(&python, SHORT);
    assert!(matches!(error.kind, AskErrorKind::Timeout(SHORT)));
    assert_eq!(error.stderr, b"waiting\n");
    for pid in fs::read_to_string(pids).unwrap().split_whitespace() {
        assert_dies(pid);
    }
    insta::assert_snapshot!(message(&error), @"
    `[DIR]/python` did not answer within 3s and was stopped
    start-up code of the environment may hang: see what `[DIR]/python -c pass` does, or use --no-spawn
    ");
}

#[test]
fn one_that_closes_its_output_and_hangs_is_killed() {
    let error = fail_script("exec >&- 2>&-; exec sleep 600", SHORT);
    assert!(matches!(error.kind, AskErrorKind::Timeout(_)), "{error}");
}

#[test]
fn one_that_hangs_in_start_up_code_is_killed() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let site = site(&ask_in(&executable, &shell(&scratch)));
    fs::write(site.join("hang.pth"), "import time; time.sleep(600)").unwrap();
    let error = fail(&executable, SHORT);
    assert!(matches!(error.kind, AskErrorKind::Timeout(_)), "{error}");
}

#[test]
fn one_that_fails_is_quoted() {
    let error = fail_script("echo \"cannot\" >&2; exit 3", LONG);
    assert!(matches!(error.kind, AskErrorKind::Exit(3)));
    assert_eq!(error.stderr, b"cannot\n");
    insta::assert_snapshot!(message(&error), @"
    `[DIR]/python` ended with exit status 3 instead of an answer
    see what `[DIR]/python -c pass` does, or choose another interpreter with --python
    ");
}

#[test]
fn one_that_answers_and_then_fails_has_failed() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let site = site(&ask_in(&executable, &shell(&scratch)));
    fs::write(
        site.join("code.pth"),
        "import atexit, os; atexit.register(os._exit, 5)",
    )
    .unwrap();
    let error = fail(&executable, LONG);
    assert!(matches!(error.kind, AskErrorKind::Exit(5)), "{error}");
}

#[test]
fn a_flood_is_stopped() {
    let error = fail_script("exec yes", LONG);
    assert!(matches!(error.kind, AskErrorKind::Flood("standard output")));
    insta::assert_snapshot!(message(&error), @"
    `[DIR]/python` flooded its standard output and was stopped
    start-up code of the environment (sitecustomize, .pth files) writes too much: see what `[DIR]/python -c pass` does, or use --no-spawn
    ");

    let error = fail_script("exec yes flood >&2", LONG);
    assert!(matches!(error.kind, AskErrorKind::Flood("standard error")));
    assert_eq!(error.stderr.len(), 4096);
}

#[test]
fn a_flood_from_what_was_left_running_is_stopped() {
    let (_guard, scratch) = scratch();
    let pid = scratch.join("pid");
    let python = script(
        &scratch.join("python"),
        &format!("#!/bin/sh\nyes &\necho $! > '{}'\nwait\n", pid.display()),
    );
    let error = fail(&python, LONG);
    assert!(matches!(error.kind, AskErrorKind::Flood(_)), "{error}");
    assert_dies(fs::read_to_string(pid).unwrap().trim());
}

#[test]
fn only_the_end_of_a_long_standard_error_is_kept() {
    let error = fail_script("seq 100000 >&2; echo end >&2; exit 1", LONG);
    assert_eq!(error.stderr.len(), 4096);
    assert!(error.stderr.ends_with(b"99999\n100000\nend\n"));
}

#[test]
fn garbage_is_no_answer() {
    for garbage in [
        "echo '{}'",
        "head -c 1000 /dev/urandom",
        "true",
        "echo \"$@\"",
    ] {
        let error = fail_script(garbage, LONG);
        assert!(matches!(error.kind, AskErrorKind::NoAnswer), "{error}");
    }
    insta::assert_snapshot!(message(&fail_script("true", LONG)), @"
    `[DIR]/python` gave no answer: it does not behave like a Python interpreter
    choose another interpreter with --python
    ");
}

/// What answers in the right form, but not with facts. `rev` turns the nonce
/// round as the probe does.
fn fail_answering(document: &str) -> AskError {
    fail_script(
        &format!(
            "for nonce; do :; done\nmark=$(echo \"$nonce\" | rev)\necho \"$mark\"'{document}'\"$mark\""
        ),
        LONG,
    )
}

#[test]
fn an_answer_that_cannot_be_read_is_reported() {
    let error = fail_answering("{\"facts\":");
    assert!(matches!(error.kind, AskErrorKind::Garbled(_)), "{error}");
    insta::assert_snapshot!(message(&error), @"
    `[DIR]/python` gave an answer that cannot be read: EOF while parsing a value at line 1 column 9
    start-up code of the environment (sitecustomize, .pth files) writes too much: see what `[DIR]/python -c pass` does, or use --no-spawn
    ");
}

#[test]
fn a_signal_is_named() {
    let error = fail_script("kill -SEGV $$", LONG);
    assert!(matches!(error.kind, AskErrorKind::Signal(11)), "{error}");
    insta::assert_snapshot!(message(&error), @"
    `[DIR]/python` was killed by signal 11
    see what `[DIR]/python -c pass` does, or choose another interpreter with --python
    ");
}

#[test]
fn old_versions_are_refused() {
    let error = fail_answering("{\"too_old\":\"2.7.18\"}");
    assert!(matches!(&error.kind, AskErrorKind::TooOld(version) if version == "2.7.18"));
    insta::assert_snapshot!(message(&error), @"
    `[DIR]/python` is Python 2.7.18, which is too old: 3.8 is the oldest supported
    choose another interpreter with --python
    ");

    // Real ones, where there are some: the probe must get as far in them.
    let versions = std::env::home_dir().unwrap().join(".pyenv/versions");
    for name in ["2.7.18", "3.6.15", "3.7.16"] {
        let python = versions.join(name).join("bin/python");
        if python.exists() {
            let error = fail(&python, LONG);
            assert!(
                matches!(&error.kind, AskErrorKind::TooOld(version) if version == name),
                "{error}"
            );
        }
    }
}

#[test]
fn what_cannot_be_started_says_why() {
    let (_guard, scratch) = scratch();
    fs_err::os::unix::fs::symlink("/nonexistent/python3", scratch.join("python")).unwrap();
    let gone = fail(&scratch.join("python"), LONG);
    insta::assert_snapshot!(message(&gone), @"
    `[DIR]/python` cannot be started: No such file or directory (os error 2)
    the file, or the interpreter that its first line names, does not exist; recreate the environment or choose another interpreter with --python
    ");

    fs::write(scratch.join("plain"), "").unwrap();
    let plain = fail(&scratch.join("plain"), LONG);
    insta::assert_snapshot!(message(&plain), @"
    `[DIR]/plain` cannot be started: Permission denied (os error 13)
    make the file executable, or choose another interpreter with --python
    ");

    let foreign = script(&scratch.join("foreign"), "#!/nonexistent/sh\n");
    let foreign = fail(&foreign, LONG);
    insta::assert_snapshot!(message(&foreign), @"
    `[DIR]/foreign` cannot be started: No such file or directory (os error 2)
    the file, or the interpreter that its first line names, does not exist; recreate the environment or choose another interpreter with --python
    ");
}
