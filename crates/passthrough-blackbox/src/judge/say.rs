//! What a check looks at, expects and found, and where that can be looked up, in
//! words for who maintains the frontend.

use passthrough_protocol::{
    BlackboxCase, Check, CheckResult, Ending, Run, RunEvidence, Step, Verdict, View, What,
};

use super::Sight;

/// What is looked at: it reads on with `expected …, found …`.
pub(crate) fn about(case: &BlackboxCase, check: &Check) -> String {
    let of = check.of.as_deref().unwrap_or_default();
    let name = &case.world.project.name;
    let mut text = match check.what {
        What::Built => match case.step {
            Step::Wheel | Step::Requirement | Step::Archive => {
                format!("a wheel of {name} is built")
            }
            Step::Editable => format!("{name} is installed as editable"),
            Step::Sdist => format!("an sdist of {name} is built"),
            Step::Metadata => format!("the metadata of {name} is made"),
        },
        What::Hooks => format!("hooks of {name} that ran"),
        What::Distributions => "distributions whose metadata is visible".to_owned(),
        What::Copies => format!("copies of {of} whose metadata is visible"),
        What::Versions => format!("visible versions of {of}"),
        What::MissingFiles => format!("missing files among those that {of} records"),
        What::Import => format!("copy of {of} that is imported"),
        What::Script => format!("copy whose script {of} is on PATH"),
        What::ScriptInterpreter => format!("interpreter that runs the script {of}"),
        What::EntryPoints => format!("visible entry points of the group {of}"),
        What::Data => "visible data files".to_owned(),
        What::Fetched => format!("copies of {of} that were downloaded"),
        What::Elsewhere => "hosts asked for beside the index".to_owned(),
        What::HostChanges => "changes of the host".to_owned(),
        What::BuiltWith => format!("copies of {of} that {name} was built with"),
        What::Said => format!("the frontend says `{of}`"),
    };
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

/// What has to be found.
pub(super) fn expected(check: &Check) -> String {
    let mut parts = Vec::new();
    if let Some(words) = &check.is {
        parts.push(listed(check.what, words));
    }
    if let Some(words) = &check.has {
        parts.push(format!("at least {}", words.join(", ")));
    }
    if let Some(words) = &check.lacks {
        parts.push(format!("not {}", words.join(", not ")));
    }
    parts.join(" and ")
}

/// What is wrong with what was found.
pub(super) fn wrong(check: &Check, expected: &str, sight: &Sight, run: &RunEvidence) -> String {
    let words: Vec<String> = sight.words.iter().cloned().collect();
    let found = listed(check.what, &words);
    let place = sight.place.as_deref();
    let place = shown_by(check, place, run);
    format!("expected {expected}, found {found} ({place})")
}

/// Why what was found is worth nothing.
pub(super) fn premise(expected: &str, premise: &CheckResult) -> String {
    let why = match premise.verdict {
        Verdict::Error => "could not be judged",
        Verdict::Fail => "fails",
        _ => "does not pass",
    };
    format!(
        "expected {expected}, but `{}` has to pass first and {why}, so that nothing is shown here",
        premise.id
    )
}

/// How a frontend came to its end.
pub(super) fn end(run: &RunEvidence) -> String {
    let seconds = run.millis / 1000;
    match (run.ending, run.exit_code) {
        (Ending::Exit, Some(code)) => format!("the frontend ended with exit code {code}"),
        (Ending::Exit | Ending::Signal, _) => "the frontend was ended by a signal".to_owned(),
        (Ending::Timeout, _) => {
            format!("the frontend took too long, and was ended after {seconds} s")
        }
        (Ending::Flood, _) => {
            format!("the frontend did not stop writing, and was ended after {seconds} s")
        }
        (Ending::NotStarted, _) => {
            format!("the frontend could not be started: {}", run.stderr.trim())
        }
    }
}

/// Words, or that there is none.
fn listed(what: What, words: &[String]) -> String {
    match (what, words) {
        // A statement that holds or does not.
        (What::Built | What::Said, []) => "no".to_owned(),
        (_, []) => "nothing".to_owned(),
        (_, words) => words.join(", "),
    }
}

/// Where it was seen, in the words of the evidence of a run.
fn shown_by(check: &Check, hook: Option<&str>, run: &RunEvidence) -> String {
    let number = match check.run {
        Run::First => 1,
        Run::Second => 2,
    };
    match check.what {
        What::Built => {
            let left = match run.results.as_slice() {
                [] => "nothing".to_owned(),
                results => results.join(", "),
            };
            format!("{}, and left {left} in out-{number}", end(run))
        }
        What::Fetched => "the index wrote down what it sent".to_owned(),
        What::Elsewhere => "the proxy wrote down what it refused".to_owned(),
        What::HostChanges => "the host was compared with what it was before".to_owned(),
        What::BuiltWith => "the result has it in passthrough-built.json".to_owned(),
        What::Said => format!("what it said is in stdout-{number}.txt and stderr-{number}.txt"),
        What::Hooks => "each that runs leaves a file in recordings".to_owned(),
        _ => format!("recorded by {}", hook.unwrap_or("a hook")),
    }
}
