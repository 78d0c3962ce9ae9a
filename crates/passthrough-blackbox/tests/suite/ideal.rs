//! A frontend that does all right passes every case, so that every case can be
//! passed; and with one fault it fails what that fault breaks.

use passthrough_blackbox::{Frontend, Profiles, Suite};
use passthrough_protocol::{HostDiscovery, StepCommand};

use crate::support::{bench, frontend, others};

const PROGRAM: &str = include_str!("ideal.py");

/// What is right for each case: what passes through, a listed name first, and
/// what is downloaded.
const RIGHT: [(&str, &str, &str); 8] = [
    ("closure-comes-along", "hostlib near far", "plain"),
    ("excluded-version-is-downloaded", "otherlib", "hostlib>=2"),
    ("listed-copy-is-used", "hostlib", "plain"),
    ("missing-copy-is-downloaded", "", "hostlib>=1.0"),
    ("same-version-is-not-downloaded", "hostlib hostdep", ""),
    ("unlisted-is-invisible", "hostlib", "unlisted"),
    ("wheel-is-not-reused-elsewhere", "hostlib", ""),
    ("without-the-key-nothing-changes", "", "hostlib"),
];

/// The checks that do not pass, of a case, with a fault.
fn wrong(id: &str, fault: &str) -> Vec<String> {
    let (_, exposed, installed) = RIGHT.iter().find(|right| right.0 == id).unwrap();
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
    ];
    let command = StepCommand {
        argv: argv.map(str::to_owned).into(),
        timeout: 300,
        installs: false,
    };
    let mut profile = Profiles::embedded().profiles["pip"].clone();
    profile.host = HostDiscovery::PythonFlag;
    profile.steps.wheel = Some(command.clone());
    profile.steps.requirement = Some(command);
    let frontend = Frontend {
        profile,
        directory: None,
        version: "1".to_owned(),
    };
    let directory = tempfile::tempdir().unwrap();
    let case = &Suite::embedded().cases[id].case;
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
fn every_case_can_be_passed() {
    let ids: Vec<String> = Suite::embedded().cases.into_keys().collect();
    assert_eq!(ids, RIGHT.map(|(id, _, _)| id));
    for id in ids {
        wrong(&id, "");
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
