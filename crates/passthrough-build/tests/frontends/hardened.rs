//! What surrounds a frontend does not lead it elsewhere.

use passthrough_build::frontends::{Frontend, FrontendErrorKind};
use passthrough_build::hooks::Artefact;
use passthrough_wheelhouse::{Scheme, Wheel};

use crate::workshop::{ALL, Workshop};

/// A wheel of each frontend, by the environment's interpreter.
fn build_wheels(workshop: &Workshop, frontends: &[Frontend], context: &str) {
    for &frontend in frontends {
        let tool = workshop.tool(frontend);
        workshop
            .run(&tool, Artefact::Wheel, &[])
            .unwrap_or_else(|error| panic!("{tool}, {context}: {error}\n{}", error.words));
        let seen = workshop.seen();
        assert!(!seen.is_empty(), "{tool}, {context}");
        for seen in seen {
            assert_eq!(
                seen.executable,
                workshop.environment.python(),
                "{tool}, {context}"
            );
            assert!(
                !seen.distributions.contains(&"pip".to_owned()),
                "{tool}, {context}"
            );
        }
        workshop.assert_nothing_was_fetched(&format!("{tool}, {context}"));
    }
}

#[test]
fn files_of_the_project_do_not_stand_in_for_the_frontend() {
    let workshop = Workshop::new().with_setuptools();
    for name in ["pip", "build", "runpy", "pdm", "hatch", "os", "json"] {
        workshop.write(
            &format!("project/{name}.py"),
            "raise SystemExit('misled')\n",
        );
    }
    // setup.py itself has them on its path with some: only the frontends' own start is at stake.
    workshop.write(
        "project/setup.py",
        "from setuptools import setup\nsetup(py_modules=['demo'])\n",
    );
    for frontend in ALL {
        let tool = workshop.tool(frontend);
        workshop
            .run(&tool, Artefact::Wheel, &[])
            .unwrap_or_else(|error| panic!("{tool}: {error}\n{}", error.words));
    }
}

#[test]
fn variables_do_not_name_another_environment() {
    let mut workshop = Workshop::new().with_setuptools();
    let other = workshop.host.executable.clone();
    let requirements = workshop.write("more.txt", "nonesuch\n");
    let all: [(Frontend, &str, std::ffi::OsString); 16] = [
        (Frontend::Pip, "PIP_PYTHON", other.clone().into()),
        (Frontend::Pip, "PIP_REQUIREMENT", requirements.into()),
        (
            Frontend::Pip,
            "PIP_EDITABLE",
            workshop.path("project").into(),
        ),
        (Frontend::Uv, "UV_PYTHON", other.clone().into()),
        (Frontend::Uv, "UV_SYSTEM_PYTHON", "1".into()),
        (Frontend::Uv, "UV_MANAGED_PYTHON", "1".into()),
        (Frontend::Uv, "UV_WORKING_DIR", "/".into()),
        (Frontend::Uv, "UV_NO_BUILD_ISOLATION", "0".into()),
        (Frontend::Pdm, "PDM_IGNORE_SAVED_PYTHON", "1".into()),
        (Frontend::Pdm, "PDM_IGNORE_ACTIVE_VENV", "1".into()),
        (Frontend::Pdm, "PDM_PYTHON", other.clone().into()),
        (Frontend::Pdm, "PDM_PROJECT", "/nowhere".into()),
        (Frontend::Hatch, "HATCH_ENV", "other".into()),
        (Frontend::Hatch, "HATCH_ENV_ACTIVE", "other".into()),
        (
            Frontend::Hatch,
            "HATCH_ENV_TYPE_VIRTUAL_PATH",
            workshop.path("elsewhere").into(),
        ),
        (
            Frontend::Build,
            "VIRTUAL_ENV",
            workshop.host.prefix.clone().into(),
        ),
    ];
    for (_, name, value) in all {
        workshop.set(name, value);
    }
    build_wheels(&workshop, &ALL, "all variables");
    assert!(!workshop.path("elsewhere").exists());
}

#[test]
fn a_saved_interpreter_of_pdm_does_not_count() {
    let workshop = Workshop::new().with_setuptools();
    let saved = workshop.host.executable.display().to_string();
    workshop.write("project/.pdm-python", &saved);
    build_wheels(&workshop, &[Frontend::Pdm], "a saved interpreter");
    let text = fs_err::read_to_string(workshop.path("project/.pdm-python")).unwrap();
    assert_eq!(text, saved);
}

#[test]
fn a_failing_build_is_told_with_the_frontends_words() {
    let workshop = Workshop::new().with_setuptools();
    workshop.write(
        "project/setup.py",
        "raise SystemExit('the build is broken')\n",
    );
    for frontend in ALL {
        let tool = workshop.tool(frontend);
        let error = workshop.run(&tool, Artefact::Wheel, &[]).unwrap_err();
        assert!(
            matches!(error.kind, FrontendErrorKind::Failed(_)),
            "{tool}: {error}"
        );
        assert!(
            error.words.contains("the build is broken"),
            "{tool}: {}",
            error.words
        );
        assert!(
            workshop
                .names("out")
                .iter()
                .all(|name| !name.ends_with(".whl")),
            "{tool}"
        );
    }
}

/// uv would build with a copy of its own of this backend.
#[test]
fn uvs_own_backend_is_the_one_of_the_environment() {
    let workshop = Workshop::new();
    let project = "[build-system]\nrequires = ['uv_build']\nbuild-backend = 'uv_build'\n\
                   [project]\nname = 'demo'\nversion = '1.0'\n";
    workshop.write("project/pyproject.toml", project);
    workshop.write("project/src/demo/__init__.py", "");
    Wheel::new("uv_build", "0.13.8")
        .file(
            "uv_build/__init__.py",
            "def build_wheel(*arguments): raise SystemExit('the one of the environment')\n",
        )
        .install(&Scheme::posix(
            workshop.environment.root(),
            &workshop.host.identity.version,
        ))
        .unwrap();
    let tool = workshop.tool(Frontend::Uv);
    let error = workshop.run(&tool, Artefact::Wheel, &[]).unwrap_err();
    assert!(
        error.words.contains("the one of the environment"),
        "{}",
        error.words
    );
}
