//! Downloads that no version can satisfy (CLOS-5).

use std::collections::{BTreeMap, BTreeSet};

use passthrough_requirement::{PackageName, Source, Specifiers};

use crate::closure::Walk;
use crate::rows::Reason;
use crate::situation::{Demand, Situation};

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
    let alone: BTreeMap<PackageName, Reason> = walks
        .iter()
        .filter(|(name, _)| !pinned.contains(*name))
        .filter_map(|(name, walk)| Some((name.clone(), on_its_own(situation, displaced, walk)?)))
        .collect();
    if !alone.is_empty() {
        return alone;
    }
    displaced
        .iter()
        .filter_map(|member| jointly(situation, member, pinned, walks))
        .min_by(|(one, _), (other, _)| one.cmp(other))
        .into_iter()
        .collect()
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
        if let Some(present) = present.filter(|present| !asked.admits(&present.version)) {
            return Some(Reason::new(format!(
                "its closure requires `{member}{asked}`, but {} is already downloaded",
                present.version
            )));
        }
        let all = stated(situation, member).and(&asked);
        all.is_unsatisfiable().then(|| {
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
    let (first, later): (Vec<_>, Vec<_>) =
        walks.iter().partition(|(name, _)| pinned.contains(*name));
    let mut all = first
        .into_iter()
        .filter_map(|(_, walk)| asked_by(walk, member))
        .fold(stated(situation, member), |all, asked| all.and(&asked));
    if all.is_unsatisfiable() {
        // No name that could still fall has a part in it.
        return None;
    }
    for (name, walk) in later {
        let Some(asked) = asked_by(walk, member) else {
            continue;
        };
        all = all.and(&asked);
        if all.is_unsatisfiable() {
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
    [&situation.required, &situation.constrained]
        .into_iter()
        .filter_map(|demands| demands.get(member))
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
            Source::Url(_) => Specifiers::default(),
        })
        .reduce(|all, one| all.and(&one))
}
