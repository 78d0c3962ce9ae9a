//! What real frontends did, for a reader who wants to see it.

use passthrough_protocol::{
    ConformanceReport, Ending, Evidence, FrontendRun, RecordedRequest, RunEvidence, Step,
};
use serde::Serialize;

use crate::render::visible::visible;
use crate::render::who;

/// The evidence of a case.
pub(super) type CaseRun<'a> = &'a Evidence;

/// Of a longer log or output the end is shown, in lines.
const LINES: usize = 30;

/// How a frontend was run.
#[derive(Serialize)]
pub(super) struct Frontend {
    source: String,
    requirements: String,
    python: String,
    digest: String,
    commands: Vec<(&'static str, String)>,
}

pub(super) fn frontend(run: &FrontendRun) -> Frontend {
    let profile = &run.profile;
    let steps = if run.prepared {
        &profile.prepared
    } else {
        &profile.steps
    };
    let commands = Step::ALL.into_iter().filter_map(|step| {
        let argv = &steps.get(step)?.argv;
        Some((step.as_str(), visible(&argv.join(" "))))
    });
    Frontend {
        source: visible(&profile.source),
        requirements: visible(&profile.requirements.join(" ")),
        python: visible(&run.python),
        digest: visible(&run.digest),
        commands: commands.collect(),
    }
}

/// All that one frontend did.
#[derive(Serialize)]
pub(super) struct Column {
    who: String,
    cases: Vec<Case>,
}

#[derive(Serialize)]
struct Case {
    anchor: String,
    id: String,
    title: String,
    reproduce: String,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    command: String,
    ended: String,
    facts: Vec<(&'static str, String)>,
    log: String,
    said: String,
}

/// Where the run of a case is told.
pub(super) fn anchor(number: usize, case: &str) -> String {
    format!("run-{}-{}", number + 1, visible(case))
}

pub(super) fn column(number: usize, report: &ConformanceReport) -> Column {
    Column {
        who: who(report),
        cases: report
            .evidence
            .iter()
            .map(|evidence| Case {
                anchor: anchor(number, &evidence.case),
                id: visible(&evidence.case),
                title: visible(&evidence.title),
                reproduce: visible(&evidence.reproduce),
                runs: evidence.runs.iter().map(run).collect(),
            })
            .collect(),
    }
}

fn run(run: &RunEvidence) -> Run {
    let ended = match (run.ending, run.exit_code) {
        (Ending::Exit, Some(code)) => format!("ended with {code}"),
        (Ending::Exit | Ending::Signal, _) => "was ended by a signal".to_owned(),
        (Ending::Timeout, _) => "took too long, and was ended".to_owned(),
        (Ending::Flood, _) => "wrote too much, and was ended".to_owned(),
        (Ending::NotStarted, _) => "could not be started".to_owned(),
    };
    let hooks: Vec<&str> = run
        .recordings
        .iter()
        .map(|recording| recording.hook.as_str())
        .collect();
    let elsewhere: Vec<String> = run
        .attempts
        .iter()
        .map(|attempt| format!("{} {}", attempt.method, attempt.target))
        .collect();
    let built_with = run.built_with.iter().flatten();
    let built_with: Vec<String> = built_with
        .map(|(name, copies)| format!("{name}: {}", copies.join(", ")))
        .collect();
    let facts = [
        ("hooks", hooks.join(", ")),
        ("results", run.results.join(", ")),
        ("built with", built_with.join("; ")),
        ("tried to reach", elsewhere.join(", ")),
        ("changed in the host", run.host_changes.join(", ")),
        ("recordings refused", run.refused_recordings.join("; ")),
        ("trouble", run.trouble.join("; ")),
    ];
    let seconds = run.millis / 1000;
    let tenths = run.millis % 1000 / 100;
    Run {
        command: visible(&run.argv.join(" ")),
        ended: format!("{ended} after {seconds}.{tenths} s"),
        facts: facts
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(what, words)| (what, visible(&words)))
            .collect(),
        log: end(run.requests.iter().map(request)),
        said: end([&run.stdout, &run.stderr]
            .into_iter()
            .flat_map(|text| text.lines())
            .map(str::to_owned)),
    }
}

/// A line of the index's log.
fn request(request: &RecordedRequest) -> String {
    let RecordedRequest {
        method,
        target,
        status,
        sent,
        ..
    } = request;
    let copy = request.copy.as_deref();
    let copy = copy.map_or_else(String::new, |copy| format!(" (the copy {copy})"));
    format!("{method} {target} {status}, {sent} bytes{copy}")
}

fn end(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    let more = lines.len().saturating_sub(LINES);
    let mut text = String::new();
    if more > 0 {
        text = format!("… {more} lines before\n");
    }
    text.push_str(&visible(&lines[more..].join("\n")));
    text
}
