//! The gate of the mutants, and that it shuts.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_conformance::suite::Suite;
use passthrough_protocol::{MutantVerdict, MutantsReport};
use passthrough_world::python;
use serde_json::json;

use super::Bench;
use crate::context::Ran;

/// An interpreter that runs the second implementation.
fn interpreter() -> PathBuf {
    python::environment(&python::any(), &["packaging==26.3", "tomli==2.2.1"]).join("bin/python")
}

/// `conformance mutants`, with no interpreter said.
fn bare(bench: &Bench, arguments: &[&str]) -> Command {
    let mut command = bench.conformance();
    command.arg("mutants").args(arguments);
    command
}

fn mutants(bench: &Bench, arguments: &[&str]) -> Ran {
    let interpreter = interpreter();
    Ran::of(bare(bench, arguments).arg("--python").arg(interpreter))
}

fn report(bench: &Bench, arguments: &[&str]) -> (Ran, MutantsReport) {
    let ran = mutants(bench, &[arguments, &["--output-format", "json"]].concat());
    let report: MutantsReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!(ran.code, Some(i32::from(report.exit_code)), "{ran:?}");
    (ran, report)
}

/// Writes a file of mutants; returns its directory.
fn file(bench: &Bench, name: &str, text: &str) -> String {
    let text = format!("schema = 'passthrough-mutants/1'\n{text}");
    let path = bench.context.write(&format!("mutants/{name}.toml"), text);
    path.parent().unwrap().display().to_string()
}

/// A mutant of CONF-7 with one patch. The suite has one of that requirement,
/// `no-list-means-all`, which the case `no-list` kills: few to wait for.
fn mutant(name: &str, find: &str, replace: &str) -> String {
    format!(
        "[[mutant]]\nname = '{name}'\nbreaks = 'CONF-7'\nwhat = 'w'\n\
         patch = [{{ find = '''{find}''', replace = '''{replace}''' }}]\n"
    )
}

/// A patch that no longer applies, a mutant that survives and a case that kills
/// none end here.
#[test]
fn every_mutant_is_killed_and_every_case_kills_one() {
    let (ran, report) = report(&Bench::new(), &[]);
    let survive: Vec<_> = report
        .mutants
        .iter()
        .filter(|result| result.verdict == MutantVerdict::Survived)
        .collect();
    assert!(survive.is_empty(), "{survive:#?}");
    assert_eq!(report.idle, Vec::<String>::new(), "cases that kill nothing");
    assert_eq!(
        report.unbroken,
        Vec::<String>::new(),
        "rules without mutant"
    );
    assert_eq!(report.busy_guards, Vec::<String>::new());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(report.mutants.len() > 200, "{}", report.mutants.len());
    // A crash is no answer: whoever writes such a mutant has made a mistake.
    let crash: Vec<_> = report
        .mutants
        .iter()
        .filter(|result| !result.crashed_by.is_empty())
        .collect();
    assert!(crash.is_empty(), "{crash:#?}");
}

/// Without the one case that kills it, a thin mutant survives.
#[test]
fn a_case_that_is_missing_is_missed() {
    let bench = Bench::new();
    let suite = Suite::embedded();
    let all_but = |missing: &str| {
        let ids = suite.cases.keys().filter(|id| *id != missing);
        let mut arguments = vec!["--mutant", "constraint-urls-ignored"];
        arguments.extend(ids.flat_map(|id| ["--case", id.as_str()]));
        report(&bench, &arguments)
    };
    let (ran, found) = all_but("");
    let [result] = found.mutants.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        result.verdict,
        MutantVerdict::Thin,
        "take another: {result:?}"
    );
    let [killer] = result.killed_by.as_slice() else {
        panic!("{result:?}");
    };
    let (ran, found) = all_but(killer);
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert_eq!(found.mutants[0].verdict, MutantVerdict::Survived);
    assert_eq!(found.cases, suite.cases.len() - 1);
}

#[test]
fn what_a_mutant_is_not_killed_by() {
    let bench = Bench::new();
    let directory = file(
        &bench,
        "mine",
        &[
            mutant("harmless", "\"\"\"ELIG-metadata\"\"\"", "\"\"\"other\"\"\""),
            // Of a rule that no case cites for it.
            mutant("of-another-rule", "if question.denied(name):", "if False:"),
            mutant(
                "crashes",
                "host = Host.from_document(given[\"host\"])",
                "crash",
            ),
        ]
        .concat(),
    );
    let arguments = ["harmless", "of-another-rule", "crashes"];
    let arguments: Vec<&str> = arguments
        .iter()
        .flat_map(|name| ["--mutant", name])
        .collect();
    let (ran, report) = report(&bench, &[&["--mutants", &directory], &*arguments].concat());
    assert_eq!(ran.code, Some(6), "{ran:?}");
    let [harmless, of_another_rule, crashes] = report.mutants.as_slice() else {
        panic!("{report:?}");
    };
    for survivor in &report.mutants {
        assert_eq!(survivor.verdict, MutantVerdict::Survived, "{survivor:?}");
        assert_eq!(survivor.group, "mine");
    }
    assert!(harmless.noticed_by.is_empty() && harmless.crashed_by.is_empty());
    assert!(of_another_rule.noticed_by.contains(&"denied".to_owned()));
    assert!(crashes.crashed_by.len() > 100 && crashes.noticed_by.is_empty());
}

/// A mutant that cannot be used is named, the others are judged, and the exit
/// code is 2.
#[test]
fn a_mutant_that_cannot_be_used_is_named() {
    let find = "    return declaration\n\n\ndef read_build_system(";
    let replace = "    declaration.listed = {r.name for r in declaration.requires}\n";
    let killed = |name| mutant(name, find, &format!("{replace}{find}"));
    let broken = |find, replace| killed("y") + &mutant("x", find, replace);
    for (text, words) in [
        (
            broken("no such text", "y"),
            "mutant `x`: `find` occurs nowhere: `no such text`",
        ),
        (broken("displaced", "y"), "mutant `x`: `find` occurs "),
        (
            broken("def local_status(", "def def("),
            "mutant `x`: it answers no case: SyntaxError: invalid syntax\n",
        ),
        (
            broken("def local_status(", "nothing\ndef local_status("),
            "mutant `x`: it answers no case: NameError: name 'nothing' is not defined\n",
        ),
        (
            killed("y") + &killed("X_Y"),
            "mutant `X_Y`: the name is not lower-case words",
        ),
        (
            killed("y") + &killed("x").replace("CONF-7", "CONF-99"),
            "mutant `x`: it breaks `CONF-99`, which is no requirement",
        ),
        (
            killed("y") + &killed("y"),
            "mutant `y`: the name is used twice",
        ),
        (
            "[[mutant]]\nname = 'x'".to_owned(),
            "missing field `breaks`",
        ),
        (killed("y") + "kills = 'a'\n", "unknown field `kills`"),
        ("[[".to_owned(), "TOML parse error at line 2"),
    ] {
        let bench = Bench::new();
        let directory = file(&bench, "mine", &text);
        let arguments = ["--mutants", &directory, "--case", "no-list"];
        let (ran, report) = report(&bench, &arguments);
        assert_eq!(ran.code, Some(2), "{words}: {ran:?}");
        let file = format!("{directory}/mine.toml: ");
        let told = ran.stderr.contains(&file) && ran.stderr.contains(words);
        assert!(told, "{words}: {ran:?}");
        assert_eq!(report.problems.len(), 1, "{report:?}");
        // The others: the suite's own, and what of the file is sound.
        let sound = usize::from(text.contains("name = 'y'") && !text.contains("kills"));
        let verdicts: Vec<_> = report.mutants.iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, vec![MutantVerdict::Thin; 1 + sound], "{ran:?}");
    }
}

#[test]
fn files_of_mutants_that_are_none() {
    let bench = Bench::new();
    let directory = file(&bench, "mine", "mutant = []");
    bench.context.write("mutants/binary.toml", b"\xff\xfe");
    bench.context.write("mutants/notes.md", "not read");
    bench
        .context
        .write("mutants/large.toml", vec![b'#'; 5 << 20]);
    let arguments = ["--mutants", &directory, "--case", "no-list"];
    let (ran, report) = report(&bench, &arguments);
    assert_eq!((ran.code, report.problems.len()), (Some(2), 2), "{ran:?}");
    let ran = mutants(&bench, &["--mutants", "/no/such/directory"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("/no/such/directory"), "{ran:?}");
}

/// A mutant of the suite's can be tried in another form.
#[test]
fn a_mutant_with_a_name_of_the_suite_takes_its_place() {
    let bench = Bench::new();
    let text = mutant("no-list-means-all", "\"\"\"(b)\"\"\"", "\"\"\"(B)\"\"\"");
    let directory = file(&bench, "mine", &text.replace("'w'", "'mine'"));
    let (ran, report) = report(&bench, &["--mutants", &directory, "--case", "no-list"]);
    assert_eq!(ran.code, Some(6), "{ran:?}");
    let [result] = report.mutants.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!(
        (result.what.as_str(), result.group.as_str()),
        ("mine", "mine")
    );
    assert_eq!(report.idle, ["no-list"]);
}

#[test]
fn a_case_that_kills_nothing_has_to_say_why() {
    let bench = Bench::new();
    let with = |guard: Option<&str>| {
        bench.case("toothless", |case| {
            case["cites"] = json!(["CONF-7"]);
            if let Some(guard) = guard {
                case["guard"] = json!(guard);
            }
        });
        let cases = bench.context.path("cases").display().to_string();
        let arguments = [
            "--cases",
            &cases,
            "--case",
            "toothless",
            "--case",
            "no-list",
        ];
        report(&bench, &arguments)
    };
    let (ran, found) = with(None);
    assert_eq!(
        (ran.code, found.idle),
        (Some(6), vec!["toothless".to_owned()])
    );
    let (ran, found) = with(Some("it guards against something else"));
    assert_eq!((ran.code, found.idle.len()), (Some(0), 0), "{ran:?}");
}

#[test]
fn a_guard_that_kills_is_none() {
    let bench = Bench::new();
    let suite = Suite::embedded();
    let mut case = serde_json::to_value(&suite.cases["no-list"].case).unwrap();
    case["guard"] = json!("nothing can break it");
    bench.context.write("cases/no-list.json", case.to_string());
    let cases = bench.context.path("cases").display().to_string();
    let (ran, report) = report(&bench, &["--cases", &cases, "--case", "no-list"]);
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert_eq!(report.busy_guards, ["no-list"]);
}

#[test]
fn a_rule_without_a_mutant_is_missed() {
    let bench = Bench::new();
    let text = mutant("no-list-means-all", "\"\"\"(b)\"\"\"", "\"\"\"(B)\"\"\"");
    let directory = file(&bench, "mine", &text.replace("CONF-7", "CONF-8"));
    let (ran, report) = report(&bench, &["--mutants", &directory, "--case", "no-list"]);
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert_eq!(
        (report.unbroken, report.mutants.len()),
        (vec!["CONF-7".to_owned()], 0)
    );
}

#[test]
fn where_the_unpatched_implementation_is_wrong_nothing_is_judged() {
    let bench = Bench::new();
    bench.case("wrong", |case| case["expect"] = json!({"listed": []}));
    let cases = bench.context.path("cases").display().to_string();
    let ran = mutants(
        &bench,
        &["--cases", &cases, "--filter", "cycle", "--filter", "cases/"],
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(6), ""), "{ran:?}");
    for words in [
        "no mutant can be judged",
        "does not pass 1 of the cases\n",
        "  wrong: listed",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

#[test]
fn an_interpreter_that_will_not_do_is_named() {
    let bench = Bench::new();
    let venv = bench
        .context
        .venv("bare", &python::any(), &["--without-pip"]);
    let python = venv.join("bin/python");
    let shown = python.display().to_string();
    let arguments = ["--mutant", "no-list-means-all", "--python", &shown];
    let ran = Ran::of(&mut bare(&bench, &arguments));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    for words in [
        format!("error: {shown} does not run the second implementation"),
        "No module named 'packaging'".to_owned(),
        "hint: it needs Python 3.9 or later with `packaging` 26.3".to_owned(),
    ] {
        assert!(ran.stderr.contains(&words), "{words}: {ran:?}");
    }
    fs::remove_file(&python).unwrap();
    let ran = Ran::of(&mut bare(&bench, &arguments));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains(&shown), "{ran:?}");
}

#[test]
fn what_a_shell_says_of_python_does_not_matter() {
    let bench = Bench::new();
    bench.context.write("path/packaging.py", "raise SystemExit");
    let ran = Ran::of(
        bare(&bench, &["--mutant", "no-list-means-all", "--python"])
            .arg(interpreter())
            .env("PYTHONPATH", bench.context.path("path")),
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
}

/// An environment of the command's own: none where the index is out of reach,
/// and what that left is no obstacle; made once for two that ask at once; then
/// the index is no longer needed.
#[test]
fn without_an_interpreter_an_environment_is_made_once() {
    let bench = Bench::new();
    let arguments = ["--mutant", "no-list-means-all", "--case", "no-list"];
    let without_index = || {
        let mut command = bare(&bench, &arguments);
        command
            .env("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
            .env("PIP_NO_INDEX", "1")
            .env("PIP_FIND_LINKS", bench.context.path("none"));
        Ran::of(&mut command)
    };
    let ran = without_index();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    for words in [
        "error: cannot make an environment with packaging==26.3",
        "No matching distribution found for packaging==26.3",
        "hint: name an interpreter with `packaging` 26.3 by --python",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    let (one, other) = std::thread::scope(|scope| {
        let run = || Ran::of(&mut bare(&bench, &arguments));
        let (one, other) = (scope.spawn(run), scope.spawn(run));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert_eq!(
        (one.code, other.code),
        (Some(0), Some(0)),
        "{one:?} {other:?}"
    );
    let ran = without_index();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let tools = environments(&bench.context.path("cache/tools"));
    let [environment] = tools.as_slice() else {
        panic!("{tools:?}");
    };
    // A broken one is not mended behind the user's back, but one that was
    // never finished is made anew.
    fs::remove_file(environment.join("complete")).unwrap();
    assert_eq!(without_index().code, Some(2));
}

fn environments(tools: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(tools).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_dir()).collect()
}

#[test]
fn nothing_is_selected() {
    let bench = Bench::new();
    let ran = mutants(&bench, &["--filter", "no-such-case"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(4), ""), "{ran:?}");
    let ran = mutants(&bench, &["--mutant", "no-such-mutant"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("there is no mutant `no-such-mutant`"),
        "{ran:?}"
    );
}

#[test]
fn people_are_told_what_is_wrong() {
    let bench = Bench::new();
    let directory = file(
        &bench,
        "mine",
        &mutant("harmless", "\"\"\"(b)\"\"\"", "\"\"\"(B)\"\"\""),
    );
    let arguments = [
        "--mutants",
        &directory,
        "--case",
        "no-list",
        "--case",
        "cycle",
    ];
    let only = ["--mutant", "harmless", "--mutant", "no-list-means-all"];
    let arguments = [&arguments[..], &only].concat();
    let ran = mutants(&bench, &arguments);
    insta::assert_snapshot!(ran.stdout, @r"
    thin no-list-means-all [CONF-7] without a list every build requirement passes through
        no-list
    survived harmless [CONF-7] w
        no case fails

    survive: harmless
    killed by one case alone: no-list-means-all
    1 of 2 mutants are killed by 2 cases, 1 of them by one case alone
    ");
    let ran = mutants(
        &bench,
        &[&arguments[..], &["--output-format", "markdown"]].concat(),
    );
    let text = ran.stdout.split("Suite `").next().unwrap();
    insta::assert_snapshot!(text, @r"
    # Build isolation passthrough: mutants

    **1 of 2 mutants are killed by 2 cases, 1 of them by one case alone**

    - survive: harmless

    - killed by one case alone: no-list-means-all

    <details><summary>Every mutant</summary>

    | mutant | breaks | what it does | | cases |
    |---|---|---|---|---|
    | no-list-means-all | CONF-7 | without a list every build requirement passes through | thin | no-list |
    | harmless | CONF-7 | w | survived | no case fails |

    </details>
    ");
}
