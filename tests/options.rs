//! Each option does what it says, on a host given by a document.

use std::path::Path;

use fs_err as fs;
use serde_json::Value;

use crate::context::{Context, Ran, codes, names, status};

const PROJECT: &str = r#"[build-system]
requires = ["setuptools>=77", "torch>=2.4", "numpy"]

[project]
name = "demo"

[tool.example]
no-build-isolation-package = ["torch"]

[tool.other]
no-build-isolation-package = ["numpy"]
"#;

fn context() -> Context {
    let context = Context::new();
    context.pyproject(PROJECT);
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/torch-extension/host.json"
    );
    fs::copy(example, context.path("project/host.json")).unwrap();
    context
}

fn plan(arguments: &[&str]) -> Value {
    let context = context();
    context.plan(["--host-json", "host.json"].iter().chain(arguments))
}

#[test]
fn without_options_every_table_counts() {
    let plan = plan(&[]);
    assert_eq!(names(&plan, "listed"), ["numpy", "torch"]);
    assert_eq!(status(&plan, "torch"), "host");
    assert_eq!(status(&plan, "numpy"), "host");
    assert_eq!(plan["install"][0]["requirement"], "setuptools>=77");
    assert_eq!(plan["install"][0]["because"], "displaced");
    let exposed = [
        "filelock",
        "fsspec",
        "jinja2",
        "markupsafe",
        "mpmath",
        "networkx",
        "numpy",
        "sympy",
        "torch",
        "typing-extensions",
    ];
    assert_eq!(names(&plan, "expose"), exposed);
    assert_eq!(plan["project"]["name"], "demo");
    assert_eq!(
        plan["declarations"][0],
        serde_json::json!({"table": "tool.example", "names": ["torch"], "line": 8})
    );
}

#[test]
fn frontend_reads_its_own_table() {
    let plan = plan(&["--frontend", "other"]);
    assert_eq!(names(&plan, "listed"), ["numpy"]);
    assert!(codes(&plan).contains(&"BIP118"));
}

#[test]
fn deny_and_no_passthrough() {
    let denied = plan(&["--deny", "NumPy"]);
    assert_eq!(status(&denied, "numpy"), "denied");
    assert_eq!(status(&denied, "torch"), "host");
    let member = plan(&["--deny", "sympy"]);
    assert_eq!(status(&member, "torch"), "closure");
    let nothing = plan(&["--no-passthrough"]);
    assert!(names(&nothing, "expose").is_empty());
    assert_eq!(nothing["cacheable"], true);
    assert_eq!(nothing["cache_key"], Value::Null);
}

#[test]
fn replacing_and_hashes() {
    assert_eq!(
        status(&plan(&["--replacing", "torch"]), "torch"),
        "replaced"
    );
    assert_eq!(status(&plan(&["--require-hashes"]), "torch"), "url");
}

#[test]
fn require_is_a_second_pass() {
    let fits = plan(&["--require", "wheel>=0.40"]);
    assert_eq!(names(&fits, "install"), ["setuptools", "wheel"]);
    let clash = plan(&["--require", "numpy>=3"]);
    assert_eq!(status(&clash, "numpy"), "host");
    assert!(codes(&clash).contains(&"BIP226"));
    let context = context();
    let ran = context.check(["--host-json", "host.json", "--require", "numpy>=3"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn constraints_count() {
    let context = context();
    context.write("project/c.txt", "torch<2.8  # measured\nsetuptools<81\n");
    let plan = context.plan(["--host-json", "host.json", "--constraint", "c.txt"]);
    assert_eq!(status(&plan, "torch"), "version");
    assert_eq!(plan["install"][0]["requirement"], "setuptools<81,>=77");
}

#[test]
fn strict_turns_a_fallback_into_a_failure() {
    let context = context();
    let ran = context.check(["--host-json", "host.json", "--strict"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = context.check([
        "--host-json",
        "host.json",
        "--strict",
        "--replacing",
        "torch",
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = context.check(["--host-json", "host.json", "--strict", "--deny", "torch"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn the_text_can_come_from_standard_input() {
    let context = context();
    let text = fs::File::open(context.path("project/pyproject.toml")).unwrap();
    let ran = Ran::of(
        context
            .command()
            .args(["check", "-", "--stdin-filename", "other/pyproject.toml"])
            .args(["--host-json", "host.json", "--output-format", "concise"])
            .stdin(text.into_parts().0),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("other/pyproject.toml"), "{ran:?}");
}

#[test]
fn check_is_the_default_verb() {
    let context = context();
    let run = |arguments: &[&str]| {
        Ran::of(
            context
                .command()
                .args(arguments)
                .args([".", "--host-json", "host.json"]),
        )
        .stdout
    };
    assert_eq!(run(&[]), run(&["check"]));
    assert!(run(&[]).contains("torch"));
}

#[test]
fn several_projects_give_several_plans() {
    let context = context();
    let arguments = [".", ".", "--host-json", "host.json", "--output-format"];
    let ran = context.check(arguments.iter().chain(&["json"]));
    let plans: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(plans.len(), 2);
    let ran = context.check(arguments.iter().chain(&["json-lines"]));
    assert_eq!(ran.stdout.lines().count(), 2);
    for line in ran.stdout.lines() {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), plans[0]);
    }
}

#[test]
fn every_format_is_written() {
    let context = context();
    let start = [
        ("full", "setuptools>=77"),
        ("concise", "project"),
        ("json", "{"),
        ("json-lines", "{"),
        ("github", "::"),
        ("sarif", "{"),
    ];
    for (format, expected) in start {
        let ran = context.check(["--host-json", "host.json", "--output-format", format]);
        assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
        assert!(
            ran.stdout.contains(expected) || format == "concise",
            "{format}: {ran:?}"
        );
        assert!(
            !ran.stdout.is_empty() && ran.stdout.ends_with('\n'),
            "{format}: {ran:?}"
        );
        assert!(!ran.stdout.contains('\x1b'), "{format}: {ran:?}");
    }
}

#[test]
fn colour_is_asked_for_and_refused() {
    let context = context();
    let colour = |no_color: Option<&str>| {
        let mut command = context.command();
        command.args(["check", "--host-json", "host.json", "--color", "always"]);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        Ran::of(&mut command).stdout.contains('\x1b')
    };
    assert!(colour(None));
    assert!(colour(Some("")));
    assert!(!colour(Some("1")));
}

#[test]
fn quiet_says_less_and_verbose_more() {
    let context = context();
    let lines = |option: &[&str]| {
        let ran = context.check(["--host-json", "host.json"].iter().chain(option));
        ran.stdout.lines().count()
    };
    assert!(lines(&["-qq"]) < lines(&["-q"]) || lines(&["-q"]) < lines(&[]));
    assert!(lines(&["-v"]) > lines(&[]));
}

#[test]
fn a_closed_pipe_is_quiet() {
    let context = context();
    let binary = env!("CARGO_BIN_EXE_passthrough-check");
    let script = format!("{binary} check --host-json host.json | true");
    let ran = Ran::of(
        std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(context.project()),
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn schemas_and_explanations_and_completions() {
    let context = Context::new();
    for name in ["plan", "host"] {
        let ran = Ran::of(context.command().args(["schema", name]));
        assert_eq!(ran.code, Some(0));
        let committed =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../spec/schema/{name}.json"));
        assert_eq!(ran.stdout, fs::read_to_string(committed).unwrap());
    }
    assert_eq!(
        Ran::of(context.command().args(["schema", "nothing"])).code,
        Some(2)
    );
    for rule in passthrough_check::rules::all() {
        let ran = Ran::of(context.command().args(["explain", rule.code]));
        assert_eq!(ran.code, Some(0));
        assert!(ran.stdout.contains(rule.code) && ran.stdout.contains(rule.name));
    }
    let all = Ran::of(context.command().arg("explain")).stdout;
    assert!(passthrough_check::rules::all().all(|rule| all.contains(rule.code)));
    let unknown = Ran::of(context.command().args(["explain", "BIP999"]));
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Ran::of(context.command().args(["generate-shell-completion", shell]));
        assert_eq!(ran.code, Some(0));
        assert!(ran.stdout.contains("passthrough-check"));
    }
}
