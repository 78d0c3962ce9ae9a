//! The answer on stdout, all else on stderr; as much of it as is wanted.

use std::process::Stdio;

use fs_err as fs;
use serde_json::Value;

use super::toy::{PYPROJECT, Toy};
use super::world::{Snapshot, command, names};
use crate::context::Ran;

const PRINTS: &str = "do=print('backend says \\x1b[31mred')";

#[test]
fn quiet_and_verbose() {
    let toy = Toy::new();
    let answer = format!(
        "{}\n",
        toy.out().join("demo-1.0-py3-none-any.whl").display()
    );
    let build = |more: &[&str]| {
        let ran = Ran::of(toy.build(more).args(["-C", PRINTS]));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.stdout, answer);
        ran.stderr
    };
    let plain = build(&[]);
    assert!(plain.contains("+ toolkit  1.0  host"), "{plain}");
    assert!(plain.contains("backend says"), "{plain}");
    assert!(!plain.contains("passthrough: calling"), "{plain}");
    // What a backend prints does not reach a terminal as it is.
    assert!(!plain.contains('\x1b'), "{plain}");
    let verbose = build(&["-v"]);
    for step in [
        "exposing 1 distribution of the host",
        "calling get_requires_for_build_wheel",
        "calling build_wheel",
    ] {
        assert!(
            verbose.contains(&format!("passthrough: {step}\n")),
            "{verbose}"
        );
    }
    assert_eq!(build(&["-q"]), "");
    assert_eq!(build(&["-qq"]), "");
    // What the backend printed is part of why it failed.
    let ran = Ran::of(
        toy.build(&["-qq"])
            .args(["-C", "do=raise ValueError('because')"]),
    );
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("ValueError: because"), "{ran:?}");
}

/// A decision is the same whoever acts on it, and so is the report of it.
#[test]
fn each_command_shows_its_decision_alike() {
    let toy = Toy::new();
    let listed_twice = PYPROJECT.replace(r#"["toolkit"]"#, r#"["toolkit", "Toolkit"]"#);
    toy.context.pyproject(&listed_twice);
    let project = toy.context.project();
    let env = toy.context.path("env");
    let output = ["--output", env.to_str().unwrap()];
    let env_json = [output[0], output[1], "--output-format", "json"];
    let report = |verb: &str, options: &[&str], last: &[&str]| {
        let arguments = [&[verb, project.to_str().unwrap()], options].concat();
        let mut command = command(&toy.context, &toy.host, &arguments);
        let ran = Ran::of(command.args(last));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let lines = ran.stderr.lines();
        let report = lines.filter(|line| !line.starts_with("passthrough: "));
        report.map(|line| format!("{line}\n")).collect::<String>()
    };
    for level in [&[][..], &["-v"], &["-q"], &["-qq"]] {
        let with = |options: &[&'static str]| [level, options].concat();
        let built = report("build", &with(&["--wheel"]), &[]);
        assert_eq!(report("env", level, &output), built);
        assert_eq!(report("env", level, &env_json), built);
        assert_eq!(report("env", &with(&["--dry-run"]), &[]), built);
        assert_eq!(report("run", level, &["--", "true"]), built);
        match level {
            ["-qq"] => assert_eq!(built, ""),
            ["-q"] => assert!(
                built.contains("warning[BIP113]") && !built.contains("1.0  host"),
                "{built}"
            ),
            _ => assert!(
                built.contains("+ toolkit  1.0  host") && built.contains("warning[BIP113]"),
                "{built}"
            ),
        }
    }
}

#[test]
fn a_dry_run_of_a_refused_project_says_why() {
    let toy = Toy::new();
    // Required and listed.
    let gone = PYPROJECT.replace(r#"["toolkit"]"#, r#"["toolkit", "gone"]"#);
    toy.context.pyproject(&gone);
    let project = toy.context.project();
    let arguments = ["env", project.to_str().unwrap(), "--dry-run", "--strict"];
    let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("gone"), "{ran:?}");
}

#[test]
fn documents() {
    let toy = Toy::new();
    let ran = Ran::of(&mut toy.build(&["--output-format", "json"]));
    let records: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(records[0]["schema"], "passthrough-build/1");
    assert_eq!(records[0]["plan"]["expose"][0]["name"], "toolkit");
    // Nothing asked for: a source distribution, and a wheel out of it.
    let out = toy.context.path("both");
    let project = toy.context.project();
    let arguments = [
        "build",
        "-q",
        "-o",
        out.to_str().unwrap(),
        project.to_str().unwrap(),
        "--output-format",
        "json",
    ];
    let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
    let records: Vec<Value> =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let kinds: Vec<&Value> = records
        .iter()
        .map(|record| &record["artefact"]["kind"])
        .collect();
    assert_eq!(kinds, ["sdist", "wheel"]);
    assert_eq!(
        names(&out),
        [
            ".passthrough",
            "demo-1.0-py3-none-any.whl",
            "demo-1.0.tar.gz"
        ]
    );
}

#[test]
fn a_dry_run_tells_of_every_file_and_makes_none() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let env = toy.context.path("env");
    let project = toy.context.project();
    let dry = [
        "env",
        project.to_str().unwrap(),
        "-o",
        env.to_str().unwrap(),
        "--dry-run",
        "-q",
    ];
    let ran = Ran::of(command(&toy.context, &toy.host, &dry).arg("--no-cache"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    fs::remove_dir_all(toy.context.path("tmp")).unwrap();
    assert!(!env.exists());
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let files = |manifest: &Value| -> Vec<String> {
        let files = manifest["distributions"][0]["files"].as_array().unwrap();
        files
            .iter()
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(
        files(&told)
            .iter()
            .any(|file| file.ends_with("toolkit/large.bin")),
        "{told}"
    );
    let now = names(&toy.context.path(""));
    assert_eq!(now, ["home", "host", "project"]);
    before.assert_unchanged(&toy.host, "a dry run");
    // The environment itself is as it was told.
    let ran = Ran::of(&mut command(
        &toy.context,
        &toy.host,
        &[&dry[..4], &["--output-format", "json"]].concat(),
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let made: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(files(&made), files(&told));
    assert_eq!(made["distributions"][0]["name"], "toolkit");
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    let toy = Toy::new();
    for format in ["full", "json"] {
        let mut child = toy
            .build(&["-q", "--output-format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(output.stderr, b"");
    }
}

#[test]
fn colour_is_for_those_who_want_it() {
    let toy = Toy::new();
    let always = Ran::of(&mut toy.build(&["--color", "always"]));
    assert!(always.stderr.contains('\x1b'), "{always:?}");
    let refused = Ran::of(toy.build(&["--color", "always"]).env("NO_COLOR", "1"));
    assert!(!refused.stderr.contains('\x1b'), "{refused:?}");
    let failed = Ran::of(&mut toy.build(&["--color", "always", "-C", "do=1/0"]));
    assert!(
        failed.stderr.contains("\x1b[1;31merror\x1b[0m: "),
        "{failed:?}"
    );
}
