//! Where each thing is seen.

use std::collections::BTreeSet;

use passthrough_protocol::{
    BlackboxCase, Check, Recording, RunEvidence, Seen, SeenDistribution, Step, View, What,
};
use passthrough_requirement::PackageName;

use super::{Sight, say};
use crate::probe;

/// Why there was nothing to look at.
pub(super) struct Unseen {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Unseen {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What a check is about, as it was seen.
pub(super) fn look(
    case: &BlackboxCase,
    check: &Check,
    run: &RunEvidence,
    host: &str,
    nonce: &str,
) -> Result<Vec<Sight>, Unseen> {
    if check.what.is_seen_in_hooks() {
        return hooks(case, check, run)?
            .into_iter()
            .map(|recording| {
                let seen = sight(recording, check.view)?;
                let words = in_hook(case, check, recording, seen, host, nonce);
                let place = Some(recording.hook.clone());
                Ok(Sight { place, words })
            })
            .collect();
    }
    let of = check.of.as_deref().unwrap_or_default();
    let words = match check.what {
        What::Built => yes(is_built(case, run)),
        What::Hooks => hook_names(case, run)?,
        What::Fetched => run
            .requests
            .iter()
            .filter(|request| request.sent > 0 && matches!(request.status, 200 | 206))
            .filter(|request| {
                request
                    .project
                    .as_deref()
                    .is_some_and(|project| same(project, of))
            })
            .map(|request| {
                request
                    .copy
                    .clone()
                    .unwrap_or_else(|| "unmarked".to_owned())
            })
            .collect(),
        What::Elsewhere => run
            .attempts
            .iter()
            .map(|attempt| attempt.host.clone())
            .collect(),
        What::HostChanges => run.host_changes.iter().cloned().collect(),
        What::BuiltWith => {
            let Some(copies) = &run.built_with else {
                let message = format!(
                    "there is no result of this run that says what it was built with ({})",
                    say::end(run)
                );
                return Err(Unseen::new("no-result", message));
            };
            let named = copies.iter().filter(|(name, _)| same(name, of));
            named
                .flat_map(|(_, copies)| copies)
                .map(|copy| label(Some(copy), nonce))
                .collect()
        }
        _ => yes(run.stdout.contains(of) || run.stderr.contains(of)),
    };
    Ok(vec![Sight { place: None, words }])
}

/// The hooks of the build that a check is about.
fn hooks<'a>(
    case: &BlackboxCase,
    check: &Check,
    run: &'a RunEvidence,
) -> Result<Vec<&'a Recording>, Unseen> {
    refuse_strays(run)?;
    let project = check.project.as_ref().unwrap_or(&case.world.project.name);
    let of_project = run
        .recordings
        .iter()
        .filter(|found| found.project == *project);
    let most = if check.first { 1 } else { usize::MAX };
    let chosen: Vec<&Recording> = of_project
        .filter(|found| check.hook.as_ref().is_none_or(|hook| found.hook == *hook))
        .take(most)
        .collect();
    if chosen.is_empty() {
        let hook = check.hook.as_deref().unwrap_or("a hook");
        let message = format!(
            "expected {hook} of {project} to run, found no recording of it ({})",
            say::end(run)
        );
        return Err(Unseen::new("no-recording", message));
    }
    Ok(chosen)
}

/// A recording that is none of this run puts all others in doubt.
fn refuse_strays(run: &RunEvidence) -> Result<(), Unseen> {
    match run.refused_recordings.first() {
        Some(stray) => {
            let message = format!("a recording is none of a hook of this run: {stray}");
            Err(Unseen::new("stray-recording", message))
        }
        None => Ok(()),
    }
}

fn hook_names(case: &BlackboxCase, run: &RunEvidence) -> Result<BTreeSet<String>, Unseen> {
    refuse_strays(run)?;
    let project = &case.world.project.name;
    let recordings = run.recordings.iter();
    let names = recordings
        .filter(|found| found.project == *project)
        .map(|found| found.hook.clone());
    Ok(names.collect())
}

fn sight(recording: &Recording, view: View) -> Result<&Seen, Unseen> {
    let child = match view {
        View::Hook => return Ok(&recording.seen),
        View::Child => &recording.child,
        View::IsolatedChild => &recording.isolated_child,
    };
    child.seen.as_ref().ok_or_else(|| {
        let error = child.error.as_deref().unwrap_or("it said nothing");
        let message = format!(
            "the child interpreter that {} started could not look: {error}",
            recording.hook
        );
        Unseen::new("child", message)
    })
}

fn in_hook(
    case: &BlackboxCase,
    check: &Check,
    recording: &Recording,
    seen: &Seen,
    host: &str,
    nonce: &str,
) -> BTreeSet<String> {
    let of = check.of.as_deref().unwrap_or_default();
    let distributions = || seen.distributions.iter().filter(|found| !is_probe(found));
    let named =
        || distributions().filter(|found| found.name.as_deref().is_some_and(|name| same(name, of)));
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    match check.what {
        What::Distributions => distributions()
            .filter_map(|found| found.name.as_deref())
            // The frontend's own are judged where they are named.
            .filter(|name| is_of_the_world(case, name))
            .map(normalised)
            .collect(),
        What::Copies => named()
            .map(|found| label(found.copy.as_ref(), nonce))
            .collect(),
        What::Versions => named().map(|found| word(&found.version)).collect(),
        What::MissingFiles => named()
            .flat_map(|found| match &found.missing {
                Some(missing) => missing.clone(),
                None => vec!["no record".to_owned()],
            })
            .collect(),
        What::Import => match seen.imports.get(of) {
            Some(found) if found.error.is_none() => {
                BTreeSet::from([label(found.copy.as_ref(), nonce)])
            }
            _ => BTreeSet::new(),
        },
        What::Script => match seen.scripts.get(of) {
            Some(found) if found.error.is_none() => {
                BTreeSet::from([label(found.copy.as_ref(), nonce)])
            }
            Some(_) => BTreeSet::from(["broken".to_owned()]),
            None => BTreeSet::new(),
        },
        What::ScriptInterpreter => {
            let Some(found) = seen.scripts.get(of) else {
                return BTreeSet::new();
            };
            let what = match found.prefix.as_deref() {
                Some(prefix) if prefix == recording.seen.prefix => "environment",
                Some(prefix) if prefix == host => "host",
                Some(_) => "other",
                None => "broken",
            };
            BTreeSet::from([what.to_owned()])
        }
        What::EntryPoints => {
            let points = seen.entry_points.iter();
            points
                .filter(|point| point.group == of)
                .map(|point| point.name.clone())
                .collect()
        }
        _ => seen.data.iter().cloned().collect(),
    }
}

/// Whether a step did what it is for.
fn is_built(case: &BlackboxCase, run: &RunEvidence) -> bool {
    let has = |ending: &str| run.results.iter().any(|name| name.ends_with(ending));
    let ran = |hooks: &[&str]| {
        let mut names = run.recordings.iter().map(|found| found.hook.as_str());
        names.any(|name| hooks.contains(&name))
    };
    run.exit_code == Some(0)
        && match case.step {
            Step::Wheel | Step::Editable | Step::Requirement | Step::Archive => {
                run.built_with.is_some()
            }
            Step::Sdist => has(".tar.gz"),
            Step::Metadata => ran(&["prepare_metadata_for_build_wheel", "build_wheel"]),
        }
}

fn yes(is: bool) -> BTreeSet<String> {
    is.then(|| "yes".to_owned()).into_iter().collect()
}

/// The label of a mark of this run; that of another run is told in full.
fn label(mark: Option<&String>, nonce: &str) -> String {
    match mark {
        Some(mark) => match mark.rsplit_once('@') {
            Some((label, of)) if of == nonce => label.to_owned(),
            _ => format!("stray {mark}"),
        },
        None => "unmarked".to_owned(),
    }
}

fn is_probe(found: &SeenDistribution) -> bool {
    let name = found.name.as_deref().map(normalised);
    name.is_some_and(|name| name.starts_with(probe::DISTRIBUTION))
}

fn is_of_the_world(case: &BlackboxCase, name: &str) -> bool {
    let mut all = case.world.distributions();
    all.any(|given| same(&given.name, name))
}

fn normalised(name: &str) -> String {
    let parsed = name.parse::<PackageName>();
    parsed.map_or_else(|_| name.to_owned(), |name| name.as_str().to_owned())
}

fn same(one: &str, other: &str) -> bool {
    normalised(one) == normalised(other)
}
