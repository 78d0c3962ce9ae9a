//! A frontend that is told what is right passes the cases that a told frontend
//! can show, so that they can be passed; with one fault it fails what that fault
//! breaks. The others are shown by the implementation itself.

use passthrough_blackbox::{Frontend, Profiles, Suite};
use passthrough_protocol::{HostDiscovery, Step, StepCommand};

use crate::support::{bench, frontend, others};

const PROGRAM: &str = include_str!("ideal.py");

/// What is right for some cases: what passes through, a listed name first, and
/// what is downloaded.
const RIGHT: [(&str, &str, &str); 14] = [
    ("closure-comes-along", "hostlib near far", "plain"),
    ("excluded-version-is-downloaded", "otherlib", "hostlib>=2"),
    ("listed-copy-is-used", "hostlib", "plain"),
    (
        "metadata-are-asked-with-the-listed-copy",
        "hostlib near",
        "plain",
    ),
    ("metadata-without-the-key", "", "hostlib"),
    ("missing-copy-is-downloaded", "", "hostlib>=1.0"),
    ("published-sdist-asks-for-the-host", "hostlib near", "plain"),
    ("published-sdist-without-the-key", "", "hostlib"),
    ("same-version-is-not-downloaded", "hostlib hostdep", ""),
    ("unlisted-is-invisible", "hostlib", "unlisted"),
    ("wheel-built-with-an-editable-is-not-reused", "hostlib", ""),
    ("wheel-is-not-reused-beside-another-build", "hostlib", ""),
    ("wheel-is-not-reused-elsewhere", "hostlib", ""),
    ("without-the-key-nothing-changes", "", "hostlib"),
];

/// The checks that do not pass, of a case, with a fault.
fn wrong(id: &str, fault: &str) -> Vec<String> {
    let (_, exposed, installed) = RIGHT.iter().find(|right| right.0 == id).unwrap();
    let suite = Suite::embedded();
    let case = &suite.cases[id].case;
    let uv = frontend("uv").directory.unwrap().join("bin/uv");
    let argv = [
        "{python}",
        "-c",
        PROGRAM,
        "{project}",
        "{out}",
        uv.to_str().unwrap(),
        "{index}",
        exposed,
        installed,
        fault,
        case.step.as_str(),
    ];
    let command = StepCommand {
        argv: argv.map(str::to_owned).into(),
        timeout: 300,
        installs: false,
    };
    let mut profile = Profiles::embedded().profiles["pip"].clone();
    profile.host = HostDiscovery::PythonFlag;
    profile.steps.wheel = Some(command.clone());
    profile.steps.requirement = Some(command.clone());
    profile.steps.metadata = Some(command);
    let frontend = Frontend {
        profile,
        directory: None,
        version: "1".to_owned(),
    };
    let directory = tempfile::tempdir().unwrap();
    let evidence = bench()
        .run(case, &frontend, None, directory.path())
        .unwrap();
    let found = others(&evidence);
    if fault.is_empty() {
        assert_eq!(found, [""; 0], "{id}: {:#?}", evidence.runs);
    }
    found
}

#[test]
fn what_does_all_right_passes() {
    for (id, _, _) in RIGHT {
        wrong(id, "");
    }
}

/// The reference asks for no metadata alone, and builds nothing of an index.
#[test]
fn the_cases_that_the_reference_cannot_run_are_among_them() {
    let right = RIGHT.map(|(id, _, _)| id);
    for (id, loaded) in Suite::embedded().cases {
        if matches!(loaded.case.step, Step::Metadata | Step::Requirement) {
            assert!(right.contains(&id.as_str()), "{id}");
        }
    }
}

#[test]
fn a_fault_fails_what_it_breaks() {
    for (fault, id, expected) in [
        (
            "exposes-all",
            "unlisted-is-invisible",
            &[
                "import fail more",
                "import-in-child fail more",
                "import-in-isolated-child fail more",
                "metadata fail more",
                "metadata-in-child fail more",
                "metadata-in-isolated-child fail more",
                "entry-points fail more",
                "script fail more",
                "data fail more",
                "unlisted-requirement fail other",
                "unlisted-requirement-version fail other",
            ][..],
        ),
        (
            "path-of-the-host",
            "unlisted-is-invisible",
            &["script fail more"],
        ),
        (
            "no-closure",
            "closure-comes-along",
            &[
                "near fail nothing",
                "near-import fail nothing",
                "near-script fail nothing",
                "far fail other",
                "far-version fail other",
                "far-in-isolated-child fail other",
                "near-not-downloaded fail premise",
                "far-not-downloaded fail more",
                "no-more fail less",
                "nothing-of-another-marker fail premise",
                "nothing-of-another-extra fail premise",
            ],
        ),
        (
            "metadata-only",
            "listed-copy-is-used",
            &[
                "import fail nothing",
                "import-in-child fail nothing",
                "import-in-isolated-child fail nothing",
                "files fail more",
                "script fail nothing",
                "script-interpreter fail nothing",
                "data fail nothing",
                "not-downloaded fail premise",
            ],
        ),
        (
            "modules-only",
            "listed-copy-is-used",
            &[
                "metadata fail nothing",
                "version fail nothing",
                "files fail premise",
                "entry-point fail nothing",
                "built-with fail nothing",
            ],
        ),
        (
            "no-data",
            "listed-copy-is-used",
            &["files fail more", "data fail nothing"],
        ),
        // The host's interpreter compiles what it imports, in the host.
        (
            "scripts-of-the-host",
            "listed-copy-is-used",
            &["script-interpreter fail other", "host-unchanged fail more"],
        ),
        (
            "writes-to-the-host",
            "listed-copy-is-used",
            &["host-unchanged fail more"],
        ),
        (
            "downloads-too",
            "same-version-is-not-downloaded",
            &[
                "import fail other",
                "metadata fail other",
                "dependency-import fail other",
                "dependency-metadata fail other",
                "not-downloaded fail more",
                "dependency-not-downloaded fail more",
                "nowhere-else fail premise",
            ],
        ),
        // The second hook has another environment than the first.
        (
            "two-choices",
            "same-version-is-not-downloaded",
            &[
                "import fail nothing",
                "metadata fail nothing",
                "dependency-import fail nothing",
                "dependency-metadata fail nothing",
                "not-downloaded fail premise",
                "dependency-not-downloaded fail premise",
                "nowhere-else fail premise",
            ],
        ),
    ] {
        assert_eq!(wrong(id, fault), expected, "{fault}");
    }
}
