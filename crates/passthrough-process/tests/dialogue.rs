//! Children that are spoken to, and what they make of it.

mod dead;

use std::process::Command;
use std::time::Duration;

use passthrough_process::{Broken, Dialogue, LONGEST_LINE};

use dead::assert_dead;

/// Long enough for whatever answers by itself, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

fn sh(script: &str) -> Dialogue {
    Dialogue::start(Command::new("sh").args(["-c", script])).expect("sh starts")
}

#[test]
fn each_line_has_its_answer() {
    let mut dialogue = sh("while read -r line; do echo \"<$line>\"; done; exit 3");
    for word in ["one", "", "two words"] {
        let line = dialogue.exchange(format!("{word}\n").as_bytes(), PATIENCE);
        assert_eq!(line.unwrap(), format!("<{word}>").as_bytes());
    }
    let status = dialogue.stop(b"", PATIENCE).unwrap().unwrap();
    assert_eq!(status.code(), Some(3));
}

#[test]
fn what_nobody_asked_for_is_a_surplus() {
    // Written at once, so that both are there.
    let mut dialogue = sh("read -r line; printf 'one\\ntwo\\n'; read -r line; echo three");
    assert_eq!(dialogue.exchange(b"\n", PATIENCE).unwrap(), b"one");
    let broken = dialogue.exchange(b"\n", PATIENCE);
    assert!(matches!(broken, Err(Broken::Surplus(said)) if said == b"two\n"));
    let broken = sh("read -r line; echo late").stop(b"\n", PATIENCE);
    assert!(matches!(broken, Err(Broken::Surplus(said)) if said == b"late\n"));
}

#[test]
fn one_that_ends_or_falls_silent_is_told_apart() {
    let broken = sh("exit 7").exchange(b"\n", PATIENCE);
    assert!(matches!(broken, Err(Broken::Ended(Some(status))) if status.code() == Some(7)));
    let broken = sh("exec >&-; sleep 1000").exchange(b"\n", PATIENCE);
    assert!(matches!(broken, Err(Broken::Ended(None))));
    let broken = sh("sleep 1000").exchange(b"\n", Duration::from_millis(10));
    assert!(matches!(broken, Err(Broken::Timeout)));
    assert_eq!(
        sh("trap '' TERM; sleep 1000")
            .stop(b"\n", Duration::from_millis(10))
            .unwrap(),
        None
    );
}

#[test]
fn a_line_has_a_length() {
    let zeros = |count: usize| {
        let script = format!("read -r line; head -c {count} /dev/zero; echo; sleep 1000");
        sh(&script).exchange(b"\n", PATIENCE)
    };
    let length = zeros(LONGEST_LINE).map(|line| line.len());
    assert_eq!(length.ok(), Some(LONGEST_LINE));
    assert!(matches!(zeros(100_000_000), Err(Broken::Oversized)));
    let broken = sh("cat; exec head -c 100000000 /dev/zero").converse(b"\n", PATIENCE);
    assert!(matches!(broken, Err(Broken::Oversized)));
}

#[test]
fn all_is_heard_of_one_that_is_told_one_line() {
    let mut dialogue = sh("cat; printf rest; exit 4");
    let (said, status) = dialogue.converse(b"line\n", PATIENCE).unwrap();
    assert_eq!(said, b"line\nrest");
    assert_eq!(status.unwrap().code(), Some(4));
}

#[test]
fn what_is_long_goes_both_ways_at_once() {
    // More than pipes hold, and the answer begins before the question ends.
    let mut line = vec![b'x'; 4 << 20];
    line.push(b'\n');
    let answer = sh("exec cat").exchange(&line, PATIENCE).unwrap();
    assert_eq!(answer, line[..line.len() - 1]);
}

#[test]
fn the_end_of_its_complaints_is_kept() {
    let mut dialogue = sh("read -r line; echo why >&2; echo answer");
    assert_eq!(dialogue.stderr(), None);
    dialogue.exchange(b"\n", PATIENCE).unwrap();
    dialogue.converse(b"", PATIENCE).unwrap();
    assert_eq!(dialogue.stderr().unwrap(), "why\n");
    let mut dialogue = sh("head -c 10000000 /dev/zero | tr '\\0' x >&2; echo y >&2");
    dialogue.converse(b"", PATIENCE).unwrap();
    let text = dialogue.stderr().unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    assert_eq!(first, "… (the end of 10000002 bytes)");
    assert!(rest.len() == 4096 && rest.ends_with("xy\n"));
}

#[test]
fn whatever_it_started_ends_with_it() {
    // One in its group, and one that fled from it.
    let fled = "setsid sh -c \"echo $one \\$\\$; exec sleep 1000\"";
    let mut dialogue = sh(&format!("sleep 1000 & one=$!; {fled} & wait"));
    let pids = dialogue.exchange(b"", PATIENCE).unwrap();
    drop(dialogue);
    let pids: Vec<&[u8]> = pids.split(|byte| *byte == b' ').collect();
    assert_eq!(pids.len(), 2);
    pids.into_iter().for_each(assert_dead);
}
