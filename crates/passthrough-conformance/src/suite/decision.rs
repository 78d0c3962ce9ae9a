use passthrough_protocol::{Case, Expectation, ExpectedPlan};

use super::{Head, Level};
use crate::embedded::{self, Files};

/// The decision level: what is decided about a given host.
#[derive(Clone, Copy, Debug)]
pub enum Decision {}

impl Level for Decision {
    type Case = Case;

    const EMBEDDED: Files = embedded::DECISION_CASES;
    const LARGEST: u64 = 4 << 20;
    const BESIDES: &'static [&'static str] = &[embedded::REQUIREMENTS];

    fn head(case: &Case) -> Head<'_> {
        Head {
            id: &case.id,
            title: &case.title,
            why: &case.why,
            cites: case.cites.iter().map(String::as_str).collect(),
        }
    }

    fn check(case: &Case) -> Result<(), String> {
        if case.cites.is_empty() {
            return Err("it cites no requirement".to_owned());
        }
        if case.expect == Expectation::Plan(ExpectedPlan::default()) {
            return Err("it expects nothing".to_owned());
        }
        Ok(())
    }
}
