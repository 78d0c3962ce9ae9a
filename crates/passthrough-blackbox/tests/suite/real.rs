//! Real frontends, as they are today.

use std::collections::BTreeMap;

use passthrough_blackbox::{Profiles, Suite, is_sound};
use passthrough_protocol::{HostDiscovery, Verdict};

use crate::support::{bench, frontend, others};

/// The profile is right, and what it pins is what ran.
fn has_a_sound_baseline(name: &str) {
    let directory = tempfile::tempdir().unwrap();
    let frontend = frontend(name);
    let baseline = bench().baseline(&frontend, None, directory.path()).unwrap();
    let wrong: Vec<_> = baseline.iter().map(others).collect();
    assert!(is_sound(&baseline), "{wrong:?}: {baseline:#?}");
    for evidence in &baseline {
        assert_eq!(evidence.runs[0].left_processes, 0, "{evidence:#?}");
        // A frontend that was told which environment is the host did not change it.
        if frontend.profile.host != HostDiscovery::SelfEnv {
            assert_eq!(evidence.runs[0].host_changes, [""; 0]);
        }
    }
}

#[test]
fn the_profile_of_pip_is_sound() {
    has_a_sound_baseline("pip");
}

#[test]
fn the_profile_of_build_is_sound() {
    has_a_sound_baseline("build");
}

#[test]
fn the_profile_of_uv_is_sound() {
    has_a_sound_baseline("uv");
}

#[test]
fn the_profile_of_uv_pip_is_sound() {
    has_a_sound_baseline("uv-pip");
}

#[test]
fn the_profile_of_hatch_is_sound() {
    has_a_sound_baseline("hatch");
}

#[test]
fn the_profile_of_pdm_is_sound() {
    has_a_sound_baseline("pdm");
}

#[test]
fn the_profile_of_poetry_is_sound() {
    has_a_sound_baseline("poetry");
}

/// That of the program which runs the suite is tested where that program is.
#[test]
fn every_profile_of_pypi_is_tested_here() {
    let profiles = Profiles::embedded().profiles.into_iter();
    let names: Vec<String> = profiles
        .filter(|(_, profile)| profile.version.argv[0] != "{self}")
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        ["build", "hatch", "pdm", "pip", "poetry", "uv", "uv-pip"]
    );
}

/// The cases that are looked at here; the whole suite is run by who has a list of
/// what is expected of each frontend.
const LOOKED_AT: [&str; 8] = [
    "closure-comes-along",
    "excluded-version-is-downloaded",
    "listed-copy-is-used",
    "missing-copy-is-downloaded",
    "same-version-is-not-downloaded",
    "unlisted-is-invisible",
    "wheel-is-not-reused-elsewhere",
    "without-the-key-nothing-changes",
];

/// What the checks of each case come to, those that pass aside.
fn results(name: &str) -> BTreeMap<String, Vec<String>> {
    let (bench, frontend, suite) = (bench(), frontend(name), Suite::embedded());
    let directory = tempfile::tempdir().unwrap();
    let run = |id: &str| {
        let case = &suite.cases[id].case;
        let place = directory.path().join(id);
        let evidence = bench.run(case, &frontend, None, &place).unwrap();
        assert!(
            evidence
                .checks
                .iter()
                .all(|check| check.verdict != Verdict::Error),
            "{evidence:#?}"
        );
        assert!(place.join("evidence.json").is_file() || evidence.runs.is_empty());
        others(&evidence)
    };
    LOOKED_AT
        .into_iter()
        .map(|id| (id.to_owned(), run(id)))
        .collect()
}

/// The checks of a case that are the same for all that download everything.
fn expect(found: &BTreeMap<String, Vec<String>>, id: &str, expected: &[&str]) {
    assert_eq!(found[id], expected, "{id}");
}

/// pip downloads everything. The interpreter of its hooks is that of the host,
/// with the build environment put before the host's `site-packages`: `-I` takes
/// that away, and a child sees the host. What it imports there leaves bytecode.
#[test]
fn pip_downloads_and_lets_isolated_children_see_the_host() {
    let found = results("pip");
    expect(
        &found,
        "listed-copy-is-used",
        &[
            "import fail other",
            "metadata fail other",
            "version fail other",
            "import-in-child fail other",
            "import-in-isolated-child fail premise",
            "files fail premise",
            "entry-point fail nothing",
            "script fail nothing",
            "script-interpreter fail nothing",
            "data fail premise",
            "not-downloaded fail more",
            "built-with fail other",
        ],
    );
    expect(
        &found,
        "unlisted-is-invisible",
        &[
            "import-in-isolated-child fail more",
            "metadata-in-isolated-child fail more",
            "data fail more",
            "listed fail other",
        ],
    );
    expect(&found, "missing-copy-is-downloaded", &[]);
    expect(&found, "without-the-key-nothing-changes", &[]);
    expect(
        &found,
        "excluded-version-is-downloaded",
        &[
            "other-name-stays fail other",
            "import fail premise",
            "in-isolated-child fail other",
            "other-name-not-downloaded fail more",
        ],
    );
    expect(
        &found,
        "wheel-is-not-reused-elsewhere",
        &[
            "built-with fail other",
            "not-the-same-wheel fail premise",
            "built-with-the-other fail other",
        ],
    );
}

/// uv downloads everything as well, and isolates well. Its key of the same name
/// means another thing: a build dependency in it changes nothing.
#[test]
fn uv_downloads_and_isolates() {
    let found = results("uv");
    expect(&found, "unlisted-is-invisible", &["listed fail other"]);
    expect(&found, "missing-copy-is-downloaded", &[]);
    expect(&found, "without-the-key-nothing-changes", &[]);
    expect(
        &found,
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
    );
    expect(
        &found,
        "closure-comes-along",
        &[
            "near fail other",
            "near-import fail other",
            "near-script fail other",
            "far fail other",
            "far-version fail other",
            "far-in-isolated-child fail other",
            "near-not-downloaded fail more",
            "far-not-downloaded fail more",
            "nothing-of-another-marker fail premise",
            "nothing-of-another-extra fail premise",
        ],
    );
    // `uv build` takes a source tree and no requirement.
    assert!(
        found["wheel-is-not-reused-elsewhere"]
            .iter()
            .all(|line| line.contains(" unsupported"))
    );
}
