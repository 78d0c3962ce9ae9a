//! What holds of every input.

#![expect(clippy::unwrap_used, reason = "this is a test")]

use std::ops::Range;
use std::str::FromStr;

use passthrough_requirement::{
    DirectReference, ExtraName, Marker, MarkerEnvironment, PackageName, Requirement, Specifiers,
    Version,
};
use proptest::prelude::*;

/// Texts that get further into a parser than random characters do.
fn requirement_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "torch",
        "a",
        "_",
        "-",
        ".",
        "1",
        "0",
        "1.0",
        "2!1",
        "a1",
        "rc2",
        ".post1",
        ".dev0",
        "+x",
        ".*",
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "~=",
        "===",
        "=",
        ",",
        "@",
        "./x",
        "https://h/a",
        "[",
        "]",
        "(",
        ")",
        ";",
        " ",
        "\t",
        "\n",
        "'3'",
        "\"nt\"",
        "'",
        "\"",
        "\\",
        "'\\x27\"'",
        "'\\\\n'",
        "python_version",
        "os.name",
        "extra",
        "extras",
        "and",
        "or",
        "in",
        "not",
        "not in",
        "é",
        "\u{1f}",
        "18446744073709551615",
        "18446744073709551614",
        "\0",
        "ſ",
        "😀",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Requirements that are right.
fn requirement() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["torch", "Zope.Interface", "a__b", "x9"]);
    let extras = prop::sample::select(vec!["", "[]", "[b,A]", " [ a_b , A.B ]"]);
    let url = prop::sample::select(vec![
        " @ ./x",
        "@https://h/a;b",
        " @ git+https://h/r@v#egg=x",
    ]);
    let source = prop_oneof![
        specifiers(),
        specifiers().prop_map(|specifiers| format!(" ( {specifiers} )")),
        url.prop_map(|url| format!("{url} ")),
    ];
    let marker = prop_oneof![
        Just(String::new()),
        marker().prop_map(|marker| format!(";{marker}"))
    ];
    (name, extras, source, marker)
        .prop_map(|(name, extras, source, marker)| format!("{name}{extras}{source}{marker}"))
}

fn version() -> impl Strategy<Value = String> {
    let epoch = prop::sample::select(vec!["", "", "", "1!"]);
    let release = prop::collection::vec(0..3_u8, 1..4);
    let pre = prop::sample::select(vec!["", "", "a0", "a1", "rc1"]);
    let post = prop::sample::select(vec!["", "", ".post0", ".post1"]);
    let dev = prop::sample::select(vec!["", "", ".dev0", ".dev1"]);
    let local = prop::sample::select(vec!["", "", "+a", "+1", "+a.1"]);
    (epoch, release, pre, post, dev, local).prop_map(|(epoch, release, pre, post, dev, local)| {
        let release: Vec<String> = release.iter().map(u8::to_string).collect();
        format!("{epoch}{}{pre}{post}{dev}{local}", release.join("."))
    })
}

fn specifiers() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["==", "!=", "!=", "<", "<=", ">", ">=", "~=", "==="]);
    let specifier =
        (operator, version(), any::<bool>()).prop_map(|(operator, version, wildcard)| {
            let public = version.split('+').next().unwrap_or_default();
            let release = public
                .split(|c: char| c.is_ascii_alphabetic())
                .next()
                .unwrap_or_default()
                .trim_end_matches('.');
            match operator {
                "==" | "!=" if wildcard => format!("{operator}{release}.*"),
                "==" | "!=" | "===" => format!("{operator}{version}"),
                "~=" => format!("~={release}.0"),
                _ => format!("{operator} {public}"),
            }
        });
    prop::collection::vec(specifier, 0..5).prop_map(|specifiers| specifiers.join(" , "))
}

fn marker() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        "python_version",
        "sys_platform",
        "extra",
        "extras",
        "'3.9'",
        "\"linux\"",
        "'Test_x'",
        "'\\\\d'",
        "'\\x22\\x27'",
        "'a\"b'",
        "'\\n\\0'",
    ]);
    let operator = prop::sample::select(vec!["==", "!=", "<=", "~=", "===", "in", "not in"]);
    let comparison = (operand.clone(), operator, operand)
        .prop_map(|(left, operator, right)| format!("{left} {operator} {right}"));
    comparison.prop_recursive(4, 24, 4, |inner| {
        let operator = prop::sample::select(vec!["and", "or"]);
        prop_oneof![
            inner.clone().prop_map(|marker| format!("({marker})")),
            (inner.clone(), operator, inner)
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
        ]
    })
}

fn check_error(text: &str, message: &str, span: &Range<usize>) {
    assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
    assert!(message.chars().count() < 120, "{message}");
}

fn survives(text: &str) {
    round_trips::<PackageName>(text);
    round_trips::<ExtraName>(text);
    round_trips::<Version>(text);
    let _ = DirectReference::new(text).parts();
    match text.parse::<Specifiers>() {
        Ok(specifiers) => {
            specifiers.is_unsatisfiable();
            round_trips::<Specifiers>(text);
        }
        Err(error) => check_error(text, &error.message, &error.span),
    }
    match text.parse::<Requirement>() {
        Ok(requirement) => {
            let extra = "test-x".parse().unwrap();
            requirement.marker.evaluate(&environment(), [&extra]);
            round_trips::<Requirement>(text);
        }
        Err(error) => check_error(text, &error.message, &error.span),
    }
    match text.parse::<Marker>() {
        Ok(_) => round_trips::<Marker>(text),
        Err(error) => check_error(text, &error.message, &error.span),
    }
}

/// What is displayed reads as the same value, and is displayed the same again.
fn round_trips<T: FromStr + ToString + PartialEq + std::fmt::Debug>(text: &str) {
    let Ok(value) = text.parse::<T>() else {
        return;
    };
    let shown = value.to_string();
    let Ok(again) = shown.parse::<T>() else {
        panic!("{text:?} is shown as {shown:?}");
    };
    assert_eq!(value, again, "{text:?} is shown as {shown:?}");
    assert_eq!(shown, again.to_string());
}

fn environment() -> MarkerEnvironment {
    MarkerEnvironment {
        implementation_name: "cpython".to_owned(),
        implementation_version: "3.11.7".to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        platform_release: "5.10.0-28-amd64".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1 SMP".to_owned(),
        python_full_version: "3.11.7".to_owned(),
        python_version: "3.11".to_owned(),
        sys_platform: "linux".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn no_text_is_too_much(text: String) {
        survives(&text);
    }

    #[test]
    fn no_near_requirement_is_too_much(text in requirement_like()) {
        survives(&text);
        survives(&format!("torch{text}"));
        survives(&format!("torch;{text}"));
    }

    #[test]
    fn a_right_requirement_is_read_and_written(text in requirement()) {
        prop_assert!(text.parse::<Requirement>().is_ok(), "{text}");
        survives(&text);
    }

    #[test]
    fn a_right_marker_is_read_and_written(text in marker()) {
        prop_assert!(text.parse::<Marker>().is_ok(), "{text}");
        survives(&text);
    }

    #[test]
    fn both_sets_hold_in_any_order(a in specifiers(), b in specifiers(), version in version()) {
        let [a, b] = [a, b].map(|text| text.parse::<Specifiers>().unwrap());
        let version: Version = version.parse().unwrap();
        let both = a.and(&b);
        prop_assert_eq!(&both, &b.and(&a));
        prop_assert_eq!(both.to_string(), b.and(&a).to_string());
        prop_assert_eq!(both.admits(&version), a.admits(&version) && b.admits(&version));
        prop_assert_eq!(&both.and(&a), &both);
        prop_assert!(!(a.is_unsatisfiable() || b.is_unsatisfiable()) || both.is_unsatisfiable());
    }

    #[test]
    fn unsatisfiable_sets_admit_nothing(
        text in specifiers(),
        versions in prop::collection::vec(version(), 30),
    ) {
        let specifiers: Specifiers = text.parse().unwrap();
        for version in versions {
            let version: Version = version.parse().unwrap();
            let with = specifiers.and(&Specifiers::exactly(&version));
            if specifiers.is_unsatisfiable() {
                prop_assert!(!specifiers.admits(&version), "{text} {version}");
                prop_assert!(with.is_unsatisfiable());
            } else if specifiers.admits(&version) {
                prop_assert!(!with.is_unsatisfiable(), "{text} {version}");
            }
        }
    }

    #[test]
    fn exactly_a_version_admits_it(a in version(), b in version()) {
        let [a, b] = [a, b].map(|text| text.parse::<Version>().unwrap());
        let exactly = Specifiers::exactly(&a);
        prop_assert!(exactly.admits(&a) && !exactly.is_unsatisfiable() && !exactly.is_empty());
        let (public, local) = b.to_string().split_once('+').map_or_else(
            || (b.to_string(), false),
            |(public, _)| (public.to_owned(), true),
        );
        let is_local_of_a = local && public.parse() == Ok(a.clone());
        prop_assert_eq!(exactly.admits(&b), a == b || is_local_of_a);
        prop_assert_eq!(exactly.to_string(), format!("=={a}"));
    }
}

/// Much less than the stack of a thread that Rust makes.
const SMALL_STACK: usize = 256 * 1024;

#[test]
fn depth_does_not_cost_the_stack() {
    let run = || {
        for depth in [100, 101, 500_000] {
            for inner in ["os_name == 'posix'", "os_name == 'nt' or extra == 'x'", ""] {
                let (open, close) = ("(".repeat(depth), ")".repeat(depth));
                let parsed = format!("{open}{inner}{close}").parse::<Marker>();
                assert_eq!(parsed.is_ok(), depth == 100 && !inner.is_empty());
                survives(&open);
            }
        }
        // Groups that are kept.
        let mut marker = "os_name == 'nt'".to_owned();
        for _ in 0..100 {
            marker = format!("({marker} or extra == 'x') and os_name == 'posix'");
        }
        let marker: Marker = marker.parse().unwrap();
        assert!(!marker.evaluate(&environment(), &[]).applies);
        assert!(
            marker
                .evaluate(&environment(), [&"X".parse().unwrap()])
                .applies
        );
        assert_eq!(marker.to_string().parse(), Ok(marker.clone()));
    };
    let thread = std::thread::Builder::new().stack_size(SMALL_STACK);
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn length_is_no_harm() {
    let many = |piece: &str| piece.repeat(50_000);
    for text in [
        many("a"),
        many("1"),
        format!("1{}", many(".1")),
        format!("1+{}", many("a.")),
        many("!=1,"),
        (0..50_000).map(|n| format!("!={n},")).collect(),
        (0..50_000).map(|n| format!("==={n},")).collect(),
        format!("a{}", many(">")),
        format!("a @ {}", many("x")),
        format!("a @ https://h/{}", many("%41@")),
        format!("a[{}a]", many("b,")),
        format!("a; {} os_name == 'nt'", many("os_name == 'nt' or ")),
        format!("a; {} os_name == 'nt'", many("extra ~= 'nt' and ")),
        format!("a; os_name == '{}'", many("\\x41")),
        format!("a; os_name == '{}", many("x")),
        many("😀"),
    ] {
        survives(&text);
    }
}
