//! A frontend that fails, is ended, or changes what is the host's.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process_group};

use super::by;
use crate::building::toy::{LARGE, Toy, assert_ended, assert_nothing_left};
use crate::building::world::{FRONTENDS, Snapshot, names, temporary};
use crate::context::Ran;

/// Nothing appeared, and nothing is left.
fn assert_left_alone(toy: &Toy, project: &[String], frontend: &str) {
    assert!(!toy.out().exists(), "{frontend}: {:?}", names(&toy.out()));
    assert_nothing_left(&temporary(&toy.context));
    assert_eq!(names(&toy.context.project()), project, "{frontend}");
}

#[test]
fn what_fails_is_told_in_the_frontends_words() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let project = names(&toy.context.project());
    for (frontend, ..) in FRONTENDS {
        let fail = |more: &[&str]| {
            let mut run = by(&toy, frontend, more);
            let ran = Ran::of(run.env("TOY_DO", "raise ValueError('because')"));
            assert_eq!(ran.code, Some(1), "{frontend}: {ran:?}");
            assert_eq!(ran.stdout, "", "{frontend}");
            assert_left_alone(&toy, &project, frontend);
            ran.stderr
        };
        let error = format!("error: {frontend} failed: exit status: ");
        let stderr = fail(&[]);
        // Its words once, as they came, and then whose they were.
        let (words, ours) = stderr
            .split_once(&error)
            .unwrap_or_else(|| panic!("{stderr}"));
        assert!(words.contains("ValueError: because"), "{stderr}");
        assert!(words.contains("+ toolkit "), "{stderr}");
        assert_eq!(ours.lines().count(), 1, "{stderr}");
        if frontend == "uv" {
            // Who wants to hear little still hears why.
            for quiet in ["-q", "-qq"] {
                let stderr = fail(&[quiet]);
                assert!(stderr.starts_with(&error), "{stderr}");
                assert!(stderr.contains("\n  uv wrote:\n"), "{stderr}");
                assert!(stderr.contains("ValueError: because"), "{stderr}");
            }
        }
    }
    before.assert_unchanged(&toy.host, "frontends that failed");
}

/// It is heard while it works, on stderr; stdout has the answer alone.
#[test]
fn what_is_said_is_heard_at_once() {
    let toy = Toy::with_installed_backend();
    let go = toy.context.path("go");
    // The hook goes on once it was heard.
    let line = format!(
        "import time; print('half way', flush=True); \
         [time.sleep(0.01) for _ in iter(Path({go:?}).exists, True)]"
    );
    for frontend in ["build", "uv"] {
        let mut child = by(&toy, frontend, &[])
            .env("TOY_DO", &line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut says = BufReader::new(child.stderr.take().unwrap()).lines();
        let heard = says.any(|line| line.unwrap().contains("half way"));
        assert!(heard, "{frontend}: {:?}", child.wait());
        fs::write(&go, "").unwrap();
        let rest: Vec<String> = says.map(Result::unwrap).collect();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{frontend}: {rest:?}");
        let wheel = toy.out().join("demo-1.0-py3-none-any.whl");
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(stdout, format!("{}\n", wheel.display()), "{frontend}");
        fs::remove_file(&go).unwrap();
    }
}

#[test]
fn one_that_is_killed_takes_its_hook_along() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let project = names(&toy.context.project());
    let pid = toy.context.path("pid");
    let line = format!(
        "Path({pid:?}).write_text(str(os.getpid())); os.kill(os.getppid(), 9); __import__('time').sleep(600)"
    );
    let ran = Ran::of(by(&toy, "uv", &[]).env("TOY_DO", line));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr
            .ends_with("error: uv failed: signal: 9 (SIGKILL)\n"),
        "{ran:?}"
    );
    assert_ended(&fs::read_to_string(pid).unwrap());
    assert_left_alone(&toy, &project, "uv");
    before.assert_unchanged(&toy.host, "a frontend that was killed");
}

/// Ctrl-C: the frontend, its hook, and what that started in a session of its
/// own are gone, and so is the environment.
#[test]
fn an_interrupt_ends_all_of_it() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let project = names(&toy.context.project());
    let pids = toy.context.path("pids");
    let line = format!(
        "import subprocess, time; \
         child = subprocess.Popen(['sleep', '600'], start_new_session=True); \
         Path(directory, 'demo-1.0-py3-none-any.whl').write_text('half'); \
         Path({pids:?}).write_text(f'{{os.getpid()}} {{child.pid}}\\n'); time.sleep(600)"
    );
    for (frontend, ..) in FRONTENDS {
        let mut child = by(&toy, frontend, &["-q"])
            .env("TOY_DO", &line)
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let started = loop {
            match fs::read_to_string(&pids) {
                Ok(text) if text.ends_with('\n') => break text,
                _ if child.try_wait().unwrap().is_none() => sleep(Duration::from_millis(5)),
                _ => panic!("{frontend}: {:?}", child.wait_with_output()),
            }
        };
        fs::remove_file(&pids).unwrap();
        kill_process_group(Pid::from_child(&child), Signal::INT).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{frontend}: {stderr}");
        assert_eq!(output.stdout, b"", "{frontend}");
        assert_eq!(stderr, "error: interrupted\n", "{frontend}");
        started.split_whitespace().for_each(assert_ended);
        assert_left_alone(&toy, &project, frontend);
    }
    before.assert_unchanged(&toy.host, "interrupts");
}

/// The frontend itself ends well: its artefact does not appear all the same,
/// nor does it replace an earlier one.
#[test]
fn what_reaches_a_file_of_the_host_fails_the_run() {
    let toy = Toy::with_installed_backend();
    let file = toy.site().join("toolkit/large.bin");
    let project = names(&toy.context.project());
    let earlier = toy.out().join("demo-1.0-py3-none-any.whl");
    for (frontend, ..) in FRONTENDS {
        fs::create_dir(toy.out()).unwrap();
        fs::write(&earlier, "an earlier one").unwrap();
        let mut run = by(&toy, frontend, &["--link-mode", "hardlink"]);
        let line = "package.joinpath('large.bin').open('ab').write(b'x')";
        let ran = Ran::of(run.env("TOY_DO", line));
        assert_eq!(ran.code, Some(1), "{frontend}: {ran:?}");
        assert_eq!(ran.stdout, "", "{frontend}");
        for words in [
            "error: files of the host are not what they were before the build\n",
            &format!("`{}` of toolkit has another size", file.display()),
            "hint: install toolkit into the host again",
        ] {
            assert!(ran.stderr.contains(words), "{frontend}: {}", ran.stderr);
        }
        assert_eq!(names(&toy.out()), ["demo-1.0-py3-none-any.whl"]);
        assert_eq!(fs::read_to_string(&earlier).unwrap(), "an earlier one");
        fs::remove_dir_all(toy.out()).unwrap();
        assert_left_alone(&toy, &project, frontend);
        let large = fs::OpenOptions::new().write(true).open(&file).unwrap();
        large.set_len(LARGE as u64).unwrap();
    }
    // A copy can be written to, and that is nobody's business.
    let before = Snapshot::of(&toy.host);
    let line = "package.joinpath('data.txt').open('ab').write(b'x')";
    let ran = Ran::of(by(&toy, "uv", &[]).env("TOY_DO", line));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    before.assert_unchanged(&toy.host, "a write to a copy");
}
