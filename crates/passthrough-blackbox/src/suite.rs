use std::collections::BTreeSet;

use passthrough_conformance::embedded::{self, Files};
use passthrough_conformance::suite::{Cases, Head, Level};
use passthrough_protocol::{BlackboxCase, Defect, Form, Run, View};

/// The black-box cases that can be run, and what is wrong with the others.
pub type Suite = Cases<Blackbox>;

/// The black-box level: what a build sees, fetches and changes.
#[derive(Clone, Copy, Debug)]
pub enum Blackbox {}

impl Level for Blackbox {
    type Case = BlackboxCase;

    const EMBEDDED: Files = embedded::BLACKBOX_CASES;
    const LARGEST: u64 = 1 << 20;

    fn head(case: &BlackboxCase) -> Head<'_> {
        let cites = case.checks.iter().flat_map(|check| &check.cites);
        Head {
            id: &case.id,
            title: &case.title,
            why: &case.why,
            cites: cites.map(String::as_str).collect(),
        }
    }

    fn check(case: &BlackboxCase) -> Result<(), String> {
        check(case)
    }
}

fn check(case: &BlackboxCase) -> Result<(), String> {
    let world = &case.world;
    for given in world.installed() {
        let is_editable = matches!(given.form, Form::Editable | Form::EditableFinder);
        if given.form == Form::Sdist {
            return Err(format!("`{}` is an sdist on a host", given.name));
        }
        if given.defect == Some(Defect::SourceGone) && !is_editable {
            return Err(format!("`{}` has no source tree that is gone", given.name));
        }
        if given.origin.is_some() && is_editable {
            return Err(format!("`{}` has two origins", given.name));
        }
    }
    for given in &world.index {
        if matches!(given.form, Form::Editable | Form::EditableFinder) {
            return Err(format!("`{}` is editable on an index", given.name));
        }
        if given.defect.is_some() || given.origin.is_some() {
            return Err(format!(
                "`{}` has what only an installed one can have",
                given.name
            ));
        }
        if (given.form == Form::Sdist) != given.project.is_some() {
            return Err(format!(
                "`{}` has an sdist without its project, or the reverse",
                given.name
            ));
        }
    }
    if case.checks.is_empty() {
        return Err("it checks nothing".to_owned());
    }
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for check in &case.checks {
        let id = &check.id;
        let wrong = if check.cites.is_empty() {
            Some("cites no requirement")
        } else if check.is.is_none() && check.has.is_none() && check.lacks.is_none() {
            Some("expects nothing")
        } else if check.what.has_object() != check.of.is_some() {
            Some("names what it is of where there is nothing to name, or does not")
        } else if !check.what.is_seen_in_hooks()
            && (check.hook.is_some() || check.project.is_some() || check.view != View::Hook)
        {
            Some("is not of what a hook sees")
        } else if check.first && check.hook.is_none() {
            Some("is of the first time of no hook")
        } else if check.run == Run::Second && world.second_host.is_none() {
            Some("is of a second run, and there is none")
        } else if check
            .premise
            .as_ref()
            .is_some_and(|premise| !ids.contains(premise.as_str()))
        {
            Some("has a premise that is no check before it")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return Err(format!("the check `{id}` {wrong}"));
        }
        if !ids.insert(id) {
            return Err(format!("the check `{id}` is there twice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
