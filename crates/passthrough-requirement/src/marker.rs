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
        let mut holds = |comparison: &Comparison, extra: &str| {
            comparison
                .holds(environment, extra)
                .unwrap_or_else(|Undefined(reason)| {
                    dubious.push(format!("`{comparison}`: {reason}"));
                    true
                })
        };
        let mut applies = alternatives.hold(&mut |comparison| holds(comparison, ""));
        for extra in extras {
            if applies {
                break;
            }
            applies = alternatives.hold(&mut |comparison| holds(comparison, extra.as_str()));
        }
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
