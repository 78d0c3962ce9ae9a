//! Failures that are known. They are strict: an entry that does not describe
//! what happens is stale.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use passthrough_protocol::{CaseResult, Expectations, ExpectedFailure, Verdict};

use crate::requirements::Requirement;
use crate::suite::Suite;

/// Reads an expectations file. Fails on what is no TOML or breaks the schema,
/// and on an entry that speaks of no case and no requirement, or of both.
pub fn read(text: &str) -> Result<Expectations, String> {
    let expectations: Expectations =
        toml_edit::de::from_str(text).map_err(|error| error.to_string())?;
    for (number, entry) in expectations.xfail.iter().enumerate() {
        if entry.case.is_some() == entry.requirement.is_some() {
            return Err(format!(
                "entry {}: give either `case` or `requirement`",
                number + 1
            ));
        }
    }
    Ok(expectations)
}

/// Gives the verdicts that the expectations make of those of `cases`. Returns
/// what is stale.
///
/// An entry on a case that was not run is left alone: it cannot be told.
pub fn apply(
    expectations: &Expectations,
    cases: &mut [CaseResult],
    suite: &Suite,
    requirements: &[Requirement],
) -> Vec<String> {
    let mut stale = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in &expectations.xfail {
        if !seen.insert((&entry.case, &entry.requirement, &entry.code)) {
            stale.push(format!("{}: it is there twice", name(entry)));
        }
        if entry.issue.is_none() && entry.reason.is_none() {
            stale.push(format!(
                "{}: it has no `issue` and no `reason`",
                name(entry)
            ));
        }
        let wrong = match (&entry.case, &entry.requirement) {
            (Some(id), _) => of_case(entry, id, cases, suite),
            (None, Some(id)) => of_requirement(entry, id, cases, suite, requirements),
            (None, None) => None,
        };
        stale.extend(wrong.map(|wrong| format!("{}: {wrong}", name(entry))));
    }
    stale
}

fn name(entry: &ExpectedFailure) -> String {
    match (&entry.case, &entry.requirement) {
        (Some(case), _) => format!("case `{case}`"),
        (None, Some(requirement)) => format!("requirement `{requirement}`"),
        (None, None) => "an entry".to_owned(),
    }
}

fn of_case(
    entry: &ExpectedFailure,
    id: &str,
    cases: &mut [CaseResult],
    suite: &Suite,
) -> Option<String> {
    if !suite.cases.contains_key(id) {
        return Some("there is no such case".to_owned());
    }
    let case = cases.iter_mut().find(|case| case.id == id)?;
    let fits = case.code.as_deref() == Some(entry.code.as_str());
    match case.verdict {
        Verdict::Fail | Verdict::Error if fits => {
            case.verdict = Verdict::Xfail;
            None
        }
        Verdict::Xfail if fits => None,
        Verdict::Fail | Verdict::Error | Verdict::Xfail => Some(format!(
            "the case fails with the code `{}`, not `{}`",
            case.code.as_deref().unwrap_or_default(),
            entry.code
        )),
        Verdict::Pass | Verdict::Xpass => {
            case.verdict = Verdict::Xpass;
            Some("the case passes".to_owned())
        }
        Verdict::Unsupported | Verdict::Observed => {
            Some(format!("the case ends in `{}`", case.verdict.as_str()))
        }
    }
}

fn of_requirement(
    entry: &ExpectedFailure,
    id: &str,
    cases: &mut [CaseResult],
    suite: &Suite,
    requirements: &[Requirement],
) -> Option<String> {
    if !requirements.iter().any(|requirement| requirement.id == id) {
        return Some("there is no such requirement".to_owned());
    }
    let cites = |cited: &[String]| cited.iter().any(|cited| cited == id);
    let mut run = 0;
    let mut described = 0;
    for case in cases.iter_mut().filter(|case| cites(&case.cites)) {
        run += 1;
        let fails = matches!(
            case.verdict,
            Verdict::Fail | Verdict::Error | Verdict::Xfail
        );
        if fails && case.code.as_deref() == Some(entry.code.as_str()) {
            case.verdict = Verdict::Xfail;
            described += 1;
        }
    }
    let all = suite.cases.values();
    let all = all.filter(|loaded| cites(&loaded.case.cites)).count();
    (described == 0 && run == all).then(|| format!("no case of it fails with `{}`", entry.code))
}

/// An expectations file for all that fails, as text.
pub fn write(cases: &[CaseResult], issue: Option<&str>, reason: Option<&str>) -> String {
    let mut text = String::from("schema = \"passthrough-expectations/1\"\n");
    let wrong = cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Error));
    for case in wrong {
        text.push_str("\n[[xfail]]\n");
        let code = case.code.as_deref().unwrap_or_default();
        let fields = [
            ("case", Some(case.id.as_str())),
            ("code", Some(code)),
            ("issue", issue),
            ("reason", reason),
        ];
        for (key, value) in fields {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", toml_edit::Value::from(value));
            }
        }
    }
    text
}
