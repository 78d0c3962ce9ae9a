//! What was seen, against what had to be seen. A pure function.

mod look;
mod say;

use std::collections::BTreeSet;

use passthrough_protocol::{BlackboxCase, Check, CheckResult, Ending, Run, RunEvidence, Verdict};

use look::Unseen;
pub(crate) use say::about;

/// What one look at a run gave: a set of words for each place looked at.
struct Sight {
    /// Where it was, to tell several apart: the hook.
    place: Option<String>,
    words: BTreeSet<String>,
}

/// Judges every check of a case by the runs that were made of it, in the order
/// of the case. `hosts` are the hosts' directories, `nonce` is that of the world.
pub fn judge(
    case: &BlackboxCase,
    runs: &[RunEvidence],
    hosts: &[String],
    nonce: &str,
) -> Vec<CheckResult> {
    let mut results: Vec<CheckResult> = Vec::new();
    for check in &case.checks {
        let number = match check.run {
            Run::First => 0,
            Run::Second => 1,
        };
        let host = hosts.get(number).map_or("", String::as_str);
        let mut result = match runs.get(number) {
            Some(run) => {
                let looked = usable(run).and_then(|()| look::look(case, check, run, host, nonce));
                compare(case, check, run, looked)
            }
            None => unseen(
                case,
                check,
                Unseen::new("not-run", "the frontend was not run for it"),
            ),
        };
        let premise = check.premise.as_ref().and_then(|premise| {
            let mut before = results.iter();
            before.find(|result| result.id == *premise && result.verdict != Verdict::Pass)
        });
        // What never came about cannot be done right; and where the frontend has
        // failed at the premise, that nothing can be seen is its fault.
        let unseen = matches!(result.code.as_deref(), Some("no-recording" | "no-result"));
        if let Some(premise) = premise
            && (result.verdict == Verdict::Pass || unseen && premise.verdict == Verdict::Fail)
        {
            result.verdict = match premise.verdict {
                Verdict::Error => Verdict::Error,
                _ => Verdict::Fail,
            };
            result.code = Some("premise".to_owned());
            result.message = Some(say::premise(&result.expected, premise));
        }
        results.push(result);
    }
    results
}

/// Whether a run can be judged at all.
fn usable(run: &RunEvidence) -> Result<(), Unseen> {
    let code = match run.ending {
        Ending::Exit => match run.trouble.first() {
            None => return Ok(()),
            Some(trouble) => {
                let message = format!("the world is not as the frontend found it: {trouble}");
                return Err(Unseen::new("world", message));
            }
        },
        Ending::Signal => "signal",
        Ending::Timeout => "timeout",
        Ending::Flood => "flood",
        Ending::NotStarted => "not-started",
    };
    Err(Unseen::new(code, say::end(run)))
}

/// A check that nothing has been found for yet.
fn bare(case: &BlackboxCase, check: &Check) -> CheckResult {
    CheckResult {
        id: check.id.clone(),
        cites: check.cites.clone(),
        verdict: Verdict::Pass,
        code: None,
        about: about(case, check),
        expected: say::expected(check),
        observed: None,
        message: None,
    }
}

/// A check for which there was nothing to look at.
fn unseen(case: &BlackboxCase, check: &Check, unseen: Unseen) -> CheckResult {
    CheckResult {
        verdict: Verdict::Error,
        code: Some(unseen.code.to_owned()),
        message: Some(unseen.message),
        ..bare(case, check)
    }
}

fn compare(
    case: &BlackboxCase,
    check: &Check,
    run: &RunEvidence,
    looked: Result<Vec<Sight>, Unseen>,
) -> CheckResult {
    let sights = match looked {
        Ok(sights) => sights,
        Err(reason) => return unseen(case, check, reason),
    };
    let mut result = bare(case, check);
    let mut all = BTreeSet::new();
    for sight in sights {
        if let Some(code) = wrong(check, &sight.words) {
            result.verdict = Verdict::Fail;
            result.code = Some(code.to_owned());
            result.message = Some(say::wrong(check, &result.expected, &sight, run));
            result.observed = Some(sight.words.into_iter().collect());
            return result;
        }
        all.extend(sight.words);
    }
    result.observed = Some(all.into_iter().collect());
    result
}

/// A stable word for what is wrong with what was seen.
fn wrong(check: &Check, seen: &BTreeSet<String>) -> Option<&'static str> {
    let set = |words: &Option<Vec<String>>| {
        let words = words.as_ref()?;
        Some(words.iter().cloned().collect::<BTreeSet<String>>())
    };
    let misses = |wanted: &BTreeSet<String>| {
        if seen.is_empty() {
            "nothing"
        } else if wanted.is_disjoint(seen) {
            "other"
        } else {
            "less"
        }
    };
    if let Some(wanted) = set(&check.is)
        && wanted != *seen
    {
        return Some(if wanted.is_subset(seen) {
            "more"
        } else {
            misses(&wanted)
        });
    }
    if let Some(wanted) = set(&check.has)
        && !wanted.is_subset(seen)
    {
        return Some(misses(&wanted));
    }
    if let Some(unwanted) = set(&check.lacks)
        && !unwanted.is_disjoint(seen)
    {
        return Some("more");
    }
    None
}

#[cfg(test)]
mod tests;
