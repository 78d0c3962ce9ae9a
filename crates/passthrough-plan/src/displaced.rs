//! Closure members that are downloaded all the same (CLOS-3).

use std::collections::BTreeSet;

use passthrough_requirement::PackageName;

use crate::closure::{self, Edge};
use crate::mutation::{Mutant, mutated, wrong};
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
        let mut found: BTreeSet<PackageName> = standing
            .iter()
            .flat_map(|root| closure::walk(situation, &displaced, root).edges)
            .filter(|edge| !displaced.contains(edge.to()) && displaces(situation, standing, edge))
            .map(|edge| edge.requirement.name)
            .collect();
        if mutated(Mutant::DisplacedOneAtATime) {
            found = found.pop_first().into_iter().collect();
        }
        if found.is_empty() {
            if mutated(Mutant::OnlyWhatIsStillFound) {
                displaced = wrong::still_displaced(situation, standing, &displaced);
            }
            return displaced;
        }
        displaced.extend(found);
    }
}

/// What the first pass downloaded is displaced from the start: the second
/// cannot undo it.
fn downloaded(situation: &Situation<'_>) -> BTreeSet<PackageName> {
    match situation.input.pass {
        crate::Pass::First => BTreeSet::new(),
        crate::Pass::Second { present, .. } => present
            .iter()
            .filter(|(_, present)| !present.exposed && !mutated(Mutant::DownloadedIsNotDisplaced))
            .filter(|(name, _)| {
                situation.required.contains_key(*name) || !mutated(Mutant::DownloadedOnlyIfRequired)
            })
            .map(|(name, _)| name.clone())
            .collect(),
    }
}

/// Whether the edge leads to a build requirement, not itself `host`, whose
/// host copy will not do.
pub(crate) fn displaces(
    situation: &Situation<'_>,
    standing: &BTreeSet<PackageName>,
    edge: &Edge,
) -> bool {
    let to = edge.to();
    if wrong::is_not_displaced(situation, edge) {
        return false;
    }
    (situation.required.contains_key(to)
        || mutated(Mutant::AnythingIsDisplaced)
        || mutated(Mutant::FalseMarkersDisplace) && situation.mentioned.contains_key(to))
        && (!standing.contains(to) || mutated(Mutant::HostNamesAreDisplaced))
        && (!situation.is_present_exposed(to) || mutated(Mutant::ExposedIsDisplaced))
        && (closure::own_fault(situation, to).is_some()
            || situation
                .installed(to)
                .is_some_and(|installed| closure::edge_fault(edge, &installed).is_some()))
}
