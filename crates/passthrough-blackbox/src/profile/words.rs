//! Which word stands for something in which place of a profile, and which has to
//! be there. What is misplaced would reach the frontend as it is written, and be
//! judged as if the frontend had been at fault.

use passthrough_protocol::{Capability, Profile, Step, StepCommand, Steps};

use crate::template;

/// What every command has.
const COMMAND: [&str; 9] = [
    "constraints",
    "host",
    "index",
    "out",
    "project",
    "python",
    "refused",
    "self",
    "tool",
];

/// Fails with what is wrong with the words of a profile.
pub(super) fn check(profile: &Profile) -> Result<(), String> {
    let version = || profile.version.argv.iter();
    for text in version() {
        known(text, "version", |word| {
            ["python", "self", "tool"].contains(&word)
        })?;
    }
    for (step, command) in all(&profile.steps) {
        of_step(step, command, false)?;
    }
    for (step, command) in all(&profile.prepared) {
        of_step(step, command, true)?;
    }
    for text in profile.environment.values() {
        known(text, "environment", |word| {
            COMMAND.contains(&word) && word != "refused"
        })?;
    }
    known(&profile.pyproject, "pyproject", |word| word == "index")?;

    if profile.requirements.is_empty() {
        let commands = all(&profile.steps).chain(all(&profile.prepared));
        let steps = commands.flat_map(|(_, command)| &command.argv);
        let texts = steps.chain(profile.environment.values());
        let mut tools = texts.chain(version()).filter(|text| has(text, "tool"));
        let mut pythons = version().filter(|text| has(text, "python"));
        if tools.next().is_some() {
            return Err("`{tool}` stands for nothing without `requirements`".to_owned());
        }
        if pythons.next().is_some() {
            return Err(
                "`{python}` stands for nothing in `version` without `requirements`".to_owned(),
            );
        }
    }
    let native = || all(&profile.steps).flat_map(|(_, command)| &command.argv);
    if let Some(refusal) = &profile.refusal {
        if !refusal.name.iter().any(|word| word.contains("{name}")) {
            return Err("what refuses a name has no `{name}`".to_owned());
        }
        if !native().any(|argument| argument == "{refused}") {
            return Err("there is `refusal`, and no step has the argument `{refused}`".to_owned());
        }
    }
    if profile.capabilities.contains(&Capability::Constraints)
        && !native()
            .chain(profile.environment.values())
            .any(|text| has(text, "constraints"))
    {
        return Err(
            "it has the capability `constraints`, and nothing has `{constraints}`".to_owned(),
        );
    }
    Ok(())
}

fn of_step(step: Step, command: &StepCommand, is_prepared: bool) -> Result<(), String> {
    let own = match step {
        Step::Archive => Some("archive"),
        Step::Requirement => Some("requirement"),
        Step::Wheel | Step::Editable | Step::Sdist | Step::Metadata => None,
    };
    let place = if is_prepared { "prepared" } else { "steps" };
    let place = format!("{place}.{}", step.as_str());
    for text in &command.argv {
        known(text, &place, |word| {
            COMMAND.contains(&word) || Some(word) == own || is_prepared && word == "prepared"
        })?;
        if has(text, "refused") && text != "{refused}" {
            return Err("`{refused}` has to be an argument of its own".to_owned());
        }
    }
    let is_there = |word: &&str| command.argv.iter().any(|text| has(text, word));
    match own {
        Some(word) if !is_there(&word) => Err(format!("`{place}` has no `{{{word}}}`")),
        _ => Ok(()),
    }
}

fn known(text: &str, place: &str, is_known: impl Fn(&str) -> bool) -> Result<(), String> {
    match template::words(text).find(|word| !is_known(word)) {
        Some(word) if template::WORDS.contains(&word) => {
            Err(format!("`{{{word}}}` stands for nothing in `{place}`"))
        }
        Some(word) => Err(format!("`{{{word}}}` stands for nothing")),
        None => Ok(()),
    }
}

fn has(text: &str, word: &str) -> bool {
    template::words(text).any(|found| found == word)
}

/// The steps that there are.
pub(super) fn all(steps: &Steps) -> impl Iterator<Item = (Step, &StepCommand)> {
    let all = Step::ALL.into_iter();
    all.filter_map(|step| Some((step, steps.get(step)?)))
}
