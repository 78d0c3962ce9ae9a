//! For each rule, a wrong implementation that a case notices.
//!
//! A case notices a mutant if what it expects is not what the mutant answers.
//! That counts only if the case cites the rule that the mutant breaks: another
//! case may notice by luck. To see the matrix:
//!
//! ```console
//! $ cargo test -p passthrough-mutants -- --nocapture
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it must be"
)]

#[path = "../../../tests/decision_cases/case.rs"]
#[expect(dead_code, reason = "the cases are checked elsewhere")]
mod case;
mod readers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::num::NonZero;
use std::thread;

use passthrough_check::adapter;
use passthrough_conformance::{Judgement, compare};
use passthrough_plan::mutation::{self, Mutant};
use passthrough_protocol::{CaseInput, Expectation, Reply};
use readers::{READERS, Reader};
use serde_json::Value;

/// A broken rule, and an implementation that breaks it.
struct Wrong {
    name: &'static str,
    breaks: &'static str,
    what: &'static str,
    by: By,
}

#[derive(Clone, Copy)]
enum By {
    /// A mutant of the planner.
    Planner(Mutant),
    /// A mutant of what surrounds it.
    Reader(&'static Reader),
    /// Nothing: it is the reference.
    Reference,
}

/// A case, parsed once for all mutants.
struct Case {
    id: String,
    cites: Vec<String>,
    text: Value,
    input: CaseInput,
    expect: Expectation,
}

fn all() -> Vec<Wrong> {
    let planners = mutation::ALL.iter().map(|&mutant| Wrong {
        name: mutant.name(),
        breaks: mutant.breaks(),
        what: mutant.what(),
        by: By::Planner(mutant),
    });
    let readers = READERS.iter().map(|reader| Wrong {
        name: reader.name,
        breaks: reader.breaks,
        what: reader.what,
        by: By::Reader(reader),
    });
    planners.chain(readers).collect()
}

fn cases() -> Vec<Case> {
    let parse = |case: case::Case| Case {
        id: case.id,
        cites: case.cites,
        input: serde_json::from_value(case.input.clone()).unwrap(),
        text: case.input,
        expect: serde_json::from_value(Value::Object(case.expect)).unwrap(),
    };
    case::all()
        .into_iter()
        .map(|(_, case)| parse(case))
        .collect()
}

fn is_noticed(by: By, case: &Case) -> bool {
    let reply = match by {
        By::Planner(mutant) => mutation::with(mutant, || adapter::answer(&case.input)),
        By::Reader(reader) => {
            let answer = (reader.answer)(&case.text);
            serde_json::from_value::<Reply>(answer).unwrap()
        }
        By::Reference => adapter::answer(&case.input),
    };
    !matches!(compare(&case.expect, &reply, true), Judgement::Pass)
}

/// The cases that notice it, and whether they cite the rule.
fn noticing<'c>(wrong: &Wrong, cases: &'c [Case]) -> BTreeMap<&'c str, bool> {
    let cites = |case: &Case| case.cites.iter().any(|cited| cited == wrong.breaks);
    cases
        .iter()
        .filter(|case| is_noticed(wrong.by, case))
        .map(|case| (case.id.as_str(), cites(case)))
        .collect()
}

/// A row for each mutant, in their order; the mutants are shared out among the
/// processors.
fn matrix<'c>(wrongs: &[Wrong], cases: &'c [Case]) -> Vec<BTreeMap<&'c str, bool>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = wrongs.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let shares: Vec<_> = wrongs
            .chunks(share)
            .map(|share| {
                scope.spawn(move || {
                    let rows = share.iter().map(|wrong| noticing(wrong, cases));
                    rows.collect::<Vec<_>>()
                })
            })
            .collect();
        let rows = shares.into_iter().flat_map(|share| share.join().unwrap());
        rows.collect()
    })
}

#[test]
fn every_mutant_is_noticed_by_a_case_that_cites_its_rule() {
    let (cases, wrongs) = (cases(), all());
    let rows = matrix(&wrongs, &cases);
    let mut matrix = String::new();
    let (mut survivors, mut thin) = (Vec::new(), Vec::new());
    let mut noticed_something = BTreeSet::new();
    for (wrong, noticing) in wrongs.iter().zip(rows) {
        let citing: Vec<&str> = noticing
            .iter()
            .filter_map(|(id, cites)| cites.then_some(*id))
            .collect();
        let line = format!("{} ({}): {}", wrong.name, wrong.breaks, wrong.what);
        let _ = writeln!(matrix, "{line}");
        let _ = writeln!(matrix, "    {}", citing.join(" "));
        match citing.as_slice() {
            [] => survivors.push(format!("{line}; noticed by {:?}", noticing.keys())),
            [only] => thin.push(format!("{} by {only}", wrong.name)),
            _ => {}
        }
        noticed_something.extend(citing);
    }
    let idle: Vec<&str> = cases
        .iter()
        .map(|case| case.id.as_str())
        .filter(|id| !noticed_something.contains(id))
        .collect();
    println!(
        "{matrix}\nthin: {}\n    {}",
        thin.len(),
        thin.join("\n    ")
    );
    println!(
        "\nnothing noticed: {}\n    {}",
        idle.len(),
        idle.join("\n    ")
    );
    assert!(survivors.is_empty(), "\n{}", survivors.join("\n"));
    assert!(idle.is_empty(), "these cases test nothing: {idle:?}");
}

#[test]
fn no_mutant_is_there_twice() {
    let names: Vec<&str> = all().iter().map(|wrong| wrong.name).collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len());
}

/// Without one in force the planner is the planner.
#[test]
fn no_case_notices_the_reference() {
    let reference = Wrong {
        name: "reference",
        breaks: "nothing",
        what: "",
        by: By::Reference,
    };
    assert_eq!(noticing(&reference, &cases()), BTreeMap::new());
}
