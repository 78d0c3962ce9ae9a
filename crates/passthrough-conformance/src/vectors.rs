//! The suite as one document.

use passthrough_protocol::{BlackboxCase, VectorRequirement, Vectors, VectorsSchema};

use crate::catalogue::Catalogue;
use crate::requirements::{Requirement, SuiteLevel};
use crate::suite::Suite;

/// The decision cases with these ids, and the requirements that decisions show.
pub fn vectors(suite: &Suite, requirements: &[Requirement], plan: &[String]) -> Vectors {
    Vectors {
        schema: VectorsSchema::V1,
        suite: suite.digest(),
        requirements: those_of(requirements, SuiteLevel::Decision),
        cases: plan
            .iter()
            .filter_map(|id| suite.cases.get(id))
            .map(|loaded| loaded.case.clone())
            .collect(),
        blackbox: Vec::new(),
    }
}

/// These black-box cases, of the suite of the catalogue, and the requirements
/// that builds show.
pub fn blackbox_vectors<'c>(
    catalogue: &Catalogue,
    requirements: &[Requirement],
    cases: impl IntoIterator<Item = &'c BlackboxCase>,
) -> Vectors {
    Vectors {
        schema: VectorsSchema::V1,
        suite: catalogue.digest.clone(),
        requirements: those_of(requirements, SuiteLevel::Blackbox),
        cases: Vec::new(),
        blackbox: cases.into_iter().cloned().collect(),
    }
}

fn those_of(requirements: &[Requirement], level: SuiteLevel) -> Vec<VectorRequirement> {
    let shown = requirements.iter().filter(|found| found.shows_at(level));
    shown
        .map(|requirement| VectorRequirement {
            id: requirement.id.clone(),
            level: requirement.level,
            text: requirement.text.clone(),
        })
        .collect()
}
