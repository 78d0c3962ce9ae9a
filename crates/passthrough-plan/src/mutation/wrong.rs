//! Wrong answers that take more than leaving something out.
//!
//! What does not begin with a question to [`mutated`] begins with [`MUTABLE`],
//! so that it costs nothing where no rule can be broken.

use std::collections::BTreeSet;

use passthrough_host::{Installed, Origin};
use passthrough_interpreter::Identity;
use passthrough_requirement::{
    DirectReference, ExtraName, PackageName, Requirement, Source, Specifiers, Verdict, Version,
};

use super::{Mutant, mutated};
use crate::closure::{self, Edge, Walk};
use crate::decide::Outcome;
use crate::input::Input;
use crate::situation::{Demand, Situation};
use crate::{displaced, rows};

const MUTABLE: bool = cfg!(feature = "mutation");

/// Whether `specifiers` admit `version`, by a rule that is not PEP 440's.
pub(crate) fn admits(specifiers: &Specifiers, version: &Version) -> Option<bool> {
    if !MUTABLE {
        return None;
    }
    let text = version.to_string();
    let shown = specifiers.to_string();
    if mutated(Mutant::PrereleasesRefused) && is_prerelease(version) && !names_prerelease(&shown) {
        return Some(false);
    }
    if mutated(Mutant::LocalVersionsRefused) && is_local(version) && !shown.contains('+') {
        return Some(shown.is_empty());
    }
    if mutated(Mutant::LocalVersionsIgnored) {
        return Some(without_locals(&shown).admits(&public(version)));
    }
    if mutated(Mutant::EpochsIgnored) {
        let (_, rest) = text.split_once('!')?;
        return Some(specifiers.admits(&rest.parse().ok()?));
    }
    None
}

pub(crate) fn is_prerelease(version: &Version) -> bool {
    names_prerelease(&public(version).to_string())
}

fn names_prerelease(text: &str) -> bool {
    ["a", "b", "rc", "dev"]
        .iter()
        .any(|word| text.contains(word))
}

pub(crate) fn is_local(version: &Version) -> bool {
    version.to_string().contains('+')
}

/// The version without its local part.
pub(crate) fn public(version: &Version) -> Version {
    let text = version.to_string();
    let public = text.split('+').next().unwrap_or_default();
    public.parse().unwrap_or_else(|_| version.clone())
}

fn without_locals(specifiers: &str) -> Specifiers {
    let cut: Vec<&str> = specifiers
        .split(',')
        .map(|one| one.split('+').next().unwrap_or_default())
        .collect();
    cut.join(",").parse().unwrap_or_default()
}

/// Whether the host's Python is outside of what the copy says it needs.
pub(crate) fn refuses_python(input: &Input<'_>, installed: &Installed) -> bool {
    let python: Result<Version, _> = input.host.markers.python_full_version.parse();
    let requires = installed
        .metadata
        .as_ref()
        .ok()
        .and_then(|metadata| metadata.requires_python.as_ref());
    matches!((python, requires), (Ok(python), Some(requires)) if !requires.admits(&python))
}

/// Whether a copy records a direct reference, by a wrong comparison.
pub(crate) fn records(installed: &Installed, url: &DirectReference) -> Option<bool> {
    if !MUTABLE {
        return None;
    }
    if mutated(Mutant::UrlsIgnored) {
        return Some(true);
    }
    if mutated(Mutant::UrlsNeverMatch) {
        return Some(false);
    }
    if mutated(Mutant::AnyUrlWillDo) {
        return Some(installed.direct_url.is_some());
    }
    let direct = installed.direct_url.as_ref()?;
    if mutated(Mutant::UrlsAsText) && direct.origin == Origin::Archive {
        return Some(direct.url == url.as_str());
    }
    let parts = url.parts()?;
    if mutated(Mutant::RevisionsIgnored) {
        return Some(direct.url == parts.url);
    }
    if mutated(Mutant::SubdirectoriesIgnored) {
        let mut direct = direct.clone();
        direct.subdirectory = parts.subdirectory;
        return Some(direct.records(url));
    }
    None
}

/// Whether two interpreters differ, but for something that is not compared.
pub(crate) fn differ(one: &Identity, other: &Identity) -> bool {
    let of = |mutant, differs| differs && !mutated(mutant);
    of(
        Mutant::ImplementationIgnored,
        one.implementation != other.implementation,
    ) || of(Mutant::MinorVersionIgnored, one.version != other.version)
        || of(Mutant::AbiFlagsIgnored, one.abi_flags != other.abi_flags)
        || of(Mutant::PlatformIgnored, one.platform != other.platform)
}

/// Whether an edge applies, by a wrong reading of its marker.
pub(crate) fn applies(
    situation: &Situation<'_>,
    (root, parent): (&PackageName, &PackageName),
    edge: &Requirement,
    extras: &[ExtraName],
    verdict: &Verdict,
) -> Option<bool> {
    if !MUTABLE {
        return None;
    }
    let is_extra = || edge.marker.to_string().contains("extra");
    if mutated(Mutant::NothingComesAlong)
        || mutated(Mutant::OnlyDirectEdges) && parent != root
        || mutated(Mutant::EdgesBackIgnored) && edge.name == *root
        || mutated(Mutant::DubiousEdgesAreFalse) && !verdict.dubious.is_empty()
    {
        return Some(false);
    }
    if mutated(Mutant::EdgeMarkersIgnored) && !is_extra()
        || mutated(Mutant::ExtrasAlwaysApply) && is_extra()
    {
        return Some(true);
    }
    if mutated(Mutant::ExtrasAllAtOnce) {
        let mut marker = edge.marker.to_string().replace('\'', "\"");
        for extra in extras {
            marker = marker
                .replace(&format!("extra == \"{extra}\""), "python_version > \"0\"")
                .replace(&format!("extra != \"{extra}\""), "python_version < \"0\"");
        }
        let edge: Requirement = format!("edge ; {marker}").parse().ok()?;
        let verdict = edge
            .marker
            .evaluate(situation.input.host.markers, std::iter::empty());
        return Some(verdict.applies);
    }
    None
}

/// The extras that the copies of other listed names ask of `name`.
pub(crate) fn extras_asked_elsewhere(
    situation: &Situation<'_>,
    name: &PackageName,
) -> BTreeSet<ExtraName> {
    let listed = situation.input.listed.iter();
    listed
        .filter_map(|listing| situation.installed(&listing.name))
        .filter_map(|installed| installed.metadata.clone().ok())
        .flat_map(|metadata| metadata.requires)
        .filter(|edge| edge.name == *name)
        .flat_map(|edge| edge.extras)
        .collect()
}

/// The listed name that an edge of `walk` excludes.
pub(crate) fn excluded<'w>(situation: &Situation<'_>, walk: &'w Walk) -> Option<&'w PackageName> {
    walk.edges
        .iter()
        .filter(|edge| situation.listing(edge.to()).is_some())
        .find(|edge| {
            situation
                .installed(edge.to())
                .is_some_and(|installed| closure::edge_fault(edge, &installed).is_some())
        })
        .map(Edge::to)
}

/// Whether no version is left, by a wrong search.
pub(crate) fn is_unsatisfiable(specifiers: &Specifiers) -> bool {
    if mutated(Mutant::NarrowRangesAreEmpty) {
        let mut named = named_versions(specifiers).map(|version| {
            let text = version.to_string();
            let numbers: Vec<&str> = text.split('.').take(2).collect();
            numbers.join(".")
        });
        return match (named.next(), named.next()) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        };
    }
    if mutated(Mutant::OnlyNamedVersionsExist) {
        let mut named = named_versions(specifiers).peekable();
        return named.peek().is_some() && !named.any(|version| specifiers.admits(&version));
    }
    specifiers.is_unsatisfiable()
}

fn named_versions(specifiers: &Specifiers) -> impl Iterator<Item = Version> {
    let text = specifiers.to_string();
    let named: Vec<Version> = text
        .split(',')
        .map(|one| one.trim_start_matches(['<', '>', '=', '!', '~', ' ']))
        .filter_map(|version| version.trim_end_matches(".*").parse().ok())
        .collect();
    named.into_iter()
}

/// Specifiers that admit no version.
pub(crate) fn nothing() -> Specifiers {
    "<1,>1".parse().unwrap_or_default()
}

/// Of `displaced` what an edge of the walks with that set still excludes.
pub(crate) fn still_displaced(
    situation: &Situation<'_>,
    standing: &BTreeSet<PackageName>,
    displaced: &BTreeSet<PackageName>,
) -> BTreeSet<PackageName> {
    standing
        .iter()
        .flat_map(|root| closure::walk(situation, displaced, root).edges)
        .filter(|edge| displaced::displaces(situation, standing, edge))
        .map(|edge| edge.requirement.name)
        .collect()
}

/// Whether the reason for which the edge's target is displaced does not count.
pub(crate) fn is_not_displaced(situation: &Situation<'_>, edge: &Edge) -> bool {
    if !MUTABLE {
        return false;
    }
    let to = edge.to();
    let installed = situation.installed(to);
    let is = |test: fn(&Installed) -> bool| installed.as_deref().is_some_and(test);
    let unmet = |demand: Option<&Demand>| match (demand, installed.as_deref()) {
        (Some(demand), Some(copy)) => copy
            .version
            .as_ref()
            .is_some_and(|version| demand.unmet(copy, version).is_some()),
        _ => false,
    };
    let excludes = || {
        installed
            .as_deref()
            .is_some_and(|copy| closure::edge_fault(edge, copy).is_some())
    };
    let is_url = matches!(edge.requirement.source, Source::Url(_));
    mutated(Mutant::NothingIsDisplaced)
        || mutated(Mutant::ListedNamesAreNotDisplaced) && situation.listing(to).is_some()
        || mutated(Mutant::MissingIsNotDisplaced) && installed.is_none()
        || mutated(Mutant::BrokenIsNotDisplaced) && is(|copy| rows::problem(copy).is_some())
        || mutated(Mutant::UnexposableIsNotDisplaced) && is(|copy| rows::obstacle(copy).is_some())
        || mutated(Mutant::DeniedIsNotDisplaced) && situation.input.policy.denies(to)
        || mutated(Mutant::RequirementsDoNotDisplace) && unmet(situation.required.get(to))
        || mutated(Mutant::ConstraintsDoNotDisplace) && unmet(situation.constrained.get(to))
        || mutated(Mutant::EdgesDoNotDisplace) && !is_url && excludes()
        || mutated(Mutant::UrlEdgesDoNotDisplace) && is_url && excludes()
}

/// Whether the role of an exposed distribution is `listed`, by a wrong rule.
pub(crate) fn is_listed(
    situation: &Situation<'_>,
    outcome: &Outcome,
    name: &PackageName,
) -> Option<bool> {
    if mutated(Mutant::ListingIsTheRole) {
        return Some(situation.listing(name).is_some());
    }
    let mut walks = outcome.walks.iter();
    let mut in_another = || walks.any(|(root, walk)| root != name && walk.members.contains(name));
    (mutated(Mutant::ClosureIsTheRole) && in_another()).then_some(false)
}
