//! The versions that a specifier admits, as an interval on the line of all
//! versions.
//!
//! The bounds follow PEP 440 as `packaging` reads it: `==1.0` covers the local
//! versions of `1.0`, `<1.0` leaves its pre-releases out, `>1.0` its
//! post-releases.

use std::cmp::Ordering;

use pep440_rs::{Prerelease, Version};

use crate::scan::Operator;

/// A place between versions. A cut is lower than another only if there is a
/// version between them: each place has one representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Just below the version.
    Before(Version),
    /// Just above the version, which has a local part: any other version has a
    /// least one above it.
    After(Version),
    /// Above everything with the same epoch and release number.
    AfterRelease(Version),
    /// Above everything.
    End,
}

impl Cut {
    /// Below everything: `0.dev0` is the least version there is.
    pub(crate) fn start() -> Self {
        Self::Before(Version::new([0]).with_dev(Some(0)))
    }

    fn is_below(&self, version: &Version) -> bool {
        match self {
            Self::Before(cut) => version >= cut,
            Self::After(cut) => version > cut,
            Self::AfterRelease(cut) => compare_releases(version, cut).is_gt(),
            Self::End => false,
        }
    }
}

impl Ord for Cut {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::End, Self::End) => Ordering::Equal,
            (Self::End, _) => Ordering::Greater,
            (_, Self::End) => Ordering::Less,
            (Self::AfterRelease(a), Self::AfterRelease(b)) => compare_releases(a, b),
            (Self::AfterRelease(a), Self::Before(b) | Self::After(b)) => {
                compare_releases(a, b).then(Ordering::Greater)
            }
            (Self::Before(a) | Self::After(a), Self::AfterRelease(b)) => {
                compare_releases(a, b).then(Ordering::Less)
            }
            (Self::Before(a) | Self::After(a), Self::Before(b) | Self::After(b)) => a
                .cmp(b)
                .then_with(|| matches!(self, Self::After(_)).cmp(&matches!(other, Self::After(_)))),
        }
    }
}

impl PartialOrd for Cut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By epoch and release number, `1.0` like `1`.
fn compare_releases(a: &Version, b: &Version) -> Ordering {
    let release = |version: &Version, index| version.release().get(index).copied().unwrap_or(0);
    let len = a.release().len().max(b.release().len());
    a.epoch().cmp(&b.epoch()).then_with(|| {
        (0..len)
            .map(|index| release(a, index).cmp(&release(b, index)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}

/// The versions of one specifier: those between two cuts, or all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) lower: Cut,
    pub(crate) upper: Cut,
    /// Whether the versions between the cuts are the ones left out.
    pub(crate) excluded: bool,
}

impl Range {
    pub(crate) fn contains(&self, version: &Version) -> bool {
        (self.lower.is_below(version) && !self.upper.is_below(version)) != self.excluded
    }

    /// What `operator` and `version` admit, but for `===`; `wildcard`: the
    /// version is followed by `.*`.
    pub(crate) fn new(operator: Operator, version: &Version, wildcard: bool) -> Self {
        let at = || Cut::Before(version.clone());
        let (lower, upper) = match operator {
            Operator::AtLeast => (at(), Cut::End),
            Operator::AtMost => (Cut::start(), above_locals(version)),
            Operator::Greater => (above_posts(version), Cut::End),
            Operator::Less if version.any_prerelease() => (Cut::start(), at()),
            Operator::Less => (
                Cut::start(),
                Cut::Before(version.clone().without_local().with_dev(Some(0))),
            ),
            Operator::Compatible => {
                let release = version.release();
                (at(), next_prefix(version, &release[..release.len() - 1]))
            }
            Operator::Equal | Operator::NotEqual if wildcard => (
                Cut::Before(
                    version
                        .only_release()
                        .with_epoch(version.epoch())
                        .with_dev(Some(0)),
                ),
                next_prefix(version, version.release()),
            ),
            Operator::Equal | Operator::NotEqual if version.is_local() => {
                (at(), Cut::After(version.clone()))
            }
            Operator::Equal | Operator::NotEqual => (at(), above_locals(version)),
            Operator::Arbitrary => (Cut::start(), Cut::End),
        };
        Self {
            lower,
            upper,
            excluded: operator == Operator::NotEqual,
        }
    }
}

/// Above the version and its local versions.
fn above_locals(version: &Version) -> Cut {
    let public = version.clone().without_local();
    Cut::Before(match (public.dev(), public.post()) {
        (Some(dev), _) => public.with_dev(Some(dev + 1)),
        (None, Some(post)) => public.with_post(Some(post + 1)).with_dev(Some(0)),
        (None, None) => public.with_post(Some(0)).with_dev(Some(0)),
    })
}

/// Above the version, its local versions and its post-releases.
fn above_posts(version: &Version) -> Cut {
    if version.dev().is_some() || version.post().is_some() {
        return above_locals(version);
    }
    match version.pre() {
        Some(Prerelease { kind, number }) => Cut::Before(
            version
                .clone()
                .without_local()
                .with_pre(Some(Prerelease {
                    kind,
                    number: number + 1,
                }))
                .with_dev(Some(0)),
        ),
        None => Cut::AfterRelease(version.clone()),
    }
}

/// Above all versions that begin with these release numbers.
fn next_prefix(version: &Version, prefix: &[u64]) -> Cut {
    let mut release = prefix.to_vec();
    if let Some(last) = release.last_mut() {
        *last += 1;
    }
    Cut::Before(
        Version::new(release)
            .with_epoch(version.epoch())
            .with_dev(Some(0)),
    )
}

/// Whether no version at all is in every range.
pub(crate) fn have_nothing_in_common(ranges: Vec<Range>) -> bool {
    let (mut holes, intervals): (Vec<Range>, Vec<Range>) =
        ranges.into_iter().partition(|range| range.excluded);
    let mut lower = Cut::start();
    let mut upper = Cut::End;
    for interval in intervals {
        lower = lower.max(interval.lower);
        upper = upper.min(interval.upper);
    }
    holes.sort_by(|a, b| a.lower.cmp(&b.lower));
    for hole in holes {
        if hole.lower > lower {
            break;
        }
        lower = lower.max(hole.upper);
    }
    lower >= upper
}
