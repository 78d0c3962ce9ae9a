//! Bad and hostile input to a build: one clear error, the right exit code,
//! nothing in the output folder, nothing left behind, the host as it was.

use std::time::Duration;

use fs_err as fs;
use passthrough_wheelhouse::Wheel;

use super::toy::{PYPROJECT, Toy, assert_ended, assert_nothing_left};
use super::world::{Snapshot, command, names, temporary};
use crate::context::Ran;

/// What a run said: its errors, warnings and hints, with `ROOT` for the
/// context's directory.
fn said(toy: &Toy, ran: &Ran) -> Vec<String> {
    let root = toy.context.path("");
    let root = root.to_str().unwrap().trim_end_matches('/');
    let is_ours = |line: &&str| {
        ["error: ", "warning: ", "hint: "]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let lines = ran.stderr.lines().filter(is_ours);
    lines.map(|line| line.replace(root, "ROOT")).collect()
}

/// The run failed as it should, and left everything as it was.
fn assert_refused(toy: &Toy, before: &Snapshot, ran: &Ran, code: i32, expected: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    assert_eq!(said(toy, ran), expected, "{}", ran.stderr);
    assert!(!toy.out().exists(), "{:?}", names(&toy.out()));
    assert_nothing_left(&temporary(&toy.context));
    before.assert_unchanged(&toy.host, "bad input");
}

const KEEP: &str = "hint: with --keep-env the build environment stays, and a command is shown that calls the hook in it";

#[test]
fn what_a_hook_returns() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let wheel = "(`<name>-<version>[-<build>]-<python>-<abi>-<platform>.whl`)";
    for (answer, problem) in [
        ("'../demo-1.0-py3-none-any.whl'", "returned `../demo-1.0-py3-none-any.whl`, which is not a file name".to_owned()),
        ("'/etc/passwd'", "returned `/etc/passwd`, which is not a file name".to_owned()),
        ("'demo.txt'", format!("returned `demo.txt`, which is not the name of a wheel {wheel}")),
        ("'other-1.0-py3-none-any.whl'", "returned `other-1.0-py3-none-any.whl`, which does not exist in the folder that the hook was given".to_owned()),
    ] {
        let setting = format!("do=answer={answer}");
        let ran = Ran::of(&mut toy.build(&["-q", "-C", &setting]));
        let error = format!("error: build_wheel {problem}");
        assert_refused(&toy, &before, &ran, 1, &[&error, KEEP]);
    }
    let ran = Ran::of(&mut toy.build(&["-q", "-C", "requires=answer=['no requirement!']"]));
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains(
            "get_requires_for_build_wheel asked for `no requirement!`, which is no requirement"
        ),
        "{ran:?}"
    );
}

#[test]
fn a_hook_that_never_returns() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let pid = toy.context.path("pid");
    let line =
        format!("do=Path({pid:?}).write_text(str(os.getpid())); __import__('time').sleep(600)");
    let ran = Ran::of(&mut toy.build(&["-q", "--hook-timeout", "2", "-C", &line]));
    let error = "error: build_wheel did not end within 2s and was stopped";
    assert_refused(&toy, &before, &ran, 1, &[error, KEEP]);
    let pid = fs::read_to_string(pid).unwrap();
    assert_ended(&pid);
}

#[test]
fn a_hook_that_floods_and_one_that_leaves_a_process_behind() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    // 100 MB, in lines and in one.
    for line in [
        "[print('x' * 999) for _ in range(50_000)]",
        "sys.stdout.write('x' * 50_000_000)",
    ] {
        let setting = format!("do={line}");
        let ran = Ran::of(&mut toy.build(&["-q", "-C", &setting]));
        assert_eq!(ran.code, Some(0));
        assert_eq!(ran.stdout.lines().count(), 1);
        assert_eq!(ran.stderr, "");
    }
    let pid = toy.context.path("pid");
    let line = format!(
        "do=os.fork() or (Path({pid:?}).write_text(str(os.getpid())), __import__('time').sleep(600))"
    );
    let ran = Ran::of(&mut toy.build(&["-q", "-C", &line]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.took < Duration::from_secs(60), "{ran:?}");
    if let Ok(pid) = fs::read_to_string(pid) {
        assert_ended(&pid);
    }
    assert_nothing_left(&temporary(&toy.context));
    before.assert_unchanged(&toy.host, "floods and forks");
}

#[test]
fn a_backend_path_that_leaves_the_project() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    // The same prefix, which a comparison of strings lets pass.
    toy.context
        .write("project2/backend.py", "raise SystemExit('reached')");
    fs::os::unix::fs::symlink("../project2", toy.context.path("project/link")).unwrap();
    for (entry, code) in [
        ("../project2", "BIP108"),
        ("/etc", "BIP108"),
        ("./../project2", "BIP108"),
    ] {
        toy.context
            .pyproject(&PYPROJECT.replace("[\".\"]", &format!("[\"{entry}\"]")));
        let ran = Ran::of(&mut toy.build(&["-q"]));
        assert!(ran.stderr.contains(code), "{ran:?}");
        let error = "error: the project cannot be built as it is declared";
        assert_refused(&toy, &before, &ran, 1, &[error]);
    }
    toy.context
        .pyproject(&PYPROJECT.replace("[\".\"]", "[\"link\"]"));
    let ran = Ran::of(&mut toy.build(&["-q"]));
    let project2 = toy.context.path("project2").canonicalize().unwrap();
    let project2 = project2.to_str().unwrap().replace(
        toy.context.path("").to_str().unwrap().trim_end_matches('/'),
        "ROOT",
    );
    let error = format!(
        "error: get_requires_for_build_wheel was not called: the `backend-path` entry `link` leads out of the project, to `{project2}`"
    );
    assert_refused(&toy, &before, &ran, 1, &[&error, KEEP]);
}

#[test]
fn an_output_folder_that_is_no_place_for_artefacts() {
    let toy = Toy::new();
    let project = toy.context.project();
    let outside = toy.context.path("into-host");
    fs::os::unix::fs::symlink(toy.host.join("lib"), &outside).unwrap();
    let before = Snapshot::of(&toy.host);
    let hint = "hint: name another folder with --output";
    for (folder, problem) in [
        (project.clone(), "is the project itself"),
        (
            toy.host.clone(),
            "is in the host, which a build does not change",
        ),
        (
            toy.host.join("bin"),
            "is in the host, which a build does not change",
        ),
        (
            toy.host.join("share/dist"),
            "is in the host, which a build does not change",
        ),
        (
            toy.site().join("dist"),
            "is in the host, which a build does not change",
        ),
        (
            outside.join("dist"),
            "is in the host, which a build does not change",
        ),
        (project.join("pyproject.toml"), "is no folder"),
    ] {
        let folder = folder.to_str().unwrap();
        let arguments = [
            "build",
            "--wheel",
            "-q",
            "-o",
            folder,
            project.to_str().unwrap(),
        ];
        let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
        let root = toy.context.path("");
        let shown = folder.replace(root.to_str().unwrap().trim_end_matches('/'), "ROOT");
        let error = format!("error: the output folder {shown} {problem}");
        assert_refused(&toy, &before, &ran, 2, &[&error, hint]);
    }
    assert_eq!(names(&project), ["backend.py", "pyproject.toml"]);
}

/// An editable install puts the project on the host's `sys.path`; that makes
/// its `dist` no part of the host.
#[test]
fn the_dist_folder_of_a_project_that_the_host_has_as_editable() {
    let toy = Toy::new();
    fs::write(
        toy.site().join("demo.pth"),
        format!("{}\n", toy.context.project().display()),
    )
    .unwrap();
    let project = toy.context.project();
    let arguments = ["build", "--wheel", "-q", project.to_str().unwrap()];
    let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        names(&project.join("dist")),
        [".passthrough", "demo-1.0-py3-none-any.whl"]
    );
}

#[test]
fn file_lists_that_lie() {
    let toy = Toy::new();
    let record = toy.site().join("toolkit-1.0.dist-info/RECORD");
    let good = fs::read(&record).unwrap();
    let shown = "ROOT/host/lib";
    for (row, problem) in [
        (
            "../../../../../../escape.txt,,",
            "names a file outside of its environment: \"../../../../../../escape.txt\"",
        ),
        (
            "/etc/passwd,,",
            "names a file outside of its environment: \"/etc/passwd\"",
        ),
        (
            "toolkit/../../../../../../etc/passwd,,",
            "names a file outside of its environment",
        ),
        ("nul\0.py,,", "has a row that is no path: \"nul\\0.py\""),
    ] {
        fs::write(&record, [good.as_slice(), row.as_bytes(), b"\n"].concat()).unwrap();
        let before = Snapshot::of(&toy.host);
        let ran = Ran::of(&mut toy.build(&["-q"]));
        let [error, hint] = said(&toy, &ran).try_into().unwrap();
        assert!(error.starts_with(&format!("error: `{shown}")), "{error}");
        assert!(error.contains(problem), "{error}");
        assert_eq!(
            hint,
            "hint: install toolkit again, or refuse it with --deny toolkit"
        );
        assert_refused(&toy, &before, &ran, 2, &[&error, &hint]);
    }
}

#[test]
fn two_distributions_that_claim_one_file() {
    let toy = Toy::new();
    let project = PYPROJECT.replace("[\"toolkit\"]", "[\"toolkit\", \"second\"]");
    toy.context.pyproject(&project);
    toy.install(
        &Wheel::new("second", "1.0")
            .file("second.py", "")
            .entry_point("console_scripts", "second", "second:main"),
    );
    let info = toy.site().join("second-1.0.dist-info");
    // As if the one had been installed over the other: there is one content.
    let record = fs::read_to_string(info.join("RECORD")).unwrap();
    fs::write(info.join("RECORD"), record + "toolkit/data.txt,,\n").unwrap();
    let ran = Ran::of(&mut toy.build(&["-q"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    fs::remove_dir_all(toy.out()).unwrap();
    // A script is made anew for each of them, and differs.
    fs::write(
        info.join("entry_points.txt"),
        "[console_scripts]\ntoolkit = second:main\n",
    )
    .unwrap();
    let before = Snapshot::of(&toy.host);
    let ran = Ran::of(&mut toy.build(&["-q"]));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr
            .contains("/bin/toolkit` is wanted by second and by toolkit, with different content"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("--deny toolkit"), "{ran:?}");
    assert!(!toy.out().exists());
    assert_nothing_left(&temporary(&toy.context));
    before.assert_unchanged(&toy.host, "a clash");
}

#[test]
fn requirements_that_contradict_what_is_exposed() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    // By the backend's own word.
    let ran = Ran::of(&mut toy.build(&["-q", "-C", "requires=answer=['toolkit>=2']"]));
    assert!(ran.stderr.contains("BIP226"), "{ran:?}");
    assert!(
        ran.stderr.contains(
            "the backend requires `toolkit>=2`, but toolkit 1.0 of the host is already exposed"
        ),
        "{ran:?}"
    );
    assert_refused(
        &toy,
        &before,
        &ran,
        1,
        &["error: the project cannot be built as it is declared"],
    );
    // By what has to be installed beside it.
    let wheels = toy.wheels(&[
        Wheel::new("needy", "1.0").requires("toolkit>=2"),
        Wheel::new("toolkit", "2.0").file("toolkit/__init__.py", ""),
    ]);
    toy.context.pyproject(&PYPROJECT.replace(
        "requires = [\"toolkit\"]",
        "requires = [\"toolkit\", \"needy\"]",
    ));
    for installer in ["uv", "pip"] {
        let build = |more: &[&str]| {
            let mut command = toy.build(&["-q", "--installer", installer]);
            command.args(more);
            for variable in ["UV_FIND_LINKS", "PIP_FIND_LINKS"] {
                command.env(variable, &wheels);
            }
            Ran::of(command.env("UV_NO_INDEX", "1").env("PIP_NO_INDEX", "1"))
        };
        let ran = build(&["--strict"]);
        let by = if installer == "uv" {
            "all versions of needy"
        } else {
            "needy 1.0"
        };
        let problem = format!(
            "`toolkit` 1.0 passes through from the host, but `toolkit>=2` is required by {by}"
        );
        let hint = "hint: install versions into the host that agree, or build without the host's copy with --deny toolkit";
        assert_refused(
            &toy,
            &before,
            &ran,
            2,
            &[&format!("error: {problem}"), hint],
        );
        // Without --strict it starts again without passthrough, and says so
        // even where little is to be said (CLOS-6).
        let ran = build(&["--output-format", "json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(
            said(&toy, &ran),
            [
                format!("warning: {problem}"),
                "warning: trying again without passthrough; with --strict this is an error"
                    .to_owned(),
            ]
        );
        let records: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(records[0]["passthrough"], false);
        assert_eq!(records[0]["downloaded"].as_array().unwrap().len(), 2);
        before.assert_unchanged(&toy.host, installer);
        fs::remove_dir_all(toy.out()).unwrap();
    }
}

/// A package of the host that is being changed, all the time: the environment
/// is whole, or there is none.
#[test]
fn files_that_vanish_while_they_are_exposed() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let toy = Toy::new();
    let many: Vec<String> = (0..200)
        .map(|index| format!("many/file{index}.py"))
        .collect();
    let wheel = many.iter().fold(Wheel::new("many", "1.0"), |wheel, file| {
        wheel.file(file.as_str(), "x = 1\n")
    });
    toy.install(&wheel);
    toy.context
        .pyproject(&PYPROJECT.replace("[\"toolkit\"]", "[\"toolkit\", \"many\"]"));
    let last = toy.site().join("many/file99.py");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                fs::remove_file(&last).unwrap();
                fs::write(&last, "x = 1\n").unwrap();
            }
        });
        for _ in 0..20 {
            let ran = Ran::of(&mut toy.build(&["-q"]));
            let stderr = &ran.stderr;
            match ran.code {
                Some(0) => fs::remove_dir_all(toy.out()).unwrap(),
                Some(1) => assert!(
                    stderr.contains("files of the host are not what they were"),
                    "{stderr}"
                ),
                Some(2) => assert!(
                    stderr.contains("of many changed while it was exposed"),
                    "{stderr}"
                ),
                _ => panic!("{ran:?}"),
            }
            assert!(!toy.out().exists());
            assert_nothing_left(&temporary(&toy.context));
        }
        over.store(true, Ordering::Relaxed);
    });
}
