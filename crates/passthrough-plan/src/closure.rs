//! The runtime closure of one distribution on the host (CLOS-1).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use passthrough_host::Installed;
use passthrough_requirement::{ExtraName, PackageName, Requirement, Source};

use crate::rows;
use crate::situation::{Demand, Situation, Unmet, records};

/// All that one walk from a listed name met.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The name itself, and every distribution that the walk went through.
    pub(crate) members: BTreeSet<PackageName>,
    /// Every `Requires-Dist` that applies, of every member; some lead to names
    /// that the walk did not go through.
    pub(crate) edges: Vec<Edge>,
    /// Extras that were asked of a member but that it does not declare.
    pub(crate) unknown_extras: BTreeSet<(PackageName, ExtraName)>,
    /// Markers without a defined meaning: the member, and the words.
    pub(crate) dubious: BTreeSet<(PackageName, String)>,
}

/// A `Requires-Dist` that applies.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) from: PackageName,
    pub(crate) requirement: Requirement,
}

impl Edge {
    pub(crate) fn to(&self) -> &PackageName {
        &self.requirement.name
    }
}

/// Walks from `root`, through everything but what is in `displaced` or fails
/// on its own account.
///
/// It is a fixpoint: a member is visited again when more extras are asked of
/// it, so cycles and self-extras (`pkg[all]` requiring `pkg[x]`) end.
pub(crate) fn walk(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    root: &PackageName,
) -> Walk {
    let mut walk = Walk::default();
    let mut asked: BTreeMap<PackageName, BTreeSet<ExtraName>> = BTreeMap::new();
    let mut seen: BTreeSet<(PackageName, usize)> = BTreeSet::new();
    let mut queue = BTreeSet::from([root.clone()]);
    while let Some(name) = queue.pop_first() {
        let Some(installed) = situation.installed(&name) else {
            continue;
        };
        let Ok(metadata) = &installed.metadata else {
            continue;
        };
        walk.members.insert(name.clone());
        let extras = asked
            .entry(name.clone())
            .or_insert_with(|| own_extras(situation, &name));
        for unknown in extras.difference(&metadata.extras) {
            walk.unknown_extras.insert((name.clone(), unknown.clone()));
        }
        let extras: Vec<ExtraName> = extras
            .iter()
            .filter(|extra| metadata.extras.contains(*extra))
            .cloned()
            .collect();
        for (index, requirement) in metadata.requires.iter().enumerate() {
            let verdict = requirement
                .marker
                .evaluate(situation.input.host.markers, &extras);
            for words in verdict.dubious {
                walk.dubious.insert((name.clone(), words));
            }
            if !verdict.applies || !seen.insert((name.clone(), index)) {
                continue;
            }
            let to = &requirement.name;
            if goes_through(situation, displaced, to) {
                let of_target = asked
                    .entry(to.clone())
                    .or_insert_with(|| own_extras(situation, to));
                let before = of_target.len();
                of_target.extend(requirement.extras.iter().cloned());
                if of_target.len() > before || !walk.members.contains(to) {
                    queue.insert(to.clone());
                }
            }
            walk.edges.push(Edge {
                from: name.clone(),
                requirement: requirement.clone(),
            });
        }
    }
    walk
}

/// Whether a walk goes on beyond `name`.
fn goes_through(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    name: &PackageName,
) -> bool {
    !displaced.contains(name) && own_fault(situation, name).is_none()
}

/// The extras that the build itself asks of `name`.
fn own_extras(situation: &Situation<'_>, name: &PackageName) -> BTreeSet<ExtraName> {
    situation
        .required
        .get(name)
        .map(|demand| demand.extras.clone())
        .unwrap_or_default()
}

/// Why the host's copy of a closure member will not do, whoever asks for it.
pub(crate) fn own_fault(situation: &Situation<'_>, name: &PackageName) -> Option<String> {
    if situation.is_present_exposed(name) {
        return None;
    }
    if situation.input.policy.denies(name) {
        return Some("was refused by the user".to_owned());
    }
    let Some(installed) = situation.installed(name) else {
        return Some("is not installed in the host".to_owned());
    };
    if let Some(problem) = rows::problem(&installed) {
        return Some(format!("has unusable metadata in the host: {problem}"));
    }
    if let Some(obstacle) = rows::obstacle(&installed) {
        return Some(format!("cannot be exposed: {obstacle}"));
    }
    let version = installed.version.as_ref()?;
    let unmet = |demand: Option<&Demand>, who: &str| {
        demand?.unmet(&installed, version).map(|unmet| match unmet {
            Unmet::Specifiers(specifiers) => {
                format!("is {version} in the host, {who} `{specifiers}`")
            }
            Unmet::Url(url) => format!(
                "was not installed in the host from {}, as {who} it",
                rows::shown(url)
            ),
        })
    };
    unmet(situation.required.get(name), "the build requires")
        .or_else(|| unmet(situation.constrained.get(name), "a constraint demands"))
}

/// Why the host's copy of the edge's target does not satisfy the edge.
pub(crate) fn edge_fault(edge: &Edge, installed: &Installed) -> Option<String> {
    let version = installed.version.as_ref()?;
    match &edge.requirement.source {
        Source::Specifiers(specifiers) => (!specifiers.admits(version)).then(|| {
            format!(
                "is {version} in the host, {} requires `{specifiers}`",
                edge.from
            )
        }),
        Source::Url(url) => (!records(installed, url)).then(|| {
            format!(
                "was not installed in the host from {}, as {} requires",
                rows::shown(url),
                edge.from
            )
        }),
    }
}

/// Why the host's copy of the edge's target will not do for this edge.
pub(crate) fn fault(situation: &Situation<'_>, edge: &Edge) -> Option<String> {
    own_fault(situation, edge.to()).or_else(|| edge_fault(edge, &*situation.installed(edge.to())?))
}

/// Why the walk's closure cannot pass through (CLOS-4).
///
/// `displaced` must hold everything that CLOS-3 displaces.
pub(crate) fn failure(
    situation: &Situation<'_>,
    displaced: &BTreeSet<PackageName>,
    root: &PackageName,
    walk: &Walk,
) -> Option<String> {
    first_fault(root, walk, |edge| {
        (!displaced.contains(edge.to()))
            .then(|| fault(situation, edge))
            .flatten()
    })
}

/// Why an earlier download breaks the walk's closure (DYN-3): an edge excludes
/// its version, and nothing has it installed again.
pub(crate) fn held_against(
    situation: &Situation<'_>,
    root: &PackageName,
    walk: &Walk,
) -> Option<String> {
    first_fault(root, walk, |edge| {
        let present = situation.present(edge.to())?;
        if present.exposed || situation.required.contains_key(edge.to()) {
            return None;
        }
        let Source::Specifiers(specifiers) = &edge.requirement.source else {
            return None;
        };
        let version = &present.version;
        (!specifiers.admits(version)).then(|| {
            format!(
                "{version} is already downloaded, {} requires `{specifiers}`",
                edge.from
            )
        })
    })
}

/// The first fault of an edge, by length of the path to it and then by name.
fn first_fault(
    root: &PackageName,
    walk: &Walk,
    fault: impl Fn(&Edge) -> Option<String>,
) -> Option<String> {
    let paths = paths(root, walk);
    walk.edges
        .iter()
        .filter_map(|edge| Some((paths.get(&edge.from)?, edge, fault(edge)?)))
        .min_by(|(path_a, a, fault_a), (path_b, b, fault_b)| {
            (path_a.len(), path_a, a.to(), fault_a).cmp(&(path_b.len(), path_b, b.to(), fault_b))
        })
        .map(|(path, edge, fault)| {
            let steps: Vec<&str> = path
                .iter()
                .map(PackageName::as_str)
                .chain([edge.to().as_str()])
                .collect();
            format!("{}: {} {fault}", steps.join(" -> "), edge.to())
        })
}

/// The shortest path from `root` to every member, the first by name among
/// equals; `root` and the member included.
fn paths(root: &PackageName, walk: &Walk) -> BTreeMap<PackageName, Vec<PackageName>> {
    let mut next: BTreeMap<&PackageName, BTreeSet<&PackageName>> = BTreeMap::new();
    for edge in &walk.edges {
        if walk.members.contains(edge.to()) {
            next.entry(&edge.from).or_default().insert(edge.to());
        }
    }
    let mut paths = BTreeMap::from([(root.clone(), vec![root.clone()])]);
    let mut queue = VecDeque::from([root.clone()]);
    while let Some(name) = queue.pop_front() {
        let path = paths[&name].clone();
        for &to in next.get(&name).into_iter().flatten() {
            if !paths.contains_key(to) {
                let mut longer = path.clone();
                longer.push(to.clone());
                paths.insert(to.clone(), longer);
                queue.push_back(to.clone());
            }
        }
    }
    paths
}
