//! Frontends that are broken in every way: each is an error where nothing could
//! be seen, never a pass, and nothing of it is left running.

use passthrough_blackbox::{Bench, Frontend, Profiles, is_sound};
use passthrough_protocol::{BlackboxCase, Ending, Evidence, HostDiscovery, StepCommand, Verdict};
use serde_json::json;

use crate::support::{bench, others};

/// A frontend that is a shell script. `$1` is the source tree, `$2` the place of
/// the result, `$3` the host's interpreter.
fn script(program: &str, seconds: u16) -> Frontend {
    let mut profile = Profiles::embedded().profiles["pip"].clone();
    profile.name = "script".to_owned();
    profile.environment.clear();
    profile.host = HostDiscovery::PythonFlag;
    let argv = [
        "/bin/sh",
        "-c",
        program,
        "script",
        "{project}",
        "{out}",
        "{python}",
    ];
    profile.steps.wheel = Some(StepCommand {
        argv: argv.map(str::to_owned).into(),
        timeout: seconds,
        installs: false,
    });
    Frontend {
        profile,
        directory: None,
        version: "1".to_owned(),
    }
}

/// Runs the backend with the host's own interpreter.
const HOOK: &str = "cd \"$1\" && \"$3\" -c \"import sys; sys.path.insert(0, '_probe'); import probe_backend as p; p.build_wheel(sys.argv[1])\" \"$2\"";

/// Every check of it would pass if nothing were seen.
fn case() -> BlackboxCase {
    serde_json::from_value(json!({
        "id": "nothing", "title": "t", "why": "w",
        "world": {
            "host": [{"name": "decoy", "version": "1.0"}],
            "project": {"requires": []}
        },
        "checks": [
            {"id": "built", "cites": ["X"], "what": "built", "is": ["yes"]},
            {"id": "import", "cites": ["X"], "what": "import", "of": "decoy", "is": []},
            {"id": "metadata", "cites": ["X"], "what": "distributions", "in": "child", "is": []},
            {"id": "built-with", "cites": ["X"], "what": "built-with", "of": "decoy", "is": []}
        ]
    }))
    .unwrap()
}

fn run(program: &str, seconds: u16) -> Evidence {
    let directory = tempfile::tempdir().unwrap();
    let bench: Bench = bench();
    bench
        .run(&case(), &script(program, seconds), None, directory.path())
        .unwrap()
}

fn expect(program: &str, seconds: u16, verdicts: [&str; 4]) -> Evidence {
    let evidence = run(program, seconds);
    let ids = ["built", "import", "metadata", "built-with"];
    let expected: Vec<String> = ids
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| *verdict != "pass")
        .map(|(id, verdict)| format!("{id} {verdict}"))
        .collect();
    assert_eq!(others(&evidence), expected, "{:#?}", evidence.runs[0]);
    evidence
}

#[test]
fn one_that_runs_the_hooks_in_the_host_is_judged() {
    // The import and the metadata are the host's: it leaks, and that is no error.
    let evidence = expect(HOOK, 60, ["pass", "fail more", "fail more", "fail more"]);
    let run = &evidence.runs[0];
    assert_eq!(run.recordings.len(), 1);
    assert_eq!(run.results, ["demo-1.0-py3-none-any.whl"]);
    // It ran with the environment that it was given, and nothing of ours.
    assert!(!run.recordings[0].environment.contains_key("PYTHONPATH"));
    assert!(run.recordings[0].environment["HOME"].ends_with("/home"));
}

#[test]
fn one_that_does_nothing_passes_nothing() {
    expect(
        "exit 0",
        60,
        [
            "fail nothing",
            "error no-recording",
            "error no-recording",
            "error no-result",
        ],
    );
}

#[test]
fn one_that_fails_or_crashes_passes_nothing() {
    expect(
        "exit 3",
        60,
        [
            "fail nothing",
            "error no-recording",
            "error no-recording",
            "error no-result",
        ],
    );
    let killed = expect("kill -9 $$", 60, ["error signal"; 4]);
    assert_eq!(killed.runs[0].ending, Ending::Signal);
}

#[test]
fn one_that_builds_and_then_fails_has_not_built() {
    let program = format!("{HOOK}; exit 1");
    expect(
        &program,
        60,
        ["fail nothing", "fail more", "fail more", "fail more"],
    );
}

#[test]
fn one_that_hangs_is_ended_and_an_error() {
    let program = format!("{HOOK}; setsid sleep 1000 & sleep 1000");
    let evidence = expect(&program, 8, ["error timeout"; 4]);
    assert_eq!(evidence.runs[0].ending, Ending::Timeout);
}

#[test]
fn one_that_never_stops_talking_is_an_error() {
    expect("yes", 60, ["error flood"; 4]);
}

#[test]
fn one_that_cannot_be_started_is_an_error() {
    let mut frontend = script("", 60);
    let step = frontend.profile.steps.wheel.as_mut().unwrap();
    step.argv = vec!["{tool}/bin/none".to_owned()];
    let directory = tempfile::tempdir().unwrap();
    let evidence = bench()
        .run(&case(), &frontend, None, directory.path())
        .unwrap();
    assert_eq!(evidence.runs[0].ending, Ending::NotStarted);
    assert!(
        evidence
            .checks
            .iter()
            .all(|check| check.verdict == Verdict::Error)
    );
}

#[test]
fn a_recording_of_an_earlier_run_is_an_error() {
    // The backend of this world, with the nonce of another.
    let program = format!(
        "sed -i 's/nonce\\\\\": \\\\\"[0-9a-f]*/nonce\\\\\": \\\\\"0123/; s/nonce\\\\\":\\\\\"[0-9a-f]*/nonce\\\\\":\\\\\"0123/' \"$1\"/_probe/*.py; {HOOK}"
    );
    let evidence = expect(
        &program,
        60,
        [
            "fail nothing",
            "error stray-recording",
            "error stray-recording",
            "error no-result",
        ],
    );
    assert!(
        evidence.runs[0].refused_recordings[0].contains("0123"),
        "{evidence:#?}"
    );
}

#[test]
fn one_that_removes_the_world_is_an_error() {
    let program = format!("{HOOK}; cd /; rm -rf \"$(dirname \"$1\")\"");
    let evidence = run(&program, 60);
    for check in &evidence.checks {
        assert_eq!(check.verdict, Verdict::Error, "{check:#?}");
        assert_eq!(check.code.as_deref(), Some("world"));
    }
}

#[test]
fn what_it_leaves_running_is_ended() {
    // It ends when the other has left its group, and not before.
    let program = format!(
        "{HOOK}; setsid /bin/sh -c '> \"$0\"; exec sleep 1000' \"$1/../up\" & \
         until [ -e \"$1/../up\" ]; do sleep 0.01; done"
    );
    let evidence = expect(
        &program,
        60,
        ["pass", "fail more", "fail more", "fail more"],
    );
    if cfg!(target_os = "linux") {
        assert_eq!(evidence.runs[0].left_processes, 1);
    }
}

#[test]
fn one_that_changes_the_host_or_leaves_the_machine_is_seen() {
    let case: BlackboxCase = serde_json::from_value(json!({
        "id": "changes", "title": "t", "why": "w",
        "world": {"host": [{"name": "lib", "version": "1.0"}], "project": {}},
        "checks": [
            {"id": "changes", "cites": ["X"], "what": "host-changes", "is": []},
            {"id": "elsewhere", "cites": ["X"], "what": "elsewhere", "is": []}
        ]
    }))
    .unwrap();
    let program = "cd \"$(dirname \"$3\")/..\" && for file in lib/python3*/site-packages/lib/__init__.py; do echo x >> \"$file\"; done; \
        \"$3\" -c \"import urllib.request as r; r.urlopen('http://pypi.invalid/simple/')\"";
    let directory = tempfile::tempdir().unwrap();
    let evidence = bench()
        .run(&case, &script(program, 60), None, directory.path())
        .unwrap();
    assert_eq!(
        others(&evidence),
        ["changes fail more", "elsewhere fail more"]
    );
    assert_eq!(
        evidence.checks[1].observed.as_deref(),
        Some(&["pypi.invalid".to_owned()][..])
    );
}

/// A profile that is wrong shows in the baseline.
#[test]
fn a_wrong_profile_is_no_wrong_frontend() {
    let directory = tempfile::tempdir().unwrap();
    let mut frontend = script("exit 0", 60);
    frontend.profile.steps.editable = None;
    frontend.profile.steps.metadata = None;
    frontend.profile.steps.requirement = None;
    frontend.profile.steps.archive = None;
    let baseline = bench().baseline(&frontend, None, directory.path()).unwrap();
    assert_eq!(baseline.len(), 1);
    assert!(!is_sound(&baseline));
    assert!(!is_sound(&[]));
}
