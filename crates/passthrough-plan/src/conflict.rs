//! Downloads that no version can satisfy (CLOS-5).

use std::collections::{BTreeMap, BTreeSet};

use passthrough_requirement::{PackageName, Source, Specifiers};

use crate::closure::Walk;
use crate::input::Present;
use crate::mutation::{Mutant, mutated, wrong};
use crate::rows::Reason;
use crate::situation::{Demand, Situation, admits};

/// The names to fall back: all that are in conflict on their own, else the
/// first that is in conflict together with earlier ones.
///
/// `pinned` names were exposed by the first pass, and never fall.
pub(crate) fn find(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    pinned: &BTreeSet<PackageName>,
    walks: &BTreeMap<PackageName, Walk>,
) -> BTreeMap<PackageName, Reason> {
    if mutated(Mutant::ConflictsIgnored) {
        return BTreeMap::new();
    }
    let alone: BTreeMap<PackageName, Reason> = walks
        .iter()
        .filter(|(name, _)| !pinned.contains(*name))
        .filter_map(|(name, walk)| Some((name.clone(), on_its_own(situation, displaced, walk)?)))
        .collect();
    if !alone.is_empty() {
        return alone;
    }
    let mut candidates: BTreeMap<PackageName, Reason> = BTreeMap::new();
    for member in displaced {
        if let Some((name, reason)) = jointly(situation, member, pinned, walks) {
            if mutated(Mutant::ConflictsTogetherIgnored) {
                continue;
            }
            if mutated(Mutant::AllFallTogether) {
                candidates.extend(walks.keys().map(|name| (name.clone(), reason.clone())));
            }
            candidates.entry(name).or_insert(reason);
        }
    }
    if mutated(Mutant::AllFallTogether) || mutated(Mutant::EveryCandidateFalls) {
        return candidates;
    }
    let first = if mutated(Mutant::TheLastCandidateFalls) {
        candidates.pop_last()
    } else {
        candidates.pop_first()
    };
    first.into_iter().collect()
}

/// Why one name's edges leave no version for some displaced member.
fn on_its_own(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    walk: &Walk,
) -> Option<Reason> {
    displaced.iter().find_map(|member| {
        let asked = asked_by(walk, member)?;
        let present = situation.present(member);
        let does_not_fit = |present: &&Present| {
            !admits(&asked, &present.version) && !mutated(Mutant::DownloadedAlwaysFits)
        };
        if let Some(present) = present.filter(does_not_fit) {
            return Some(Reason::new(format!(
                "its closure requires `{member}{asked}`, but {} is already downloaded",
                present.version
            )));
        }
        let all = stated(situation, member).and(&asked);
        wrong::is_unsatisfiable(&all).then(|| {
            Reason::new(format!(
                "no version of {member} satisfies `{all}`: what the build and its closure ask for"
            ))
        })
    })
}

/// The name with whose edges the last version of `member` goes, pinned names
/// and then name order.
fn jointly(
    situation: &Situation<'_>,
    member: &PackageName,
    pinned: &BTreeSet<PackageName>,
    walks: &BTreeMap<PackageName, Walk>,
) -> Option<(PackageName, Reason)> {
    let (first, mut later): (Vec<_>, Vec<_>) =
        walks.iter().partition(|(name, _)| pinned.contains(*name));
    if mutated(Mutant::TheEarlierNameFalls) {
        later.reverse();
    }
    let mut all = first
        .into_iter()
        .filter_map(|(_, walk)| asked_by(walk, member))
        .fold(stated(situation, member), |all, asked| all.and(&asked));
    if wrong::is_unsatisfiable(&all) {
        // No name that could still fall has a part in it.
        return None;
    }
    for (name, walk) in later {
        let Some(asked) = asked_by(walk, member) else {
            continue;
        };
        all = all.and(&asked);
        if wrong::is_unsatisfiable(&all) {
            let reason = Reason::new(format!(
                "no version of {member} satisfies `{all}`: what the build, its closure and that of earlier names ask for"
            ));
            return Some((name.clone(), reason));
        }
    }
    None
}

/// What the build requirements and the constraints say of `member`.
fn stated(situation: &Situation<'_>, member: &PackageName) -> Specifiers {
    [
        (&situation.required, Mutant::ConflictsIgnoreRequirements),
        (&situation.constrained, Mutant::ConflictsIgnoreConstraints),
    ]
    .into_iter()
    .filter(|(_, mutant)| !mutated(*mutant))
    .filter_map(|(demands, _)| demands.get(member))
    .map(Demand::all_specifiers)
    .fold(Specifiers::default(), |all, one| all.and(&one))
}

/// What the walk's edges to `member` say together; none without an edge.
fn asked_by(walk: &Walk, member: &PackageName) -> Option<Specifiers> {
    walk.edges
        .iter()
        .filter(|edge| edge.to() == member)
        .map(|edge| match &edge.requirement.source {
            Source::Specifiers(specifiers) => specifiers.clone(),
            Source::Url(_) if mutated(Mutant::UrlsConflict) => wrong::nothing(),
            Source::Url(_) => Specifiers::default(),
        })
        .reduce(|all, one| all.and(&one))
}
