use std::path::Path;

use passthrough_protocol::{ConformanceReport, Profile, RequirementVerdict};

use super::Bench;
use crate::context::Ran;

/// Each fails the requirements that it is known to break, and no other.
#[test]
fn every_control_is_noticed() {
    let bench = Bench::new(&[]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/controls");
    let mut files: Vec<_> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let text = fs_err::read_to_string(&file).unwrap();
        let profile: Profile = toml_edit::de::from_str(&text).unwrap();
        let control = profile.control.unwrap();
        let mut command = bench.conformance();
        command
            .args(["run", "--output-format", "json", "--profile"])
            .arg(&file);
        for case in &control.cases {
            command.args(["--case", case]);
        }
        let ran = Ran::of(&mut command);
        assert_eq!(ran.code, Some(1), "{}: {ran:?}", file.display());
        let report: ConformanceReport = serde_json::from_str(&ran.stdout).unwrap();
        let not_met: Vec<&str> = report
            .requirements
            .iter()
            .filter(|found| found.result == RequirementVerdict::NotMet)
            .map(|found| found.id.as_str())
            .collect();
        assert_eq!(not_met, control.fails, "{}", file.display());
        assert_eq!(report.summary.verdicts.error, 0, "{}", file.display());
        // It works: what it does not break holds.
        assert!(report.summary.verdicts.pass > 0, "{}", file.display());
    }
}
