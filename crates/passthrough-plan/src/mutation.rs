//! The planner with one rule broken, to test its tests.
//!
//! Each [`Mutant`] is a plausible misreading of one rule. Code asks
//! `mutated` at the point of decision. Without the feature `mutation` that is
//! a constant `false`, and nothing of this is in the program; with it [`with`]
//! breaks a rule for the current thread.

pub(crate) mod wrong;

#[cfg(feature = "mutation")]
use std::cell::Cell;

use passthrough_protocol::Status;

/// The mutants, with the requirement that each breaks and what it does.
macro_rules! mutants {
    ($($name:ident breaks $requirement:literal: $what:literal,)*) => {
        /// One broken rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mutant {
            $(#[doc = $what] $name,)*
        }

        /// Every mutant, in the order of the algorithm.
        #[cfg(feature = "mutation")]
        pub const ALL: &[Mutant] = &[$(Mutant::$name,)*];

        #[cfg(feature = "mutation")]
        impl Mutant {
            /// Its name, in CamelCase.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The id of the requirement that it breaks.
            pub fn breaks(self) -> &'static str {
                match self {
                    $(Self::$name => $requirement,)*
                }
            }

            /// What it does, in words.
            pub fn what(self) -> &'static str {
                match self {
                    $(Self::$name => $what,)*
                }
            }
        }
    };
}

mutants! {
    // The rows.
    SkipsDenied breaks "ELIG-denied": "the row `denied` is not tried",
    SkipsNotRequired breaks "ELIG-not-required": "the row `not-required` is not tried",
    SkipsMarker breaks "ELIG-marker": "the row `marker` is not tried",
    SkipsInterpreter breaks "ELIG-interpreter": "the row `interpreter` is not tried",
    SkipsNotInstalled breaks "ELIG-not-installed": "the row `not-installed` is not tried",
    SkipsReplaced breaks "ELIG-replaced": "the row `replaced` is not tried",
    SkipsMetadata breaks "ELIG-metadata": "the row `metadata` is not tried",
    SkipsVersion breaks "ELIG-version": "the row `version` is not tried",
    SkipsUrl breaks "ELIG-url": "the row `url` is not tried",
    SkipsNotExposable breaks "ELIG-not-exposable": "the row `not-exposable` is not tried",
    SwapsDenied breaks "ELIG-order": "`not-required` is tried before `denied`",
    SwapsNotRequired breaks "ELIG-not-required": "names that nothing requires are `marker`",
    SwapsMarker breaks "ELIG-order": "`interpreter` is tried before `marker`",
    SwapsInterpreter breaks "ELIG-order": "`not-installed` is tried before `interpreter`",
    SwapsNotInstalled breaks "ELIG-order": "`replaced` is tried before `not-installed`",
    SwapsReplaced breaks "ELIG-order": "`metadata` is tried before `replaced`",
    SwapsMetadata breaks "ELIG-order": "`version` is tried before `metadata`",
    SwapsVersion breaks "ELIG-order": "`url` is tried before `version`",
    SwapsUrl breaks "ELIG-order": "`not-exposable` is tried before `url`",

    // What a row, or a requirement, means.
    DenyAllIgnored breaks "USER-1": "a refusal of passthrough as a whole does not count",
    DeniedNamesIgnored breaks "USER-1": "refusals of single names do not count",
    ConstraintsRequire breaks "ELIG-not-required": "a constraint counts as a build requirement",
    RequirementMarkersIgnored breaks "ELIG-marker": "build requirements count whatever their markers say",
    RequirementMarkersSeeExtras breaks "ELIG-marker": "the marker of `foo[x]` is evaluated with the extra x",
    DubiousMarkersAreFalse breaks "ELIG-marker": "a marker without a defined meaning is false on a build requirement",
    ImplementationIgnored breaks "ELIG-interpreter": "the implementation of the interpreters is not compared",
    MinorVersionIgnored breaks "ELIG-interpreter": "the X.Y of the interpreters is not compared",
    AbiFlagsIgnored breaks "ELIG-interpreter": "the ABI flags of the interpreters are not compared",
    PlatformIgnored breaks "ELIG-interpreter": "the platform of the interpreters is not compared",
    FirstRequirementOnly breaks "ELIG-version": "of several requirements of a name only the first counts",
    ConstraintVersionsIgnored breaks "ELIG-version": "the version of a listed name is not held against constraints",
    ConstraintMarkersIgnored breaks "ELIG-version": "constraints count whatever their markers say",
    PrereleasesRefused breaks "ELIG-version": "an installed pre-release satisfies nothing that does not ask for pre-releases",
    LocalVersionsRefused breaks "ELIG-version": "an installed local version satisfies nothing that does not name it",
    LocalVersionsIgnored breaks "ELIG-version": "local versions are cut off on both sides",
    EpochsIgnored breaks "ELIG-version": "the epoch of an installed version is cut off",
    RequiresPythonDecides breaks "ELIG-requires-python": "a listed name whose Requires-Python excludes the host is `version`",
    HashModeIgnored breaks "ELIG-url": "names pass through although downloads are checked against hashes",
    ConstraintUrlsIgnored breaks "ELIG-url": "constraints by URL do not count on listed names",
    UrlsIgnored breaks "ELIG-url": "any copy satisfies a direct reference",
    AnyUrlWillDo breaks "ELIG-url": "any copy from a URL satisfies a direct reference",
    UrlsAsText breaks "ELIG-url": "URLs are compared with credentials and hashes",
    RevisionsIgnored breaks "ELIG-url": "a branch, or a short commit id, satisfies a reference to its repository",
    SubdirectoriesIgnored breaks "ELIG-url": "`#subdirectory=` is not compared",
    GoneSourcesIgnored breaks "ELIG-not-exposable": "an editable installation is exposed without its source tree",
    FileListsIgnored breaks "ELIG-not-exposable": "a copy is exposed without a list of its files",
    AnyReplacementCounts breaks "ELIG-replaced": "any replacement in the host makes names fall back",
    UrlsNeverMatch breaks "ELIG-url": "no copy satisfies a direct reference",
    CopiesFromUrlsRefused breaks "ELIG-host": "a copy from a URL satisfies direct references only",
    NothingPasses breaks "ELIG-host": "every listed name is downloaded",
    OneFallbackTakesAll breaks "ELIG-fallback": "when one name falls back, all do",
    EditablesRefused breaks "EXP-5": "editable installations do not pass through",

    // The walk.
    NothingComesAlong breaks "CLOS-1": "names pass through without their closure",
    OnlyDirectEdges breaks "CLOS-1": "the closure ends after one edge",
    EdgeMarkersIgnored breaks "CLOS-1": "edges apply whatever their markers say, extras aside",
    ExtrasAlwaysApply breaks "CLOS-1": "the edges of every extra apply",
    ExtrasAllAtOnce breaks "CLOS-1": "a marker sees all extras at once, and never an empty one",
    DubiousEdgesAreFalse breaks "CLOS-1": "a marker without a defined meaning is false on an edge",
    RootExtrasIgnored breaks "CLOS-1": "the extras that the build asks of a listed name do not count",
    MemberExtrasIgnored breaks "CLOS-1": "the extras that the build asks of a member do not count",
    EdgeExtrasIgnored breaks "CLOS-1": "the extras of edges do not count",
    ExtrasOfOtherClosures breaks "CLOS-1": "the extras that one closure asks for count in another",
    MembersVisitedOnce breaks "CLOS-1": "extras that are asked of a member later are missed",
    UndeclaredExtrasCount breaks "CLOS-1": "an extra counts that the copy does not declare",
    UndeclaredExtrasFail breaks "CLOS-1": "an extra that the copy does not declare makes the closure fail",
    ListedMembersNotFollowed breaks "CLOS-4": "a closure ends at other listed names",
    EdgesBackIgnored breaks "CLOS-4": "an edge back to the listed name does not count",

    // What makes a closure fail.
    MembersMayBeDenied breaks "CLOS-2": "a refused name comes along in a closure",
    MembersMayBeMissing breaks "CLOS-4": "a missing member does not matter",
    MembersMayBeBroken breaks "CLOS-4": "a member with broken metadata does not matter",
    MembersMayBeUnexposable breaks "CLOS-4": "a member that cannot be exposed does not matter",
    MemberRequirementsIgnored breaks "CLOS-3": "a member is not held against its own build requirements",
    MemberConstraintsIgnored breaks "CLOS-4": "a member is not held against constraints",
    ReplacedMembersFail breaks "CLOS-1": "a member that is about to be replaced makes the closure fail",
    MemberRequiresPythonDecides breaks "ELIG-requires-python": "a member whose Requires-Python excludes the host makes the closure fail",
    EdgeVersionsIgnored breaks "CLOS-4": "the specifiers of edges do not count",
    EdgeUrlsIgnored breaks "CLOS-4": "the direct references of edges do not count",
    EdgesRefusePrereleases breaks "CLOS-4": "an installed pre-release satisfies no edge",
    EdgesRefuseLocalVersions breaks "CLOS-4": "an installed local version satisfies no edge",
    TheExcludedNameFails breaks "CLOS-4": "the name that is excluded fails, and not the one with the edge",
    NoRestartAfterFailures breaks "CLOS-4": "after failed closures the rest is not decided again",

    // What is displaced.
    NothingIsDisplaced breaks "CLOS-3": "nothing is displaced",
    AnythingIsDisplaced breaks "CLOS-3": "members are displaced that no build requirement names",
    FalseMarkersDisplace breaks "CLOS-3": "a build requirement whose marker is false displaces",
    HostNamesAreDisplaced breaks "CLOS-3": "names that are `host` are displaced",
    ListedNamesAreNotDisplaced breaks "CLOS-3": "a listed name that fell back is not displaced",
    MissingIsNotDisplaced breaks "CLOS-3": "a missing member is not displaced",
    BrokenIsNotDisplaced breaks "CLOS-3": "a member with broken metadata is not displaced",
    UnexposableIsNotDisplaced breaks "CLOS-3": "a member that cannot be exposed is not displaced",
    DeniedIsNotDisplaced breaks "CLOS-3": "a member that the user refused is not displaced",
    RequirementsDoNotDisplace breaks "CLOS-3": "a member that its build requirement excludes is not displaced",
    ConstraintsDoNotDisplace breaks "CLOS-3": "a member that a constraint excludes is not displaced",
    EdgesDoNotDisplace breaks "CLOS-3": "a member that an edge excludes is not displaced",
    UrlEdgesDoNotDisplace breaks "CLOS-3": "a member that a direct reference excludes is not displaced",
    WalksGoThroughDisplaced breaks "CLOS-3": "the closure is followed through displaced members",
    WalksGoThroughFaulty breaks "CLOS-3": "the closure is followed through members that fail on their own account",
    DisplacedOneAtATime breaks "CLOS-3": "a round ends at the first member that it displaces",
    OnlyWhatIsStillFound breaks "CLOS-3": "a member is displaced only if the last walks still exclude it",
    DisplacedForOneWalk breaks "CLOS-3": "a member is displaced for that name alone whose closure excludes it",
    DisplacedIsKept breaks "CLOS-3": "the displaced set is kept over a restart",
    UnreachedIsDisplaced breaks "CLOS-3": "a member counts as displaced although no closure reaches it any more",

    // Downloads without a version.
    // Names that are in conflict on their own would fall as candidates as well:
    // to ignore the difference changes nothing.
    ConflictsIgnored breaks "CLOS-5": "nothing is ever in conflict",
    ConflictsTogetherIgnored breaks "CLOS-5": "names are never in conflict together",
    AllFallTogether breaks "CLOS-5": "of names in conflict together all fall",
    TheEarlierNameFalls breaks "CLOS-5": "of names in conflict together the earlier falls",
    EveryCandidateFalls breaks "CLOS-5": "the candidates of all members fall, not only the first",
    TheLastCandidateFalls breaks "CLOS-5": "of the candidates the last falls",
    ConflictsBeforeFailures breaks "CLOS-5": "conflicts are looked for before failed closures",
    NoRestartAfterConflicts breaks "CLOS-5": "after a conflict the rest is not decided again",
    ConflictsIgnoreRequirements breaks "CLOS-5": "build requirements take no part in a conflict",
    ConflictsIgnoreConstraints breaks "CLOS-5": "constraints take no part in a conflict",
    UrlsConflict breaks "CLOS-5": "a direct reference leaves no version",
    NarrowRangesAreEmpty breaks "CLOS-5": "bounds with the same first two numbers leave no version",
    OnlyNamedVersionsExist breaks "CLOS-5": "a set without a version that one of its specifiers names is empty",

    // The second pass.
    StaticRequirementsForgotten breaks "DYN-1": "the second pass decides by the dynamic build requirements alone",
    DynamicRequirementsIgnored breaks "DYN-1": "dynamic build requirements do not count",
    ExposedIsReconsidered breaks "DYN-1": "the rows are tried again on what is exposed",
    ExposedIsForgotten breaks "DYN-1": "what is exposed is exposed no longer",
    ExposedNamesFall breaks "DYN-3": "what is exposed falls back when the backend asks for more",
    ExposedMembersAreJudged breaks "DYN-1": "an exposed member fails on its own account",
    ExposedIsDisplaced breaks "DYN-1": "an exposed member is displaced",
    ExposedMembersAlwaysFit breaks "DYN-2": "an edge cannot exclude an exposed member",
    DownloadedComesFirst breaks "ELIG-order": "that a name is downloaded is looked at before the rows",
    DownloadedBecomesHost breaks "DYN-2": "a downloaded name is taken from the host",
    DownloadedIsNotDisplaced breaks "DYN-2": "downloaded members do not count as displaced",
    DownloadedOnlyIfRequired breaks "DYN-2": "downloaded members count as displaced only if a build requirement names them",
    DownloadedAlwaysFits breaks "DYN-2": "an edge cannot exclude a downloaded version",
    DownloadedIsInstalledAgain breaks "DYN-1": "what is downloaded is installed again",
    DownloadedNeverInstalledAgain breaks "DYN-1": "what is downloaded is never installed again",
    DownloadedHasEveryExtra breaks "DYN-1": "what is downloaded has every extra that is asked of it",
    DownloadedIsFromEveryUrl breaks "DYN-1": "what is downloaded satisfies every direct reference",

    // The result.
    ListingIsTheRole breaks "ELIG-not-required": "every listed name that is exposed has the role `listed`",
    ClosureIsTheRole breaks "CLOS-1": "a listed name in another's closure has the role `closure`",
    RequiredByItself breaks "CLOS-1": "a distribution with an edge to itself is required by itself",
    RequiredByListedNames breaks "CLOS-1": "members are required by the listed names, not by their parents",
    RequiredByOne breaks "CLOS-1": "of several parents one is named",
    FallbacksAreNotInstalled breaks "ELIG-fallback": "a name that falls back is not downloaded",
    FallbacksAreUnlisted breaks "ELIG-fallback": "a name that falls back is downloaded as `unlisted`",
    DisplacedAreFallbacks breaks "CLOS-3": "displaced members are downloaded as `fallback`",
    ListingRequires breaks "ELIG-not-required": "a listed name is downloaded that nothing requires",
    MembersAreDownloadedToo breaks "CLOS-3": "a member that is a build requirement is exposed and downloaded",
    DownloadsLoseTheirRequirement breaks "CLOS-6": "a displaced member is downloaded by its edges alone",
    DownloadsLoseEdges breaks "CLOS-6": "a displaced member is downloaded without what the edges ask",
    DownloadsLoseEdgeExtras breaks "CLOS-6": "a displaced member is downloaded without the extras of the edges",
    DownloadsLoseConstraints breaks "CLOS-6": "a displaced member is downloaded without the constraints",
    ClosuresAreNotPinned breaks "CLOS-6": "only listed names are pinned",
    PinsLoseLocalVersions breaks "CLOS-6": "pins lack the local version",
    EditablesAreCacheable breaks "CACHE-1": "a wheel is cached although something editable is exposed",
    EditableMembersAreCacheable breaks "CACHE-1": "a wheel is cached although a closure has something editable",

    // What is said.
    FallbacksAreSilent breaks "ELIG-fallback": "no reason is reported for a fallback",
    DisplacementsAreSilent breaks "CLOS-3": "displacements are not reported",
    UndeclaredExtrasAreSilent breaks "CLOS-1": "extras that are dropped are not reported",
    RequiresPythonIsSilent breaks "ELIG-requires-python": "a mismatch of Requires-Python is not reported",
    OwnCopiesAreSilent breaks "EXP-5": "an installed copy of the project in a closure is not reported",
    EditablesAreSilent breaks "EXP-2": "editable installations are not reported",
    DubiousMarkersAreSilent breaks "ELIG-marker": "markers without a defined meaning are not reported",
    ExclusionsOfExposedAreSilent breaks "DYN-3": "a build requirement that excludes what is exposed is not reported",
    LateExtrasAreSilent breaks "DYN-3": "an extra that the host cannot serve is not reported",
}

/// Whether `mutant` is in force.
#[cfg(not(feature = "mutation"))]
#[inline(always)]
pub(crate) const fn mutated(_: Mutant) -> bool {
    false
}

#[cfg(feature = "mutation")]
thread_local! {
    static IN_FORCE: Cell<Option<Mutant>> = const { Cell::new(None) };
}

/// Whether `mutant` is in force.
#[cfg(feature = "mutation")]
pub(crate) fn mutated(mutant: Mutant) -> bool {
    IN_FORCE.get() == Some(mutant)
}

/// Runs `work` on this thread with one rule broken.
#[cfg(feature = "mutation")]
pub fn with<T>(mutant: Mutant, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Mutant>);
    impl Drop for Restore {
        fn drop(&mut self) {
            IN_FORCE.set(self.0);
        }
    }
    let _restore = Restore(IN_FORCE.replace(Some(mutant)));
    work()
}

/// Whether the row for `status` is left out.
pub(crate) fn skips(status: Status) -> bool {
    mutated(match status {
        Status::Denied => Mutant::SkipsDenied,
        Status::NotRequired => Mutant::SkipsNotRequired,
        Status::Marker => Mutant::SkipsMarker,
        Status::Interpreter => Mutant::SkipsInterpreter,
        Status::NotInstalled => Mutant::SkipsNotInstalled,
        Status::Replaced => Mutant::SkipsReplaced,
        Status::Metadata => Mutant::SkipsMetadata,
        Status::Version => Mutant::SkipsVersion,
        Status::Url => Mutant::SkipsUrl,
        Status::NotExposable => Mutant::SkipsNotExposable,
        Status::Closure | Status::Conflict | Status::Host => return false,
    })
}

/// Whether the row for `status` is tried after the next one.
pub(crate) fn swaps(status: Status) -> bool {
    mutated(match status {
        Status::Denied => Mutant::SwapsDenied,
        Status::NotRequired => Mutant::SwapsNotRequired,
        Status::Marker => Mutant::SwapsMarker,
        Status::Interpreter => Mutant::SwapsInterpreter,
        Status::NotInstalled => Mutant::SwapsNotInstalled,
        Status::Replaced => Mutant::SwapsReplaced,
        Status::Metadata => Mutant::SwapsMetadata,
        Status::Version => Mutant::SwapsVersion,
        Status::Url => Mutant::SwapsUrl,
        Status::NotExposable | Status::Closure | Status::Conflict | Status::Host => return false,
    })
}

/// Whether findings of the rule with this code are left out.
pub(crate) fn silences(code: &str) -> bool {
    mutated(match code {
        "BIP220" => Mutant::DisplacementsAreSilent,
        "BIP221" => Mutant::UndeclaredExtrasAreSilent,
        "BIP222" => Mutant::RequiresPythonIsSilent,
        "BIP223" => Mutant::OwnCopiesAreSilent,
        "BIP224" => Mutant::EditablesAreSilent,
        "BIP225" => Mutant::DubiousMarkersAreSilent,
        "BIP226" => Mutant::ExclusionsOfExposedAreSilent,
        "BIP227" => Mutant::LateExtrasAreSilent,
        code if code < "BIP220" => Mutant::FallbacksAreSilent,
        _ => return false,
    })
}

#[cfg(all(test, feature = "mutation"))]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_in_force_inside_of_with_only() {
        let mutant = Mutant::SkipsDenied;
        assert!(!mutated(mutant));
        with(mutant, || {
            assert!(mutated(mutant));
            with(Mutant::SkipsUrl, || assert!(!mutated(mutant)));
            assert!(mutated(mutant));
        });
        assert!(!mutated(mutant));
        let caught = std::panic::catch_unwind(|| with(mutant, || panic!("as intended")));
        assert!(caught.is_err() && !mutated(mutant));
    }
}
