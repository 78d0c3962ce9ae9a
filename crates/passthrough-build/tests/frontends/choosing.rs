//! Which frontends there are, and where they are found.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use fs_err as fs;
use passthrough_build::frontends::{Frontend, FrontendErrorKind, table};
use passthrough_build::hooks::Artefact;

use crate::workshop::{ALL, Workshop, executable};

fn script(workshop: &Workshop, below: &str, text: &str) -> PathBuf {
    let path = workshop.write(below, &format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

#[test]
fn frontends_are_known_by_name() {
    for frontend in ALL {
        assert_eq!(frontend.to_string().parse::<Frontend>().unwrap(), frontend);
    }
    let said = ["poetry", "flit", "setuptools"].map(|name| {
        let error = name.parse::<Frontend>().unwrap_err();
        format!("{error}\n  {}", error.hint().unwrap())
    });
    insta::assert_snapshot!(said.join("\n"), @r"
    poetry cannot build in a prepared environment: it has no option for that, and always makes an environment of its own and downloads the build requirements
      use one of pip, build, uv, pdm or hatch, or give any command after `--`, with {python} and {env} for the environment's interpreter and directory
    flit cannot build in a prepared environment: it calls no hooks, never reads `requires`, and builds with the flit_core that it has itself
      build the same project with another frontend: its backend flit_core is called through PEP 517
    no frontend `setuptools` is known
      use one of pip, build, uv, pdm or hatch, or give any command after `--`, with {python} and {env} for the environment's interpreter and directory
    ");
}

#[test]
fn the_table_says_what_each_can_do() {
    insta::assert_snapshot!(table(), @r"
    frontend  from    builds        settings      command
    pip       22.3    wheel         -C KEY=VALUE  pip --python {python} wheel --no-build-isolation --check-build-dependencies --no-deps -w OUT PROJECT
    build     1.0.0   wheel, sdist  -C KEY=VALUE  python -m build --no-isolation --skip-dependency-check --wheel -o OUT PROJECT
    uv        0.5.0   wheel, sdist  -C KEY=VALUE  uv build --no-build-isolation --force-pep517 --python {python} --wheel -o OUT PROJECT
    pdm       2.20.0  wheel, sdist  -C KEY=VALUE  PDM_PYTHON={python} pdm build --no-isolation --no-clean --no-sdist -d OUT -p PROJECT
    hatch     1.16.0  wheel, sdist  none          HATCH_ENV_TYPE_VIRTUAL_PATH={env} hatch build -t wheel OUT
    ");
}

#[test]
fn a_frontend_is_found_on_the_path_that_works() {
    let mut workshop = Workshop::new();
    for (name, frontend) in [("uv", Frontend::Uv), ("pyproject-build", Frontend::Build)] {
        let error = workshop.find(frontend, None).unwrap_err();
        assert!(
            matches!(error.kind, FrontendErrorKind::NotFound { .. }),
            "{error}"
        );
        let shim = script(&workshop, &format!("bin/{name}"), "exit 127");
        let mut path = shim.parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(executable(frontend).parent().unwrap());
        workshop.set("PATH", path);
        let found = workshop.find(frontend, None).unwrap();
        assert!(
            found
                .path()
                .starts_with(executable(frontend).ancestors().nth(2).unwrap())
        );
        workshop.set("PATH", "/usr/bin:/bin");
    }
    // pip is the host's.
    let pip = workshop.find(Frontend::Pip, None).unwrap();
    assert_eq!(
        (pip.to_string().as_str(), pip.path()),
        ("pip 26.3", workshop.host.executable.as_path())
    );
    // What is beside the host's interpreter comes last.
    let prefix = executable(Frontend::Pdm);
    workshop.host.executable = prefix.with_file_name("python");
    assert_eq!(workshop.find(Frontend::Pdm, None).unwrap().path(), prefix);
}

#[test]
fn an_old_or_strange_frontend_is_refused() {
    let workshop = Workshop::new();
    for (text, said) in [
        (
            "echo Hatch, version 1.14.0",
            "is hatch 1.14.0, and 1.16.0 is the oldest",
        ),
        (
            "echo PDM, version 2.29.3",
            "does not say which version of hatch",
        ),
        ("kill -9 $$", "does not say which version of hatch"),
    ] {
        let path = script(&workshop, "hatch", text);
        let error = workshop.find(Frontend::Hatch, Some(&path)).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.hint().unwrap().contains("hatch 1.16.0"));
    }
    let missing = workshop.path("missing");
    let error = workshop.find(Frontend::Uv, Some(&missing)).unwrap_err();
    assert!(error.to_string().contains("is not a file"), "{error}");
}

#[test]
fn what_a_frontend_cannot_build_is_not_tried() {
    let workshop = Workshop::new().with_flit();
    for frontend in ALL {
        let tool = workshop.tool(frontend);
        for artefact in [Artefact::Wheel, Artefact::Sdist, Artefact::Editable] {
            if frontend.profile().artefacts.contains(&artefact) {
                continue;
            }
            let error = workshop.run(&tool, artefact, &[]).unwrap_err();
            assert!(
                matches!(error.kind, FrontendErrorKind::CannotBuild(_)),
                "{error}"
            );
            assert!(error.hint().is_some());
        }
    }
    let pip = workshop.tool(Frontend::Pip);
    let error = workshop.run(&pip, Artefact::Sdist, &[]).unwrap_err();
    assert_eq!(error.hint().unwrap(), "use build, uv, pdm or hatch");
}

#[test]
fn success_without_an_artefact_is_none() {
    let workshop = Workshop::new().with_flit();
    workshop.write("out/demo-0.9-py3-none-any.whl", "an older one");
    let path = script(&workshop, "uv", "echo uv 0.13.8");
    let tool = workshop.find(Frontend::Uv, Some(&path)).unwrap();
    let error = workshop.run(&tool, Artefact::Wheel, &[]).unwrap_err();
    assert!(
        matches!(error.kind, FrontendErrorKind::NoArtefact(_)),
        "{error}"
    );
    assert_eq!(error.words, "uv 0.13.8");
    // With arguments it may be anywhere.
    assert_eq!(
        workshop
            .run(&tool, Artefact::Wheel, &["-o", "x"])
            .unwrap()
            .len(),
        0
    );
}
