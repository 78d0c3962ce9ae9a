//! Failures that are known. They are strict: an entry that does not describe
//! what happens is stale.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use passthrough_protocol::{CaseResult, Expectations, ExpectedFailure, Verdict};

use crate::catalogue::Catalogue;
use crate::digest;
use crate::embedded;
use crate::requirements::Requirement;

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

/// The failures of a frontend that the suite knows of: those in
/// `conformance/expectations`, in the file with its name. Fails where the file
/// is broken.
pub fn of_frontend(name: &str) -> Option<Result<Expectations, String>> {
    let mut files = embedded::EXPECTATIONS.iter();
    let (_, text) = files.find(|(file, _)| file.strip_suffix(".toml") == Some(name))?;
    Some(read(text))
}

/// The identity of the entries, `sha256:…`: all parts of a run have the same.
pub fn digest(expectations: &Expectations) -> String {
    // The entries are plain data: their text always exists.
    let text = serde_json::to_vec(&expectations.xfail).unwrap_or_default();
    digest::of([text.as_slice()])
}

/// What expectations come to.
#[derive(Debug, Default)]
pub struct Applied {
    /// What is wrong with which entry.
    pub stale: Vec<String>,
    /// Entries that only the other parts of the plan can tell about.
    pub undecided: Vec<ExpectedFailure>,
}

/// Gives the verdicts that the expectations make of those of `cases`, which
/// are the run part of `plan`.
///
/// An entry on a case that is not in the plan is left alone: it cannot be told.
pub fn apply(
    expectations: &Expectations,
    cases: &mut [CaseResult],
    plan: &[String],
    catalogue: &Catalogue,
    requirements: &[Requirement],
) -> Applied {
    let (mut stale, mut undecided) = (Vec::new(), Vec::new());
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
            (Some(id), _) => of_case(entry, id, cases, catalogue),
            (None, Some(id)) if requirements.iter().all(|known| known.id != *id) => {
                Some("there is no such requirement".to_owned())
            }
            (None, Some(id)) => match of_requirement(entry, id, cases, plan, catalogue) {
                Described::Something | Described::NothingThatWasSelected => None,
                Described::NothingYet => {
                    undecided.push(entry.clone());
                    None
                }
                Described::Nothing => Some(describes_nothing(entry)),
            },
            (None, None) => None,
        };
        stale.extend(wrong.map(|wrong| format!("{}: {wrong}", name(entry))));
    }
    Applied { stale, undecided }
}

/// What is stale of the entries that no part could tell about.
pub fn stale_in_all<'e>(
    undecided: impl IntoIterator<Item = &'e ExpectedFailure>,
) -> impl Iterator<Item = String> {
    let entries = undecided.into_iter();
    entries.map(|entry| format!("{}: {}", name(entry), describes_nothing(entry)))
}

fn describes_nothing(entry: &ExpectedFailure) -> String {
    format!("no case of it fails with `{}`", entry.code)
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
    catalogue: &Catalogue,
) -> Option<String> {
    if !catalogue.rows.contains_key(id) {
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

/// What an entry on a requirement describes.
enum Described {
    Something,
    /// Nothing in this part of the plan.
    NothingYet,
    /// Nothing in the plan, but cases of it are not in the plan.
    NothingThatWasSelected,
    Nothing,
}

fn of_requirement(
    entry: &ExpectedFailure,
    id: &str,
    cases: &mut [CaseResult],
    plan: &[String],
    catalogue: &Catalogue,
) -> Described {
    let cites = |cited: &[String]| cited.iter().any(|cited| cited == id);
    let mut run = BTreeSet::new();
    let mut described = false;
    for case in cases.iter_mut().filter(|case| cites(&case.cites)) {
        run.insert(case.id.as_str());
        let fails = matches!(
            case.verdict,
            Verdict::Fail | Verdict::Error | Verdict::Xfail
        );
        if fails && case.code.as_deref() == Some(entry.code.as_str()) {
            case.verdict = Verdict::Xfail;
            described = true;
        }
    }
    let mut not_run = catalogue.citing(id).filter(|row| !run.contains(row));
    if described {
        Described::Something
    } else if not_run.clone().next().is_none() {
        Described::Nothing
    } else if not_run.all(|row| plan.iter().any(|planned| planned == row)) {
        Described::NothingYet
    } else {
        Described::NothingThatWasSelected
    }
}

/// An expectations file for all that fails, as text. What a real frontend did
/// is put behind the reason.
pub fn write(cases: &[CaseResult], issue: Option<&str>, reason: Option<&str>) -> String {
    let mut text = String::from("schema = \"passthrough-expectations/1\"\n");
    let wrong = cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Error));
    for case in wrong {
        text.push_str("\n[[xfail]]\n");
        let code = case.code.as_deref().unwrap_or_default();
        let reason = reason.map(|reason| match case.evidence {
            Some(_) => format!("{reason}: {}", short(&case.differences.join("; "))),
            None => reason.to_owned(),
        });
        let fields = [
            ("case", Some(case.id.as_str())),
            ("code", Some(code)),
            ("issue", issue),
            ("reason", reason.as_deref()),
        ];
        for (key, value) in fields {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", toml_edit::Value::from(value));
            }
        }
    }
    text
}

/// As much of a text as a reason needs.
fn short(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
