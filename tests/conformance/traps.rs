use passthrough_protocol::Verdict;

use super::{ADAPTER, Bench, others_pass, verdict};
use crate::context::Ran;

/// Runs an adapter that does this instead of (or before) its answer to `trap`.
#[track_caller]
fn trapped(trap: &str, code: &str) {
    let bench = Bench::new();
    let adapter = bench.adapter(trap);
    let (ran, report) = bench.report(&["--adapter", &adapter, "--timeout", "2"]);
    assert_eq!(
        verdict(&report, "trap"),
        (Verdict::Error, Some(code)),
        "{report:#?}"
    );
    others_pass(&report, &["trap"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
}

#[test]
fn it_dies() {
    trapped("os._exit(3)", "ended");
}

#[test]
fn it_kills_itself() {
    trapped("os.kill(os.getpid(), 9)", "ended");
}

#[test]
fn it_closes_its_output() {
    trapped("os.close(1); time.sleep(60)", "ended");
}

#[test]
fn it_hangs() {
    trapped("time.sleep(60)", "timeout");
}

#[test]
fn it_leaves_its_line_without_an_end() {
    trapped("say(answer.strip()); time.sleep(60)", "timeout");
}

#[test]
fn it_prints_garbage() {
    trapped("say('Traceback (most recent call last):\\n')", "garbage");
    trapped("answer = '[' * 100000 + '\\n'", "garbage");
    trapped("answer = '\\n'", "garbage");
    trapped("os.write(1, b'\\xff\\xfe\\n')", "garbage");
}

#[test]
fn it_gives_another_number() {
    trapped(
        "answer = answer.replace('\"seq\":%d' % seq, '\"seq\":%d' % (seq + 7))",
        "sequence",
    );
    trapped(
        "answer = answer.replace('\"seq\":%d,' % seq, '')",
        "sequence",
    );
    trapped(
        "answer = answer.replace('\"seq\":%d' % seq, '\"seq\":\"%d\"' % seq)",
        "sequence",
    );
}

#[test]
fn it_breaks_the_protocol() {
    trapped("answer = json.dumps({'seq': seq}) + '\\n'", "schema");
    trapped(
        "answer = json.dumps({'seq': seq, 'plan': {}}) + '\\n'",
        "schema",
    );
    trapped(
        "answer = json.dumps({'seq': seq, 'plan': {'listed': []}, 'error': {'stage': 'second-pass', 'code': 'DYN-3'}}) + '\\n'",
        "schema",
    );
    trapped(
        "answer = json.dumps({'seq': seq, 'plan': {'listed': [], 'exposed': []}}) + '\\n'",
        "schema",
    );
}

#[test]
fn it_says_that_it_crashed() {
    trapped(
        "answer = json.dumps({'seq': seq, 'crashed': {'message': 'oh'}}) + '\\n'",
        "crashed",
    );
}

#[test]
fn it_answers_twice() {
    trapped("say(answer)", "surplus");
    // Even when the second line is late.
    trapped("say(answer); time.sleep(.3)", "surplus");
}

#[test]
fn it_goes_on_after_its_answer() {
    trapped("say(answer); answer = 'and another thing\\n'", "surplus");
    trapped("say(answer); time.sleep(.3); answer = 'late\\n'", "surplus");
}

#[test]
fn it_sends_a_line_of_a_gigabyte() {
    trapped(
        "chunk = 'x' * (1 << 20)\nfor _ in range(1024): say(chunk)",
        "oversized",
    );
}

#[test]
fn it_reads_nothing() {
    let bench = Bench::new();
    // More than a pipe holds.
    bench.case("large", |case| {
        case["input"]["pyproject"] = format!(
            "{}\n# {}\n",
            case["input"]["pyproject"].as_str().unwrap(),
            "x".repeat(1 << 20)
        )
        .into();
    });
    let adapter = bench.adapter("time.sleep(60)");
    let (ran, report) = bench.report(&["--adapter", &adapter, "--timeout", "2"]);
    assert_eq!(verdict(&report, "trap").0, Verdict::Error);
    others_pass(&report, &["trap"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
}

/// Warnings on stderr are no failure, and 100 MB of them are no reason to stop.
#[test]
fn it_floods_stderr() {
    let bench = Bench::new();
    let adapter = bench
        .adapter("for _ in range(100): os.write(2, b'warning: \\x1b[31mdeprecated\\n' * 40000)");
    let (ran, report) = bench.report(&["--adapter", &adapter]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    others_pass(&report, &[]);
    // With trouble, its end is shown, and harmless.
    let adapter = bench.adapter(
        "os.write(2, b'warning: \\x1b[31mdeprecated\\n' * 40000)\nos.write(2, b'the end')\nos._exit(1)",
    );
    let (_, report) = bench.report(&["--adapter", &adapter]);
    let trap = report.cases.iter().find(|case| case.id == "trap").unwrap();
    let stderr = trap.stderr.as_deref().unwrap();
    assert!(
        stderr.len() < 5_000 && stderr.ends_with("the end"),
        "{stderr}"
    );
    let ran = Ran::of(
        bench
            .conformance()
            .args(["run", "--filter", "trap", "--adapter", &adapter, "--cases"])
            .arg(bench.context.path("cases")),
    );
    assert!(ran.stdout.contains("stderr: the end"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
}

#[test]
fn it_cannot_be_started() {
    let bench = Bench::new();
    for command in ["/no/such/adapter", "no-such-adapter-anywhere --x", ""] {
        let ran = bench.few(&["--adapter", command]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    }
    let ran = bench.few(&["--adapter", "'no end"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

/// It is there, but does not say who it is: nothing can be judged.
#[test]
fn it_does_not_speak_the_protocol() {
    let bench = Bench::new();
    for number in 0..5 {
        bench.case(&format!("more-{number}"), |_| {});
    }
    let starts = bench.context.path("starts");
    let first = format!("open({:?}, 'a').write('x')\n", starts.display().to_string());
    for script in [
        "print('hello')\nfor line in sys.stdin: print('hello')",
        "print('{}')\nsys.stdin.read()",
        "sys.exit(1)",
    ] {
        let _ = fs_err::remove_file(&starts);
        let adapter = bench.script(&format!("import sys\n{first}{script}\n"));
        let (ran, report) = bench.report(&["--adapter", &adapter, "--timeout", "5"]);
        assert_eq!(ran.code, Some(5), "{ran:?}");
        assert!(report.cases.len() > 5);
        for case in &report.cases {
            assert_eq!(
                (case.verdict, case.code.as_deref()),
                (Verdict::Error, Some("start"))
            );
        }
        // It is given up: one process a case would take long, and tell nothing.
        assert_eq!(fs_err::read_to_string(&starts).unwrap().len(), 3);
    }
}

/// Another implementation after a restart would make the report one of two.
#[test]
fn it_becomes_another() {
    let bench = Bench::new();
    let marker = bench.context.path("marker");
    let start = format!(
        "if os.path.exists({0:?}): answer = answer.replace('\"name\":\"', '\"name\":\"other-')\n        open({0:?}, 'w')",
        marker.display().to_string()
    );
    let script = ADAPTER
        .replace("START", &start)
        .replace("TRAP", "os._exit(1)");
    let adapter = bench.script(&script);
    // With this seed `trap` is not the last, so that there is a restart.
    let (ran, report) = bench.report(&["--adapter", &adapter, "--seed", "1"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(
        report
            .cases
            .iter()
            .any(|case| case.code.as_deref() == Some("start"))
    );
    assert_eq!(report.implementation.unwrap().name, "passthrough-check");
}

#[test]
fn it_lacks_what_the_case_does_not_name() {
    let bench = Bench::new();
    let lacks = |feature: &str| {
        bench.adapter(&format!(
            "answer = json.dumps({{'seq': seq, 'unsupported': {{'feature': '{feature}'}}}}) + '\\n'"
        ))
    };
    bench.case("trap", |case| case["features"] = serde_json::json!([]));
    for feature in ["constraints", "everything"] {
        let (ran, report) = bench.report(&["--adapter", &lacks(feature)]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(
            verdict(&report, "trap"),
            (Verdict::Fail, Some("unsupported"))
        );
    }
    // Named by the case, but claimed by the adapter.
    bench.case("trap", |case| {
        case["features"] = serde_json::json!(["constraints"]);
    });
    let (_, report) = bench.report(&["--adapter", &lacks("constraints")]);
    assert_eq!(
        verdict(&report, "trap"),
        (Verdict::Fail, Some("unsupported"))
    );
}

#[test]
fn it_lacks_what_the_case_names() {
    let bench = Bench::new();
    bench.case("trap", |case| {
        case["features"] = serde_json::json!(["constraints"]);
    });
    let script = ADAPTER
        .replace("START", "answer = answer.replace('\"constraints\",', '')")
        .replace(
            "TRAP",
            "answer = json.dumps({'seq': seq, 'unsupported': {'feature': 'constraints'}}) + '\\n'",
        );
    let (ran, report) = bench.report(&["--adapter", &bench.script(&script)]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(verdict(&report, "trap"), (Verdict::Unsupported, None));
    // The requirement is not said to be met.
    let clos = report
        .requirements
        .iter()
        .find(|found| found.id == "CLOS-1");
    let result = clos.unwrap().result;
    assert_eq!(result, passthrough_protocol::RequirementVerdict::Partial);
}

/// A shell that waits for a child: both are gone when the run is over.
#[test]
fn its_children_are_killed_with_it() {
    let bench = Bench::new();
    let pid = bench.context.path("pid");
    let child = format!(
        "child = subprocess.Popen(['sleep', '600'])\nopen({:?}, 'w').write(str(child.pid))\ntime.sleep(600)",
        pid.display().to_string()
    );
    let end = child.replace("\ntime.sleep(600)", "");
    for script in [
        ADAPTER.replace("TRAP", &child.replace('\n', "\n        ")),
        ADAPTER.replace("TRAP", "pass").replace("END", &end),
    ] {
        let adapter = bench.script(&script);
        let (_, report) = bench.report(&["--adapter", &adapter, "--timeout", "2"]);
        others_pass(&report, &["trap"]);
        is_gone(fs_err::read_to_string(&pid).unwrap().parse().unwrap());
    }
}

/// Gone, or dead and not yet waited for by whoever adopted it. It was killed
/// just now: the system may take a moment.
#[track_caller]
fn is_gone(pid: u32) {
    let lives = || {
        let status = fs_err::read_to_string(format!("/proc/{pid}/stat"));
        status.is_ok_and(|status| !status.contains(") Z "))
    };
    for _ in 0..1000 {
        if !lives() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{pid} is still there");
}

#[test]
fn it_ends_badly_after_stop() {
    let bench = Bench::new();
    let script = ADAPTER
        .replace("TRAP", "pass")
        .replace("END", "sys.exit(7)");
    let (ran, report) = bench.report(&["--adapter", &bench.script(&script)]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        report.notes,
        ["after `stop`, the adapter ended with exit status: 7"]
    );
}

/// Ctrl-C ends the runner at once, and an adapter that listens to nothing.
#[test]
fn an_interrupt_ends_the_adapter_too() {
    use rustix::process::{Pid, Signal, kill_process};

    let bench = Bench::new();
    let pid = bench.context.path("pid");
    let adapter = bench.adapter(&format!(
        "open({0:?} + '.new', 'w').write(str(os.getpid()))\nos.rename({0:?} + '.new', {0:?})\nos.close(0)\ntime.sleep(600)",
        pid.display().to_string()
    ));
    let mut runner = bench
        .conformance()
        .args([
            "run",
            "--filter",
            "trap",
            "--adapter",
            &adapter,
            "--timeout",
            "300",
            "--cases",
        ])
        .arg(bench.context.path("cases"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let pid: u32 = loop {
        match fs_err::read_to_string(&pid) {
            Ok(pid) => break pid.parse().unwrap(),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    };
    kill_process(Pid::from_child(&runner), Signal::INT).unwrap();
    assert_eq!(runner.wait().unwrap().code(), Some(130));
    is_gone(pid);
}

/// Answers that the protocol allows, and that nobody could read: what is kept
/// of them does not grow with the suite.
#[test]
fn it_says_far_too_much() {
    let bench = Bench::new();
    for number in 0..5 {
        bench.case(&format!("more-{number}"), |_| {});
    }
    let long = "'x' * (7 << 20)";
    for (answer, verdict, code) in [
        (
            format!("{{'crashed': {{'message': {long}}}}}"),
            Verdict::Error,
            "crashed",
        ),
        (
            format!("{{'plan': {{'listed': [{{'name': {long}}}]}}}}"),
            Verdict::Fail,
            "listed",
        ),
        (
            "{'plan': {'listed': [{'name': 'n%d' % i} for i in range(400000)]}}".to_owned(),
            Verdict::Fail,
            "listed",
        ),
        (
            format!("{{'unsupported': {{'feature': {long}}}}}"),
            Verdict::Fail,
            "unsupported",
        ),
        (
            format!("{{'plan': {{'listed': [], {long}: 1}}}}"),
            Verdict::Error,
            "schema",
        ),
    ] {
        let script = ADAPTER.replace("if trapped:", "if True:").replace(
            "TRAP",
            &format!("answer = json.dumps({{'seq': seq, **{answer}}}) + '\\n'"),
        );
        let (ran, report) = bench.report(&["--adapter", &bench.script(&script)]);
        assert!(matches!(ran.code, Some(1 | 5)), "{:?}", ran.code);
        assert!(report.cases.len() > 6);
        for case in &report.cases {
            let got = (case.verdict, case.code.as_deref());
            assert_eq!(got, (verdict, Some(code)), "{answer}");
        }
        assert!(ran.stdout.len() < 200_000, "{answer}: {}", ran.stdout.len());
    }
    let script = ADAPTER.replace("TRAP", "pass").replace(
        "START",
        "answer = answer.replace('passthrough-check', 'x' * 20000)",
    );
    let (ran, report) = bench.report(&["--adapter", &bench.script(&script)]);
    assert_eq!((ran.code, report.implementation), (Some(5), None));
    let message = &report.cases[0].differences[0];
    assert_eq!(message, "its answer to `start` is longer than 16 KiB");
}
