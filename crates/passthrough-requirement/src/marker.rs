mod comparison;
mod environment;
mod literal;
mod parse;

use std::fmt;
use std::str::FromStr;

pub use environment::MarkerEnvironment;
pub(crate) use parse::parse;

use self::comparison::{Comparison, Undefined};
use crate::cursor::Cursor;
use crate::{ExtraName, RequirementError};

/// An environment marker; the default one is always true.
///
/// `extras` and `dependency_groups` (PEP 751) are read, as `packaging` reads
/// them, but have a value in lock files only: comparing them is undefined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marker(Option<Alternatives>);

/// Conjunctions joined by `or`; none of the lists is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Alternatives(Vec<Vec<Term>>);

/// What `and` joins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Comparison(Comparison),
    /// In parentheses; more than one comparison.
    Group(Alternatives),
}

/// What a marker says, and what in it has no defined meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the marker is true.
    pub applies: bool,
    /// Comparisons whose outcome `packaging` leaves undefined, in words. Such
    /// a comparison counts as true: to ask for too much is the safe side.
    pub dubious: Vec<String>,
}

impl Marker {
    /// Whether there is no marker. One that is written down counts as able to
    /// be false, whatever it says.
    pub fn is_always_true(&self) -> bool {
        self.0.is_none()
    }

    /// Evaluates once with `extra=""` and once with each of `extras`; true
    /// when any of these is.
    pub fn evaluate<'a>(
        &self,
        environment: &MarkerEnvironment,
        extras: impl IntoIterator<Item = &'a ExtraName>,
    ) -> Verdict {
        let Some(alternatives) = &self.0 else {
            return Verdict {
                applies: true,
                dubious: Vec::new(),
            };
        };
        // Which comparisons are undefined does not depend on the extra.
        let mut dubious = Vec::new();
        let without_extra = alternatives.hold(&mut |comparison| {
            comparison
                .holds(environment, "")
                .unwrap_or_else(|Undefined(reason)| {
                    dubious.push(format!("`{comparison}`: {reason}"));
                    true
                })
        });
        let applies = without_extra
            || extras.into_iter().any(|extra| {
                alternatives.hold(&mut |comparison| {
                    comparison
                        .holds(environment, extra.as_str())
                        .unwrap_or(true)
                })
            });
        dubious.sort_unstable();
        dubious.dedup();
        Verdict { applies, dubious }
    }
}

impl Alternatives {
    /// Asks for every comparison, also where the outcome is clear before.
    fn hold(&self, holds: &mut impl FnMut(&Comparison) -> bool) -> bool {
        self.0.iter().fold(false, |any, terms| {
            let all = terms.iter().fold(true, |all, term| {
                let holds = match term {
                    Term::Comparison(comparison) => holds(comparison),
                    Term::Group(alternatives) => alternatives.hold(&mut *holds),
                };
                all && holds
            });
            any || all
        })
    }
}

impl FromStr for Marker {
    type Err = RequirementError;

    /// Reads a marker alone, without the `;` before it.
    fn from_str(text: &str) -> Result<Self, RequirementError> {
        parse(&mut Cursor::new(text))
    }
}

impl fmt::Display for Marker {
    /// One blank between all parts, double quotes where possible, no needless
    /// parentheses around the whole or around one comparison; nothing for the
    /// default marker.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |marker| marker.fmt(f))
    }
}

impl fmt::Display for Alternatives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, terms) in self.0.iter().enumerate() {
            for (place, term) in terms.iter().enumerate() {
                f.write_str(match (index, place) {
                    (0, 0) => "",
                    (_, 0) => " or ",
                    _ => " and ",
                })?;
                match term {
                    Term::Comparison(comparison) => comparison.fmt(f)?,
                    Term::Group(alternatives) => write!(f, "({alternatives})")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> MarkerEnvironment {
        MarkerEnvironment {
            implementation_name: "cpython".to_owned(),
            implementation_version: "3.13.0a2".to_owned(),
            os_name: "posix".to_owned(),
            platform_machine: "x86_64".to_owned(),
            platform_python_implementation: "CPython".to_owned(),
            platform_release: "6.1.0".to_owned(),
            platform_system: "Linux".to_owned(),
            platform_version: "#1 SMP".to_owned(),
            python_full_version: "3.13.0a2+".to_owned(),
            python_version: "3.13".to_owned(),
            sys_platform: "linux".to_owned(),
        }
    }

    fn verdict(text: &str, extras: &[&str]) -> Verdict {
        let marker: Marker = text.parse().unwrap_or_else(|_| panic!("{text:?}"));
        let extras: Vec<ExtraName> = extras.iter().map(|name| name.parse().unwrap()).collect();
        marker.evaluate(&environment(), &extras)
    }

    fn applies(text: &str, extras: &[&str]) -> bool {
        let verdict = verdict(text, extras);
        assert_eq!(verdict.dubious, Vec::<String>::new(), "{text}");
        verdict.applies
    }

    #[test]
    fn the_default_marker_is_always_true() {
        let marker = Marker::default();
        assert!(marker.is_always_true());
        assert!(marker.evaluate(&environment(), &[]).applies);
        assert_eq!(marker.to_string(), "");
        assert!(
            !"'a' in extra or os_name != ''"
                .parse::<Marker>()
                .unwrap()
                .is_always_true()
        );
    }

    #[test]
    fn each_variable_has_its_own_value() {
        for (name, value) in [
            ("implementation_name", "cpython"),
            ("os.name", "posix"),
            ("os_name", "posix"),
            ("platform.machine", "x86_64"),
            ("platform_machine", "x86_64"),
            ("platform.python_implementation", "CPython"),
            ("platform_python_implementation", "CPython"),
            ("python_implementation", "CPython"),
            ("platform_release", "6.1.0"),
            ("platform_system", "Linux"),
            ("platform.version", "#1 SMP"),
            ("platform_version", "#1 SMP"),
            ("sys.platform", "linux"),
            ("sys_platform", "linux"),
            ("implementation_version", "3.13.0a2"),
            ("python_full_version", "3.13.0a2+local"),
            ("python_version", "3.13"),
        ] {
            assert!(applies(&format!("{name} == '{value}'"), &[]), "{name}");
            assert!(applies(&format!("'{value}' == {name}"), &[]), "{name}");
            assert!(!applies(&format!("{name} == 'other'"), &[]), "{name}");
        }
    }

    #[test]
    fn a_marker_holds_if_it_does_for_one_of_the_extras() {
        assert!(!applies("extra == 'b-c'", &[]));
        assert!(!applies("extra == 'b-c'", &["a"]));
        assert!(applies("extra == 'B_c'", &["a", "b.C"]));
        // Once without an extra, whatever is asked for.
        assert!(applies("extra != 'a'", &["a"]));
        assert!(applies("extra == ''", &["a"]));
        // Never two extras at once.
        assert!(!applies("extra == 'a' and extra == 'b'", &["a", "b"]));
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert!(applies(
            "os_name == 'posix' or os_name == 'nt' and os_name == 'nt'",
            &[]
        ));
        assert!(!applies(
            "(os_name == 'posix' or os_name == 'nt') and os_name == 'nt'",
            &[]
        ));
        assert!(applies(
            "os_name == 'nt' and os_name == 'nt' or os_name == 'posix'",
            &[]
        ));
    }

    #[test]
    fn versions_compare_as_versions_and_texts_as_texts() {
        assert!(applies(
            "python_version > '3.9' and '3.9' < python_version",
            &[]
        ));
        assert!(!applies(
            "python_full_version < '3.13' or python_full_version >= '3.13'",
            &[]
        ));
        assert!(applies("python_version == '3.*'", &[]));
        assert!(applies("platform_release >= '6'", &[]));
        // No version on one side: only equal texts are `>=`.
        assert!(!applies("python_version >= 'abc'", &[]));
        assert!(!applies("platform_version >= '#'", &[]));
        assert!(applies("platform_version >= '#1 SMP'", &[]));
        assert!(applies("python_version in '3.12, 3.13'", &[]));
        assert!(!applies("python_version not in '3.12, 3.13'", &[]));
    }

    #[test]
    fn what_is_undefined_counts_as_true_and_is_told() {
        let told = |text| {
            let verdict = verdict(text, &["a"]);
            format!("{} {}", verdict.applies, verdict.dubious.join("; "))
        };
        for (text, words) in [
            (
                "sys_platform ~= 'win32'",
                "true `sys_platform ~= \"win32\"`: `~=` compares versions only",
            ),
            (
                "os_name === 'nt' and os_name == 'nt'",
                "false `os_name === \"nt\"`: `===` compares versions only",
            ),
            (
                "'3' < '4' or os_name == 'posix'",
                "true `\"3\" < \"4\"`: neither side is a marker variable",
            ),
            (
                "'X' in extras or extras == 'x' or 'X' in extras",
                "true `\"x\" in extras`: only lock files have `extras`; \
                 `extras == \"x\"`: only lock files have `extras`",
            ),
            (
                "python_version < '99999999999999999999' and os_name == 'nt'",
                "false `python_version < \"99999999999999999999\"`: \
                 a number in the version is too large",
            ),
            (
                "'x' in dependency_groups",
                "true `\"x\" in dependency_groups`: only lock files have `dependency_groups`",
            ),
        ] {
            assert_eq!(told(text), words);
        }
    }

    #[test]
    fn only_needed_parentheses_are_shown() {
        for (text, shown) in [
            ("((os_name=='a'))", r#"os_name == "a""#),
            (
                "(os.name=='a'and(extra=='B_c'))",
                r#"os_name == "a" and extra == "b-c""#,
            ),
            (
                r#"(os_name in 'a' or 'a"' not  in os_name) and ('b' in os_name and 'c' in os_name)"#,
                r#"(os_name in "a" or 'a"' not in os_name) and ("b" in os_name and "c" in os_name)"#,
            ),
        ] {
            assert_eq!(text.parse::<Marker>().unwrap().to_string(), shown);
        }
    }
}
