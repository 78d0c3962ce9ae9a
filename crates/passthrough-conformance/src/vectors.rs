//! The suite as one document.

use passthrough_protocol::{VectorRequirement, Vectors, VectorsSchema};

use crate::requirements::{Requirement, SuiteLevel};
use crate::suite::Suite;

/// The cases with these ids, and the requirements that decisions show.
pub fn vectors(suite: &Suite, requirements: &[Requirement], plan: &[String]) -> Vectors {
    Vectors {
        schema: VectorsSchema::V1,
        suite: suite.digest(),
        requirements: requirements
            .iter()
            .filter(|requirement| requirement.shows_at(SuiteLevel::Decision))
            .map(|requirement| VectorRequirement {
                id: requirement.id.clone(),
                level: requirement.level,
                text: requirement.text.clone(),
            })
            .collect(),
        cases: plan
            .iter()
            .filter_map(|id| suite.cases.get(id))
            .map(|loaded| loaded.case.clone())
            .collect(),
    }
}
