//! The adapters in `conformance/adapters`: the independent implementation in
//! Python, held against the decision cases and against the reference, and the
//! example.

mod configurations;
mod worlds;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use passthrough_check::adapter::answer;
use passthrough_conformance::adapter::Adapter;
use passthrough_conformance::report::{Facts, report};
use passthrough_conformance::suite::Suite;
use passthrough_conformance::{Judgement, Subject, requirements, run};
use passthrough_protocol::{Case, CaseInput, Level, Reply, RequirementVerdict};
use passthrough_world::python;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Value, json};
use tempfile::TempDir;

const PACKAGING: &str = "packaging==26.3";
const SEED: u64 = 7;
/// Far beyond what an answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn interpreter() -> PathBuf {
    python::environment(&python::any(), &[PACKAGING, "tomli==2.2.1"]).join("bin/python")
}

fn script(path: &str) -> String {
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/adapters");
    adapters.join(path).to_str().unwrap().to_owned()
}

/// `-B`: a test leaves nothing behind in the source tree.
fn start(python: &Path, arguments: &[&str]) -> Adapter {
    let mut command = vec![python.to_str().unwrap().to_owned(), "-B".to_owned()];
    command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    Adapter::start(command, PATIENCE).unwrap()
}

fn start_python(python: &Path) -> Adapter {
    start(python, &[&script("python/adapter.py")])
}

fn cases(suite: &Suite) -> Vec<&Case> {
    suite.cases.values().map(|loaded| &loaded.case).collect()
}

#[test]
fn the_python_implementation_passes_every_case_on_every_python() {
    let suite = Suite::embedded();
    let mut interpreters = python::all();
    interpreters.insert("any".to_owned(), python::any());
    for (version, python) in interpreters {
        let environment = python::environment(&python, &[PACKAGING, "tomli==2.2.1"]);
        let mut adapter = start_python(&environment.join("bin/python"));
        let outcomes = run::run(&mut adapter, &cases(&suite), SEED, &mut |_| {});
        assert_eq!(adapter.finish(), None);
        assert!(outcomes.len() >= 165 && outcomes.len() == suite.cases.len());
        let failures: BTreeMap<_, _> = outcomes
            .into_iter()
            .filter(|(_, outcome)| outcome.judgement != Judgement::Pass)
            .collect();
        assert!(failures.is_empty(), "Python {version}: {failures:#?}");
    }
}

#[test]
fn without_a_reader_of_toml_it_says_so() {
    let without = format!(
        "import runpy, sys; sys.modules.update(tomllib=None, tomli=None); \
         runpy.run_path({:?}, run_name='__main__')",
        script("python/adapter.py")
    );
    let path = script("python");
    let with_path = format!("import sys; sys.path.insert(0, {path:?}); {without}");
    let mut adapter = start(&interpreter(), &["-c", &with_path]);
    let suite = Suite::embedded();
    for case in cases(&suite).into_iter().take(2) {
        let reply = adapter.ask(&case.input).unwrap();
        let Reply::Unsupported(lacking) = reply else {
            panic!("{reply:?}");
        };
        assert_eq!(lacking.feature, "toml");
    }
}

#[test]
fn an_input_without_a_sense_is_no_reason_to_end() {
    let mut adapter = start_python(&interpreter());
    let suite = Suite::embedded();
    let sound = &suite.cases["host"].case;
    let with = |change: &dyn Fn(&mut CaseInput)| {
        let mut input = sound.input.clone();
        change(&mut input);
        input
    };
    let invalid_constraint = with(&|input| input.constraints = vec!["torch >> 1".to_owned()]);
    let deep = with(&|input| input.pyproject = format!("a = {}", "[".repeat(100_000)));
    let Reply::Crashed(crashed) = adapter.ask(&invalid_constraint).unwrap() else {
        panic!("a constraint that is none was taken");
    };
    assert!(crashed.message.contains("torch >> 1"), "{crashed:?}");
    let Reply::Error(refusal) = adapter.ask(&deep).unwrap() else {
        panic!("an endless array was taken");
    };
    assert_eq!(refusal.code, "CONF-8");
    let mut outcomes = run::run(&mut adapter, &[sound], SEED, &mut |_| {});
    assert_eq!(outcomes.remove("host").unwrap().judgement, Judgement::Pass);
    assert_eq!(adapter.finish(), None);
}

#[test]
fn the_example_speaks_the_protocol_and_meets_no_must() {
    let suite = Suite::embedded();
    let registry = requirements::embedded().unwrap();
    let mut adapter = start(&interpreter(), &[&script("example/adapter.py")]);
    let outcomes = run::run(&mut adapter, &cases(&suite), SEED, &mut |_| {});
    assert_eq!(adapter.finish(), None);
    let broken: Vec<_> = outcomes
        .iter()
        .filter(|(_, outcome)| matches!(outcome.judgement, Judgement::Error { code, .. } if code != "crashed"))
        .collect();
    assert!(broken.is_empty(), "not the protocol: {broken:#?}");
    let report = report(Facts {
        suite: &suite,
        requirements: &registry,
        identity: adapter.identity(),
        adapter: None,
        options: String::new(),
        seed: SEED,
        partition: None,
        expectations: None,
        plan: suite.cases.keys().cloned().collect(),
        outcomes,
        notes: Vec::new(),
    });
    let met: Vec<&String> = report
        .requirements
        .iter()
        .filter(|found| found.level == Level::Must && found.result == RequirementVerdict::Met)
        .map(|found| &found.id)
        .collect();
    assert_eq!(met, Vec::<&String>::new());
}

/// How many worlds are tried; more can be asked for.
fn number_of_worlds() -> u32 {
    std::env::var("PASSTHROUGH_WORLDS").map_or(3000, |text| text.parse().unwrap())
}

/// Worlds are the same on every run.
fn runner(worlds: u32) -> TestRunner {
    let config = Config {
        cases: worlds,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

/// Both implementations, and what came up in their answers.
struct Both {
    python: RefCell<Adapter>,
    seen: RefCell<BTreeMap<String, usize>>,
}

impl Both {
    fn start() -> Self {
        Self::of(start_python(&interpreter()))
    }

    fn of(python: Adapter) -> Self {
        Self {
            python: RefCell::new(python),
            seen: RefCell::default(),
        }
    }

    /// The answer that both give.
    fn agree(&self, input: &Value) -> Result<Value, TestCaseError> {
        let parsed: CaseInput = serde_json::from_value(input.clone()).unwrap();
        let value = |reply: &Reply| comparable(&serde_json::to_value(reply).unwrap());
        let reference = value(&answer(&parsed));
        let python = match self.python.borrow_mut().ask(&parsed) {
            Ok(reply) => value(&reply),
            Err(trouble) => json!(format!("{trouble:?}")),
        };
        if reference != python {
            return Err(TestCaseError::fail(format!(
                "reference: {reference}\npython:    {python}\ninput: {input}"
            )));
        }
        for kind in kinds(&reference) {
            *self.seen.borrow_mut().entry(kind).or_default() += 1;
        }
        Ok(reference)
    }

    /// Fails with the smallest input on which they do not agree.
    fn try_all<S: Strategy>(
        &self,
        worlds: u32,
        strategy: &S,
        test: impl Fn(S::Value) -> Result<(), TestCaseError>,
    ) {
        match runner(worlds).run(strategy, test) {
            // Without the value: the reason has it, as JSON.
            Err(TestError::Fail(reason, _)) => panic!("{reason}"),
            result => result.unwrap(),
        }
    }

    /// Inputs of which nothing comes would agree too.
    fn has_seen(&self, kinds: &[&str]) {
        let seen = self.seen.borrow();
        for kind in kinds {
            let times = seen.get(*kind).copied().unwrap_or_default();
            assert!(times >= 10, "{kind} came up {times} times: {seen:?}");
        }
    }
}

impl Both {
    fn agree_on_worlds(&self, worlds: u32) {
        let strategy = (worlds::first_pass(), worlds::aftermath());
        self.try_all(worlds, &strategy, |(first, after)| {
            let answer = self.agree(&first)?;
            if let Some(plan) = answer.get("plan") {
                self.agree(&worlds::second_pass(&first, plan, &after))?;
            }
            Ok(())
        });
    }
}

#[test]
fn both_implementations_agree_on_generated_worlds() {
    let both = Both::start();
    both.agree_on_worlds(number_of_worlds());
    both.has_seen(&[
        "host",
        "denied",
        "not-required",
        "marker",
        "interpreter",
        "not-installed",
        "replaced",
        "metadata",
        "version",
        "url",
        "not-exposable",
        "closure",
        "conflict",
        "role closure",
        "because displaced",
        "because fallback",
        "because unlisted",
        "not cacheable",
        "error DYN-1",
        "error DYN-3",
    ]);
}

/// The second implementation with one place changed, in a folder of its own.
fn changed(file: &str, find: &str, replace: &str) -> (TempDir, Adapter) {
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("passthrough")).unwrap();
    for folder in ["", "passthrough"] {
        for entry in fs::read_dir(Path::new(&script("python")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "py") {
                let name = path.file_name().unwrap();
                fs::copy(&path, copy.path().join(folder).join(name)).unwrap();
            }
        }
    }
    let path = copy.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(find).count(), 1, "{find}");
    fs::write(&path, text.replace(find, replace)).unwrap();
    let adapter = copy.path().join("adapter.py");
    let adapter = start(&interpreter(), &[adapter.to_str().unwrap()]);
    (copy, adapter)
}

/// A mistake in either is seen by the cases, and by the generated worlds.
#[test]
fn a_mistake_in_one_of_them_is_noticed() {
    let suite = Suite::embedded();
    for (file, find, replace) in [
        (
            "passthrough/requirement.py",
            "contains(version, prereleases=True)",
            "contains(version, prereleases=False)",
        ),
        (
            "passthrough/decide.py",
            "and (member in excluded or question.fails_on_its_own(member))",
            "and question.fails_on_its_own(member)",
        ),
    ] {
        let (copy, mut adapter) = changed(file, find, replace);
        let outcomes = run::run(&mut adapter, &cases(&suite), SEED, &mut |_| {});
        let failing: Vec<_> = outcomes
            .values()
            .filter(|outcome| matches!(outcome.judgement, Judgement::Fail { .. }))
            .collect();
        assert!(!failing.is_empty(), "{replace}: no case notices");
        assert!(
            failing.len() < outcomes.len() / 2,
            "{replace}: too much is wrong"
        );
        let both = Both::of(adapter);
        // The first that notices is the last: some mistakes show in one of thousands.
        let noticed = catch_unwind(AssertUnwindSafe(|| {
            both.agree_on_worlds(20 * number_of_worlds());
        }));
        let words = noticed.expect_err("no world notices");
        let words = words.downcast_ref::<String>().unwrap();
        assert!(
            words.contains("reference: ") && words.contains("python: "),
            "{words}"
        );
        drop(copy);
    }
}

#[test]
fn both_implementations_agree_on_generated_configurations() {
    let both = Both::start();
    both.try_all(
        number_of_worlds(),
        &configurations::configuration(),
        |input| both.agree(&input).map(drop),
    );
    both.has_seen(&["host", "because unlisted", "error CONF-2", "error CONF-8"]);
}

/// The findings that CONF asks for.
const COMPARED: [&str; 5] = ["BIP113", "BIP114", "BIP115", "BIP116", "BIP119"];

/// What two implementations have to agree on: all but words and places.
fn comparable(answer: &Value) -> Value {
    let Some(plan) = answer.get("plan") else {
        return answer.clone();
    };
    let only = |key: &str, fields: &[&str]| -> Value {
        let entries = plan[key].as_array().unwrap().iter();
        let some = |entry: &Value| -> Value {
            let fields = fields.iter().map(|field| (*field, entry[field].clone()));
            fields.collect()
        };
        entries.map(some).collect()
    };
    let codes: BTreeSet<&str> = plan["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .filter(|code| COMPARED.contains(code))
        .collect();
    json!({"plan": {
        "listed": only("listed", &["name", "status", "version"]),
        "expose": only("expose", &["name", "version", "role", "required_by", "editable", "location"]),
        "install": only("install", &["name", "requirement", "because"]),
        "constraints": plan["constraints"],
        "cacheable": plan["cacheable"],
        "diagnostics": codes,
    }})
}

/// What came up in an answer.
fn kinds(answer: &Value) -> Vec<String> {
    let Some(plan) = answer.get("plan") else {
        return vec![format!(
            "error {}",
            answer["error"]["code"].as_str().unwrap()
        )];
    };
    let of = |key: &str, field: &str, label: &str| -> Vec<String> {
        let entries = plan[key].as_array().unwrap().iter();
        entries
            .map(|entry| format!("{label}{}", entry[field].as_str().unwrap()))
            .collect()
    };
    let mut kinds = of("listed", "status", "");
    kinds.extend(of("expose", "role", "role "));
    kinds.extend(of("install", "because", "because "));
    if plan["cacheable"] == false {
        kinds.push("not cacheable".to_owned());
    }
    kinds
}
