//! Whether every rule has a case.

use passthrough_protocol::Level;

use crate::catalogue::Catalogue;
use crate::requirements::Requirement;

/// A requirement and the cases that cite it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered<'a> {
    /// The requirement.
    pub requirement: &'a Requirement,
    /// The ids of its cases, or checks.
    pub cases: Vec<&'a str>,
}

impl Covered<'_> {
    /// Whether it needs a case and has none: it binds (MUST or SHOULD), and is
    /// not excluded.
    pub fn is_missing(&self) -> bool {
        let requirement = self.requirement;
        self.cases.is_empty()
            && matches!(requirement.level, Level::Must | Level::Should)
            && requirement.excluded.is_none()
    }
}

/// Every requirement that shows at the level of the catalogue, with its cases.
pub fn coverage<'a>(catalogue: &'a Catalogue, requirements: &'a [Requirement]) -> Vec<Covered<'a>> {
    requirements
        .iter()
        .filter(|requirement| requirement.shows_at(catalogue.level))
        .map(|requirement| Covered {
            requirement,
            cases: catalogue.citing(&requirement.id).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::coverage;
    use crate::catalogue::Catalogue;
    use crate::requirements;
    use crate::suite::Suite;

    #[test]
    fn every_rule_that_binds_and_shows_has_a_case() {
        let (suite, requirements) = (Suite::embedded(), requirements::embedded().unwrap());
        let catalogue = Catalogue::of_decisions(&suite);
        let covered = coverage(&catalogue, &requirements);
        let missing: Vec<_> = covered.iter().filter(|found| found.is_missing()).collect();
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn a_rule_that_loses_its_cases_is_missed() {
        let (mut suite, requirements) = (Suite::embedded(), requirements::embedded().unwrap());
        suite
            .cases
            .retain(|_, loaded| !loaded.case.cites.contains(&"CLOS-3".to_owned()));
        let catalogue = Catalogue::of_decisions(&suite);
        let missing: Vec<_> = coverage(&catalogue, &requirements)
            .into_iter()
            .filter(super::Covered::is_missing)
            .map(|found| found.requirement.id.as_str())
            .collect();
        assert!(missing.contains(&"CLOS-3"), "{missing:?}");
        assert!(!missing.contains(&"CONF-2"), "{missing:?}");
    }
}
