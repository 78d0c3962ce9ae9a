use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use passthrough_diagnostic::Span;
use passthrough_host::Installed;
use passthrough_requirement::{
    DirectReference, ExtraName, PackageName, Requirement, Source, Specifiers, Version,
};

use crate::input::{Input, Pass, Present};

/// The input, sorted by name once, so that each rule reads like its sentence.
pub(crate) struct Situation<'a> {
    pub(crate) input: Input<'a>,
    /// Every name that a build requirement mentions, whatever its marker says.
    pub(crate) mentioned: BTreeMap<PackageName, Mention>,
    /// Those with a marker that is true for the host.
    pub(crate) required: BTreeMap<PackageName, Demand>,
    /// The constraints whose markers are true for the host.
    pub(crate) constrained: BTreeMap<PackageName, Demand>,
    /// Markers without a defined meaning, with the requirement they are in.
    pub(crate) dubious: Vec<Dubious>,
}

/// A marker comparison without a defined meaning.
pub(crate) struct Dubious {
    pub(crate) requirement: Requirement,
    pub(crate) words: Vec<String>,
    pub(crate) span: Option<Span>,
}

/// Where a name is first mentioned, if that is in the project's file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mention {
    pub(crate) span: Option<Span>,
}

/// All that several requirements ask of one distribution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    pub(crate) extras: BTreeSet<ExtraName>,
    pub(crate) specifiers: Vec<Specifiers>,
    pub(crate) urls: BTreeSet<DirectReference>,
}

/// Why a host copy does not meet a [`Demand`].
pub(crate) enum Unmet<'d> {
    Specifiers(&'d Specifiers),
    Url(&'d DirectReference),
}

impl Demand {
    pub(crate) fn add(&mut self, requirement: &Requirement) {
        self.extras.extend(requirement.extras.iter().cloned());
        match &requirement.source {
            Source::Specifiers(specifiers) => self.specifiers.push(specifiers.clone()),
            Source::Url(url) => {
                self.urls.insert(url.clone());
            }
        }
    }

    /// Adds what a constraint says: it restricts, and asks for no extra.
    pub(crate) fn restrict(&mut self, constraint: &Self) {
        self.specifiers
            .extend(constraint.specifiers.iter().cloned());
        self.urls.extend(constraint.urls.iter().cloned());
    }

    /// The first specifier set that excludes `version`.
    pub(crate) fn excluding(&self, version: &Version) -> Option<&Specifiers> {
        self.specifiers
            .iter()
            .filter(|specifiers| !specifiers.admits(version))
            .min_by_key(ToString::to_string)
    }

    /// The first direct reference that the host's copy does not record.
    pub(crate) fn unrecorded(&self, installed: &Installed) -> Option<&DirectReference> {
        self.urls.iter().find(|url| !records(installed, url))
    }

    /// What of it the host's copy does not meet.
    pub(crate) fn unmet(&self, installed: &Installed, version: &Version) -> Option<Unmet<'_>> {
        self.excluding(version)
            .map(Unmet::Specifiers)
            .or_else(|| self.unrecorded(installed).map(Unmet::Url))
    }

    /// All specifiers together.
    pub(crate) fn all_specifiers(&self) -> Specifiers {
        self.specifiers
            .iter()
            .fold(Specifiers::default(), |all, one| all.and(one))
    }
}

/// Whether the copy's `direct_url.json` records the reference.
pub(crate) fn records(installed: &Installed, url: &DirectReference) -> bool {
    let direct = installed.direct_url.as_ref();
    direct.is_some_and(|direct| direct.records(url))
}

impl<'a> Situation<'a> {
    pub(crate) fn of(input: Input<'a>) -> Self {
        let mut situation = Self {
            input,
            mentioned: BTreeMap::new(),
            required: BTreeMap::new(),
            constrained: BTreeMap::new(),
            dubious: Vec::new(),
        };
        for build in input.requirements {
            situation.require(&build.requirement, Some(build.span.clone()));
        }
        if let Pass::Second { dynamic, .. } = input.pass {
            for requirement in dynamic {
                situation.require(requirement, None);
            }
        }
        for constraint in input.constraints {
            if situation.applies(constraint, None) {
                situation
                    .constrained
                    .entry(constraint.name.clone())
                    .or_default()
                    .add(constraint);
            }
        }
        situation
    }

    fn require(&mut self, requirement: &Requirement, span: Option<Span>) {
        let mention = self.mentioned.entry(requirement.name.clone()).or_default();
        mention.span = [mention.span.take(), span.clone()]
            .into_iter()
            .flatten()
            .min_by_key(|span| span.start);
        if self.applies(requirement, span) {
            self.required
                .entry(requirement.name.clone())
                .or_default()
                .add(requirement);
        }
    }

    /// Whether the marker is true with `extra=""`.
    fn applies(&mut self, requirement: &Requirement, span: Option<Span>) -> bool {
        let verdict = requirement.marker.evaluate(self.input.host.markers, []);
        if !verdict.dubious.is_empty() {
            self.dubious.push(Dubious {
                requirement: requirement.clone(),
                words: verdict.dubious,
                span,
            });
        }
        verdict.applies
    }

    pub(crate) fn installed(&self, name: &PackageName) -> Option<Rc<Installed>> {
        self.input.host.inventory.get(name)
    }

    /// What the build environment holds since the first pass.
    pub(crate) fn all_present(&self) -> impl Iterator<Item = (&'a PackageName, &'a Present)> {
        let present = match self.input.pass {
            Pass::First => None,
            Pass::Second { present, .. } => Some(present),
        };
        present.into_iter().flatten()
    }

    /// What the build environment holds of `name` since the first pass.
    pub(crate) fn present(&self, name: &PackageName) -> Option<&'a Present> {
        match self.input.pass {
            Pass::First => None,
            Pass::Second { present, .. } => present.get(name),
        }
    }

    pub(crate) fn is_present_exposed(&self, name: &PackageName) -> bool {
        self.present(name).is_some_and(|present| present.exposed)
    }

    pub(crate) fn is_present_downloaded(&self, name: &PackageName) -> bool {
        self.present(name).is_some_and(|present| !present.exposed)
    }

    /// Where the project's file lists `name`.
    pub(crate) fn listing(&self, name: &PackageName) -> Option<Span> {
        self.input
            .listed
            .iter()
            .filter(|listing| listing.name == *name)
            .map(|listing| listing.span.clone())
            .min_by_key(|span| span.start)
    }
}
