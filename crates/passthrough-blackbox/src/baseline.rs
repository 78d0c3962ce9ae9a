//! A world without any list, in which every frontend has to do its work: one
//! that does not has a wrong profile.

use std::path::Path;

use passthrough_protocol::{
    BlackboxCase, BlackboxWorld, Check, Evidence, GivenDistribution, GivenProject, Run, Step,
    Verdict, View, What,
};

use crate::bench::{Bench, Prepared, RunError, steps};
use crate::tool::Frontend;

impl Bench {
    /// Runs every step of a frontend in a world without a list, each in a
    /// directory of its own below `directory`. A profile may be used where
    /// [`Evidence::checks`] of each pass: [`is_sound`].
    ///
    /// In a prepared environment the one build requirement, `plain`, has to be
    /// there, from the index.
    pub fn baseline(
        &self,
        frontend: &Frontend,
        prepared: Option<&Prepared>,
        directory: &Path,
    ) -> Result<Vec<Evidence>, RunError> {
        steps(frontend, prepared.is_some())
            .into_iter()
            .map(|step| {
                let directory = directory.join(step.as_str());
                self.run(&baseline_case(step), frontend, prepared, &directory)
            })
            .collect()
    }
}

/// Whether a baseline shows a profile that can be used.
pub fn is_sound(baseline: &[Evidence]) -> bool {
    let mut checks = baseline.iter().flat_map(|evidence| &evidence.checks);
    !baseline.is_empty() && checks.all(|check| check.verdict == Verdict::Pass)
}

/// The case of a baseline for a step: a project without a list. A profile whose
/// frontend does not pass all its checks is wrong.
pub fn baseline_case(step: Step) -> BlackboxCase {
    let check = |id: &str, what: What, of: Option<&str>| Check {
        id: id.to_owned(),
        cites: vec!["CONF-7".to_owned()],
        premise: None,
        run: Run::First,
        what,
        of: of.map(str::to_owned),
        view: View::Hook,
        hook: None,
        first: false,
        project: None,
        is: None,
        has: None,
        lacks: None,
    };
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    BlackboxCase {
        id: format!("baseline-{}", step.as_str()),
        title: "a project without a list is built".to_owned(),
        why: "the profile would be judged, and not the frontend".to_owned(),
        since: "1".to_owned(),
        needs: Vec::new(),
        world: BlackboxWorld {
            host: Vec::new(),
            second_host: None,
            project_environment: None,
            active_environment: None,
            refused: Vec::new(),
            refuses_all: false,
            index: vec![GivenDistribution {
                name: "plain".to_owned(),
                version: "1.0".to_owned(),
                ..GivenDistribution::default()
            }],
            project: GivenProject {
                name: "demo".to_owned(),
                version: "1.0".to_owned(),
                requires: vec!["plain".to_owned()],
                list: None,
                build_system: Default::default(),
                dynamic: Default::default(),
                overwrites: Vec::new(),
                pyproject: String::new(),
            },
            constraints: Vec::new(),
            environment: Default::default(),
        },
        step,
        checks: vec![
            Check {
                is: words(&["yes"]),
                ..check("built", What::Built, None)
            },
            Check {
                is: words(&["index"]),
                ..check("copies", What::Copies, Some("plain"))
            },
            Check {
                is: words(&["index"]),
                ..check("import", What::Import, Some("plain"))
            },
            Check {
                is: words(&[]),
                ..check("elsewhere", What::Elsewhere, None)
            },
        ],
    }
}
