//! The result, put together.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_protocol::{Because, Role, Status};
use passthrough_requirement::{PackageName, Requirement, Source};

use crate::closure::Edge;
use crate::decide::Outcome;
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
        let members = outcome.walks.values().flat_map(|walk| &walk.members);
        let before = situation
            .all_present()
            .filter(|(_, present)| present.exposed)
            .map(|(name, _)| name);
        let exposed = members.chain(before).cloned().collect();
        let mut displaced: BTreeMap<&PackageName, Vec<&Edge>> = BTreeMap::new();
        for edge in outcome.walks.values().flat_map(|walk| &walk.edges) {
            if outcome.displaced.contains(edge.to()) {
                displaced.entry(edge.to()).or_default().push(edge);
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
            let role = if outcome.walks.contains_key(name) {
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
    let parents: BTreeSet<&PackageName> = outcome
        .walks
        .values()
        .flat_map(|walk| &walk.edges)
        .filter(|edge| edge.to() == name && edge.from != *name)
        .map(|edge| &edge.from)
        .filter(|parent| result.exposed.contains(*parent))
        .collect();
    parents.into_iter().cloned().collect()
}

fn install(situation: &Situation<'_>, outcome: &Outcome, result: &Result<'_>) -> Vec<Install> {
    situation
        .required
        .iter()
        .filter(|(name, _)| !result.exposed.contains(*name))
        .filter_map(|(name, demand)| {
            let edges = result.displaced.get(name);
            let mut all = demand.clone();
            if let Some(constraint) = situation.constrained.get(name) {
                all.restrict(constraint);
            }
            for edge in edges.into_iter().flatten() {
                all.add(&edge.requirement);
            }
            if is_satisfied(situation, name, &all) {
                return None;
            }
            let because = if edges.is_some() {
                Because::Displaced
            } else if outcome.fallen.contains_key(name) {
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
        all.extras.is_empty() && all.urls.is_empty() && all.excluding(&present.version).is_none()
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
