//! Children that behave, and children that do not.

mod dead;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use passthrough_process::{
    Bounds, Captured, Finished, MARK, Output, Reason, Source, Stopped, Stream, run, run_attached,
};

use dead::assert_dead;

/// Long enough for whatever ends by itself, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Enough for a shell to have started what it is told to.
const SHORT: Duration = Duration::from_secs(2);

const SEPARATE: Output = Output::Separate {
    stdout: Stream::tail(1 << 16),
    stderr: Stream::tail(1 << 16),
};

fn sh(script: &str, timeout: Duration, output: Output) -> Result<Finished, Stopped> {
    let bounds = Bounds {
        timeout: Some(timeout),
        output,
        follow: None,
    };
    run(Command::new("sh").args(["-c", script]), bounds)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text").trim_end()
}

#[test]
fn streams_and_status_are_told_apart() {
    let finished = sh("echo out; echo err >&2; exit 3", PATIENCE, SEPARATE).unwrap();
    assert_eq!(finished.status.code(), Some(3));
    assert_eq!(finished.output.stdout, b"out\n");
    assert_eq!(finished.output.stderr, b"err\n");
}

#[test]
fn joined_streams_keep_the_order_of_writing() {
    let script = "for i in 1 2 3; do echo o$i; echo e$i >&2; done";
    let finished = sh(script, PATIENCE, Output::Joined(Stream::tail(100))).unwrap();
    assert_eq!(finished.output.stdout, b"o1\ne1\no2\ne2\no3\ne3\n");
    assert_eq!(finished.output.stderr, b"");
}

#[test]
fn there_is_nothing_to_read() {
    let finished = sh("cat; echo end", PATIENCE, SEPARATE).unwrap();
    assert_eq!(finished.output.stdout, b"end\n");
}

#[test]
fn every_line_is_handed_over_with_its_source() {
    let mut seen = Vec::new();
    let mut follow = |source: Source, line: &[u8]| seen.push((source, text(line).to_owned()));
    let bounds = Bounds {
        timeout: None,
        output: SEPARATE,
        follow: Some(&mut follow),
    };
    let script = "echo one; echo two; printf three; echo four >&2";
    run(Command::new("sh").args(["-c", script]), bounds).unwrap();
    let of = |source| {
        let lines = seen.iter().filter(move |(from, _)| *from == source);
        lines.map(|(_, line)| line.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(Source::Stdout), ["one", "two", "three"]);
    assert_eq!(of(Source::Stderr), ["four"]);
}

#[test]
fn what_cannot_be_started_says_so() {
    let missing = Path::new("/nonexistent/program");
    let bounds = Bounds {
        timeout: None,
        output: SEPARATE,
        follow: None,
    };
    let stopped = run(&mut Command::new(missing), bounds).unwrap_err();
    assert!(matches!(stopped.reason, Reason::Start(_)), "{stopped}");
}

#[test]
fn a_child_of_the_child_cannot_hold_us_up_and_is_ended() {
    // It inherits both pipes, and writes without end.
    for background in ["sleep 1000", "yes"] {
        let script = format!("{background} & echo $! >&2; exit 0");
        let finished = sh(&script, PATIENCE, SEPARATE).unwrap();
        assert!(finished.status.success());
        assert_dead(&finished.output.stderr);
    }
}

#[test]
fn a_flood_is_bounded_and_does_not_hide_the_end() {
    let script = "yes | head -c 300000000; echo the end";
    let finished = sh(script, PATIENCE, Output::Joined(Stream::tail(1000))).unwrap();
    assert_eq!(finished.output.stdout.len(), 1000);
    assert!(finished.output.stdout.ends_with(b"y\nthe end\n"));
}

#[test]
fn more_than_the_limit_ends_the_child() {
    let limited = Output::Separate {
        stdout: Stream::whole(10_000),
        stderr: Stream::tail(10).limited(10_000),
    };
    for (script, source) in [("yes", Source::Stdout), ("yes >&2", Source::Stderr)] {
        let stopped = sh(script, PATIENCE, limited).unwrap_err();
        let Reason::Flood(flooded) = stopped.reason else {
            panic!("{stopped}");
        };
        assert_eq!(flooded, source);
    }
}

#[test]
fn a_child_that_takes_too_long_is_ended_with_its_group() {
    let stopped = sh("echo $$; sleep 1000 & echo $!; wait", SHORT, SEPARATE).unwrap_err();
    assert!(
        matches!(stopped.reason, Reason::Timeout(SHORT)),
        "{stopped}"
    );
    assert_eq!(text(&stopped.output.stdout).lines().count(), 2);
    assert_dead(&stopped.output.stdout);
}

#[test]
fn the_time_runs_while_the_child_writes_without_end() {
    let mut lines = 0_u64;
    let mut follow = |_, _: &[u8]| lines += 1;
    let bounds = Bounds {
        timeout: Some(SHORT),
        output: Output::Joined(Stream::tail(10)),
        follow: Some(&mut follow),
    };
    let stopped = run(&mut Command::new("yes"), bounds).unwrap_err();
    assert!(matches!(stopped.reason, Reason::Timeout(_)), "{stopped}");
    assert!(lines > 0);
}

#[test]
fn signals_that_can_be_ignored_do_not_save_it() {
    let stopped = sh(
        "trap '' TERM INT HUP; echo $$; while :; do sleep 1; done",
        SHORT,
        SEPARATE,
    );
    let stopped = stopped.unwrap_err();
    assert_dead(&stopped.output.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn what_left_the_group_is_found_by_its_mark() {
    // The one between exits: nothing but the mark connects what is left with the child.
    let script = "(setsid sh -c 'sleep 1000 & echo $!'); sleep 1000";
    let stopped = sh(script, SHORT, SEPARATE).unwrap_err();
    assert_dead(&stopped.output.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn what_left_the_group_without_the_mark_is_found_by_descent() {
    let script = "setsid env -i sh -c 'echo $$; sleep 1000; :' & sleep 1000";
    let stopped = sh(script, SHORT, SEPARATE).unwrap_err();
    assert_dead(&stopped.output.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn the_children_of_another_run_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let flag = directory.path().join("flag");
    let script = format!(
        "until [ -e '{}' ]; do sleep 0.1; done; echo survived",
        flag.display()
    );
    let other = std::thread::spawn(move || sh(&script, PATIENCE, SEPARATE));
    let _ = sh("sleep 1000", SHORT, SEPARATE).unwrap_err();
    fs_err::write(flag, "").unwrap();
    assert_eq!(other.join().unwrap().unwrap().output.stdout, b"survived\n");
}

#[test]
fn a_run_within_a_run_carries_both_marks() {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("echo ${MARK}")]);
    command.env_clear().env(MARK, "outer");
    let bounds = Bounds {
        timeout: None,
        output: SEPARATE,
        follow: None,
    };
    let finished = run(&mut command, bounds).unwrap();
    let marks: Vec<&str> = text(&finished.output.stdout).split(':').collect();
    assert_eq!((marks[0], marks.len()), ("outer", 2));
    assert_eq!(marks[1].len(), 32);
}

#[test]
fn an_attached_child_has_a_pipe_in_which_nothing_comes() {
    // A descriptor of more than one digit is none to every shell.
    let script = "
        [ -p /dev/fd/$1 ] || exit 1
        cat /dev/fd/$1 && echo ended &
        sleep 0.2
    ";
    let bounds = Bounds {
        timeout: Some(PATIENCE),
        output: SEPARATE,
        follow: None,
    };
    let finished = run_attached(Command::new("sh").args(["-c", script, "sh"]), bounds).unwrap();
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.output, Captured::default());
}
