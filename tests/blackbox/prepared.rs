use passthrough_world::python;

use super::{Bench, FRONTEND, checks, passes};

/// What goes wrong behind the program that prepares the environment is judged for
/// what it is, and ended, as well.
#[test]
fn a_frontend_in_a_prepared_environment_is_no_less_bounded() {
    let bench = Bench::new(&["hangs", "crashes", "floods", "all-is-well"]);
    let path = bench.profile("fake", FRONTEND, 30);
    let text = fs_err::read_to_string(&path).unwrap();
    let prepared = text
        .replace("[steps.wheel]", "[prepared.wheel]")
        .replace("{python}", "{prepared}/bin/python");
    let (_, prepared) = prepared.split_once("[prepared.wheel]").unwrap();
    fs_err::write(&path, format!("{text}\n[prepared.wheel]{prepared}")).unwrap();
    let mut command = bench.run(&format!("{}+passthrough", path.display()));
    command
        .env("PASSTHROUGH_CACHE_DIR", python::target_directory())
        .args(["--output-format", "json"]);
    let ran = crate::context::Ran::of(&mut command);
    let report: passthrough_protocol::ConformanceReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    // The program in front says what became of the frontend, and ends by itself. It
    // asks for the backend's requirements: that hook ran, and what it saw holds.
    for (case, expected) in [
        ("hangs", ["error timeout"; 3]),
        ("floods", ["error flood"; 3]),
        ("crashes", ["fail nothing", "pass", "pass"]),
    ] {
        let found = checks(&report, case);
        let expected = ["built", "import", "nowhere-else"]
            .iter()
            .zip(expected)
            .map(|(check, words)| format!("{check} {words}"));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{case}");
        if cfg!(target_os = "linux") && case != "floods" {
            assert!(bench.is_ended(case), "{case}");
        }
    }
    assert!(passes(&report, "all-is-well"));
    assert!(bench.is_clean());
}
