use std::collections::{BTreeMap, BTreeSet};

use passthrough_diagnostic::Severity;
use passthrough_protocol::{Because, Status};
use passthrough_requirement::{PackageName, Source};
use proptest::prelude::*;

use super::oracle::{self, Opinion};
use super::world::{World, world};
use crate::Plan;
use crate::decide::settle;
use crate::situation::Situation;

fn opinion(plan: &Plan) -> Opinion {
    Opinion {
        statuses: plan
            .listed
            .iter()
            .map(|decision| (decision.name.clone(), decision.status))
            .collect(),
        expose: plan
            .expose
            .iter()
            .map(|exposed| {
                let parents = exposed.required_by.iter().cloned().collect();
                (exposed.installed.name.clone(), (exposed.role, parents))
            })
            .collect(),
        install: plan
            .install
            .iter()
            .map(|install| {
                let requirement = &install.requirement;
                let specifiers = match &requirement.source {
                    Source::Specifiers(specifiers) => specifiers.clone(),
                    Source::Url(_) => Default::default(),
                };
                let value = (specifiers, requirement.extras.clone(), install.because);
                (requirement.name.clone(), value)
            })
            .collect(),
        errors: errors(plan).collect(),
    }
}

/// The codes of what no second pass can settle; what is an error by `strict`
/// alone is none of it.
fn errors(plan: &Plan) -> impl Iterator<Item = &'static str> {
    let rules = plan.diagnostics.iter().map(|diagnostic| diagnostic.rule);
    let rules = rules.filter(|rule| rule.severity == Severity::Error);
    rules.map(|rule| rule.code)
}

/// What does not depend on why a download is one.
fn without_because(plan: &Plan) -> (Vec<PackageName>, BTreeMap<String, bool>) {
    (
        plan.expose
            .iter()
            .map(|exposed| exposed.installed.name.clone())
            .collect(),
        plan.install
            .iter()
            .map(|install| {
                let displaced = install.because == Because::Displaced;
                (install.requirement.to_string(), displaced)
            })
            .collect(),
    )
}

fn shuffled(world: &World) -> World {
    let mut world = world.clone();
    world.listed.reverse();
    world.listed.extend(world.listed.first().cloned());
    world.requires.reverse();
    world.constraints.reverse();
    if let Some(dynamic) = &mut world.dynamic {
        dynamic.reverse();
    }
    for dist in world.host.values_mut() {
        dist.requires.reverse();
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn agrees_with_the_naive_oracle(world in world()) {
        prop_assert_eq!(opinion(&world.plan()), oracle::decide(&world));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn order_and_repetition_change_nothing(world in world()) {
        let (plan, again) = (world.plan(), shuffled(&world).plan());
        prop_assert_eq!(&plan.listed, &again.listed);
        prop_assert_eq!(plan.expose, again.expose.into_iter().map(|mut exposed| {
            // The copies differ in the order of their `Requires-Dist`.
            let mut installed = (*exposed.installed).clone();
            if let Ok(metadata) = &mut installed.metadata {
                metadata.requires.reverse();
            }
            exposed.installed = installed.into();
            exposed
        }).collect::<Vec<_>>());
        prop_assert_eq!(plan.install, again.install);
        let messages = |diagnostics: &[passthrough_diagnostic::Diagnostic]| {
            diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(messages(&plan.diagnostics), messages(&again.diagnostics));
    }

    #[test]
    fn a_name_has_one_status_and_at_most_one_version(world in world()) {
        let plan = world.plan();
        let listed: BTreeSet<&PackageName> = world.listed.iter().collect();
        prop_assert_eq!(plan.listed.iter().map(|decision| &decision.name).collect::<Vec<_>>(), Vec::from_iter(listed));
        let mut names: Vec<&PackageName> = plan.expose.iter().map(|exposed| &exposed.installed.name)
            .chain(plan.install.iter().map(|install| &install.requirement.name))
            .chain(world.present.iter().filter(|(_, present)| world.dynamic.is_some() && !present.exposed && !plan.install.iter().any(|install| install.requirement.name == *present_name(&world, present))).map(|(name, _)| name))
            .collect();
        names.sort();
        prop_assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", names);
    }

    #[test]
    fn denied_names_and_unusable_copies_are_never_exposed(world in world()) {
        let plan = world.plan();
        for exposed in &plan.expose {
            let name = &exposed.installed.name;
            prop_assert!(!world.policy.denies(name));
            prop_assert!(!world.host[name].broken && world.host[name].file_list);
        }
    }

    #[test]
    fn every_build_requirement_is_exposed_or_downloaded_or_present(world in world()) {
        let plan = world.plan();
        let marker = |requirement: &passthrough_requirement::Requirement| {
            requirement.marker.evaluate(&super::world::markers(), []).applies
        };
        for requirement in world.requires.iter().filter(|requirement| marker(requirement)) {
            let name = &requirement.name;
            let exposed = plan.expose.iter().any(|exposed| exposed.installed.name == *name);
            let install = plan.install.iter().any(|install| install.requirement.name == *name);
            prop_assert!(exposed || install || world.present.contains_key(name));
            prop_assert!(!(exposed && install));
        }
    }

    #[test]
    fn the_names_that_stand_only_get_fewer(world in world()) {
        let mut turns: Vec<BTreeSet<PackageName>> = Vec::new();
        let outcome = world.decide(|input| settle(&Situation::of(input), |standing| turns.push(standing.clone())));
        prop_assert!(turns.windows(2).all(|pair| pair[1].is_subset(&pair[0]) && pair[1] != pair[0]));
        prop_assert!(turns.last().unwrap().iter().eq(outcome.walks.keys()));
    }

    #[test]
    fn a_name_that_falls_back_on_its_own_account_might_as_well_not_be_listed(world in world()) {
        let plan = world.plan();
        for decision in &plan.listed {
            if matches!(decision.status, Status::Host | Status::Closure | Status::Conflict) {
                continue;
            }
            let mut without = world.clone();
            without.listed.retain(|name| *name != decision.name);
            let other = without.plan();
            prop_assert_eq!(without_because(&plan), without_because(&other));
            let rest: Vec<_> = plan.listed.iter().filter(|kept| kept.name != decision.name).cloned().collect();
            prop_assert_eq!(rest, other.listed);
        }
    }

    #[test]
    fn all_that_fall_back_might_as_well_not_be_listed(world in world()) {
        let plan = world.plan();
        let mut without = world.clone();
        without.listed = plan.listed.iter()
            .filter(|decision| decision.status == Status::Host)
            .map(|decision| decision.name.clone())
            .collect();
        prop_assert_eq!(without_because(&plan), without_because(&without.plan()));
    }

    #[test]
    fn nothing_is_exposed_when_everything_is_denied(world in world()) {
        let mut denied = world;
        denied.dynamic = None;
        denied.policy.deny_all = true;
        let plan = denied.plan();
        prop_assert!(plan.expose.is_empty() && plan.cacheable());
        prop_assert!(plan.listed.iter().all(|decision| decision.status == Status::Denied));
    }
}

fn present_name<'w>(world: &'w World, wanted: &crate::Present) -> &'w PackageName {
    world
        .present
        .iter()
        .find(|(_, present)| std::ptr::eq(*present, wanted))
        .map(|(name, _)| name)
        .unwrap()
}

/// The generator must reach all that can come out, or the properties say little.
#[test]
fn generated_worlds_reach_every_status_and_error() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut statuses: BTreeMap<Status, usize> = BTreeMap::new();
    let mut failed: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut displaced, mut second) = (0, 0);
    for _ in 0..4_000 {
        let world = world().new_tree(&mut runner).unwrap().current();
        let plan = world.plan();
        for decision in &plan.listed {
            *statuses.entry(decision.status).or_default() += 1;
        }
        for code in BTreeSet::from_iter(errors(&plan)) {
            *failed.entry(code).or_default() += 1;
        }
        displaced += usize::from(
            plan.install
                .iter()
                .any(|install| install.because == Because::Displaced),
        );
        second += usize::from(world.dynamic.is_some());
    }
    assert_eq!(statuses.len(), 13, "{statuses:?}");
    assert!(statuses.values().all(|&count| count >= 20), "{statuses:?}");
    assert!(displaced >= 100 && second >= 500, "{displaced} {second}");
    assert!(failed.keys().eq(&["BIP226", "BIP227"]), "{failed:?}");
    assert!(failed.values().all(|&count| count >= 20), "{failed:?}");
}
