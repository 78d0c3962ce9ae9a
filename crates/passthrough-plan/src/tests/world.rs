//! Small worlds: a host, a project, constraints, a policy, all in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

use passthrough_host::{
    DirectUrl, Editable, FileList, Installed, Inventory, Metadata, Origin, Problem,
};
use passthrough_interpreter::Identity;
use passthrough_requirement::{MarkerEnvironment, PackageName, Requirement, Version};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::{BuildRequirement, Host, Input, Listing, Pass, Plan, Policy, Present};

/// Everything a decision depends on, owned.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) host: BTreeMap<PackageName, Dist>,
    pub(super) listed: Vec<PackageName>,
    pub(super) requires: Vec<Requirement>,
    pub(super) dynamic: Option<Vec<Requirement>>,
    pub(super) present: BTreeMap<PackageName, Present>,
    pub(super) constraints: Vec<Requirement>,
    pub(super) policy: Policy,
    pub(super) build_version: &'static str,
}

/// A distribution of a [`World`]'s host.
#[derive(Clone, Debug)]
pub(super) struct Dist {
    pub(super) version: Version,
    pub(super) requires: Vec<Requirement>,
    pub(super) extras: Vec<&'static str>,
    pub(super) broken: bool,
    pub(super) file_list: bool,
    pub(super) editable: bool,
    pub(super) from_url: bool,
    /// The SHA-256 that is recorded with the URL.
    pub(super) hash: Option<&'static str>,
}

pub(super) const URL: &str = "https://example.org/pkg.whl";

impl Default for World {
    fn default() -> Self {
        Self {
            host: BTreeMap::new(),
            listed: Vec::new(),
            requires: Vec::new(),
            dynamic: None,
            present: BTreeMap::new(),
            constraints: Vec::new(),
            policy: Policy::default(),
            build_version: "3.11",
        }
    }
}

impl World {
    /// Adds `name==version` to the host, with its `Requires-Dist` lines.
    pub(super) fn installed(mut self, name: &str, version: &str, requires: &[&str]) -> Self {
        let dist = Dist {
            version: version.parse().unwrap(),
            requires: requirements(requires),
            extras: vec!["x"],
            broken: false,
            file_list: true,
            editable: false,
            from_url: false,
            hash: None,
        };
        self.host.insert(name.parse().unwrap(), dist);
        self
    }

    /// Changes the host's copy of `name`.
    pub(super) fn with(mut self, name: &str, change: impl FnOnce(&mut Dist)) -> Self {
        change(self.host.get_mut(&name.parse().unwrap()).unwrap());
        self
    }

    pub(super) fn lists(mut self, names: &[&str]) -> Self {
        self.listed = names.iter().map(|name| name.parse().unwrap()).collect();
        self
    }

    pub(super) fn requires(mut self, texts: &[&str]) -> Self {
        self.requires = requirements(texts);
        self
    }

    pub(super) fn constrains(mut self, texts: &[&str]) -> Self {
        self.constraints = requirements(texts);
        self
    }

    pub(super) fn denies(mut self, names: &[&str]) -> Self {
        self.policy.denied = names.iter().map(|name| name.parse().unwrap()).collect();
        self
    }

    /// Makes it a second pass: what the hook answered, and what is present,
    /// `name==version` exposed or `name>=version` downloaded.
    pub(super) fn second(
        mut self,
        dynamic: &[&str],
        exposed: &[&str],
        downloaded: &[&str],
    ) -> Self {
        self.dynamic = Some(requirements(dynamic));
        for (texts, exposed) in [(exposed, true), (downloaded, false)] {
            for text in texts {
                let (name, version) = text.split_once("==").unwrap();
                let version = version.parse().unwrap();
                self.present
                    .insert(name.parse().unwrap(), Present { version, exposed });
            }
        }
        self
    }

    pub(super) fn plan(&self) -> Plan {
        self.decide(crate::plan)
    }

    /// Calls `decide` with the world as its input.
    pub(super) fn decide<T>(&self, decide: impl FnOnce(Input<'_>) -> T) -> T {
        let inventory = InMemory::of(self);
        let listed: Vec<Listing> = self
            .listed
            .iter()
            .map(|name| Listing {
                name: name.clone(),
                span: 0..0,
            })
            .collect();
        let build: Vec<BuildRequirement> = self
            .requires
            .iter()
            .map(|requirement| BuildRequirement {
                requirement: requirement.clone(),
                span: 0..0,
            })
            .collect();
        decide(Input {
            project: None,
            listed: &listed,
            requirements: &build,
            pass: match &self.dynamic {
                None => Pass::First,
                Some(dynamic) => Pass::Second {
                    dynamic,
                    present: &self.present,
                },
            },
            constraints: &self.constraints,
            host: Host {
                inventory: &inventory,
                identity: &identity("3.11"),
                markers: &markers(),
            },
            build_interpreter: &identity(self.build_version),
            policy: &self.policy,
        })
    }
}

pub(super) fn requirements(texts: &[&str]) -> Vec<Requirement> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(super) fn identity(version: &str) -> Identity {
    Identity {
        implementation: "cpython".into(),
        version: version.into(),
        abi_flags: String::new(),
        platform: "linux-x86_64".into(),
    }
}

pub(super) fn markers() -> MarkerEnvironment {
    MarkerEnvironment {
        implementation_name: "cpython".into(),
        implementation_version: "3.11.7".into(),
        os_name: "posix".into(),
        platform_machine: "x86_64".into(),
        platform_python_implementation: "CPython".into(),
        platform_release: "6.1.0".into(),
        platform_system: "Linux".into(),
        platform_version: "#1 SMP".into(),
        python_full_version: "3.11.7".into(),
        python_version: "3.11".into(),
        sys_platform: "linux".into(),
    }
}

struct InMemory(BTreeMap<PackageName, Rc<Installed>>);

impl InMemory {
    fn of(world: &World) -> Self {
        let installed = |(name, dist): (&PackageName, &Dist)| {
            let installed = Installed {
                name: name.clone(),
                version: Some(dist.version.clone()),
                location: PathBuf::from("/host"),
                info: PathBuf::from(format!("/host/{name}.dist-info")),
                metadata: if dist.broken {
                    Err(Problem::new("METADATA is empty"))
                } else {
                    Ok(Metadata {
                        version: dist.version.clone(),
                        requires: dist.requires.clone(),
                        extras: dist
                            .extras
                            .iter()
                            .map(|extra| extra.parse().unwrap())
                            .collect(),
                        requires_python: None,
                    })
                },
                files: if dist.file_list {
                    FileList::Given
                } else {
                    FileList::Missing
                },
                direct_url: dist.from_url.then(|| DirectUrl {
                    url: URL.into(),
                    subdirectory: None,
                    origin: Origin::Archive {
                        hashes: dist
                            .hash
                            .map(|hash| ("sha256".to_owned(), hash.to_owned()))
                            .into_iter()
                            .collect(),
                    },
                }),
                editable: dist.editable.then_some(Editable {
                    source: None,
                    exists: true,
                }),
                shadowed: Vec::new(),
                findings: Vec::new(),
            };
            (name.clone(), Rc::new(installed))
        };
        Self(world.host.iter().map(installed).collect())
    }
}

impl Inventory for InMemory {
    fn get(&self, name: &PackageName) -> Option<Rc<Installed>> {
        self.0.get(name).cloned()
    }

    fn digest(&self, installed: &Installed) -> Option<String> {
        Some(format!("sha256:{}", installed.name))
    }
}

// --- generated worlds ---------------------------------------------------

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn specifier() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        12 => Just(""),
        3 => Just(">=2"),
        1 => Just("<2"),
        1 => Just("==1.0"),
        1 => Just("==2.*"),
        1 => Just(">2,<3"),
        1 => Just("!=2.0"),
        1 => Just(">=3"),
    ]
}

fn reference() -> impl Strategy<Value = String> {
    select(&["", "#sha256=00"][..]).prop_map(|fragment| format!(" @ {URL}{fragment} "))
}

fn requirement() -> impl Strategy<Value = Requirement> {
    let marker = prop_oneof![
        8 => Just(""),
        4 => Just("; extra == 'x'"),
        1 => Just("; sys_platform == 'win32'"),
        1 => Just("; python_version >= '3.9'"),
    ];
    let source = prop_oneof![12 => specifier().prop_map(str::to_owned), 1 => reference()];
    let extras = prop_oneof![8 => Just(""), 2 => Just("[x]"), 1 => Just("[unknown]")];
    (select(&NAMES[..]), extras, source, marker).prop_map(|(name, extras, source, marker)| {
        format!("{name}{extras}{source}{marker}").parse().unwrap()
    })
}

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![
        3 => Just("1.0"),
        4 => Just("2.0"),
        1 => Just("2.0+cu121"),
        1 => Just("3.0a1"),
        1 => Just("3.0"),
    ]
    .prop_map(|text| text.parse().unwrap())
}

fn dist() -> impl Strategy<Value = Dist> {
    let rarely = || prop::bool::weighted(0.06);
    let requires = prop::collection::vec(requirement(), 0..3);
    let extras = prop_oneof![3 => Just(vec!["x"]), 1 => Just(vec![])];
    (
        version(),
        requires,
        extras,
        rarely(),
        rarely(),
        rarely(),
        rarely(),
        select(&[None, Some("00"), Some("11")][..]),
    )
        .prop_map(
            |(version, requires, extras, broken, bare, editable, from_url, hash)| Dist {
                version,
                requires,
                extras,
                broken,
                file_list: !bare,
                editable,
                from_url,
                hash,
            },
        )
}

fn some_names(most: usize) -> impl Strategy<Value = Vec<PackageName>> {
    subsequence(&NAMES[..], 0..=most)
        .prop_map(|names| names.iter().map(|name| name.parse().unwrap()).collect())
}

fn policy() -> impl Strategy<Value = Policy> {
    let denied = prop_oneof![4 => Just(vec![]), 1 => some_names(2)];
    let replacing = prop_oneof![6 => Just(vec![]), 1 => some_names(1)];
    let rarely = || prop::bool::weighted(0.03);
    (denied, replacing, rarely(), rarely(), any::<bool>()).prop_map(
        |(denied, replacing, deny_all, hash_mode, strict)| Policy {
            denied: BTreeSet::from_iter(denied),
            replacing: BTreeSet::from_iter(replacing),
            deny_all,
            hash_mode,
            strict,
        },
    )
}

/// A world of at most eight names in which most statuses are common. A second
/// pass knows what its first one exposed, and some downloads.
pub(super) fn world() -> impl Strategy<Value = World> {
    let host = prop::collection::btree_map(
        select(&NAMES[..]).prop_map(|name| name.parse::<PackageName>().unwrap()),
        dist(),
        4..=8,
    );
    // Some requirements at random, and some names without any condition.
    let requires = (
        subsequence(&NAMES[..], 2..=6),
        prop::collection::vec(requirement(), 0..3),
    )
        .prop_map(|(wanted, mut requires)| {
            requires.extend(requirements(&wanted));
            requires
        });
    let constraints = prop_oneof![
        3 => Just(vec![]),
        1 => prop::collection::vec(requirement(), 1..3),
    ];
    // Of anything, and more of what is exposed.
    let more = prop_oneof![
        4 => Just("[x]".to_owned()),
        1 => Just(">=2".to_owned()),
        1 => reference(),
    ];
    let dynamic = prop_oneof![
        3 => Just(None),
        1 => (
            prop::collection::vec(requirement(), 0..3),
            prop::collection::vec((any::<Index>(), more), 0..4),
        )
            .prop_map(Some),
    ];
    let downloads = prop::collection::btree_map(
        select(&NAMES[..]).prop_map(|name| name.parse::<PackageName>().unwrap()),
        version(),
        0..3,
    );
    let build = prop_oneof![30 => Just("3.11"), 1 => Just("3.12")];
    (
        host,
        some_names(6),
        requires,
        constraints,
        policy(),
        dynamic,
        downloads,
        build,
    )
        .prop_map(
            |(host, listed, requires, constraints, policy, dynamic, downloads, build_version)| {
                let first = World {
                    host,
                    listed,
                    requires,
                    dynamic: None,
                    present: BTreeMap::new(),
                    constraints,
                    policy,
                    build_version,
                };
                let Some((mut dynamic, more)) = dynamic else {
                    return first;
                };
                let exposed = first.plan().expose;
                if !exposed.is_empty() {
                    dynamic.extend(more.into_iter().map(|(index, more)| {
                        let name = &index.get(&exposed).installed.name;
                        format!("{name}{more}").parse::<Requirement>().unwrap()
                    }));
                }
                let present = downloads
                    .into_iter()
                    .map(|(name, version)| {
                        (
                            name,
                            Present {
                                version,
                                exposed: false,
                            },
                        )
                    })
                    .chain(exposed.into_iter().map(|exposed| {
                        let version = exposed.version;
                        (
                            exposed.installed.name.clone(),
                            Present {
                                version,
                                exposed: true,
                            },
                        )
                    }))
                    .collect();
                World {
                    dynamic: Some(dynamic),
                    present,
                    ..first
                }
            },
        )
}
