//! What was seen, against what had to be seen. A pure function.

mod look;

use std::collections::BTreeSet;

use passthrough_protocol::{
    BlackboxCase, Check, CheckResult, Ending, Run, RunEvidence, Verdict, View,
};

use look::Unseen;

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
        let looked = match runs.get(number) {
            Some(run) => usable(run).and_then(|()| look::look(case, check, run, host, nonce)),
            None => Err(Unseen::new("not-run", "it was not run")),
        };
        let mut result = compare(check, looked);
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
            result.message = Some(format!(
                "`{}` does not hold, so this shows nothing",
                premise.id
            ));
        }
        results.push(result);
    }
    results
}

/// Whether a run can be judged at all.
fn usable(run: &RunEvidence) -> Result<(), Unseen> {
    let (code, message) = match run.ending {
        Ending::Exit => match run.trouble.first() {
            None => return Ok(()),
            Some(trouble) => ("world", trouble.clone()),
        },
        Ending::Signal => ("signal", "the frontend was ended by a signal".to_owned()),
        Ending::Timeout => ("timeout", "the frontend took too long".to_owned()),
        Ending::Flood => ("flood", "the frontend did not stop writing".to_owned()),
        Ending::NotStarted => ("not-started", run.stderr.trim().to_owned()),
    };
    Err(Unseen::new(code, message))
}

fn compare(check: &Check, looked: Result<Vec<Sight>, Unseen>) -> CheckResult {
    let mut result = CheckResult {
        id: check.id.clone(),
        cites: check.cites.clone(),
        verdict: Verdict::Pass,
        code: None,
        about: about(check),
        expected: expected(check),
        observed: None,
        message: None,
    };
    let sights = match looked {
        Ok(sights) => sights,
        Err(unseen) => {
            result.verdict = Verdict::Error;
            result.code = Some(unseen.code.to_owned());
            result.message = Some(unseen.message);
            return result;
        }
    };
    let mut all = BTreeSet::new();
    for sight in sights {
        if let Some(code) = wrong(check, &sight.words) {
            let words: Vec<String> = sight.words.into_iter().collect();
            let seen = if words.is_empty() {
                "nothing".to_owned()
            } else {
                words.join(", ")
            };
            let place = sight
                .place
                .map_or_else(String::new, |place| format!("in {place}: "));
            result.verdict = Verdict::Fail;
            result.code = Some(code.to_owned());
            result.message = Some(format!(
                "{place}{seen}, where it should be: {}",
                result.expected
            ));
            result.observed = Some(words);
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

/// What is looked at, in words.
fn about(check: &Check) -> String {
    let mut text = check.what.as_str().replace('-', " ");
    if let Some(of) = &check.of {
        text = format!("{text} of {of}");
    }
    if check.what.is_seen_in_hooks() {
        text.push_str(match check.view {
            View::Hook => "",
            View::Child => ", in a child interpreter",
            View::IsolatedChild => ", in a child interpreter with -I",
        });
        if let Some(hook) = &check.hook {
            let time = if check.first { "the first " } else { "" };
            text = format!("{text}, in {time}{hook}");
        }
        if let Some(project) = &check.project {
            text = format!("{text}, in the build of {project}");
        }
    }
    if check.run == Run::Second {
        text.push_str(", in the second run");
    }
    text
}

fn expected(check: &Check) -> String {
    let list = |words: &[String]| {
        if words.is_empty() {
            "nothing".to_owned()
        } else {
            words.join(", ")
        }
    };
    let mut parts = Vec::new();
    if let Some(words) = &check.is {
        parts.push(list(words));
    }
    if let Some(words) = &check.has {
        parts.push(format!("{} among others", list(words)));
    }
    if let Some(words) = &check.lacks {
        parts.push(format!("not {}", list(words)));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests;
