//! `--oneshot`: a process for each case.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use passthrough_protocol::Verdict;

use super::{ADAPTER, Bench, others_pass, verdict};
use crate::context::Ran;

const REFERENCE: &str = env!("CARGO_BIN_EXE_passthrough-check");

/// Asks the reference, but does what `TRAP` says with the answer to `trap`.
const ONESHOT: &str = r#"
import os, subprocess, sys, time
line = sys.stdin.readline()
answer = subprocess.run([sys.argv[1], "adapter", "--oneshot"], input=line, stdout=subprocess.PIPE, text=True).stdout
def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()
if 'name = \\"trap\\"' in line:
    TRAP
say(answer)
"#;

fn trap(bench: &Bench, trap: &str) -> String {
    bench.script(&ONESHOT.replace("TRAP", &trap.replace('\n', "\n    ")))
}

#[track_caller]
fn trapped(script: &str, code: &str) {
    let bench = Bench::new();
    let adapter = trap(&bench, script);
    let (ran, report) = bench.report(&["--oneshot", "--adapter", &adapter, "--timeout", "2"]);
    assert_eq!(
        verdict(&report, "trap"),
        (Verdict::Error, Some(code)),
        "{report:#?}"
    );
    others_pass(&report, &["trap"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
}

#[test]
fn the_reference_passes_all() {
    let bench = Bench::new();
    let command = format!("'{REFERENCE}' adapter --oneshot");
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--oneshot", "--adapter", &command]),
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    assert!(!ran.stdout.contains("note"), "{ran:?}");
}

/// What the mode is for: no loop, no end of lines, no thought of buffers.
#[test]
fn a_shell_can_be_an_adapter() {
    let bench = Bench::new();
    for script in [
        r#"read -r line; printf '%s\n' "$line" | "$0" adapter"#,
        r#"request=$(cat); printf %s "$(printf '%s\n' "$request" | "$0" adapter)""#,
    ] {
        let command = format!("sh -c {} '{REFERENCE}'", shlex_quoted(script));
        let (ran, report) = bench.report(&["--oneshot", "--adapter", &command]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        others_pass(&report, &[]);
        assert_eq!(report.implementation.unwrap().name, "passthrough-check");
        assert_eq!(report.notes, Vec::<String>::new());
    }
}

fn shlex_quoted(script: &str) -> String {
    format!("'{}'", script.replace('\'', r"'\''"))
}

/// An adapter that stays until its input ends serves both ways.
#[test]
fn an_adapter_that_could_stay_can_serve_once() {
    let bench = Bench::new();
    let adapter = bench.script(&ADAPTER.replace("TRAP", "pass"));
    let (ran, report) = bench.report(&["--oneshot", "--adapter", &adapter]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    others_pass(&report, &[]);
}

#[test]
fn there_is_a_process_for_each_case_and_one_for_the_start() {
    let bench = Bench::new();
    let log = bench.context.path("log");
    let adapter = bench.script(&ONESHOT.replace("TRAP", "pass").replace(
        "line = sys.stdin.readline()",
        &format!(
            "line = sys.stdin.read()\nopen({:?}, 'a').write('%d %d\\n' % (os.getpid(), line.count('\\n')))",
            log.display().to_string()
        ),
    ));
    let (ran, report) = bench.report(&["--oneshot", "--adapter", &adapter]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let log = fs_err::read_to_string(log).unwrap();
    let mut lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), report.cases.len() + 1);
    // Each was told one line, and then that there are no more.
    assert!(lines.iter().all(|line| line.ends_with(" 1")), "{log}");
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), report.cases.len() + 1, "{log}");
}

#[test]
fn it_gives_no_answer() {
    trapped("os._exit(3)", "ended");
    trapped("answer = ''", "ended");
    trapped("os.close(1); time.sleep(60)", "ended");
    trapped("time.sleep(60)", "timeout");
}

/// Whether it has more to say is not known before it ends.
#[test]
fn it_answers_and_stays() {
    trapped("say(answer); time.sleep(60)", "timeout");
}

#[test]
fn it_gives_another_answer() {
    trapped("say('Traceback\\n'); os._exit(0)", "garbage");
    trapped("answer = '\\n'", "garbage");
    trapped(
        "answer = answer.replace('\"seq\":1', '\"seq\":2')",
        "sequence",
    );
    trapped("answer = '{\"seq\":1}\\n'", "schema");
    trapped(
        "chunk = 'x' * (1 << 20)\nfor _ in range(1024): say(chunk)",
        "oversized",
    );
}

/// It is this case that is at fault, and not the one before.
#[test]
fn it_answers_twice() {
    trapped("say(answer)", "surplus");
    trapped("say(answer); answer = 'and another thing'", "surplus");
    trapped("answer = '\\n' + answer", "surplus");
}

#[test]
fn its_answer_counts_whatever_its_exit_status_and_stderr_say() {
    let bench = Bench::new();
    let adapter = trap(
        &bench,
        "say(answer.strip())\nos.write(2, b'FAILED\\n' * 100000)\nos._exit(7)",
    );
    let (ran, report) = bench.report(&["--oneshot", "--adapter", &adapter]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    others_pass(&report, &[]);
    assert_eq!(
        report.notes,
        ["after its answer, the adapter ended with exit status: 7"]
    );
}

#[test]
fn it_does_not_say_who_it_is() {
    let bench = Bench::new();
    for number in 0..5 {
        bench.case(&format!("more-{number}"), |_| {});
    }
    let starts = bench.context.path("starts");
    let adapter = bench.script(&format!(
        "open({:?}, 'a').write('x')\nprint('hello')",
        starts.display().to_string()
    ));
    let (ran, report) = bench.report(&["--oneshot", "--adapter", &adapter]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(report.cases.len() > 5);
    for case in &report.cases {
        assert_eq!(
            (case.verdict, case.code.as_deref()),
            (Verdict::Error, Some("start"))
        );
    }
    assert_eq!(fs_err::read_to_string(&starts).unwrap().len(), 3);
}

#[test]
fn there_has_to_be_an_adapter_that_can_be_started() {
    let bench = Bench::new();
    let ran = bench.few(&["--oneshot"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    let ran = bench.few(&["--oneshot", "--adapter", "/no/such/adapter"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.stderr.contains("/no/such/adapter"), "{ran:?}");
}

#[test]
fn the_command_that_asks_again_asks_in_the_same_way() {
    let bench = Bench::new();
    let adapter = trap(&bench, "answer = '{\"seq\":1}\\n'");
    let (_, report) = bench.report(&["--oneshot", "--adapter", &adapter]);
    let trap = report.cases.iter().find(|case| case.id == "trap").unwrap();
    let (_, arguments) = trap.reproduce.split_once(' ').unwrap();
    let ran = Ran::of(Command::new("sh").args(["-c", &format!("'{REFERENCE}' {arguments}")]));
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.stdout.contains(" --oneshot "), "{ran:?}");
}

/// The reference answers the first line and ends, though more may come.
#[test]
fn the_reference_answers_one_request() {
    let bench = Bench::new();
    let start = "{\"cmd\":\"start\",\"protocol\":1}\n";
    let mut child = bench
        .context
        .command()
        .args(["adapter", "--oneshot"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(start.repeat(2).as_bytes()).unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let (mut line, mut rest) = (String::new(), String::new());
    answers.read_line(&mut line).unwrap();
    answers.read_to_string(&mut rest).unwrap();
    assert!(line.starts_with("{\"implementation\":"), "{line}");
    assert_eq!(rest, "");
    assert!(child.wait().unwrap().success());
    drop(stdin);
    let ran = Ran::of(bench.context.command().args(["adapter", "--oneshot"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.stderr.contains("there is no request"), "{ran:?}");
}
