//! Runs that are interrupted or killed at any moment.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};

use super::toy::{Toy, assert_ended, assert_nothing_left};
use super::world::{Snapshot, names, temporary};
use crate::context::Ran;

/// How many runs are ended. As many again would find little more.
const RUNS: usize = 208;

/// How many run at once.
const TOGETHER: usize = 8;

const SEED: u64 = 0x5eed_2026_1120;

/// Numbers that look drawn, the same ones each time (splitmix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % end
    }
}

fn start(command: &mut Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// One run, and how it is to end.
struct Run {
    child: Child,
    signal: Signal,
    at: Duration,
    started: Instant,
}

impl Run {
    fn end(mut self) {
        sleep(self.at.saturating_sub(self.started.elapsed()));
        let pid = Pid::from_child(&self.child);
        // It is not waited for yet, so that the id is still its own.
        kill_process(pid, self.signal).unwrap();
        let status = self.child.wait().unwrap();
        let killed = status.signal().is_some();
        if self.signal == Signal::KILL {
            assert!(killed || status.success(), "{status}");
        } else {
            // The default disposition holds until the handler is set.
            assert!(killed || matches!(status.code(), Some(0 | 130)), "{status}");
        }
    }
}

/// What may be in the output folder, whatever happened: nothing, or a whole
/// artefact; and the hidden folder.
fn assert_whole(toy: &Toy) {
    for name in names(&toy.out()) {
        match name.as_str() {
            ".passthrough" => {}
            "demo-1.0-py3-none-any.whl" => {
                let size = fs::metadata(toy.out().join(name)).unwrap().len();
                assert!(size > 500, "{size}");
            }
            _ => panic!("{name}"),
        }
    }
}

#[test]
fn at_any_moment() {
    let toy = Toy::new();
    let sdist = toy.sdist();
    let sdist = sdist.to_str().unwrap();
    let tmp = temporary(&toy.context);
    // Of others, with names like ours: without a lock, with another program's,
    // and a link to what looks like ours.
    toy.context.write("tmp/passthrough-env-others/file", "");
    toy.context
        .write("tmp/passthrough-env-foreign/lock", "not one of ours\n");
    toy.context.write("tmp/passthrough-environment", "");
    toy.context.write("elsewhere/file", "");
    fs::os::unix::fs::symlink(
        toy.context.path("elsewhere"),
        tmp.join("passthrough-env-link"),
    )
    .unwrap();
    let foreign = names(&tmp);
    let host = Snapshot::of(&toy.host);

    let commands = || {
        [
            toy.build(&[]),
            toy.build(&[sdist]),
            toy.build(&["--link-mode", "hardlink"]),
        ]
    };
    let mut whole = Duration::ZERO;
    for mut command in commands() {
        let ran = Ran::of(&mut command);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        whole = whole.max(ran.took);
    }
    // Several at once take longer; some of them are to come to their end.
    let longest = u64::try_from(whole.as_micros()).unwrap() * 2;
    println!("seed {SEED:#x}, up to {longest} µs");
    let mut draws = Draws(SEED);
    for round in 0..RUNS / TOGETHER {
        let runs: Vec<Run> = (0..TOGETHER)
            .map(|index| {
                let [here, archive, linked] = &mut commands();
                let command = match draws.below(4) {
                    0 => archive,
                    1 => linked,
                    _ => here,
                };
                let signal = if index % 2 == 0 {
                    Signal::KILL
                } else {
                    Signal::INT
                };
                let at = Duration::from_micros(draws.below(longest));
                Run {
                    child: start(command),
                    signal,
                    at,
                    started: Instant::now(),
                }
            })
            .collect();
        runs.into_iter().for_each(Run::end);
        if round % 13 == 12 {
            host.assert_unchanged(&toy.host, &format!("round {round}"));
            assert_whole(&toy);
        }
    }
    // An installer whose run was killed goes on to its end, and may still write.
    for attempt in 0..50 {
        let ran = Ran::of(&mut toy.build(&[]));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        if names(&tmp) == foreign && names(&toy.out().join(".passthrough")).len() == 1 {
            break;
        }
        assert!(
            attempt < 49,
            "{:?} {:?}",
            names(&tmp),
            names(&toy.out().join(".passthrough"))
        );
        sleep(Duration::from_millis(100));
    }
    assert_eq!(
        names(&toy.out()),
        [".passthrough", "demo-1.0-py3-none-any.whl"]
    );
    assert_eq!(
        names(&toy.out().join(".passthrough")),
        ["demo-1.0-py3-none-any.whl.json"]
    );
    assert!(toy.context.path("elsewhere/file").is_file());
    host.assert_unchanged(&toy.host, "every run");
}

/// Once the hook runs, an interrupt ends it, and the run cleans up: 130.
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let toy = Toy::new();
    let sdist = toy.sdist();
    let before = Snapshot::of(&toy.host);
    let said = toy.context.path("said");
    for more in [&[][..], &[sdist.to_str().unwrap()]] {
        for key in ["do", "requires"] {
            let line = format!(
                "{key}=Path({said:?}).write_text(str(os.getpid())); __import__('time').sleep(600)"
            );
            let mut command = toy.build(more);
            let mut child = command
                .args(["--config-setting", &line])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let hook = loop {
                match fs::read_to_string(&said) {
                    Ok(text) if !text.is_empty() => break text,
                    _ => assert!(child.try_wait().unwrap().is_none(), "{line}"),
                }
                sleep(Duration::from_millis(5));
            };
            fs::remove_file(&said).unwrap();
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(130), "{stderr}");
            assert_eq!(output.stdout, b"");
            assert!(stderr.ends_with("error: interrupted\n"), "{stderr}");
            assert_ended(&hook);
            assert!(!toy.out().exists());
            assert_nothing_left(&temporary(&toy.context));
        }
    }
    before.assert_unchanged(&toy.host, "interrupts");
}

/// A run that is killed cannot end anything itself; the hook and what it
/// started end all the same, even where the hook keeps Python to itself.
#[cfg(target_os = "linux")]
#[test]
fn a_hook_does_not_outlive_its_run() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let said = toy.context.path("said");
    for (key, then) in [
        ("do", "child.wait()"),
        ("requires", "child.wait()"),
        ("do", "sum(__import__('itertools').repeat(0))"),
    ] {
        let line = format!(
            "{key}=child = __import__('subprocess').Popen(['sleep', '1000']); \
             Path({said:?} + '.part').write_text('%d %d' % (os.getpid(), child.pid)); \
             os.rename({said:?} + '.part', {said:?}); {then}"
        );
        let mut command = toy.build(&["--config-setting", &line]);
        let mut child = start(&mut command);
        let pids = loop {
            match fs::read_to_string(&said) {
                Ok(text) => break text,
                Err(_) => assert!(child.try_wait().unwrap().is_none(), "{line}"),
            }
            sleep(Duration::from_millis(5));
        };
        fs::remove_file(&said).unwrap();
        let (hook, sleeper) = pids.split_once(' ').unwrap();
        for pid in [hook, sleeper] {
            assert!(fs::metadata(format!("/proc/{pid}")).is_ok(), "{pid}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_ended(hook);
        assert_ended(sleeper);
    }
    before.assert_unchanged(&toy.host, "killed runs");
}
