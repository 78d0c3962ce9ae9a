//! What a build finds of a package beyond its modules, and what a frontend's
//! own check of the build requirements says of it.

use std::process::Command;

use passthrough_wheelhouse::Wheel;
use passthrough_world::python::run;

use super::toy::{PYPROJECT, Toy, assert_nothing_left};
use super::world::{Snapshot, command, program, temporary};
use crate::context::Ran;

/// Data and headers are at the same place below the prefix; scripts are found
/// by name, and start the environment's interpreter.
#[test]
fn files_outside_of_the_site_directory() {
    let toy = Toy::new();
    let script = "#!python\nimport sys; print(sys.prefix)\n";
    toy.install(
        &Wheel::new("outside", "1.0")
            .file("outside.py", "")
            .data("data/share/outside/table.txt", "of the host\n")
            .data("data/etc/outside.conf", "x = 1\n")
            .data("headers/outside.h", "#define OUTSIDE 1\n")
            .data("scripts/outside-config", script)
            .data("scripts/outside-shell", "#!/bin/sh\necho shell\n"),
    );
    let before = Snapshot::of(&toy.host);
    let listed = PYPROJECT.replace("[\"toolkit\"]", "[\"toolkit\", \"outside\"]");
    toy.context.pyproject(&listed);
    let find = "cat {env}/share/outside/table.txt {env}/etc/outside.conf; \
                outside-config; outside-shell; \
                {python} -c \"import importlib.metadata as m; \
                files = m.files('outside'); \
                print(len(files), all(file.locate().is_file() for file in files)); \
                print(next(f for f in files if f.name == 'outside.h').read_text().strip())\"; \
                echo {env}";
    for mode in ["auto", "copy", "hardlink", "symlink"] {
        let project = toy.context.project();
        let arguments = ["run", project.to_str().unwrap(), "-q", "--link-mode", mode];
        let mut run = command(&toy.context, &toy.host, &arguments);
        let ran = Ran::of(run.args(["--", "sh", "-ec", find]));
        assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
        let said: Vec<&str> = ran.stdout.lines().collect();
        let [table, setting, config, shell, files, header, env] = said.as_slice() else {
            panic!("{mode}: {ran:?}");
        };
        assert_eq!((*table, *setting), ("of the host", "x = 1"), "{mode}");
        assert_eq!((*config, *shell), (*env, "shell"), "{mode}");
        assert!(files.ends_with(" True"), "{mode}: {files}");
        assert_eq!(*header, "#define OUTSIDE 1", "{mode}");
        assert_nothing_left(&temporary(&toy.context));
        before.assert_unchanged(&toy.host, mode);
    }
}

/// `build` looks into the environment that it runs in, by its metadata: for all
/// that is required, and all that this requires.
#[test]
fn the_check_of_a_frontend_is_content() {
    let toy = Toy::new();
    toy.install(&Wheel::new("below", "2.5").file("below.py", ""));
    toy.install(
        &Wheel::new("above", "1.0")
            .requires("below>=2")
            .file("above.py", ""),
    );
    let before = Snapshot::of(&toy.host);
    let site = run(Command::new(program("build==1.6.1").join("python")).args([
        "-c",
        "import build, pathlib; print(pathlib.Path(build.__file__).parents[1], end='')",
    ]));
    let site = String::from_utf8(site.stdout).unwrap();
    let out = toy.out();
    let listed = PYPROJECT.replace("[\"toolkit\"]", "[\"toolkit\", \"above\"]");
    toy.context.pyproject(&listed);
    let project = toy.context.project();
    for (first, is_content) in [
        ("true", true),
        // The check is one that notices.
        (
            "rm -r {env}/lib/python*/site-packages/below-2.5.dist-info",
            false,
        ),
    ] {
        let build = format!(
            "{first}; PYTHONPATH={site:?} {{python}} -m build --no-isolation --wheel -o {out:?}"
        );
        let arguments = ["run", project.to_str().unwrap(), "-q"];
        let mut run = command(&toy.context, &toy.host, &arguments);
        let ran = Ran::of(run.args(["--", "sh", "-ec", &build]));
        assert_eq!(ran.code == Some(0), is_content, "{ran:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(said.contains("Unmet dependencies"), !is_content, "{said}");
        assert_nothing_left(&temporary(&toy.context));
    }
    before.assert_unchanged(&toy.host, "a frontend's own check");
}
