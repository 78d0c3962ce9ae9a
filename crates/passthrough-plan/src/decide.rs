//! The algorithm: from rows to a fixpoint.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_diagnostic::Rule;
use passthrough_protocol::Status;
use passthrough_requirement::PackageName;

use crate::closure::{self, Walk};
use crate::input::Input;
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
    let names = situation.input.listed.iter().map(|listing| &listing.name);
    let mut fallen: BTreeMap<PackageName, Fallen> = names
        .clone()
        .filter_map(|name| Some((name.clone(), local(situation, name)?)))
        .collect();
    let mut standing: BTreeSet<PackageName> = names
        .filter(|name| !fallen.contains_key(*name))
        .cloned()
        .collect();
    let pinned: BTreeSet<PackageName> = standing
        .iter()
        .filter(|name| situation.is_present_exposed(name))
        .cloned()
        .collect();
    // Every turn but the last takes names out of `standing`, so it ends.
    loop {
        watch(&standing);
        let displaced = displaced::find(situation, &standing);
        let walks: BTreeMap<PackageName, Walk> = standing
            .iter()
            .map(|name| (name.clone(), closure::walk(situation, &displaced, name)))
            .collect();
        let mut falling = failures(situation, &displaced, &pinned, &walks);
        if falling.is_empty() {
            falling = conflicts(situation, &displaced, &pinned, &walks);
        }
        if falling.is_empty() {
            return Outcome {
                fallen,
                walks,
                displaced,
            };
        }
        standing.retain(|name| !falling.contains_key(name));
        fallen.extend(falling);
    }
}

/// The rows that speak of one name alone, and what the first pass fixed.
fn local(situation: &Situation<'_>, name: &PackageName) -> Option<Fallen> {
    if situation.is_present_exposed(name) {
        // Exposed it stays; only whether anything requires it still counts.
        let counts = |status| matches!(status, Status::NotRequired | Status::Marker);
        return rows::first(situation, name, counts).map(Fallen::by);
    }
    let by_row = rows::first(situation, name, |_| true).map(Fallen::by);
    by_row.or_else(|| {
        let reason = "it was downloaded before the backend asked for it";
        situation
            .is_present_downloaded(name)
            .then(|| Fallen::conflict(Reason::new(reason)))
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
            Some((name.clone(), Fallen::closure(Reason::new(detail))))
        })
        .collect()
}

/// The names that leave no version for something to be downloaded.
fn conflicts(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    pinned: &BTreeSet<PackageName>,
    walks: &BTreeMap<PackageName, Walk>,
) -> BTreeMap<PackageName, Fallen> {
    conflict::find(situation, displaced, pinned, walks)
        .into_iter()
        .map(|(name, reason)| (name, Fallen::conflict(reason)))
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
