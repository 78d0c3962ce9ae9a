//! Generated worlds: inputs of decision cases, small and full of collisions.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// Names that projects and hosts share, so that lists, requirements, closures
/// and constraints meet; in spellings that only normalisation makes equal.
const NAMES: [&str; 8] = [
    "alpha", "beta", "gamma", "delta", "kappa", "Alpha", "BETA", "demo",
];
const VERSIONS: [&str; 12] = [
    "1.0",
    "1",
    "1.5",
    "2.0",
    "2.0rc1",
    "2.0.dev3",
    "2.0.post1",
    "2.0+cpu",
    "1!1.0",
    "2.1",
    "v1.0.0-RC2",
    "not a version",
];
const SPECIFIERS: [&str; 34] = [
    "",
    "",
    "",
    "",
    "",
    "",
    ">=1",
    ">=1.5",
    ">=2",
    ">=2.0rc1",
    "<2",
    "<1.5",
    "<=2.0",
    ">2",
    ">1.0,<2.1",
    "==1.0",
    "== 2.0",
    "==2.*",
    "!=2.0",
    "!=1.*",
    "~=1.0",
    "~=2.0rc1",
    "==2.0+cpu",
    "===2.0",
    "===1.0",
    "<2.0.dev5",
    ">=1!0",
    "<1!0",
    ">=1,>=1.5",
    ">=3",
    ">=1.00",
    "==2.0.0",
    ">= 2.0-RC1",
    "~=2.0",
];
const EXTRAS: [&str; 10] = [
    "", "", "", "", "", "[x]", "[y]", "[x,y]", "[X_x,y]", "[none]",
];
const MARKERS: [&str; 31] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "extra == 'x'",
    "extra == 'y'",
    "extra == 'x'",
    "'y' == extra",
    "extra != 'x'",
    "extra == 'x' or extra == 'X.x'",
    "extra == 'x' and extra == 'y'",
    "extra == 'x' and sys_platform == 'linux'",
    "sys_platform == 'win32'",
    "python_version >= '3.10' and os_name == 'posix'",
    "python_full_version < '3.11.7' or platform_machine == 'x86_64'",
    "sys_platform ~= 'linux'",
    "sys_platform ~= 'linux' and python_version < '3'",
    "python_version ~= '3' or extra == 'y'",
    "'linux' in sys_platform",
    "sys_platform >= 'linux'",
    "python_version >= 'three'",
    "'3.9' < python_version",
    "'x' in extras",
    "platform_release >= '6.1.0-13-amd64'",
    "(os_name == 'nt' or python_version in '3.10 3.11') and implementation_name != 'pypy'",
];
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// References of which several are recorded by several of `RECORDS`.
const REFERENCES: [&str; 18] = [
    "https://example.org/a.zip#md5=0A&sha256=&sha256=0a&sha256=11",
    "https://example.org/a.zip#egg=alpha&shake_128=1&sha256=11",
    "https://example.org/a.zip",
    "https://user:secret@example.org/a.zip#sha256=00",
    "https://example.org/b.zip",
    "https://EXAMPLE.org/a.zip#egg=alpha",
    "file:///src/a/",
    "https://example.org/a.zip#subdirectory=sub",
    "git+https://example.org/a.git@0123456789abcdef0123456789abcdef01234567",
    "git+https://me@example.org/a.git@0123456789abcdef0123456789abcdef01234567#subdirectory=sub",
    "git+https://example.org/a.git@main",
    "git+https://example.org/a.git",
    "git+ssh://git@example.org/a.git@0123456789abcdef0123456789abcdef01234567",
    "git+https://example.org/a.git@0123456789ABCDEF0123456789ABCDEF01234567",
    "git+https://example.org/a.git@0123456",
    "hg+https://example.org/a.git@0123456789abcdef0123456789abcdef01234567",
    "https://example.org/a.git",
    "file:///src/a",
];

fn records() -> Vec<Value> {
    let vcs = |url: &str| json!({"url": url, "vcs_info": {"vcs": "git", "commit_id": COMMIT}});
    let mut within = vcs("https://example.org/a.git");
    within["subdirectory"] = json!("sub");
    vec![
        json!({"url": "https://example.org/a.zip", "archive_info": {}}),
        json!({"url": "https://example.org/a.zip", "archive_info": {"hash": "sha256=11"}}),
        json!({"url": "https://example.org/a.zip", "archive_info": {"hashes": {"sha256": "0A"}}}),
        json!({
            "url": "https://example.org/a.zip",
            "archive_info": {"hash": "md5=0a", "hashes": {"md5": "0a", "sha256": "00"}},
        }),
        json!({
            "url": "https://example.org/a.zip",
            "archive_info": {"hash": "md5=0a", "hashes": {"sha256": "0a"}},
        }),
        json!({"url": "https://example.org/a.zip", "archive_info": {}, "subdirectory": "sub"}),
        json!({"url": "https://example.org/a.zip"}),
        vcs("https://example.org/a.git"),
        within,
        json!({
            "url": "https://example.org/a.git",
            "vcs_info": {"vcs": "git", "commit_id": "0123456"},
        }),
        vcs("ssh://git@example.org/a.git"),
        json!({"url": "file:///src/a", "dir_info": {"editable": true}}),
        json!({"url": "file:///src/a", "dir_info": {}}),
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

/// A version, seldom one outside of PEP 440.
fn version() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        15 => select(&VERSIONS[..VERSIONS.len() - 1]),
        1 => Just(VERSIONS[VERSIONS.len() - 1]),
    ]
}

fn requirement() -> impl Strategy<Value = String> {
    let constraint = prop_oneof![
        12 => select(&SPECIFIERS[..]).prop_map(str::to_owned),
        1 => select(&REFERENCES[..]).prop_map(|url| format!(" @ {url} ")),
    ];
    let parts = (
        name(),
        select(&EXTRAS[..]),
        constraint,
        select(&MARKERS[..]),
    );
    parts.prop_map(|(name, extras, constraint, marker)| {
        let marker = if marker.is_empty() {
            String::new()
        } else {
            format!("; {marker}")
        };
        format!("{name}{extras}{constraint}{marker}")
    })
}

fn distribution() -> impl Strategy<Value = Value> {
    let edges = prop_oneof![
        24 => vec(requirement(), 0..4),
        1 => Just(vec!["alpha >> 1".to_owned()]),
    ];
    let oddity = prop_oneof![
        30 => Just(json!({})),
        1 => Just(json!({"unreadable": "METADATA is missing"})),
        1 => Just(json!({"has_file_list": false})),
        1 => Just(json!({"editable": {"exists": true, "source": "/src/a"}})),
        1 => Just(json!({"editable": {"exists": false}})),
        1 => Just(json!({"directory_version": "2.0"})),
        1 => Just(json!({"requires_python": ">=3.12"})),
        3 => select(records()).prop_map(|record| json!({"direct_url": record})),
    ];
    let extras = subsequence(vec!["x", "y", "x-X"], 0..=3);
    (name(), version(), edges, extras, oddity).prop_map(|(name, version, edges, extras, oddity)| {
        let mut distribution = json!({
            "name": name, "version": version, "requires_dist": edges, "provides_extra": extras,
        });
        let fields = oddity.as_object().unwrap().clone();
        distribution.as_object_mut().unwrap().extend(fields);
        distribution
    })
}

/// A CPython 3.11.7 on Linux with two entries of `sys.path`.
pub(crate) fn host_with(first: &[Value], second: &[Value]) -> Value {
    json!({
        "schema": "passthrough-host/1",
        "python": {
            "executable": "/host/bin/python", "prefix": "/host", "implementation": "cpython",
            "version": "3.11", "abi_flags": "", "platform": "linux-x86_64",
        },
        "markers": {
            "implementation_name": "cpython", "implementation_version": "3.11.7",
            "os_name": "posix", "platform_machine": "x86_64",
            "platform_python_implementation": "CPython", "platform_release": "6.1.0",
            "platform_system": "Linux", "platform_version": "#1 SMP Debian 6.1.76-1",
            "python_full_version": "3.11.7", "python_version": "3.11", "sys_platform": "linux",
        },
        "sys_path": [
            {"path": "/host/lib/python3.11/site-packages", "distributions": first},
            {"path": "/usr/lib/python3/dist-packages", "distributions": second},
        ],
    })
}

fn host() -> impl Strategy<Value = Value> {
    (vec(distribution(), 2..9), vec(distribution(), 0..3))
        .prop_map(|(first, second)| host_with(&first, &second))
}

/// Mostly the plain policy: one that refuses all leaves nothing to compare.
fn policy() -> impl Strategy<Value = Value> {
    let names = || prop_oneof![3 => Just(Vec::new()), 1 => vec(name(), 1..3)];
    let (rarely, as_rarely) = (prop::bool::weighted(0.03), prop::bool::weighted(0.03));
    (names(), rarely, names(), as_rarely).prop_map(|(denied, deny_all, replacing, hash_mode)| {
        json!({
            "denied": denied, "deny_all": deny_all, "replacing": replacing,
            "hash_mode": hash_mode, "strict": false,
        })
    })
}

fn pyproject() -> impl Strategy<Value = String> {
    let requires = vec(requirement(), 1..6);
    let lists = vec(vec(name(), 1..4), 1..3);
    (requires, lists).prop_map(|(requires, lists)| {
        let mut text = format!(
            "[build-system]\nrequires = {requires:?}\n\n[project]\nname = \"demo\"\nversion = \"1\"\n"
        );
        for (table, list) in ["one", "two"].iter().zip(lists) {
            text += &format!("\n[tool.{table}]\nno-build-isolation-package = {list:?}\n");
        }
        text
    })
}

/// The input of a first pass.
pub(crate) fn first_pass() -> impl Strategy<Value = Value> {
    let constraints = prop_oneof![2 => Just(Vec::new()), 1 => vec(requirement(), 1..3)];
    let frontend = prop_oneof![4 => Just(None), 1 => select(vec![Some("one"), Some("three")])];
    let abi = prop_oneof![20 => Just(None), 1 => select(vec![Some(""), Some("t")])];
    (pyproject(), host(), constraints, frontend, policy(), abi).prop_map(
        |(pyproject, host, constraints, frontend, policy, abi)| {
            let mut input = json!({
                "pyproject": pyproject, "host": host, "constraints": constraints,
                "frontend": frontend, "policy": policy,
            });
            if let Some(flags) = abi {
                input["build_interpreter"] = json!({
                    "implementation": "cpython", "version": "3.11", "abi_flags": flags,
                    "platform": "linux-x86_64",
                });
            }
            input
        },
    )
}

/// What a backend adds, and the versions that an index has sent for `NAMES`:
/// of those that the first pass downloads, and of some that came along.
#[derive(Clone, Debug)]
pub(crate) struct Aftermath {
    dynamic: Vec<String>,
    versions: Vec<&'static str>,
    came_along: Vec<&'static str>,
    /// Seldom: what is said to be exposed, and is not on the host.
    changed: Option<&'static str>,
}

pub(crate) fn aftermath() -> impl Strategy<Value = Aftermath> {
    let versions = vec(select(&VERSIONS[..VERSIONS.len() - 1]), NAMES.len());
    let came_along = vec(name(), 0..2);
    let changed = prop_oneof![20 => Just(None), 1 => select(vec![Some("gone"), Some("alpha")])];
    (vec(requirement(), 0..4), versions, came_along, changed).prop_map(
        |(dynamic, versions, came_along, changed)| Aftermath {
            dynamic,
            versions,
            came_along,
            changed,
        },
    )
}

/// The second pass after a first one that ended in `plan`.
pub(crate) fn second_pass(first: &Value, plan: &Value, after: &Aftermath) -> Value {
    let named = |entries: &Value| -> Vec<Value> {
        let entries = entries.as_array().unwrap().iter();
        entries.map(|entry| entry["name"].clone()).collect()
    };
    let mut present: Vec<Value> = plan["expose"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!({"name": entry["name"], "version": entry["version"], "exposed": true}))
        .collect();
    let came_along = after
        .came_along
        .iter()
        .map(|name| json!(name.to_lowercase()));
    for name in named(&plan["install"]).into_iter().chain(came_along) {
        let version = NAMES.iter().position(|known| *known == name);
        let version = after.versions[version.unwrap()];
        if !present.iter().any(|held| held["name"] == name) {
            present.push(json!({"name": name, "version": version, "exposed": false}));
        }
    }
    if let Some(name) = after.changed {
        present.retain(|held| held["name"] != name);
        present.push(json!({"name": name, "version": "9!9", "exposed": true}));
    }
    let mut input = first.clone();
    input["dynamic_requires"] = json!(after.dynamic);
    input["present"] = json!(present);
    input
}
