//! The rows of black-box cases: one for each check.

use passthrough_protocol::{
    BlackboxCase, CaseResult, Check, CheckResult, Evidence, FrontendRun, Profile, Verdict,
};

use crate::catalogue::row;
use crate::digest;

/// What a report tells of how a frontend of this `version` was run: `prepared`,
/// in environments of the interpreter `python`, `X.Y`.
pub fn frontend_run(profile: &Profile, version: &str, prepared: bool, python: &str) -> FrontendRun {
    // A profile is plain data: its text always exists.
    let text = serde_json::to_vec(profile).unwrap_or_default();
    FrontendRun {
        version: version.to_owned(),
        prepared,
        python: python.to_owned(),
        digest: digest::of([text.as_slice()]),
        profile: profile.clone(),
    }
}

/// What became of a black-box case.
pub struct Seen<'a> {
    /// The case.
    pub case: &'a BlackboxCase,
    /// What was seen, or why nothing could be.
    pub evidence: Result<&'a Evidence, &'a str>,
    /// The options that run the same frontend in the same suite again, for
    /// `reproduce`.
    pub options: &'a str,
}

/// A row for each check of the case.
pub fn rows(seen: &Seen<'_>) -> Vec<CaseResult> {
    let Seen { case, evidence, .. } = seen;
    match evidence {
        Ok(evidence) => {
            let checks = evidence.checks.iter();
            checks.map(|check| judged(seen, evidence, check)).collect()
        }
        Err(reason) => {
            let checks = case.checks.iter();
            checks.map(|check| not_run(seen, check, reason)).collect()
        }
    }
}

fn judged(seen: &Seen<'_>, evidence: &Evidence, check: &CheckResult) -> CaseResult {
    let millis: u64 = evidence.runs.iter().map(|run| run.millis).sum();
    let message = check.message.iter();
    CaseResult {
        verdict: check.verdict,
        code: check.code.clone(),
        differences: message
            .map(|message| format!("{}: {message}", check.about))
            .collect(),
        evidence: Some(evidence.case.clone()),
        stderr: (check.verdict == Verdict::Error)
            .then(|| stderr(evidence))
            .flatten(),
        micros: millis.saturating_mul(1000),
        ..bare(seen, &check.id, &check.cites)
    }
}

fn not_run(seen: &Seen<'_>, check: &Check, reason: &str) -> CaseResult {
    CaseResult {
        code: Some("not-run".to_owned()),
        differences: vec![reason.to_owned()],
        ..bare(seen, &check.id, &check.cites)
    }
}

/// A row that says nothing yet.
fn bare(seen: &Seen<'_>, check: &str, cites: &[String]) -> CaseResult {
    let id = row(&seen.case.id, check);
    CaseResult {
        reproduce: format!(
            "passthrough-check conformance run{} --case {id}",
            seen.options
        ),
        id,
        title: seen.case.title.clone(),
        why: seen.case.why.clone(),
        cites: cites.to_vec(),
        verdict: Verdict::Error,
        code: None,
        differences: Vec::new(),
        expected: None,
        answer: None,
        evidence: None,
        stderr: None,
        micros: 0,
    }
}

/// The end of what the frontend wrote, where it says more than nothing.
fn stderr(evidence: &Evidence) -> Option<String> {
    const LINES: usize = 20;
    let run = evidence.runs.last()?;
    let said = [&run.stderr, &run.stdout]
        .into_iter()
        .find(|text| !text.trim().is_empty())?;
    let lines: Vec<&str> = said.lines().collect();
    Some(lines[lines.len().saturating_sub(LINES)..].join("\n"))
}
