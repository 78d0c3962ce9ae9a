//! The rows of the status table that speak of one name alone, in order.
//!
//! A row is a file: its rule (code and documentation), its check, its tests.

mod denied;
mod interpreter;
mod marker;
mod metadata;
mod not_exposable;
mod not_installed;
mod not_required;
mod replaced;
mod url;
mod version;

use std::rc::Rc;

use passthrough_diagnostic::Rule;
use passthrough_host::Installed;
use passthrough_protocol::Status;
use passthrough_requirement::PackageName;

use crate::situation::Situation;

pub(crate) use metadata::problem;
pub(crate) use not_exposable::obstacle;
pub(crate) use url::shown;

/// One row: the first whose check gives a reason decides.
pub(crate) struct Row {
    pub(crate) status: Status,
    pub(crate) rule: &'static Rule,
    pub(crate) check: fn(&Question<'_>) -> Option<Reason>,
}

/// A listed name, asked of every row.
pub(crate) struct Question<'a> {
    pub(crate) situation: &'a Situation<'a>,
    pub(crate) name: &'a PackageName,
    pub(crate) installed: Option<Rc<Installed>>,
}

/// Why a row applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// In words, lower case, without a full stop and without the name.
    pub(crate) detail: String,
    /// What the user can do, if anything.
    pub(crate) help: Option<String>,
}

impl Reason {
    pub(crate) fn new(detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The table's order is normative: the first row that applies wins.
pub(crate) static ROWS: [Row; 10] = [
    denied::ROW,
    not_required::ROW,
    marker::ROW,
    interpreter::ROW,
    not_installed::ROW,
    replaced::ROW,
    metadata::ROW,
    version::ROW,
    url::ROW,
    not_exposable::ROW,
];

/// The first row that applies to `name`, among those that `counts` lets count.
pub(crate) fn first(
    situation: &Situation<'_>,
    name: &PackageName,
    counts: impl Fn(Status) -> bool,
) -> Option<(&'static Row, Reason)> {
    let question = Question {
        situation,
        name,
        installed: situation.installed(name),
    };
    ROWS.iter()
        .filter(|row| counts(row.status))
        .find_map(|row| (row.check)(&question).map(|reason| (row, reason)))
}
