//! Frontends that are known to be wrong, or right: the checks tell them apart.

use passthrough_blackbox::{Frontend, Prepared, Suite};
use passthrough_protocol::{Evidence, Step};

use crate::support::{bench, frontend, others};

fn run(id: &str, frontend: &Frontend, prepared: Option<&Prepared>) -> Evidence {
    let directory = tempfile::tempdir().unwrap();
    let case = &Suite::embedded().cases[id].case;
    bench()
        .run(case, frontend, prepared, directory.path())
        .unwrap()
}

/// pip that builds in the host itself, with all that is there.
fn without_isolation() -> Frontend {
    let mut frontend = frontend("pip");
    let steps = &mut frontend.profile.steps;
    for step in [&mut steps.wheel, &mut steps.requirement] {
        let argv = &mut step.as_mut().unwrap().argv;
        let wheel = argv.iter().position(|word| word == "wheel").unwrap();
        argv.insert(wheel + 1, "--no-build-isolation".to_owned());
        // pip refuses both at once.
        let constraint = argv.iter().position(|word| word == "--build-constraint");
        argv.drain(constraint.unwrap()..constraint.unwrap() + 2);
    }
    frontend
}

#[test]
fn building_in_the_host_uses_the_copy_and_leaks_the_rest() {
    let used = run("listed-copy-is-used", &without_isolation(), None);
    let wrong = others(&used);
    for id in [
        "import",
        "metadata",
        "import-in-isolated-child",
        "not-downloaded",
        "built-with",
    ] {
        assert!(
            !wrong.iter().any(|line| line.starts_with(&format!("{id} "))),
            "{wrong:?}"
        );
    }
    // What is not on the host is missing.
    assert!(
        wrong.contains(&"unlisted-import fail nothing".to_owned()),
        "{wrong:?}"
    );
    let leaks = run("unlisted-is-invisible", &without_isolation(), None);
    let wrong = others(&leaks);
    for id in [
        "import",
        "import-in-child",
        "metadata",
        "entry-points",
        "data",
    ] {
        assert!(
            wrong.contains(&format!("{id} fail more")),
            "{id}: {wrong:?}"
        );
    }
}

/// The wheel that was built with the first host's copy is in pip's cache, and
/// handed to the second host: what CACHE-1 is there for, seen to happen.
#[test]
fn a_wheel_from_the_cache_of_another_environment_is_noticed() {
    let evidence = run("wheel-is-not-reused-elsewhere", &without_isolation(), None);
    let wrong = others(&evidence);
    assert!(
        !wrong.iter().any(|line| line.starts_with("built-with ")),
        "{wrong:?}"
    );
    assert!(
        wrong.contains(&"not-the-same-wheel fail more".to_owned()),
        "{wrong:?}"
    );
    assert!(
        wrong.contains(&"built-with-the-other fail other".to_owned()),
        "{wrong:?}"
    );
    assert_eq!(evidence.runs.len(), 2);
    assert!(evidence.runs[1].recordings.is_empty(), "{evidence:#?}");
}

/// A frontend that is given the host as its prepared environment behaves as one
/// that builds in the host: the commands for a prepared environment work.
#[test]
fn commands_for_a_prepared_environment_use_it() {
    let prepared = Prepared {
        environment: "{host}".to_owned(),
        wrapper: ["/usr/bin/env", "THROUGH={host}"].map(str::to_owned).into(),
        capabilities: Vec::new(),
        refusal: None,
    };
    for name in ["pip", "build", "uv", "pdm"] {
        let frontend = frontend(name);
        let mut case = Suite::embedded().cases["listed-copy-is-used"].case.clone();
        case.world.project.requires = vec!["hostlib>=1.0".to_owned()];
        assert_eq!(case.step, Step::Wheel);
        let directory = tempfile::tempdir().unwrap();
        let evidence = bench()
            .run(&case, &frontend, Some(&prepared), directory.path())
            .unwrap();
        let run = &evidence.runs[0];
        let wrong = others(&evidence);
        for id in [
            "built",
            "import",
            "metadata",
            "not-downloaded",
            "built-with",
        ] {
            assert!(
                !wrong.iter().any(|line| line.starts_with(&format!("{id} "))),
                "{name}: {wrong:?} {run:#?}"
            );
        }
        assert_eq!(run.argv[0], "/usr/bin/env");
        let host = run.argv[1].strip_prefix("THROUGH=").unwrap();
        assert!(
            run.recordings.iter().all(|found| found.seen.prefix == host),
            "{name}"
        );
        assert!(evidence.prepared && evidence.reproduce.contains("+passthrough"));
    }
}
