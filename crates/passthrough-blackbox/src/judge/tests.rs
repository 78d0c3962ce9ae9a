use passthrough_protocol::{BlackboxCase, CheckResult, Recording, RunEvidence};
use serde_json::{Value, json};

use super::judge;

const NONCE: &str = "n0";

fn case(step: &str, checks: &Value) -> BlackboxCase {
    serde_json::from_value(json!({
        "id": "c", "title": "t", "why": "w", "step": step,
        "world": {
            "host": [{"name": "Some.Lib", "version": "1"}, {"name": "decoy", "version": "1"}],
            "second_host": [],
            "project": {}
        },
        "checks": checks
    }))
    .unwrap()
}

fn seen() -> Value {
    json!({
        "executable": "/e/bin/python", "version": "3.11.7", "prefix": "/e", "base_prefix": "/usr",
        "sys_path": [],
        "distributions": [
            {"name": "some-lib", "version": "1.0", "location": "/e", "copy": "host@n0", "missing": ["a.py"]},
            {"name": "passthrough-probe-demo", "version": "1.0", "location": "/e", "copy": null, "missing": []},
            {"name": "frontends-own", "version": "1.0", "location": "/e", "copy": null, "missing": []}
        ],
        "imports": {
            "some_lib": {"origin": "/e/x", "copy": "host@n0", "error": null},
            "gone": {"origin": null, "copy": null, "error": "ModuleNotFoundError: x"},
            "old": {"origin": "/e/x", "copy": "host@n9", "error": null},
            "bare": {"origin": "/e/x", "copy": null, "error": null}
        },
        "scripts": {
            "own": {"path": "/e/bin/own", "copy": "host@n0", "prefix": "/e", "error": null},
            "hosts": {"path": "/h/bin/hosts", "copy": "host@n0", "prefix": "/h", "error": null},
            "others": {"path": "/o/bin/o", "copy": "host@n0", "prefix": "/o", "error": null},
            "broken": {"path": "/e/bin/b", "copy": null, "prefix": null, "error": "no"}
        },
        "entry_points": [
            {"group": "g", "name": "p", "value": "x:y"}, {"group": "other", "name": "q", "value": "x:y"}
        ],
        "data": ["share/x"]
    })
}

fn recording(hook: &str, change: impl FnOnce(&mut Value)) -> Recording {
    let mut recording = json!({
        "schema": "passthrough-recording/1", "nonce": NONCE, "project": "demo", "hook": hook, "pid": 1,
        "directory": "/", "environment": {}, "seen": seen(),
        "child": {"seen": seen(), "error": null},
        "isolated_child": {"seen": null, "error": "it crashed"}
    });
    change(&mut recording);
    serde_json::from_value(recording).unwrap()
}

fn run(change: impl FnOnce(&mut RunEvidence)) -> RunEvidence {
    let mut run: RunEvidence = serde_json::from_value(json!({
        "argv": ["f"], "directory": "/", "environment": {}, "ending": "exit", "exit_code": 0, "millis": 1,
        "stdout": "said this", "stderr": "and that", "left_processes": 0, "recordings": [],
        "refused_recordings": [],
        "requests": [
            {"method": "GET", "target": "/", "status": 200, "sent": 9, "range": null, "user_agent": null,
             "project": "some-lib", "copy": "index"},
            {"method": "HEAD", "target": "/", "status": 200, "sent": 0, "range": null, "user_agent": null,
             "project": "decoy", "copy": "index"},
            {"method": "GET", "target": "/", "status": 304, "sent": 0, "range": null, "user_agent": null,
             "project": "decoy", "copy": "index"}
        ],
        "attempts": [{"method": "CONNECT", "host": "pypi.org", "port": 443, "target": "pypi.org:443"}],
        "host_changes": ["+ x"], "results": ["demo-1.0.tar.gz"],
        "built_with": {"Some_Lib": ["host@n0", "index@n7"]}, "trouble": []
    }))
    .unwrap();
    run.recordings = vec![recording("build_wheel", |_| {})];
    change(&mut run);
    run
}

fn check(what: &str, of: Option<&str>, more: &Value) -> Value {
    let mut check = json!({"id": "c", "cites": ["EXP-1"], "what": what});
    if let Some(of) = of {
        check["of"] = json!(of);
    }
    for (key, value) in more.as_object().unwrap() {
        check[key] = value.clone();
    }
    check
}

/// The verdict and the code of one check on one run.
fn outcome(check: &Value, run: RunEvidence) -> String {
    let results = judge(
        &case("wheel", &json!([check])),
        &[run],
        &["/h".to_owned()],
        NONCE,
    );
    told(&results[0])
}

fn told(result: &CheckResult) -> String {
    match &result.code {
        Some(code) => format!("{} {code}", result.verdict.as_str()),
        None => result.verdict.as_str().to_owned(),
    }
}

/// What is seen of something, by asking for exactly that.
fn sees(what: &str, of: Option<&str>, words: &[&str]) {
    let asked = check(what, of, &json!({"is": words}));
    assert_eq!(outcome(&asked, run(|_| {})), "pass", "{what} {of:?}");
    let other = check(what, of, &json!({"is": ["something-else"]}));
    assert!(
        outcome(&other, run(|_| {})).starts_with("fail "),
        "{what} {of:?}"
    );
}

#[test]
fn each_thing_is_looked_for_in_its_place() {
    sees("built", None, &["yes"]);
    sees("hooks", None, &["build_wheel"]);
    // The backend's own wheel, and what a frontend brings along, are not of the world.
    sees("distributions", None, &["some-lib"]);
    sees("copies", Some("some_lib"), &["host"]);
    sees("copies", Some("decoy"), &[]);
    sees("versions", Some("some-lib"), &["1.0"]);
    sees("missing-files", Some("some-lib"), &["a.py"]);
    sees("import", Some("some_lib"), &["host"]);
    sees("import", Some("gone"), &[]);
    sees("import", Some("never-asked"), &[]);
    sees("import", Some("old"), &["stray host@n9"]);
    sees("import", Some("bare"), &["unmarked"]);
    sees("script", Some("own"), &["host"]);
    sees("script", Some("broken"), &["broken"]);
    sees("script", Some("none"), &[]);
    sees("script-interpreter", Some("own"), &["environment"]);
    sees("script-interpreter", Some("hosts"), &["host"]);
    sees("script-interpreter", Some("others"), &["other"]);
    sees("script-interpreter", Some("broken"), &["broken"]);
    sees("entry-points", Some("g"), &["p"]);
    sees("data", None, &["share/x"]);
    sees("fetched", Some("Some.Lib"), &["index"]);
    // To ask whether it is there is not to fetch it.
    sees("fetched", Some("decoy"), &[]);
    sees("elsewhere", None, &["pypi.org"]);
    sees("host-changes", None, &["+ x"]);
    sees("built-with", Some("some-lib"), &["host", "stray index@n7"]);
    sees("said", Some("this"), &["yes"]);
    sees("said", Some("that"), &["yes"]);
    sees("said", Some("something else"), &[]);
}

#[test]
fn a_failure_has_a_code_for_how_it_is_wrong() {
    let seen = |more: &Value| {
        outcome(
            &check("copies", Some("x"), more),
            run(|run| {
                let mut second = recording("build_wheel", |_| {});
                second.seen.distributions = ["a", "b"]
                    .map(|label| {
                        let mut found = second.seen.distributions[0].clone();
                        found.name = Some("x".to_owned());
                        found.copy = Some(format!("{label}@n0"));
                        found
                    })
                    .into();
                run.recordings = vec![second];
            }),
        )
    };
    for (more, code) in [
        (json!({"is": ["a", "b"]}), "pass"),
        (json!({"is": ["b", "a", "a"]}), "pass"),
        (json!({"is": ["a"]}), "fail more"),
        (json!({"is": []}), "fail more"),
        (json!({"is": ["a", "b", "c"]}), "fail less"),
        (json!({"is": ["c"]}), "fail other"),
        (json!({"has": ["a"]}), "pass"),
        (json!({"has": ["a", "c"]}), "fail less"),
        (json!({"has": ["c"]}), "fail other"),
        (json!({"lacks": ["c"]}), "pass"),
        (json!({"lacks": ["a", "c"]}), "fail more"),
        (json!({"has": ["a"], "lacks": ["b"]}), "fail more"),
    ] {
        assert_eq!(seen(&more), code, "{more}");
    }
    let nothing = check("copies", Some("y"), &json!({"is": ["a"]}));
    assert_eq!(outcome(&nothing, run(|_| {})), "fail nothing");
}

/// Each hook has to see it, not one of them.
#[test]
fn what_holds_in_one_hook_has_to_hold_in_all() {
    let two = || {
        run(|run| {
            run.recordings.push(recording("prepare", |recording| {
                recording["seen"]["distributions"] = json!([]);
            }));
        })
    };
    let copies = |more: Value| check("copies", Some("some-lib"), &more);
    assert_eq!(
        outcome(&copies(json!({"is": ["host"]})), two()),
        "fail nothing"
    );
    assert_eq!(outcome(&copies(json!({"is": []})), two()), "fail more");
    assert_eq!(
        outcome(
            &copies(json!({"is": ["host"], "hook": "build_wheel"})),
            two()
        ),
        "pass"
    );
    assert_eq!(
        outcome(&copies(json!({"is": [], "hook": "prepare"})), two()),
        "pass"
    );
    assert_eq!(
        outcome(&copies(json!({"is": [], "hook": "build_sdist"})), two()),
        "error no-recording"
    );
}

/// A frontend asks again in an environment that holds what the first answer named.
#[test]
fn the_first_time_can_be_told_from_the_others() {
    let again = |empty_first: bool| {
        run(|run| {
            let other = recording("build_wheel", |recording| {
                recording["seen"]["distributions"] = json!([]);
            });
            run.recordings.insert(usize::from(!empty_first), other);
        })
    };
    let copies = |more: Value| check("copies", Some("some-lib"), &more);
    for (empty_first, first, expected) in [
        (true, true, "pass"),
        (true, false, "fail more"),
        (false, true, "fail more"),
    ] {
        let check = copies(json!({"is": [], "hook": "build_wheel", "first": first}));
        assert_eq!(outcome(&check, again(empty_first)), expected);
    }
}

#[test]
fn children_are_looked_at_apart() {
    let copies = |view: &str| {
        check(
            "copies",
            Some("some-lib"),
            &json!({"is": ["host"], "in": view}),
        )
    };
    let blind = || run(|run| run.recordings[0].seen.distributions.clear());
    assert_eq!(outcome(&copies("hook"), blind()), "fail nothing");
    assert_eq!(outcome(&copies("child"), blind()), "pass");
    // A child that says nothing sees neither something nor nothing.
    let nothing = check(
        "copies",
        Some("some-lib"),
        &json!({"is": [], "in": "isolated-child"}),
    );
    assert_eq!(outcome(&nothing, run(|_| {})), "error child");
}

/// A check that would pass when nothing at all was seen is an error instead.
#[test]
fn where_nothing_was_seen_nothing_passes() {
    let checks = json!([
        check("import", Some("gone"), &json!({"is": []})),
        check("copies", Some("decoy"), &json!({"is": [], "in": "child"})),
        check("distributions", None, &json!({"lacks": ["decoy"]})),
        check("script", Some("none"), &json!({"is": []})),
    ]);
    type Change = fn(&mut RunEvidence);
    let changes: [(Change, &str); 8] = [
        (|run| run.recordings.clear(), "error no-recording"),
        (
            |run| run.recordings[0].project = "another".to_owned(),
            "error no-recording",
        ),
        (
            |run| run.refused_recordings.push("x: of another run".to_owned()),
            "error stray-recording",
        ),
        (
            |run| run.trouble.push("the world is gone".to_owned()),
            "error world",
        ),
        (
            |run| run.ending = passthrough_protocol::Ending::Timeout,
            "error timeout",
        ),
        (
            |run| run.ending = passthrough_protocol::Ending::Flood,
            "error flood",
        ),
        (
            |run| run.ending = passthrough_protocol::Ending::Signal,
            "error signal",
        ),
        (
            |run| run.ending = passthrough_protocol::Ending::NotStarted,
            "error not-started",
        ),
    ];
    for (change, code) in changes {
        let results = judge(
            &case("wheel", &checks),
            &[run(change)],
            &["/h".to_owned()],
            NONCE,
        );
        for result in results {
            assert_eq!(told(&result), code);
            assert!(result.message.is_some() && result.observed.is_none());
        }
    }
    // What does not look at hooks is judged all the same, if the frontend came to its end.
    let hooks = check("hooks", None, &json!({"is": []}));
    assert_eq!(outcome(&hooks, run(|run| run.recordings.clear())), "pass");
    let built = check("built-with", Some("x"), &json!({"is": []}));
    assert_eq!(
        outcome(&built, run(|run| run.built_with = None)),
        "error no-result"
    );
}

#[test]
fn a_premise_that_does_not_hold_takes_the_pass_away() {
    let results = |premise: &Value, of_premise: &str| {
        let checks = json!([
            {"id": "p", "cites": ["X"], "what": "import", "of": of_premise, "is": ["host"]},
            {"id": "c", "cites": ["X"], "what": "import", "of": "gone", "is": premise, "premise": "p"}
        ]);
        let results = judge(
            &case("wheel", &checks),
            &[run(|_| {})],
            &["/h".to_owned()],
            NONCE,
        );
        told(&results[1])
    };
    assert_eq!(results(&json!([]), "some_lib"), "pass");
    assert_eq!(results(&json!([]), "gone"), "fail premise");
    // What fails by itself keeps its own code.
    assert_eq!(results(&json!(["host"]), "gone"), "fail nothing");
    let checks = json!([
        {"id": "p", "cites": ["X"], "what": "copies", "of": "x", "hook": "none", "is": []},
        {"id": "c", "cites": ["X"], "what": "import", "of": "gone", "is": [], "premise": "p"}
    ]);
    let results = judge(
        &case("wheel", &checks),
        &[run(|_| {})],
        &["/h".to_owned()],
        NONCE,
    );
    assert_eq!(told(&results[1]), "error premise");
}

/// A frontend that refuses to build has failed, and all that follows from it.
#[test]
fn what_cannot_be_seen_as_the_premise_failed_has_failed() {
    let told_with = |premise: Option<&str>, view: &str| {
        let mut checks = json!([
            {"id": "p", "cites": ["X"], "what": "built", "is": ["yes"]},
            {"id": "c", "cites": ["X"], "what": "import", "of": "gone", "in": view, "is": []}
        ]);
        if let Some(premise) = premise {
            checks[1]["premise"] = json!(premise);
        }
        let none = run(|run| {
            run.exit_code = Some(1);
            if view == "hook" {
                run.recordings.clear();
            }
        });
        let results = judge(&case("wheel", &checks), &[none], &["/h".to_owned()], NONCE);
        assert_eq!(told(&results[0]), "fail nothing");
        told(&results[1])
    };
    assert_eq!(told_with(Some("p"), "hook"), "fail premise");
    assert_eq!(told_with(None, "hook"), "error no-recording");
    // A hook that ran and could not look is no fault of the frontend's.
    assert_eq!(told_with(Some("p"), "isolated-child"), "error child");
}

#[test]
fn the_second_run_is_judged_by_itself() {
    let check = check("host-changes", None, &json!({"is": [], "run": "second"}));
    let case = case("wheel", &json!([check]));
    let hosts = ["/h".to_owned(), "/i".to_owned()];
    let second = run(|run| run.host_changes.clear());
    let both = judge(&case, &[run(|_| {}), second], &hosts, NONCE);
    assert_eq!(told(&both[0]), "pass");
    let one = judge(&case, &[run(|_| {})], &hosts, NONCE);
    assert_eq!(told(&one[0]), "error not-run");
}

#[test]
fn what_a_step_makes_has_to_be_there() {
    let built = |step: &str, change: fn(&mut RunEvidence)| {
        let checks = json!([check("built", None, &json!({"is": ["yes"]}))]);
        let results = judge(
            &case(step, &checks),
            &[run(change)],
            &["/h".to_owned()],
            NONCE,
        );
        told(&results[0])
    };
    for step in ["wheel", "editable", "requirement"] {
        assert_eq!(built(step, |_| {}), "pass");
        assert_eq!(built(step, |run| run.built_with = None), "fail nothing");
    }
    assert_eq!(built("sdist", |_| {}), "pass");
    assert_eq!(built("sdist", |run| run.results.clear()), "fail nothing");
    assert_eq!(built("metadata", |_| {}), "pass");
    assert_eq!(
        built("metadata", |run| run.recordings.clear()),
        "fail nothing"
    );
    assert_eq!(
        built("wheel", |run| run.exit_code = Some(1)),
        "fail nothing"
    );
}

/// What the maintainer of a frontend reads: expected, found, and where that is
/// from.
#[test]
fn a_failure_says_what_was_expected_and_found_and_where() {
    let told = |step: &str, check: &Value, run: RunEvidence| {
        let case = case(step, &json!([check]));
        let hosts = ["/h".to_owned(), "/i".to_owned()];
        let results = judge(&case, &[run], &hosts, NONCE);
        let message = results[0].message.as_deref().unwrap_or("passes");
        format!("{}: {message}", results[0].about)
    };
    let failing = |what: &str, of: Option<&str>, more: Value| {
        told("wheel", &check(what, of, &more), run(|_| {}))
    };
    let is = |word: &str| json!({"is": [word]});
    let seen = [
        failing("built", None, json!({"is": []})),
        failing(
            "hooks",
            None,
            json!({"has": ["build_sdist", "build_wheel"]}),
        ),
        failing(
            "distributions",
            None,
            json!({"lacks": ["decoy", "some-lib"]}),
        ),
        failing("copies", Some("some-lib"), is("index")),
        failing("versions", Some("some-lib"), is("2.0")),
        failing("missing-files", Some("some-lib"), json!({"is": []})),
        failing("import", Some("gone"), is("host")),
        failing(
            "import",
            Some("some_lib"),
            json!({"is": [], "in": "child", "hook": "build_wheel"}),
        ),
        failing("script", Some("broken"), is("host")),
        failing("script-interpreter", Some("hosts"), is("environment")),
        failing(
            "entry-points",
            Some("g"),
            json!({"has": ["p"], "lacks": ["p"]}),
        ),
        failing("data", None, json!({"is": []})),
        failing("fetched", Some("some-lib"), json!({"is": []})),
        failing("elsewhere", None, json!({"is": []})),
        failing("host-changes", None, json!({"is": []})),
        failing("built-with", Some("some-lib"), is("host")),
        failing("said", Some("nobody"), is("yes")),
    ]
    .join("\n");
    insta::assert_snapshot!(seen, @r"
    a wheel of demo is built: expected no, found yes (the frontend ended with exit code 0, and left demo-1.0.tar.gz in out-1)
    hooks of demo that ran: expected at least build_sdist, build_wheel, found build_wheel (each that runs leaves a file in recordings)
    distributions whose metadata is visible: expected not decoy, not some-lib, found some-lib (recorded by build_wheel)
    copies of some-lib whose metadata is visible: expected index, found host (recorded by build_wheel)
    visible versions of some-lib: expected 2.0, found 1.0 (recorded by build_wheel)
    missing files among those that some-lib records: expected nothing, found a.py (recorded by build_wheel)
    copy of gone that is imported: expected host, found nothing (recorded by build_wheel)
    copy of some_lib that is imported, in a child interpreter, in build_wheel: expected nothing, found host (recorded by build_wheel)
    copy whose script broken is on PATH: expected host, found broken (recorded by build_wheel)
    interpreter that runs the script hosts: expected environment, found host (recorded by build_wheel)
    visible entry points of the group g: expected at least p and not p, found p (recorded by build_wheel)
    visible data files: expected nothing, found share/x (recorded by build_wheel)
    copies of some-lib that were downloaded: expected nothing, found index (the index wrote down what it sent)
    hosts asked for beside the index: expected nothing, found pypi.org (the proxy wrote down what it refused)
    changes of the host: expected nothing, found + x (the host was compared with what it was before)
    copies of some-lib that demo was built with: expected host, found host, stray index@n7 (the result has it in passthrough-built.json)
    the frontend says `nobody`: expected yes, found no (what it said is in stdout-1.txt and stderr-1.txt)
    ");

    let copies = check("copies", Some("some-lib"), &is("host"));
    let isolated = check(
        "copies",
        Some("some-lib"),
        &json!({"is": [], "in": "isolated-child"}),
    );
    let sdist = check(
        "copies",
        Some("some-lib"),
        &json!({"is": [], "hook": "build_sdist"}),
    );
    let built = check("built", None, &is("yes"));
    let built_with = check("built-with", Some("some-lib"), &is("host"));
    let second = check(
        "built-with",
        Some("some-lib"),
        &json!({"is": [], "run": "second"}),
    );
    let unseen = [
        told("wheel", &built, run(|run| run.exit_code = Some(2))),
        told("sdist", &built, run(|run| run.results.clear())),
        told("editable", &built, run(|run| run.built_with = None)),
        told("wheel", &copies, run(|run| run.recordings.clear())),
        told("wheel", &sdist, run(|_| {})),
        told("wheel", &isolated, run(|_| {})),
        told("wheel", &built_with, run(|run| run.built_with = None)),
        told("wheel", &second, run(|_| {})),
        told(
            "wheel",
            &copies,
            run(|run| run.refused_recordings.push("1.json: torn".to_owned())),
        ),
        told(
            "wheel",
            &copies,
            run(|run| run.trouble.push("the host cannot be read: gone".to_owned())),
        ),
        told(
            "wheel",
            &copies,
            run(|run| run.ending = passthrough_protocol::Ending::Signal),
        ),
        told(
            "wheel",
            &copies,
            run(|run| {
                run.ending = passthrough_protocol::Ending::Timeout;
                run.millis = 9_000;
            }),
        ),
        told(
            "wheel",
            &copies,
            run(|run| run.ending = passthrough_protocol::Ending::Flood),
        ),
        told(
            "wheel",
            &copies,
            run(|run| {
                run.ending = passthrough_protocol::Ending::NotStarted;
                run.stderr = "/f: No such file\n".to_owned();
            }),
        ),
    ]
    .join("\n");
    insta::assert_snapshot!(unseen, @r"
    a wheel of demo is built: expected yes, found no (the frontend ended with exit code 2, and left demo-1.0.tar.gz in out-1)
    an sdist of demo is built: expected yes, found no (the frontend ended with exit code 0, and left nothing in out-1)
    demo is installed as editable: expected yes, found no (the frontend ended with exit code 0, and left demo-1.0.tar.gz in out-1)
    copies of some-lib whose metadata is visible: expected a hook of demo to run, found no recording of it (the frontend ended with exit code 0)
    copies of some-lib whose metadata is visible, in build_sdist: expected build_sdist of demo to run, found no recording of it (the frontend ended with exit code 0)
    copies of some-lib whose metadata is visible, in a child interpreter with -I: the child interpreter that build_wheel started could not look: it crashed
    copies of some-lib that demo was built with: there is no result of this run that says what it was built with (the frontend ended with exit code 0)
    copies of some-lib that demo was built with, in the second run: the frontend was not run for it
    copies of some-lib whose metadata is visible: a recording is none of a hook of this run: 1.json: torn
    copies of some-lib whose metadata is visible: the world is not as the frontend found it: the host cannot be read: gone
    copies of some-lib whose metadata is visible: the frontend was ended by a signal
    copies of some-lib whose metadata is visible: the frontend took too long, and was ended after 9 s
    copies of some-lib whose metadata is visible: the frontend did not stop writing, and was ended after 0 s
    copies of some-lib whose metadata is visible: the frontend could not be started: /f: No such file
    ");
}
