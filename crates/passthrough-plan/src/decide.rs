//! The algorithm: from rows to a fixpoint.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_diagnostic::Rule;
use passthrough_protocol::Status;
use passthrough_requirement::PackageName;

use crate::closure::{self, Walk};
use crate::input::Input;
use crate::mutation::{Mutant, mutated, wrong};
use crate::plan::Plan;
use crate::rows::{self, Reason};
use crate::situation::Situation;
use crate::{assemble, conflict, displaced, rules};

/// Where the algorithm came to rest.
pub(crate) struct Outcome {
    /// The names that do not pass through, and why.
    pub(crate) fallen: BTreeMap<PackageName, Fallen>,
    /// The closures of those that do.
    pub(crate) walks: BTreeMap<PackageName, Walk>,
    /// The displaced set; only what a walk reaches counts.
    pub(crate) displaced: BTreeSet<PackageName>,
}

/// A listed name that does not pass through.
pub(crate) struct Fallen {
    pub(crate) status: Status,
    pub(crate) rule: &'static Rule,
    pub(crate) reason: Reason,
}

/// Decides, for every listed name, whether it passes through from the host.
///
/// Total and deterministic: it answers for any input, and equal inputs (their
/// lists in any order) have equal answers.
pub fn plan(input: Input<'_>) -> Plan {
    let situation = Situation::of(input);
    let outcome = settle(&situation, |_| {});
    assemble::plan(&situation, &outcome)
}

/// Runs to the fixpoint; `watch` sees the names that stand before each turn.
pub(crate) fn settle(
    situation: &Situation<'_>,
    mut watch: impl FnMut(&BTreeSet<PackageName>),
) -> Outcome {
    let mut fallen = BTreeMap::new();
    let mut standing = BTreeSet::new();
    for listing in situation.input.listed {
        let name = &listing.name;
        match local(situation, name) {
            Some(reason) => {
                fallen.insert(name.clone(), reason);
            }
            None => {
                standing.insert(name.clone());
            }
        }
    }
    let pinned: BTreeSet<PackageName> = standing
        .iter()
        .filter(|name| situation.is_present_exposed(name) && !mutated(Mutant::ExposedNamesFall))
        .cloned()
        .collect();
    if mutated(Mutant::OneFallbackTakesAll) && !fallen.is_empty() {
        let all = std::mem::take(&mut standing).into_iter();
        fallen
            .extend(all.map(|name| (name, Fallen::closure(Reason::new("another name fell back")))));
    }
    let mut kept = BTreeSet::new();
    // Every turn but the last takes names out of `standing`, so it ends.
    loop {
        watch(&standing);
        let mut displaced = displaced::find(situation, &standing);
        if mutated(Mutant::DisplacedIsKept) {
            displaced.append(&mut kept);
            kept.clone_from(&displaced);
        }
        let mut walks: BTreeMap<PackageName, Walk> = standing
            .iter()
            .map(|name| {
                let walk = if mutated(Mutant::DisplacedForOneWalk) {
                    let alone = BTreeSet::from([name.clone()]);
                    closure::walk(situation, &displaced::find(situation, &alone), name)
                } else {
                    closure::walk(situation, &displaced, name)
                };
                (name.clone(), walk)
            })
            .collect();
        let failures = || failures(situation, &displaced, &pinned, &walks);
        let conflicts = || -> BTreeMap<PackageName, Fallen> {
            conflict::find(situation, &displaced, &pinned, &walks)
                .into_iter()
                .map(|(name, reason)| (name, Fallen::conflict(reason)))
                .collect()
        };
        let mut falling = if mutated(Mutant::ConflictsBeforeFailures) {
            conflicts()
        } else {
            failures()
        };
        let is_failure = !falling.is_empty();
        if !is_failure {
            falling = if mutated(Mutant::ConflictsBeforeFailures) {
                failures()
            } else {
                conflicts()
            };
        }
        let is_done = falling.is_empty()
            || mutated(Mutant::NoRestartAfterFailures) && is_failure
            || mutated(Mutant::NoRestartAfterConflicts) && !is_failure;
        standing.retain(|name| !falling.contains_key(name));
        fallen.extend(falling);
        if is_done {
            walks.retain(|name, _| standing.contains(name));
            return Outcome {
                fallen,
                walks,
                displaced,
            };
        }
    }
}

/// The rows that speak of one name alone, and what the first pass fixed.
fn local(situation: &Situation<'_>, name: &PackageName) -> Option<Fallen> {
    if situation.is_present_exposed(name) && !mutated(Mutant::ExposedIsReconsidered) {
        // Exposed it stays; only whether anything requires it still counts.
        let counts = |status| matches!(status, Status::NotRequired | Status::Marker);
        return rows::first(situation, name, counts).map(Fallen::by);
    }
    if mutated(Mutant::NothingPasses) {
        return Some(Fallen::closure(Reason::new("nothing passes through")));
    }
    let comes_first =
        mutated(Mutant::DownloadedComesFirst) && situation.is_present_downloaded(name);
    rows::first(situation, name, |_| !comes_first)
        .map(Fallen::by)
        .or_else(|| {
            let is_downloaded = situation.is_present_downloaded(name);
            (is_downloaded && !mutated(Mutant::DownloadedBecomesHost)).then(|| {
                Fallen::conflict(Reason::new(
                    "it was downloaded before the backend asked for it",
                ))
            })
        })
}

/// The names whose closure cannot pass through.
fn failures(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    pinned: &BTreeSet<PackageName>,
    walks: &BTreeMap<PackageName, Walk>,
) -> BTreeMap<PackageName, Fallen> {
    walks
        .iter()
        .filter(|(name, _)| !pinned.contains(*name))
        .filter_map(|(name, walk)| {
            let detail = closure::failure(situation, displaced, name, walk)?;
            let blamed = mutated(Mutant::TheExcludedNameFails)
                .then(|| wrong::excluded(situation, walk))
                .flatten()
                .filter(|name| walks.contains_key(*name));
            Some((
                blamed.unwrap_or(name).clone(),
                Fallen::closure(Reason::new(detail)),
            ))
        })
        .collect()
}

impl Fallen {
    fn by((row, reason): (&'static rows::Row, Reason)) -> Self {
        Self {
            status: row.status,
            rule: row.rule,
            reason,
        }
    }

    fn closure(reason: Reason) -> Self {
        Self {
            status: Status::Closure,
            rule: &rules::closure::RULE,
            reason,
        }
    }

    fn conflict(reason: Reason) -> Self {
        Self {
            status: Status::Conflict,
            rule: &rules::conflict::RULE,
            reason,
        }
    }
}
