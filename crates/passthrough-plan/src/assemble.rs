//! The result, put together.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_protocol::{Because, Role, Status};
use passthrough_requirement::{PackageName, Requirement, Source};

use crate::closure::Edge;
use crate::decide::Outcome;
use crate::input::Pass;
use crate::mutation::{Mutant, mutated, wrong};
use crate::plan::{Decision, Exposed, Install, Plan};
use crate::rules;
use crate::situation::{Demand, Situation};

/// What the outcome means, sorted by name, with all that is to be said of it.
pub(crate) fn plan(situation: &Situation<'_>, outcome: &Outcome) -> Plan {
    let result = Result::of(situation, outcome);
    let expose = expose(situation, outcome, &result);
    Plan {
        listed: listed(situation, outcome, &result),
        install: install(situation, outcome, &result),
        diagnostics: rules::diagnose(situation, outcome, &result, &expose),
        expose,
    }
}

/// The final sets.
pub(crate) struct Result<'o> {
    pub(crate) exposed: BTreeSet<PackageName>,
    /// Displaced members that a closure still reaches, each with the edges to it.
    pub(crate) displaced: BTreeMap<&'o PackageName, Vec<&'o Edge>>,
}

impl<'o> Result<'o> {
    fn of(situation: &Situation<'_>, outcome: &'o Outcome) -> Self {
        let mut exposed: BTreeSet<PackageName> = outcome
            .walks
            .values()
            .flat_map(|walk| walk.members.iter().cloned())
            .collect();
        if let Pass::Second { present, .. } = situation.input.pass
            && !mutated(Mutant::ExposedIsForgotten)
        {
            exposed.extend(
                present
                    .iter()
                    .filter(|(_, present)| present.exposed)
                    .map(|(name, _)| name.clone()),
            );
        }
        let mut displaced: BTreeMap<&PackageName, Vec<&Edge>> = BTreeMap::new();
        for edge in outcome.walks.values().flat_map(|walk| &walk.edges) {
            if outcome.displaced.contains(edge.to()) {
                displaced.entry(edge.to()).or_default().push(edge);
            }
        }
        if mutated(Mutant::UnreachedIsDisplaced) {
            for name in &outcome.displaced {
                displaced.entry(name).or_default();
            }
        }
        Self { exposed, displaced }
    }
}

fn listed(situation: &Situation<'_>, outcome: &Outcome, result: &Result<'_>) -> Vec<Decision> {
    let names: BTreeSet<&PackageName> = situation
        .input
        .listed
        .iter()
        .map(|listing| &listing.name)
        .collect();
    names
        .into_iter()
        .map(|name| {
            let version = situation
                .installed(name)
                .and_then(|installed| installed.version.clone());
            let (status, mut detail) = match outcome.fallen.get(name) {
                Some(fallen) => (fallen.status, Some(fallen.reason.detail.clone())),
                None => (Status::Host, None),
            };
            if status == Status::NotRequired && result.exposed.contains(name) {
                let parents = parents(outcome, result, name);
                let parents: Vec<&str> = parents.iter().map(PackageName::as_str).collect();
                detail = Some(format!(
                    "no build requirement names it; it passes through in the closure of {}",
                    parents.join(", ")
                ));
            }
            Decision {
                name: name.clone(),
                status,
                version,
                detail,
            }
        })
        .collect()
}

fn expose(situation: &Situation<'_>, outcome: &Outcome, result: &Result<'_>) -> Vec<Exposed> {
    result
        .exposed
        .iter()
        .filter_map(|name| {
            let installed = situation.installed(name)?;
            let version = installed.version.clone()?;
            let role = if wrong::is_listed(situation, outcome, name)
                .unwrap_or_else(|| outcome.walks.contains_key(name))
            {
                Role::Listed
            } else {
                Role::Closure
            };
            Some(Exposed {
                installed,
                version,
                role,
                required_by: parents(outcome, result, name),
            })
        })
        .collect()
}

/// The exposed distributions that require `name` directly, but for itself.
fn parents(outcome: &Outcome, result: &Result<'_>, name: &PackageName) -> Vec<PackageName> {
    let mut parents: BTreeSet<&PackageName> = outcome
        .walks
        .values()
        .flat_map(|walk| &walk.edges)
        .filter(|edge| edge.to() == name)
        .filter(|edge| edge.from != *name || mutated(Mutant::RequiredByItself))
        .map(|edge| &edge.from)
        .filter(|parent| result.exposed.contains(*parent))
        .collect();
    if mutated(Mutant::RequiredByListedNames) && !outcome.walks.contains_key(name) {
        let walks = outcome.walks.iter();
        parents = walks
            .filter(|(_, walk)| walk.members.contains(name))
            .map(|(root, _)| root)
            .collect();
    }
    if mutated(Mutant::RequiredByOne) {
        parents = parents.pop_first().into_iter().collect();
    }
    parents.into_iter().cloned().collect()
}

fn install(situation: &Situation<'_>, outcome: &Outcome, result: &Result<'_>) -> Vec<Install> {
    let mut only_listed = BTreeMap::new();
    if mutated(Mutant::ListingRequires) {
        let names = situation.input.listed.iter().map(|listing| &listing.name);
        let names = names.filter(|name| !situation.required.contains_key(*name));
        only_listed.extend(names.map(|name| (name.clone(), Demand::default())));
    }
    situation
        .required
        .iter()
        .chain(&only_listed)
        .filter(|(name, _)| {
            !result.exposed.contains(*name)
                || mutated(Mutant::MembersAreDownloadedToo) && !outcome.walks.contains_key(*name)
        })
        .filter(|(name, _)| {
            !outcome.fallen.contains_key(*name) || !mutated(Mutant::FallbacksAreNotInstalled)
        })
        .filter_map(|(name, demand)| {
            let edges = result.displaced.get(name);
            let mut all = demand.clone();
            if mutated(Mutant::DownloadsLoseTheirRequirement) && edges.is_some() {
                all = Demand::default();
            }
            if let Some(constraint) = situation.constrained.get(name)
                && !mutated(Mutant::DownloadsLoseConstraints)
            {
                all.specifiers.extend(constraint.specifiers.iter().cloned());
                all.urls.extend(constraint.urls.iter().cloned());
            }
            for edge in edges.into_iter().flatten() {
                if mutated(Mutant::DownloadsLoseEdges) {
                    break;
                }
                all.add(&edge.requirement);
            }
            if mutated(Mutant::DownloadsLoseEdgeExtras) {
                all.extras.clone_from(&demand.extras);
            }
            if is_satisfied(situation, name, &all) {
                return None;
            }
            let is_fallback = outcome.fallen.contains_key(name);
            let because = if edges.is_some() && !mutated(Mutant::DisplacedAreFallbacks) {
                Because::Displaced
            } else if edges.is_some() || is_fallback && !mutated(Mutant::FallbacksAreUnlisted) {
                Because::Fallback
            } else {
                Because::Unlisted
            };
            Some(Install {
                requirement: merged(name, &all),
                because,
            })
        })
        .collect()
}

/// Whether the first pass downloaded all that is asked. Extras and origins of
/// what is present are not known, so whatever names one is asked for again.
fn is_satisfied(situation: &Situation<'_>, name: &PackageName, all: &Demand) -> bool {
    situation.present(name).is_some_and(|present| {
        (all.extras.is_empty() || mutated(Mutant::DownloadedHasEveryExtra))
            && (all.urls.is_empty() || mutated(Mutant::DownloadedIsFromEveryUrl))
            && (all.excluding(&present.version).is_none()
                || mutated(Mutant::DownloadedNeverInstalledAgain))
            && !mutated(Mutant::DownloadedIsInstalledAgain)
    })
}

/// One requirement that says it all. A direct reference leaves no room for
/// specifiers (PEP 508), and decides the version anyway.
fn merged(name: &PackageName, all: &Demand) -> Requirement {
    Requirement {
        name: name.clone(),
        extras: all.extras.clone(),
        source: match all.urls.first() {
            Some(url) => Source::Url(url.clone()),
            None => Source::Specifiers(all.all_specifiers()),
        },
        marker: passthrough_requirement::Marker::default(),
    }
}
