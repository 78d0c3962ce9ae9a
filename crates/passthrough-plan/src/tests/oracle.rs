//! The specification once more, as naive as it can be said: relations over
//! all names of the world, recomputed from nothing until they stay the same.
//!
//! It shares no code with the planner but the requirement crate.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_protocol::{Because, Role, Status};
use passthrough_requirement::{ExtraName, PackageName, Requirement, Source, Specifiers};

use super::world::{Dist, URL, World, markers};

type Name = PackageName;

/// What the oracle says of a world.
#[derive(Debug, PartialEq)]
pub(super) struct Opinion {
    pub(super) statuses: BTreeMap<Name, Status>,
    pub(super) expose: BTreeMap<Name, (Role, BTreeSet<Name>)>,
    pub(super) install: BTreeMap<Name, (Specifiers, BTreeSet<ExtraName>, Because)>,
    /// The codes of the errors of a second pass.
    pub(super) errors: BTreeSet<&'static str>,
}

pub(super) fn decide(world: &World) -> Opinion {
    let oracle = Oracle { world };
    let mut statuses: BTreeMap<Name, Status> = world
        .listed
        .iter()
        .map(|name| (name.clone(), oracle.alone(name)))
        .collect();
    loop {
        let host: BTreeSet<Name> = statuses
            .iter()
            .filter(|(_, status)| **status == Status::Host)
            .map(|(name, _)| name.clone())
            .collect();
        let displaced = oracle.displaced(&host);
        let may_fall = || host.iter().filter(|name| !oracle.exposed_before(name));
        let mut falls: Vec<(Name, Status)> = may_fall()
            .filter(|name| oracle.closure_fails(name, &displaced))
            .map(|name| (name.clone(), Status::Closure))
            .collect();
        if falls.is_empty() {
            falls = may_fall()
                .filter(|name| {
                    displaced.iter().any(|member| {
                        oracle.no_version(
                            member,
                            &BTreeSet::from([(*name).clone()]),
                            &displaced,
                            false,
                        )
                    })
                })
                .map(|name| (name.clone(), Status::Conflict))
                .collect();
        }
        if falls.is_empty() {
            // The first name that is the last straw for some member: with the
            // names before it there was a version, with it there is none.
            let fixed: BTreeSet<Name> = host
                .iter()
                .filter(|name| oracle.exposed_before(name))
                .cloned()
                .collect();
            let last_straw = may_fall().find(|name| {
                let upto: BTreeSet<Name> = host
                    .iter()
                    .filter(|other| other <= name || oracle.exposed_before(other))
                    .cloned()
                    .collect();
                displaced.iter().any(|member| {
                    oracle.has_edge(name, member, &displaced)
                        && !oracle.no_version(member, &fixed, &displaced, true)
                        && oracle.no_version(member, &upto, &displaced, true)
                })
            });
            falls.extend(last_straw.map(|name| (name.clone(), Status::Conflict)));
        }
        if falls.is_empty() {
            return oracle.result(statuses, &host, &displaced);
        }
        statuses.extend(falls);
    }
}

struct Oracle<'w> {
    world: &'w World,
}

impl Oracle<'_> {
    fn all_requirements(&self) -> Vec<&Requirement> {
        self.world
            .requires
            .iter()
            .chain(self.world.dynamic.iter().flatten())
            .collect()
    }

    fn is_true(requirement: &Requirement) -> bool {
        requirement.marker.evaluate(&markers(), []).applies
    }

    fn required(&self, name: &Name) -> Vec<&Requirement> {
        self.all_requirements()
            .into_iter()
            .filter(|requirement| requirement.name == *name && Self::is_true(requirement))
            .collect()
    }

    fn constraints(&self, name: &Name) -> Vec<&Requirement> {
        self.world
            .constraints
            .iter()
            .filter(|requirement| requirement.name == *name && Self::is_true(requirement))
            .collect()
    }

    fn exposed_before(&self, name: &Name) -> bool {
        self.world.dynamic.is_some() && self.world.present.get(name).is_some_and(|p| p.exposed)
    }

    fn downloaded_before(&self, name: &Name) -> bool {
        self.world.dynamic.is_some() && self.world.present.get(name).is_some_and(|p| !p.exposed)
    }

    fn denied(&self, name: &Name) -> bool {
        self.world.policy.deny_all || self.world.policy.denied.contains(name)
    }

    fn alone(&self, name: &Name) -> Status {
        let dist = self.world.host.get(name);
        let named = self
            .all_requirements()
            .iter()
            .any(|requirement| requirement.name == *name);
        let asked = self.required(name);
        if self.exposed_before(name) {
            return match (named, asked.is_empty()) {
                (false, _) => Status::NotRequired,
                (true, true) => Status::Marker,
                (true, false) => Status::Host,
            };
        }
        if self.denied(name) {
            return Status::Denied;
        }
        if !named {
            return Status::NotRequired;
        }
        if asked.is_empty() {
            return Status::Marker;
        }
        if self.world.build_version != "3.11" {
            return Status::Interpreter;
        }
        let Some(dist) = dist else {
            return Status::NotInstalled;
        };
        if self.world.policy.replacing.contains(name) {
            return Status::Replaced;
        }
        if dist.broken {
            return Status::Metadata;
        }
        let asked: Vec<&Requirement> = asked.into_iter().chain(self.constraints(name)).collect();
        let excluded = |requirement: &&Requirement| match &requirement.source {
            Source::Specifiers(specifiers) => !specifiers.admits(&dist.version),
            Source::Url(_) => false,
        };
        if asked.iter().any(excluded) {
            return Status::Version;
        }
        let url = asked
            .iter()
            .any(|requirement| !satisfies_url(requirement, dist));
        if self.world.policy.hash_mode || url {
            return Status::Url;
        }
        if !dist.file_list {
            return Status::NotExposable;
        }
        if self.downloaded_before(name) {
            return Status::Conflict;
        }
        Status::Host
    }

    /// Whether the copy fails whoever asks for it.
    fn fails_itself(&self, name: &Name) -> bool {
        if self.exposed_before(name) {
            return false;
        }
        let Some(dist) = self.world.host.get(name) else {
            return true;
        };
        let asked = self
            .required(name)
            .into_iter()
            .chain(self.constraints(name));
        self.denied(name)
            || dist.broken
            || !dist.file_list
            || asked
                .into_iter()
                .any(|requirement| !satisfies(requirement, dist))
    }

    /// Every (member, extra) and every edge of the closure of `root`.
    fn closure(
        &self,
        root: &Name,
        displaced: &BTreeSet<Name>,
    ) -> (BTreeSet<Name>, Vec<(Name, &Requirement)>) {
        let mut members = BTreeSet::from([root.clone()]);
        let mut extras: BTreeSet<(Name, ExtraName)> = BTreeSet::new();
        loop {
            let mut edges: Vec<(Name, &Requirement)> = Vec::new();
            let (members_before, extras_before) = (members.len(), extras.len());
            for name in members.clone() {
                let dist = &self.world.host[&name];
                for requirement in self.required(&name) {
                    extras.extend(
                        requirement
                            .extras
                            .iter()
                            .map(|extra| (name.clone(), extra.clone())),
                    );
                }
                let declared: Vec<ExtraName> = dist
                    .extras
                    .iter()
                    .map(|extra| extra.parse().unwrap())
                    .filter(|extra: &ExtraName| extras.contains(&(name.clone(), extra.clone())))
                    .collect();
                for requirement in &dist.requires {
                    if !requirement.marker.evaluate(&markers(), &declared).applies {
                        continue;
                    }
                    edges.push((name.clone(), requirement));
                    let to = &requirement.name;
                    if !displaced.contains(to) && !self.fails_itself(to) {
                        members.insert(to.clone());
                        extras.extend(
                            requirement
                                .extras
                                .iter()
                                .map(|extra| (to.clone(), extra.clone())),
                        );
                    }
                }
            }
            if (members.len(), extras.len()) == (members_before, extras_before) {
                return (members, edges);
            }
        }
    }

    fn bad_edge(&self, requirement: &Requirement) -> bool {
        self.fails_itself(&requirement.name)
            || !satisfies(requirement, &self.world.host[&requirement.name])
    }

    fn displaced(&self, host: &BTreeSet<Name>) -> BTreeSet<Name> {
        let mut displaced: BTreeSet<Name> = self
            .world
            .present
            .keys()
            .filter(|name| self.downloaded_before(name))
            .cloned()
            .collect();
        loop {
            let mut next = displaced.clone();
            for root in host {
                for (_, requirement) in self.closure(root, &displaced).1 {
                    let to = &requirement.name;
                    let is_ours = !self.required(to).is_empty()
                        && !host.contains(to)
                        && !self.exposed_before(to);
                    if !displaced.contains(to) && is_ours && self.bad_edge(requirement) {
                        next.insert(to.clone());
                    }
                }
            }
            if next == displaced {
                return displaced;
            }
            displaced = next;
        }
    }

    fn closure_fails(&self, root: &Name, displaced: &BTreeSet<Name>) -> bool {
        self.closure(root, displaced)
            .1
            .iter()
            .any(|(_, requirement)| {
                !displaced.contains(&requirement.name) && self.bad_edge(requirement)
            })
    }

    fn has_edge(&self, root: &Name, member: &Name, displaced: &BTreeSet<Name>) -> bool {
        self.closure(root, displaced)
            .1
            .iter()
            .any(|(_, requirement)| requirement.name == *member)
    }

    fn no_version(
        &self,
        member: &Name,
        roots: &BTreeSet<Name>,
        displaced: &BTreeSet<Name>,
        jointly: bool,
    ) -> bool {
        let edges: Vec<Specifiers> = roots
            .iter()
            .flat_map(|root| self.closure(root, displaced).1)
            .filter(|(_, requirement)| requirement.name == *member)
            .map(|(_, requirement)| specifiers(requirement))
            .collect();
        if edges.is_empty() {
            return false;
        }
        if self.downloaded_before(member) && !jointly {
            let version = &self.world.present[member].version;
            if edges.iter().any(|specifiers| !specifiers.admits(version)) {
                return true;
            }
        }
        let stated = self
            .required(member)
            .into_iter()
            .chain(self.constraints(member));
        all(stated.map(specifiers).chain(edges)).is_unsatisfiable()
    }

    fn result(
        &self,
        statuses: BTreeMap<Name, Status>,
        host: &BTreeSet<Name>,
        displaced: &BTreeSet<Name>,
    ) -> Opinion {
        let walks: Vec<_> = host
            .iter()
            .map(|root| self.closure(root, displaced))
            .collect();
        let mut exposed: BTreeSet<Name> = walks
            .iter()
            .flat_map(|(members, _)| members.clone())
            .collect();
        exposed.extend(
            self.world
                .present
                .keys()
                .filter(|name| self.exposed_before(name))
                .cloned(),
        );
        let edges: Vec<&(Name, &Requirement)> = walks.iter().flat_map(|(_, edges)| edges).collect();
        let expose = exposed
            .iter()
            .map(|name| {
                let parents = edges
                    .iter()
                    .filter(|(from, edge)| {
                        edge.name == *name && from != name && exposed.contains(from)
                    })
                    .map(|(from, _)| from.clone())
                    .collect();
                let role = if host.contains(name) {
                    Role::Listed
                } else {
                    Role::Closure
                };
                (name.clone(), (role, parents))
            })
            .collect();
        let mut install = BTreeMap::new();
        for name in self
            .all_requirements()
            .iter()
            .map(|requirement| &requirement.name)
        {
            if self.required(name).is_empty() || exposed.contains(name) {
                continue;
            }
            let asked_by_closures: Vec<&Requirement> = edges
                .iter()
                .filter(|(_, edge)| edge.name == *name && displaced.contains(name))
                .map(|(_, edge)| *edge)
                .collect();
            let because = if !asked_by_closures.is_empty() {
                Because::Displaced
            } else if statuses.contains_key(name) {
                Because::Fallback
            } else {
                Because::Unlisted
            };
            let own: Vec<&Requirement> = self
                .required(name)
                .into_iter()
                .chain(asked_by_closures)
                .collect();
            let extras: BTreeSet<ExtraName> = own
                .iter()
                .flat_map(|requirement| requirement.extras.clone())
                .collect();
            let everything: Vec<&Requirement> =
                own.into_iter().chain(self.constraints(name)).collect();
            let has_url = everything
                .iter()
                .any(|requirement| matches!(requirement.source, Source::Url(_)));
            let specifiers = all(everything.into_iter().map(specifiers));
            if self.downloaded_before(name)
                && extras.is_empty()
                && !has_url
                && specifiers.admits(&self.world.present[name].version)
            {
                continue;
            }
            // A direct reference takes the place of the specifiers.
            let specifiers = if has_url {
                Specifiers::default()
            } else {
                specifiers
            };
            install.insert(name.clone(), (specifiers, extras, because));
        }
        Opinion {
            statuses,
            expose,
            install,
            errors: self.errors(host, displaced),
        }
    }

    /// DYN-3: what a backend asks of the exposed, and does not get.
    fn errors(&self, host: &BTreeSet<Name>, displaced: &BTreeSet<Name>) -> BTreeSet<&'static str> {
        let mut errors = BTreeSet::new();
        for (name, dist) in &self.world.host {
            if !self.exposed_before(name) {
                continue;
            }
            if !self
                .required(name)
                .iter()
                .all(|asked| satisfies(asked, dist))
            {
                errors.insert("BIP226");
            }
            let stuck = |edge: &Requirement| {
                self.downloaded_before(&edge.name)
                    && self.required(&edge.name).is_empty()
                    && !specifiers(edge).admits(&self.world.present[&edge.name].version)
            };
            if host.contains(name)
                && (self.closure_fails(name, displaced)
                    || self
                        .closure(name, displaced)
                        .1
                        .iter()
                        .any(|(_, edge)| stuck(edge)))
            {
                errors.insert("BIP227");
            }
        }
        errors
    }
}

fn satisfies(requirement: &Requirement, dist: &Dist) -> bool {
    specifiers(requirement).admits(&dist.version) && satisfies_url(requirement, dist)
}

fn satisfies_url(requirement: &Requirement, dist: &Dist) -> bool {
    match &requirement.source {
        Source::Specifiers(_) => true,
        Source::Url(url) => {
            let (place, asked) = match url.as_str().split_once("#sha256=") {
                Some((place, hash)) => (place, Some(hash)),
                None => (url.as_str(), None),
            };
            let differs = asked.is_some() && dist.hash.is_some() && asked != dist.hash;
            dist.from_url && place == URL && !differs
        }
    }
}

fn specifiers(requirement: &Requirement) -> Specifiers {
    match &requirement.source {
        Source::Specifiers(specifiers) => specifiers.clone(),
        Source::Url(_) => Specifiers::default(),
    }
}

fn all(specifiers: impl IntoIterator<Item = Specifiers>) -> Specifiers {
    specifiers
        .into_iter()
        .fold(Specifiers::default(), |all, one| all.and(&one))
}
