//! Closure members that are downloaded all the same (CLOS-3).

use std::collections::BTreeSet;

use passthrough_requirement::PackageName;

use crate::closure::{self, Edge};
use crate::situation::Situation;

/// The displaced set for the names that stand.
///
/// Rounds: during a round the set is fixed, and what fails is added at its
/// end, so that the order of a walk cannot matter.
pub(crate) fn find(
    situation: &Situation<'_>,
    standing: &BTreeSet<PackageName>,
) -> BTreeSet<PackageName> {
    let mut displaced = downloaded(situation);
    loop {
        let found: BTreeSet<PackageName> = standing
            .iter()
            .flat_map(|root| closure::walk(situation, &displaced, root).edges)
            .filter(|edge| !displaced.contains(edge.to()) && displaces(situation, standing, edge))
            .map(|edge| edge.requirement.name)
            .collect();
        if found.is_empty() {
            return displaced;
        }
        displaced.extend(found);
    }
}

/// What the first pass downloaded is displaced from the start: the second
/// cannot undo it.
fn downloaded(situation: &Situation<'_>) -> BTreeSet<PackageName> {
    situation
        .all_present()
        .filter(|(_, present)| !present.exposed)
        .map(|(name, _)| name.clone())
        .collect()
}

/// Whether the edge leads to a build requirement, not itself `host`, whose
/// host copy will not do.
fn displaces(situation: &Situation<'_>, standing: &BTreeSet<PackageName>, edge: &Edge) -> bool {
    let to = edge.to();
    situation.required.contains_key(to)
        && !standing.contains(to)
        && !situation.is_present_exposed(to)
        && closure::fault(situation, edge).is_some()
}
