//! What the tests share.

use std::path::PathBuf;

use passthrough_blackbox::{Bench, Frontend, Interpreter, Profiles};
use passthrough_protocol::{Evidence, Verdict};
use passthrough_world::python;

pub(crate) fn bench() -> Bench {
    Bench {
        interpreter: Interpreter::ask(&python::any()).unwrap(),
        this: None,
    }
}

/// Where frontends are installed once for all tests.
pub(crate) fn cache() -> PathBuf {
    python::target_directory().join("frontends")
}

pub(crate) fn frontend(name: &str) -> Frontend {
    let profile = &Profiles::embedded().profiles[name];
    Frontend::install(profile, &bench().interpreter, &cache(), None).unwrap()
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
