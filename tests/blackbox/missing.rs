//! What a run needs and does not have: it says so with exit code 2, and nothing of
//! a frontend.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use passthrough_protocol::ConformanceReport;

use super::{Bench, FRONTEND, passes};
use crate::context::Ran;

/// Small, and without dependencies.
const REQUIREMENT: &str = "six==1.17.0";
const SAYS_ITS_VERSION: &str = "import six; print(six.__version__)";

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    for words in words {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

/// A run that finds no frontends, and reaches no index but the one at this port.
fn afresh(bench: &Bench, profile: &Path, port: Option<u16>) -> Command {
    let mut command = bench.run(profile.to_str().unwrap());
    command
        .env("PASSTHROUGH_CACHE_DIR", bench.context.path("afresh"))
        .args(["--output-format", "json"]);
    if let Some(port) = port {
        command
            .env("PIP_INDEX_URL", format!("http://127.0.0.1:{port}/simple/"))
            .env("PIP_CONFIG_FILE", "/dev/null")
            .env("PIP_TIMEOUT", "600")
            .env("PIP_RETRIES", "1")
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1");
    }
    command
}

/// The environments that frontends were installed in by runs that begin `afresh`.
fn installed(bench: &Bench) -> Vec<PathBuf> {
    let entries = fs::read_dir(bench.context.path("afresh/frontends"));
    let paths = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    paths.filter(|path| path.join("bin/pip").exists()).collect()
}

fn is_judged(ran: &Ran) {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let report: ConformanceReport = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report.frontend.as_ref().unwrap().version, "1.17.0");
    assert!(passes(&report, "all-is-well"));
}

#[test]
fn the_version_is_asked_for_within_bounds() {
    let bench = Bench::new(&["all-is-well"]);
    let path = bench.profile("fake", FRONTEND, 60);
    let text = fs::read_to_string(&path).unwrap();
    let left = bench.context.path("version.left");
    let hangs = format!(
        "setsid sleep 1000 & echo $! > {}; sleep 1000",
        left.display()
    );
    for (program, words) in [
        (hangs.as_str(), &["it did not end within 3 s"][..]),
        ("yes", &["it did not stop writing"]),
        (
            "printf '\\\\377\\\\033[31m \\\\000'",
            &["does not fit the pattern `^v(", "\\u{1b}[31m"],
        ),
        ("kill -9 $$", &["it was ended by a signal"]),
        (
            "echo v7.1; echo no licence >&2; exit 3",
            &["exit code 3", "no licence"],
        ),
    ] {
        let changed = text.replacen("echo 7.1", program, 1).replacen(
            r"'(\S+)'",
            r"'^v(\S+)', timeout = 3",
            1,
        );
        assert_ne!(changed, text);
        fs::write(&path, changed).unwrap();
        let ran = Ran::of(&mut bench.run(path.to_str().unwrap()));
        refused(&ran, &["does not say a version"]);
        refused(&ran, words);
        // A garbled answer is as long as it is told, and not more.
        assert!(ran.stderr.len() < 4000, "{}", ran.stderr.len());
    }
    if cfg!(target_os = "linux") {
        assert!(bench.is_ended("version"));
    }
    assert!(bench.is_clean());
}

#[test]
fn another_version_than_the_pinned_one_is_not_judged() {
    let bench = Bench::new(&["all-is-well"]);
    let profile = bench.installed("other", REQUIREMENT, "print('1.3')");
    let ran = Ran::of(&mut bench.run(profile.to_str().unwrap()));
    refused(
        &ran,
        &["it is version 1.3, and the profile pins 1.17.0", "hint: "],
    );
    let profile = bench.installed("pinned", REQUIREMENT, SAYS_ITS_VERSION);
    let ran = Ran::of(
        bench
            .run(profile.to_str().unwrap())
            .args(["--output-format", "json"]),
    );
    is_judged(&ran);
}

#[test]
fn without_a_python_nothing_is_run() {
    let bench = Bench::new(&["all-is-well"]);
    let profile = bench.profile("fake", FRONTEND, 60);
    let run = |python: Option<&Path>| {
        let mut command = bench.conformance();
        command
            .args(["run", "--filter", "cases-here/", "--cases"])
            .arg(bench.context.path("cases-here"))
            .arg("--profile")
            .arg(&profile)
            .env("PATH", bench.context.path("nothing"));
        command.args(python.map(|python| format!("--python={}", python.display())));
        Ran::of(&mut command)
    };
    refused(
        &run(None),
        &["no command `python3` on PATH", "hint: name an executable"],
    );
    let old = bench
        .context
        .script("old/python", "#!/bin/sh\nprintf '3 8'\n");
    let without = bench.context.script(
        "without/python",
        "#!/bin/sh\n[ \"$1\" = -E ] && { printf '3 12'; exit; }\n\
         echo \"ModuleNotFoundError: No module named 'venv'\" >&2\nexit 1\n",
    );
    for (python, words) in [
        (
            Path::new("/bin/true"),
            "/bin/true is not usable: it does not say its version",
        ),
        (&old, "it is Python 3.8, and not 3.9 or later"),
        (&without, "No module named 'venv'"),
        (&bench.context.path("none"), "does not exist"),
    ] {
        refused(&run(Some(python)), &[words, "hint: name an"]);
    }
    assert!(bench.is_clean());
}

/// It is said that it is the index, and the frontends that are there go on; when
/// it is back the frontend is installed.
#[test]
fn an_index_out_of_reach_keeps_one_frontend_from_its_first_use() {
    let bench = Bench::new(&["all-is-well"]);
    let profile = bench.installed("new", REQUIREMENT, SAYS_ITS_VERSION);
    let there = bench.profile("there", FRONTEND, 60);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let ran = Ran::of(
        afresh(&bench, &profile, Some(port))
            .arg("--profile")
            .arg(&there),
    );
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let report: ConformanceReport = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report.implementation.as_ref().unwrap().name, "there");
    assert!(passes(&report, "all-is-well"));
    let again = |command: &mut Command| {
        // A user's own settings on where to install to mean nothing here.
        let elsewhere = bench.context.path("elsewhere");
        Ran::of(command.env("PIP_TARGET", &elsewhere).env("PIP_USER", "1"))
    };
    for words in [
        "new.toml: six==1.17.0 cannot be installed: the index cannot be reached; pip ended with",
        "hint: pip installs it with your own settings",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    is_judged(&again(&mut afresh(&bench, &profile, None)));
}

/// What was half written is not taken for a frontend, and who writes it no longer
/// does.
#[test]
fn a_first_use_that_is_killed_is_made_anew() {
    let bench = Bench::new(&["all-is-well"]);
    let profile = bench.installed("new", REQUIREMENT, SAYS_ITS_VERSION);
    // Whoever asks it waits.
    let index = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    index.set_nonblocking(true).unwrap();
    let port = index.local_addr().unwrap().port();
    let mut first = afresh(&bench, &profile, Some(port))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(300);
    let mut installer = loop {
        if let Ok((installer, _)) = index.accept() {
            break installer;
        }
        assert!(first.try_wait().unwrap().is_none(), "it ended by itself");
        assert!(Instant::now() < deadline, "nobody asks the index");
        std::thread::sleep(Duration::from_millis(20));
    };
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(installed(&bench).len(), 1);
    is_judged(&Ran::of(&mut afresh(&bench, &profile, None)));
    if cfg!(target_os = "linux") {
        // The end of what it asked: it waits no longer.
        installer.set_nonblocking(false).unwrap();
        installer
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let mut asked = Vec::new();
        installer.read_to_end(&mut asked).unwrap();
        assert!(asked.starts_with(b"GET /simple/six/ "), "{asked:?}");
    }
}

/// One installs, and the other waits for it.
#[test]
fn two_runs_at_once_share_a_first_use() {
    let bench = Bench::new(&["all-is-well"]);
    let profile = bench.installed("new", REQUIREMENT, SAYS_ITS_VERSION);
    let start = || {
        afresh(&bench, &profile, None)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both = [start(), start()];
    for child in both {
        let output = child.wait_with_output().unwrap();
        is_judged(&Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            took: Duration::ZERO,
        });
    }
    assert_eq!(installed(&bench).len(), 1);
    assert!(bench.is_clean());
}
