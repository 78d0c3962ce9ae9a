//! Which frontend runs, and which cannot.

use super::by;
use crate::building::toy::{Toy, assert_nothing_left};
use crate::building::world::{Snapshot, command, frontend, names, program, temporary};
use crate::context::Ran;

/// A run that does not come as far as making anything.
fn refused(toy: &Toy, more: &[&str]) -> String {
    let (project, out) = (toy.context.project(), toy.out());
    let arguments = [
        &[
            "run",
            project.to_str().unwrap(),
            "-o",
            out.to_str().unwrap(),
        ],
        more,
    ];
    let mut run = command(&toy.context, &toy.host, &arguments.concat());
    let ran = Ran::of(run.env("PATH", "/usr/bin:/bin"));
    assert_eq!(ran.code, Some(2), "{more:?}: {ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(!toy.out().exists());
    assert_nothing_left(&temporary(&toy.context));
    let root = toy.context.path("");
    let root = root.to_str().unwrap().trim_end_matches('/');
    ran.stderr.replace(root, "ROOT")
}

#[test]
fn what_cannot_be_used_is_told_before_anything_is_made() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let old = program("build==0.10.0").join("pyproject-build");
    toy.context.script("strange", "#!/bin/sh\necho make 4.3\n");
    toy.context.script("crashing", "#!/bin/sh\nkill -9 $$\n");
    let root = toy.context.path("");
    let mut said = String::new();
    for frontend in [
        "poetry".to_owned(),
        "flit".to_owned(),
        "conda".to_owned(),
        String::new(),
        "hatch".to_owned(),
        format!("uv={}", root.join("missing").display()),
        format!("uv={}", root.display()),
        format!("build={}", old.display()),
        format!("pdm={}", root.join("strange").display()),
        format!("pdm={}", root.join("crashing").display()),
        // The program of another one.
        frontend("pip").replace("pip=", "uv="),
    ] {
        let text = refused(&toy, &["--frontend", &frontend]);
        said.push_str(&text);
    }
    said = said
        .replace(old.to_str().unwrap(), "OLD/pyproject-build")
        .replace(frontend("pip").trim_start_matches("pip="), "BIN/pip");
    insta::assert_snapshot!(said, @r#"
    error: poetry cannot build in a prepared environment: it has no option for that, and always makes an environment of its own and downloads the build requirements
    hint: use one of pip, build, uv, pdm or hatch, or give any command after `--`, with {python} and {env} for the environment's interpreter and directory
    error: flit cannot build in a prepared environment: it calls no hooks, never reads `requires`, and builds with the flit_core that it has itself
    hint: build the same project with another frontend: its backend flit_core is called through PEP 517
    error: no frontend `conda` is known
    hint: use one of pip, build, uv, pdm or hatch, or give any command after `--`, with {python} and {env} for the environment's interpreter and directory
    error: no frontend `` is known
    hint: use one of pip, build, uv, pdm or hatch, or give any command after `--`, with {python} and {env} for the environment's interpreter and directory
    error: no usable hatch found
    hint: install hatch 1.16.0 or later into the host or onto PATH
    error: no usable uv found: `ROOT/missing` is not a file
    hint: install uv 0.5.0 or later into the host or onto PATH
    error: no usable uv found: `ROOT/` is not a file
    hint: install uv 0.5.0 or later into the host or onto PATH
    error: no usable build found: `OLD/pyproject-build` is build 0.10.0, and 1.0.0 is the oldest that will do
    hint: install build 1.0.0 or later into the host or onto PATH
    error: no usable pdm found: `ROOT/strange` does not say which version of pdm it is
    hint: install pdm 2.20.0 or later into the host or onto PATH
    error: no usable pdm found: `ROOT/crashing` does not say which version of pdm it is
    hint: install pdm 2.20.0 or later into the host or onto PATH
    error: no usable uv found: `BIN/pip` does not say which version of uv it is
    hint: install uv 0.5.0 or later into the host or onto PATH
    "#);
    before.assert_unchanged(&toy.host, "frontends that cannot be used");
}

#[test]
fn what_a_frontend_cannot_do_is_told_before_anything_is_made() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let mut said = String::new();
    for (name, more) in [
        ("pip", &["--for", "sdist"][..]),
        ("uv", &["--for", "editable"]),
        ("hatch", &["-C", "key=value"]),
    ] {
        let mut arguments = vec!["--frontend".to_owned(), frontend(name)];
        arguments.extend(more.iter().map(|&word| word.to_owned()));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        said.push_str(&refused(&toy, &arguments));
    }
    insta::assert_snapshot!(said, @r#"
    error: pip cannot build an artefact of kind sdist
    hint: use build, uv, pdm or hatch
    error: uv cannot build an artefact of kind editable
    hint: use the build command, which calls the hook itself
    error: hatch 1.18.2 has no option for the backend's settings
    hint: use another frontend, or the build command
    "#);
    before.assert_unchanged(&toy.host, "what a frontend cannot do");
}

#[test]
fn neither_a_frontend_nor_a_command() {
    let toy = Toy::with_installed_backend();
    for end in [&[][..], &["--"]] {
        let mut run = toy.context.command();
        let ran = Ran::of(run.arg("run").arg(toy.context.project()).args(end));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let error = "error: the following required arguments were not provided:\n  \
                     <--frontend <NAME[=PATH]>|COMMAND|ARGS>\n";
        assert!(ran.stderr.starts_with(error), "{ran:?}");
    }
}

/// As every user has it: by its name alone, from `PATH`.
#[test]
fn by_its_name_alone() {
    let toy = Toy::with_installed_backend();
    let (project, out) = (toy.context.project(), toy.out());
    let arguments = [
        "run",
        project.to_str().unwrap(),
        "--frontend",
        "uv",
        "-o",
        out.to_str().unwrap(),
    ];
    let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let by_name = names(&out);
    let ran = Ran::of(&mut by(&toy, "uv", &[]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(names(&out), by_name);
}
