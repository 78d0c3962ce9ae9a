//! What makes a false pass impossible, and that each gate shuts: what nobody
//! may pass, what may not differ from run to run, and which rule needs a case.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use passthrough_check::adapter::{answer, identity};
use passthrough_conformance::adapter::Adapter;
use passthrough_conformance::report::{Facts, report};
use passthrough_conformance::suite::Suite;
use passthrough_conformance::{InProcess, Judgement, Subject, requirements, run};
use passthrough_protocol::{
    Case, CaseInput, ConformanceReport, Crashed, Reply, RequirementVerdict,
};
use passthrough_world::python;

use super::Bench;
use crate::context::Ran;

const PATIENCE: Duration = Duration::from_secs(60);

fn reference() -> impl Subject {
    InProcess::new(identity(), answer)
}

fn adapter(words: &[&str], patience: Duration) -> Adapter {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Adapter::start(words, patience).unwrap()
}

fn script(name: &str) -> String {
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/adapters");
    adapters.join(name).to_str().unwrap().to_owned()
}

/// The report on a subject that is asked these cases.
fn judged(
    suite: &Suite,
    cases: &[&Case],
    seed: u64,
    subject: &mut dyn Subject,
) -> ConformanceReport {
    let registry = requirements::embedded().unwrap();
    let outcomes = run::run(subject, cases, seed, &mut |_| {});
    report(Facts {
        suite,
        requirements: &registry,
        identity: subject.identity(),
        adapter: None,
        options: String::new(),
        seed,
        partition: None,
        expectations: None,
        plan: cases.iter().map(|case| case.id.clone()).collect(),
        outcomes,
        notes: Vec::new(),
    })
}

fn all(suite: &Suite) -> Vec<&Case> {
    suite.cases.values().map(|loaded| &loaded.case).collect()
}

/// The first case of each requirement.
fn one_of_each(suite: &Suite) -> Vec<&Case> {
    let registry = requirements::embedded().unwrap();
    let cases = all(suite);
    let mut chosen: Vec<&Case> = Vec::new();
    for requirement in &registry {
        let cites = |case: &&&Case| case.cites.contains(&requirement.id);
        if chosen.iter().any(|case| cites(&case)) {
            continue;
        }
        chosen.extend(cases.iter().find(cites));
    }
    chosen
}

/// The requirements with a case of which none fails and none is in error.
fn unharmed(report: &ConformanceReport) -> Vec<&str> {
    let results = report.requirements.iter();
    let unharmed = results.filter(|found| {
        !matches!(
            found.result,
            RequirementVerdict::NotMet | RequirementVerdict::Untested
        )
    });
    unharmed.map(|found| found.id.as_str()).collect()
}

#[test]
fn who_decides_nothing_meets_no_requirement() {
    let suite = Suite::embedded();
    let (python, script) = (python::any(), script("null/adapter.py"));
    let python = python.to_str().unwrap();
    let usage = Ran::of(std::process::Command::new(python).args(["-B", &script]));
    assert_eq!(usage.code, Some(1), "{usage:?}");
    let modes: Vec<&str> = usage.stderr.lines().skip(1).map(str::trim).collect();
    for known in [
        "always-download:not-installed",
        "expose-all",
        "echo-previous",
        "error-always:configuration:CONF-2",
        "sleeper",
        "chatty-stderr",
        "crash-at:7",
    ] {
        assert!(modes.contains(&known), "{known}: {modes:?}");
    }
    let mut met = BTreeMap::new();
    for mode in modes {
        let (cases, patience) = match mode {
            // A case takes all the time that there is, or a start.
            "sleeper" => (one_of_each(&suite), Duration::from_millis(100)),
            "crash-at:1" => (one_of_each(&suite), PATIENCE),
            _ => (all(&suite), PATIENCE),
        };
        let mut null = adapter(&[python, "-B", &script, mode], patience);
        let report = judged(&suite, &cases, 7, &mut null);
        assert_eq!(report.cases.len(), cases.len(), "{mode}");
        if !["sleeper", "crash-at:1", "crash-at:7"].contains(&mode) {
            let errors = report.summary.verdicts.error;
            assert_eq!(errors, 0, "{mode} fails by an accident: {report:#?}");
        }
        let unharmed: Vec<String> = unharmed(&report).into_iter().map(str::to_owned).collect();
        if !unharmed.is_empty() {
            met.insert(mode.to_owned(), unharmed);
        }
    }
    assert!(met.is_empty(), "met by who decides nothing: {met:#?}");
}

/// The right answers in the wrong places: what the cases of a requirement have
/// in common with their neighbours is not enough.
#[test]
fn who_answers_the_case_before_meets_no_requirement() {
    let suite = Suite::embedded();
    for seed in 0..3 {
        let mut previous: Option<Reply> = None;
        let mut late = InProcess::new(identity(), |input: &CaseInput| {
            let now = answer(input);
            previous.replace(now.clone()).unwrap_or(now)
        });
        let report = judged(&suite, &all(&suite), seed, &mut late);
        assert_eq!(unharmed(&report), Vec::<&str>::new(), "seed {seed}");
    }
}

/// The gate above is no wall: who is good does get through.
#[test]
fn who_is_good_would_be_noticed_among_those_who_decide_nothing() {
    let suite = Suite::embedded();
    let report = judged(&suite, &all(&suite), 7, &mut reference());
    let tested = report
        .requirements
        .iter()
        .filter(|found| !found.cases.is_empty());
    let tested: Vec<&str> = tested.map(|found| found.id.as_str()).collect();
    assert!(tested.len() > 30);
    assert_eq!(unharmed(&report), tested);
    // One rule kept by accident is enough to be told.
    let mut lucky = InProcess::new(identity(), |input: &CaseInput| match answer(input) {
        Reply::Error(refusal) if refusal.code == "CONF-8" => Reply::Error(refusal),
        _ if input.pyproject.contains("unknown-key") => answer(input),
        _ => Reply::Crashed(Crashed {
            message: "no".to_owned(),
        }),
    });
    let report = judged(&suite, &all(&suite), 7, &mut lucky);
    assert_eq!(unharmed(&report), ["CONF-8"]);
    // The few cases of the sleeper are of every requirement.
    let report = judged(&suite, &one_of_each(&suite), 7, &mut reference());
    assert_eq!(unharmed(&report), tested);
}

/// What was judged how, by case.
fn verdicts(cases: &[&Case], seed: u64, subject: &mut dyn Subject) -> BTreeMap<String, Judgement> {
    let outcomes = run::run(subject, cases, seed, &mut |_| {});
    let outcomes = outcomes.into_iter();
    outcomes
        .map(|(id, outcome)| (id, outcome.judgement))
        .collect()
}

#[test]
fn two_runs_give_the_same_verdicts_by_any_way_and_in_any_order() {
    let suite = Suite::embedded();
    let cases = all(&suite);
    let binary = env!("CARGO_BIN_EXE_passthrough-check");
    let environment = python::environment(&python::any(), &["packaging==26.3", "tomli==2.2.1"]);
    let with_packaging = environment.join("bin/python");
    let with_packaging = with_packaging.to_str().unwrap();
    let [second, example] = ["python/adapter.py", "example/adapter.py"].map(script);
    let in_process = verdicts(&cases, 1, &mut reference());
    assert!(in_process.len() == cases.len() && cases.len() > 300);
    assert_eq!(verdicts(&cases, 2, &mut reference()), in_process);
    for words in [vec![binary, "adapter"], vec![with_packaging, "-B", &second]] {
        for seed in [3, 4] {
            let over_stdio = verdicts(&cases, seed, &mut adapter(&words, PATIENCE));
            assert_eq!(over_stdio, in_process, "{words:?}, seed {seed}");
        }
    }
    // One that fails does so in the same way. What it says of its crashes is
    // its own business: sets have another order in each Python process.
    let fails = |seed| -> BTreeMap<String, Judgement> {
        let words = [with_packaging, "-B", &example];
        let verdicts = verdicts(&cases, seed, &mut adapter(&words, PATIENCE));
        let without_words = |judgement| match judgement {
            Judgement::Error { code, .. } => Judgement::Error {
                code,
                message: String::new(),
            },
            other => other,
        };
        let verdicts = verdicts.into_iter();
        verdicts
            .map(|(id, judgement)| (id, without_words(judgement)))
            .collect()
    };
    let (one, other) = (fails(5), fails(6));
    let failing = |judgement: &&Judgement| matches!(judgement, Judgement::Fail { .. });
    assert!(one.values().filter(failing).count() > 200);
    assert_eq!(one, other);
}

#[test]
fn an_answer_that_depends_on_the_order_is_noticed() {
    let suite = Suite::embedded();
    let asked = Cell::new(0);
    let mut moody = InProcess::new(identity(), |input: &CaseInput| {
        asked.set(asked.get() + 1);
        match asked.get() % 2 {
            0 => answer(input),
            _ => Reply::Crashed(Crashed {
                message: "not now".to_owned(),
            }),
        }
    });
    let cases = all(&suite);
    let one = verdicts(&cases, 1, &mut moody);
    asked.set(0);
    let other = verdicts(&cases, 2, &mut moody);
    assert_ne!(one, other);
    // It is the order, and not the day.
    asked.set(0);
    assert_eq!(verdicts(&cases, 1, &mut moody), one);
}

/// The cases of a requirement, made to cite another: as if they were not there.
#[test]
fn a_requirement_without_a_case_ends_coverage_with_6() {
    let bench = Bench::new();
    let suite = Suite::embedded();
    let coverage = |more: &[&str]| {
        let mut command = bench.conformance();
        command.arg("coverage").args(more);
        Ran::of(&mut command)
    };
    assert_eq!(coverage(&[]).code, Some(0));
    let rule = "ELIG-not-installed".to_owned();
    let mut left: Vec<&Case> = all(&suite);
    left.retain(|case| case.cites.contains(&rule));
    let last = left.len() - 1;
    let directory = bench.context.path("fewer");
    for (number, case) in left.into_iter().enumerate() {
        let mut case = case.clone();
        case.cites = vec!["ELIG-fallback".to_owned()];
        let text = serde_json::to_string(&case).unwrap();
        bench
            .context
            .write(&format!("fewer/{}.json", case.id), text);
        let ran = coverage(&["--cases", directory.to_str().unwrap()]);
        let expected = if number == last { 6 } else { 0 };
        assert_eq!(ran.code, Some(expected), "{ran:?}");
        let line = ran.stdout.lines().find(|line| line.starts_with(&rule));
        assert_eq!(
            line.unwrap().ends_with("no case"),
            number == last,
            "{line:?}"
        );
    }
}
