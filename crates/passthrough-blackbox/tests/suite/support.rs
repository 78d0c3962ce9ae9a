//! What the tests share.

use passthrough_blackbox::{Bench, Frontend, Profiles};
use passthrough_protocol::{Evidence, Verdict};
use passthrough_world::python;

/// Frontends are installed once for all tests.
pub(crate) fn bench() -> Bench {
    let cache = python::target_directory().join("frontends");
    Bench::new(&python::any(), &cache, None).unwrap()
}

pub(crate) fn frontend(name: &str) -> Frontend {
    bench()
        .frontend(&Profiles::embedded().profiles[name])
        .unwrap()
}

/// The checks with another verdict than `pass`, and what each saw.
pub(crate) fn others(evidence: &Evidence) -> Vec<String> {
    let checks = evidence.checks.iter();
    checks
        .filter(|check| check.verdict != Verdict::Pass)
        .map(|check| {
            let code = check.code.as_deref().unwrap_or_default();
            format!("{} {} {code}", check.id, check.verdict.as_str())
        })
        .collect()
}
