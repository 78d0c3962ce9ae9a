//! What is said of a decision: one rule a file, each with its documentation.
//!
//! The statuses that speak of one name alone have theirs in `rows`.

mod changed_host;
pub(crate) mod closure;
pub(crate) mod conflict;
mod displaced;
mod dubious_marker;
mod dynamic_closure;
mod dynamic_excludes;
mod editable;
mod fallback;
mod own_copy;
mod requires_python;
mod unknown_extra;

use passthrough_diagnostic::{Diagnostic, Rule};

use crate::assemble::Result;
use crate::decide::Outcome;
use crate::plan::Exposed;
use crate::rows::ROWS;
use crate::situation::Situation;

/// Every rule that a decision can raise, sorted by code.
pub static RULES: &[&Rule] = &[
    ROWS[1].rule,
    ROWS[2].rule,
    ROWS[3].rule,
    ROWS[4].rule,
    ROWS[5].rule,
    ROWS[6].rule,
    ROWS[7].rule,
    ROWS[8].rule,
    ROWS[9].rule,
    &closure::RULE,
    &conflict::RULE,
    ROWS[0].rule,
    &displaced::RULE,
    &unknown_extra::RULE,
    &requires_python::RULE,
    &own_copy::RULE,
    &editable::RULE,
    &dubious_marker::RULE,
    &dynamic_excludes::RULE,
    &dynamic_closure::RULE,
    &changed_host::RULE,
];

/// What a rule may look at.
pub(crate) struct Settled<'a> {
    pub(crate) situation: &'a Situation<'a>,
    pub(crate) outcome: &'a Outcome,
    pub(crate) result: &'a Result<'a>,
    pub(crate) expose: &'a [Exposed],
}

/// Everything that is to be said, in the order of the rules and then of names;
/// last what was found odd in the host about the names that count.
pub(crate) fn diagnose(
    situation: &Situation<'_>,
    outcome: &Outcome,
    result: &Result<'_>,
    expose: &[Exposed],
) -> Vec<Diagnostic> {
    let settled = Settled {
        situation,
        outcome,
        result,
        expose,
    };
    let mut diagnostics = Vec::new();
    for find in [
        fallback::find,
        displaced::find,
        unknown_extra::find,
        requires_python::find,
        own_copy::find,
        editable::find,
        dubious_marker::find,
        // Before what is said of copies that the host no longer has.
        changed_host::find,
        dynamic_excludes::find,
        dynamic_closure::find,
        of_host,
    ] {
        find(&settled, &mut diagnostics);
    }
    diagnostics
}

fn of_host(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let names: std::collections::BTreeSet<_> = settled
        .outcome
        .fallen
        .keys()
        .chain(&settled.result.exposed)
        .chain(settled.result.displaced.keys().copied())
        .collect();
    for installed in names
        .into_iter()
        .filter_map(|name| settled.situation.installed(name))
    {
        diagnostics.extend(installed.findings.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
