//! Where a project is, what tables it has, and what a frontend keeps elsewhere.

use std::path::Path;

use fs_err as fs;
use passthrough_wheelhouse::Wheel;
use serde_json::Value;

use super::by;
use crate::building::toy::{Toy, assert_nothing_left};
use crate::building::world::{FRONTENDS, Snapshot, command, frontend, names};
use crate::context::Ran;

/// The record of what was built into a folder.
fn record(out: &Path) -> Value {
    let path = out.join(".passthrough/demo-1.0-py3-none-any.whl.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn exposed(record: &Value) -> Vec<&str> {
    crate::context::names(&record["plan"], "expose")
}

#[test]
fn names_that_are_awkward() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let project = toy.context.path("my project, ünï 'quoted'");
    fs::rename(toy.context.project(), &project).unwrap();
    fs::create_dir(toy.context.project()).unwrap();
    let temporary = toy.context.path("the temporary files");
    fs::create_dir(&temporary).unwrap();
    let whole = names(&project);
    // The script of an exposed package, from a folder with such a name.
    let line = "import subprocess; \
                ran = subprocess.run(['toolkit'], capture_output=True, text=True); \
                assert \"cannot import name 'main' from 'toolkit'\" in ran.stderr, ran; \
                assert str(package).startswith(os.environ['TMPDIR']), package";
    for (name, ..) in FRONTENDS {
        let out = toy.context.path(format!("out of {name}"));
        let arguments = [
            "run",
            project.to_str().unwrap(),
            "--frontend",
            &frontend(name),
            "-o",
            out.to_str().unwrap(),
        ];
        let mut run = command(&toy.context, &toy.host, &arguments);
        let ran = Ran::of(run.env("TMPDIR", &temporary).env("TOY_DO", line));
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
        let wheel = out.join("demo-1.0-py3-none-any.whl");
        assert_eq!(ran.stdout, format!("{}\n", wheel.display()), "{name}");
        assert_eq!(
            names(&out),
            [".passthrough", "demo-1.0-py3-none-any.whl"],
            "{name}"
        );
        // What a frontend says of its artefact's place is where that is.
        assert!(!ran.stderr.contains(".passthrough"), "{name}: {ran:?}");
        let record = record(&out);
        assert_eq!(exposed(&record), ["toolkit", "toy-backend"], "{name}");
        let built_by = record["built_by"].as_str().unwrap();
        assert!(built_by.starts_with(&format!("{name} ")), "{built_by}");
        assert_nothing_left(&temporary);
        assert_eq!(names(&project), whole, "{name}");
    }
    before.assert_unchanged(&toy.host, "builds in awkward places");
}

/// Every table counts, as no frontend reads its own yet; or the one that the
/// user names, and what another lists is downloaded.
#[test]
fn several_tables() {
    let toy = Toy::with_installed_backend();
    toy.install(&Wheel::new("second", "1.0").file("second.py", "where = 'host'\n"));
    let wheels = toy.wheels(&[Wheel::new("second", "1.0").file("second.py", "where = 'index'\n")]);
    let before = Snapshot::of(&toy.host);
    let project = toy.context.path("project/pyproject.toml");
    let one = fs::read_to_string(project).unwrap();
    let requires = "requires = [\"toolkit\"";
    let tables = one.replace(requires, &format!("{requires}, \"second\""))
        + "[tool.other]\nno-build-isolation-package = [\"second\"]\n";
    toy.context.pyproject(&tables);
    for (more, expected, place) in [
        (&[][..], &["second", "toolkit", "toy-backend"][..], "host"),
        (
            &["--table", "frontend"],
            &["toolkit", "toy-backend"],
            "index",
        ),
    ] {
        let line = format!("import second; assert second.where == '{place}', second.where");
        let mut run = by(&toy, "uv", more);
        run.env("TOY_DO", line)
            .env("UV_FIND_LINKS", &wheels)
            .env_remove("PIP_NO_INDEX");
        let ran = Ran::of(&mut run);
        assert_eq!(ran.code, Some(0), "{more:?}: {ran:?}");
        assert_eq!(exposed(&record(&toy.out())), expected, "{more:?}");
    }
    before.assert_unchanged(&toy.host, "several tables");
}

/// hatch has environments of its own, by project: none is made, and one that is
/// configured does not count. What its build environment is to have besides
/// comes into ours, and into the record.
#[test]
fn the_environments_of_hatch() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let wheels = toy.wheels(&[Wheel::new("besides", "3.1").file("besides.py", "")]);
    let elsewhere = toy.context.path("elsewhere");
    let project = toy.context.path("project/pyproject.toml");
    let project = fs::read_to_string(project).unwrap();
    toy.context.pyproject(&format!(
        "{project}
[tool.hatch.envs.default]\npath = {elsewhere:?}\n\
         [tool.hatch.envs.hatch-build]\npath = {elsewhere:?}\ndependencies = [\"besides\"]\n"
    ));
    let data = toy.context.path("hatch");
    let mut run = by(&toy, "hatch", &[]);
    run.env("HATCH_DATA_DIR", &data)
        .env("HATCH_ENV", "default")
        .env("TOY_DO", "import besides")
        .env("PIP_FIND_LINKS", &wheels)
        .env("UV_FIND_LINKS", &wheels);
    // What it noted of the first environment is not true of the second.
    for _ in 0..2 {
        let ran = Ran::of(&mut run);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(!elsewhere.exists());
        assert!(!data.exists(), "{:?}", names(&data));
    }
    assert_eq!(names(&toy.context.project()), ["pyproject.toml"]);
    let record = record(&toy.out());
    assert_eq!(
        record["downloaded"],
        serde_json::json!([{"name": "besides", "version": "3.1"}])
    );
    assert_eq!(exposed(&record), ["toolkit", "toy-backend"]);
    before.assert_unchanged(&toy.host, "hatch");
}

/// pdm's settings of the project and of the user: another interpreter, an
/// environment in the project, isolation.
#[test]
fn the_settings_of_pdm() {
    let toy = Toy::with_installed_backend();
    let before = Snapshot::of(&toy.host);
    let other = toy.context.path("other/bin/python");
    let settings = format!(
        "build_isolation = true\nuse_uv = true\n\
         [python]\nuse_venv = true\npath = {other:?}\n\
         [venv]\nin_project = true\nwith_pip = true\n"
    );
    toy.context.write("project/pdm.toml", &settings);
    toy.context
        .write("home/.config/pdm/config.toml", "build_isolation = true\n");
    toy.context
        .write("project/.pdm-python", other.to_str().unwrap());
    let whole = names(&toy.context.project());
    let line = "import toolkit; assert sys.prefix.startswith(os.environ['TMPDIR']), sys.prefix";
    let ran = Ran::of(by(&toy, "pdm", &[]).env("TOY_DO", line));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(names(&toy.context.project()), whole);
    assert_eq!(exposed(&record(&toy.out())), ["toolkit", "toy-backend"]);
    let saved = fs::read_to_string(toy.context.path("project/.pdm-python")).unwrap();
    assert_eq!(saved, other.to_str().unwrap());
    before.assert_unchanged(&toy.host, "pdm");
}
