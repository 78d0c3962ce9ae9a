//! The registry of requirements.

use passthrough_protocol::Level;
use serde::Deserialize;

use crate::embedded;

/// A requirement of the specification.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its id, such as `CLOS-3`.
    pub id: String,
    /// How much it binds.
    pub level: Level,
    /// Where it comes from.
    pub basis: Basis,
    /// Where its text is: a file of `spec/` and an anchor in it.
    pub section: String,
    /// The normative text.
    pub text: String,
    /// Where it can be seen whether an implementation keeps to it.
    pub observable: Observable,
    /// Why it cannot be seen, or is not tested.
    #[serde(default)]
    pub excluded: Option<String>,
    /// Why there is the requirement.
    #[serde(default)]
    pub rationale: Option<String>,
}

/// Where a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The published draft says it.
    Draft,
    /// The specification closes a gap of the draft.
    Decided,
    /// It is left to the discussion of the PEP.
    Open,
}

/// Where a requirement can be observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observable {
    /// In a decision.
    Decision,
    /// In a build.
    Blackbox,
    /// In either.
    Both,
    /// In neither.
    None,
}

/// Where cases look: each level has a suite of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SuiteLevel {
    /// At decisions, by way of an adapter.
    #[default]
    Decision,
    /// At the builds of real frontends.
    Blackbox,
}

impl Requirement {
    /// Whether a case of that level can show it.
    pub fn shows_at(&self, level: SuiteLevel) -> bool {
        match self.observable {
            Observable::Decision => level == SuiteLevel::Decision,
            Observable::Blackbox => level == SuiteLevel::Blackbox,
            Observable::Both => true,
            Observable::None => false,
        }
    }

    /// Whether it is an open question, and nothing is scored.
    pub fn is_open(&self) -> bool {
        self.level == Level::Open || self.basis == Basis::Open
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry {
    requirement: Vec<Requirement>,
}

/// The requirements that the binary carries, in the order of the specification.
/// Fails where the registry is broken.
pub fn embedded() -> Result<Vec<Requirement>, String> {
    read(embedded::REQUIREMENTS)
}

fn read(text: &str) -> Result<Vec<Requirement>, String> {
    let registry: Registry = toml_edit::de::from_str(text).map_err(|error| error.to_string())?;
    Ok(registry.requirement)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Requirement, SuiteLevel, embedded, read};

    #[test]
    fn the_registry_can_be_read_and_its_ids_are_unique() {
        let requirements = embedded().unwrap();
        let ids: BTreeSet<_> = requirements.iter().map(|found| &found.id).collect();
        assert_eq!(ids.len(), requirements.len());
        for level in [SuiteLevel::Decision, SuiteLevel::Blackbox] {
            assert!(requirements.iter().any(|found| found.shows_at(level)));
            assert!(!requirements.iter().all(|found| found.shows_at(level)));
        }
        assert!(requirements.iter().any(Requirement::is_open));
    }

    #[test]
    fn an_unknown_word_is_refused() {
        let row = "[[requirement]]\nid = 'A-1'\nlevel = 'MUST'\nbasis = 'draft'\nsection = 'a.md#a-1'\ntext = 'x'\nobservable = 'both'\n";
        assert_eq!(read(row).unwrap().len(), 1);
        for (known, unknown) in [
            ("MUST", "must"),
            ("draft", "gap"),
            ("both", "all"),
            ("text", "txt"),
        ] {
            assert!(read(&row.replace(known, unknown)).is_err(), "{unknown}");
        }
    }
}
