//! This crate against `pep508_rs`: they agree on what is found in metadata.
//! Where they part is written down, as the reason why this crate reads
//! requirements itself; a release that changes one of these makes a test fail.

#![expect(clippy::unwrap_used, reason = "this is a test")]

use std::collections::BTreeSet;
use std::str::FromStr;

use passthrough_requirement::{
    ExtraName, Marker, MarkerEnvironment, Requirement, Source, Specifiers, Version,
};
use pep508_rs::{MarkerEnvironmentBuilder, VerbatimUrl, VersionOrUrl};

type Other = pep508_rs::Requirement<VerbatimUrl>;

/// `Requires-Dist` lines of much-used distributions.
const FOUND: [&str; 34] = [
    "filelock",
    "typing-extensions>=4.10.0",
    "setuptools; python_version >= \"3.12\"",
    "sympy==1.13.1; python_version >= \"3.9\"",
    "nvidia-cublas-cu12==12.4.5.8; platform_system == \"Linux\" and platform_machine == \"x86_64\"",
    "triton==3.2.0; platform_system == \"Linux\" and platform_machine == \"x86_64\"",
    "opt-einsum>=3.3; extra == \"opt-einsum\"",
    "numpy<2.3,>=1.23.5",
    "numpy>=1.22.4; python_version < \"3.11\"",
    "numpy>=1.23.2; python_version == \"3.11\"",
    "PySocks!=1.5.7,>=1.5.6; extra == \"socks\"",
    "chardet<6,>=3.0.2; extra == \"use-chardet-on-py3\"",
    "urllib3<3,>=1.21.1",
    "charset_normalizer<4,>=2",
    "importlib-metadata>=4.6; python_full_version < \"3.10.2\"",
    "colorama; os_name == \"nt\"",
    "tomli>=1.1.0; python_version < \"3.11\"",
    "uvicorn[standard]>=0.12.0; extra == \"all\"",
    "pydantic!=1.8,!=1.8.1,!=2.0.0,!=2.0.1,!=2.1.0,<3.0.0,>=1.7.4",
    "zope.interface",
    "Jinja2 (>=2.10)",
    "backports.zoneinfo; python_version<'3.9'",
    "cffi>=1.12; platform_python_implementation != 'PyPy'",
    "greenlet>=1; python_version < \"3.14\" and (platform_machine == \"aarch64\" or (platform_machine == \"ppc64le\" or (platform_machine == \"x86_64\" or (platform_machine == \"amd64\" or platform_machine == \"AMD64\"))))",
    "aiosqlite>=0.16.0; (platform_python_implementation == \"PyPy\") and extra == \"docs\"",
    "pexpect>4.3; sys_platform != \"win32\" and sys_platform != \"emscripten\"",
    "pywin32>=300; sys_platform == \"win32\" and platform_python_implementation != \"PyPy\"",
    "appnope; platform_system == \"Darwin\"",
    "pytz>dev",
    "tzdata; extra == \"timezone\" or sys_platform == \"win32\"",
    "flit-core >=3.2,<4",
    "hatchling~=1.18",
    "torch==2.4.0+cu121",
    "a @ https://example.org/a-1.0-py3-none-any.whl ; implementation_name == 'cpython'",
];

fn environments() -> [MarkerEnvironment; 3] {
    let linux = MarkerEnvironment {
        implementation_name: "cpython".to_owned(),
        implementation_version: "3.11.7".to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        platform_release: "6.1.0".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1 SMP".to_owned(),
        python_full_version: "3.11.7".to_owned(),
        python_version: "3.11".to_owned(),
        sys_platform: "linux".to_owned(),
    };
    let windows = MarkerEnvironment {
        os_name: "nt".to_owned(),
        platform_machine: "AMD64".to_owned(),
        platform_release: "10".to_owned(),
        platform_system: "Windows".to_owned(),
        platform_version: "10.0.19045".to_owned(),
        python_full_version: "3.13.1".to_owned(),
        implementation_version: "3.13.1".to_owned(),
        python_version: "3.13".to_owned(),
        sys_platform: "win32".to_owned(),
        ..linux.clone()
    };
    let pypy = MarkerEnvironment {
        implementation_name: "pypy".to_owned(),
        implementation_version: "7.3.13".to_owned(),
        platform_python_implementation: "PyPy".to_owned(),
        platform_system: "Darwin".to_owned(),
        python_full_version: "3.9.18".to_owned(),
        python_version: "3.9".to_owned(),
        sys_platform: "darwin".to_owned(),
        ..linux.clone()
    };
    [linux, windows, pypy]
}

fn for_the_other(environment: &MarkerEnvironment) -> pep508_rs::MarkerEnvironment {
    MarkerEnvironmentBuilder {
        implementation_name: &environment.implementation_name,
        implementation_version: &environment.implementation_version,
        os_name: &environment.os_name,
        platform_machine: &environment.platform_machine,
        platform_python_implementation: &environment.platform_python_implementation,
        platform_release: &environment.platform_release,
        platform_system: &environment.platform_system,
        platform_version: &environment.platform_version,
        python_full_version: &environment.python_full_version,
        python_version: &environment.python_version,
        sys_platform: &environment.sys_platform,
    }
    .try_into()
    .unwrap()
}

/// Name, extras and source, each in one form.
fn parts_of_ours(requirement: &Requirement) -> (String, Vec<String>, BTreeSet<String>) {
    let source = match &requirement.source {
        Source::Specifiers(specifiers) => specifiers.to_string(),
        Source::Url(url) => url.to_string(),
    };
    (
        requirement.name.to_string(),
        requirement.extras.iter().map(ToString::to_string).collect(),
        source.split(',').map(str::to_owned).collect(),
    )
}

fn parts_of_theirs(requirement: &Other) -> (String, Vec<String>, BTreeSet<String>) {
    let source = match &requirement.version_or_url {
        None => BTreeSet::from([String::new()]),
        Some(VersionOrUrl::Url(url)) => BTreeSet::from([url.to_string()]),
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers
            .iter()
            .map(|specifier| specifier.to_string().replace(' ', ""))
            .collect(),
    };
    let extras = requirement.extras.iter().map(ToString::to_string);
    (requirement.name.to_string(), extras.collect(), source)
}

#[test]
fn both_read_the_same_in_what_is_found() {
    let mut applied = [0, 0];
    for text in FOUND {
        let (ours, theirs) = (Requirement::from_str(text), Other::from_str(text));
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{text}");
        let (Ok(ours), Ok(theirs)) = (ours, theirs) else {
            assert_eq!(text, "pytz>dev");
            continue;
        };
        assert_eq!(parts_of_ours(&ours), parts_of_theirs(&theirs), "{text}");
        for environment in environments() {
            for asked in [&[][..], &["socks"], &["all", "docs"]] {
                let extras: Vec<ExtraName> =
                    asked.iter().map(|extra| extra.parse().unwrap()).collect();
                let other_extras: Vec<pep508_rs::ExtraName> =
                    asked.iter().map(|extra| extra.parse().unwrap()).collect();
                let verdict = ours.marker.evaluate(&environment, &extras);
                assert_eq!(
                    verdict.applies,
                    theirs.evaluate_markers(&for_the_other(&environment), &other_extras),
                    "{text} {asked:?}"
                );
                assert_eq!(verdict.dubious, Vec::<String>::new());
                applied[usize::from(verdict.applies)] += 1;
            }
        }
    }
    assert!(applied.iter().all(|&times| times > 50), "{applied:?}");
}

#[test]
fn they_part_in_what_is_accepted() {
    for (text, we_accept) in [
        ("torch ()", true),
        ("torch>=2,", true),
        ("torch===2.4.x", true),
        ("torch; 'x' in extras", true),
        ("torch; python_version === '3.11'", true),
        ("torch @ ./x", true),
        ("torch\n", false),
    ] {
        assert_eq!(Requirement::from_str(text).is_ok(), we_accept, "{text:?}");
        assert_eq!(Other::from_str(text).is_ok(), !we_accept, "{text:?}");
    }
}

#[test]
fn they_part_in_what_a_specifier_admits() {
    for (specifiers, version, we_admit) in [
        ("==1.1.*", "1", false),
        ("!=1.1.*", "1", true),
        ("==2.4.0.*", "2", false),
        ("<1.1a1", "1.1.dev1", true),
        ("<1!1.1", "1.1rc1", true),
    ] {
        let ours: Specifiers = specifiers.parse().unwrap();
        assert_eq!(ours.admits(&version.parse::<Version>().unwrap()), we_admit);
        let theirs = pep440_rs::VersionSpecifiers::from_str(specifiers).unwrap();
        let version = pep440_rs::Version::from_str(version).unwrap();
        assert_eq!(
            theirs.contains(&version),
            !we_admit,
            "{specifiers} {version}"
        );
    }
}

#[test]
fn they_part_in_what_has_no_meaning() {
    let [linux, ..] = environments();
    for text in ["sys_platform ~= 'win32'", "'3' < '4'"] {
        let ours: Marker = text.parse().unwrap();
        assert_eq!(ours.evaluate(&linux, &[]).dubious.len(), 1);
    }
    // A text is not above another for `packaging`; for pep508_rs it is.
    let text = "platform_version > '#0'";
    assert!(
        !text
            .parse::<Marker>()
            .unwrap()
            .evaluate(&linux, &[])
            .applies
    );
    let theirs = pep508_rs::MarkerTree::from_str(text).unwrap();
    assert!(theirs.evaluate(&for_the_other(&linux), &[]));
    // Nor is what it leaves out of a marker seen again.
    assert_eq!(
        Other::from_str("torch; sys_platform ~= 'win32'")
            .unwrap()
            .to_string(),
        "torch"
    );
}
