//! `spec/`: its rules are those of the registry and of the PEP, word for word,
//! and its examples are decided as they say.

mod example;
mod host_lines;
mod markdown;
mod text;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_check::explain::requirements;
use passthrough_check::rules;

use example::{Example, examples};
use markdown::blocks;
use text::{FILES, Texts};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn texts() -> Texts {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let names = FILES.into_iter().chain(["README.md"]);
    Texts {
        registry: requirements::all().to_vec(),
        pep: read("pep-draft.md"),
        spec: names
            .map(|name| {
                let path = format!("spec/{name}");
                let text = read(&path);
                (path, text)
            })
            .collect(),
    }
}

fn is_there(path: &str) -> bool {
    root().join(path).exists()
}

/// Every check of the texts, so that the test of a broken one names it.
fn faults(texts: &Texts) -> Vec<String> {
    [
        texts.drift(),
        texts.examples_of_the_pep_alone(),
        texts.definitions(),
        texts.registry_faults(),
        texts.unknown_ids(),
        texts.stray_keywords(),
        texts.broken_links(is_there),
    ]
    .concat()
}

#[test]
fn the_registry_the_specification_and_the_pep_say_the_same() {
    let faults = faults(&texts());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_of_the_specification_is_checked() {
    let entries = fs::read_dir(root().join("spec")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> = names.filter(|name| name.ends_with(".md")).collect();
    let checked = FILES.into_iter().chain(["README.md"]);
    assert_eq!(found, checked.map(str::to_owned).collect());
}

/// What becomes of the texts when one is changed.
#[track_caller]
fn assert_noticed(what: &str, change: impl FnOnce(&mut Texts)) {
    let mut changed = texts();
    change(&mut changed);
    assert!(!faults(&changed).is_empty(), "{what} is not noticed");
}

fn replace(text: &mut String, from: &str, to: &str) {
    assert!(text.contains(from), "no `{from}`");
    *text = text.replacen(from, to, 1);
}

#[test]
fn a_change_of_one_text_alone_is_noticed() {
    let closure = FILES.iter().position(|name| *name == "closure.md").unwrap();
    assert_noticed("a word of the PEP", |texts| {
        replace(
            &mut texts.pep,
            "is itself an\n  applicable",
            "is an\n  applicable",
        );
    });
    assert_noticed("a word of the specification", |texts| {
        replace(
            &mut texts.spec[closure].1,
            "MUST NOT be followed",
            "MUST NOT ever be followed",
        );
    });
    assert_noticed("a word of the registry", |texts| {
        texts.registry[10].text.push_str(" indeed");
    });
    assert_noticed("a word of the algorithm", |texts| {
        replace(
            &mut texts.pep,
            "each edge that applies is in\n   the walk",
            "the edge is in\n   it",
        );
    });
    assert_noticed("a reason", |texts| texts.registry[3].rationale.push('!'));
    assert_noticed("an example of the PEP", |texts| {
        replace(
            &mut texts.pep,
            "\"setuptools>=77\", \"torch>=2.4\"",
            "\"torch\"",
        );
    });
    assert_noticed("a paragraph at the end", |texts| {
        texts.spec[FILES.len() - 1].1.push_str("\nAnd so on.\n");
    });
}

#[test]
fn a_rule_that_is_not_registered_as_it_stands_is_noticed() {
    let both = |from: &'static str, to: &'static str| {
        move |texts: &mut Texts| {
            replace(&mut texts.pep, from, to);
            for (_, text) in &mut texts.spec {
                *text = text.replace(from, to);
            }
        }
    };
    assert_noticed("a level", both("**CLOS-3** (MUST,", "**CLOS-3** (SHOULD,"));
    assert_noticed(
        "a basis",
        both("**EXP-1** (MUST, draft)", "**EXP-1** (MUST, decided)"),
    );
    assert_noticed(
        "the level of a row",
        both(
            "will have another copy of it, or none | MUST",
            "will have another copy of it, or none | MAY",
        ),
    );
    assert_noticed("an id", both("**DYN-4** (", "**DYN-6** ("));
    assert_noticed("an id that is mentioned", both("(CONF-8)", "(CONF-18)"));
    assert_noticed("a rule that is gone", |texts| {
        drop(texts.registry.remove(0));
    });
    assert_noticed("a rule that is nowhere", |texts| {
        let mut rule = texts.registry[0].clone();
        rule.id = "CONF-99".to_owned();
        texts.registry.push(rule);
    });
    assert_noticed("a rule twice", |texts| {
        let rule = texts.registry[0].clone();
        texts.registry.push(rule);
    });
    assert_noticed("the section", |texts| texts.registry[0].section.push('0'));
    assert_noticed("a level beside its word", |texts| {
        let rule = texts.registry.iter_mut().find(|rule| rule.id == "CLOS-4");
        rule.unwrap().text = "It may.".to_owned();
    });
    assert_noticed("no place to see it", |texts| {
        texts.registry[0].observable = "none".to_owned();
    });
}

#[test]
fn a_stray_keyword_or_a_broken_link_is_noticed() {
    let add = |text: &'static str| move |texts: &mut Texts| texts.spec[1].1.push_str(text);
    // In a quotation, so that it is no difference from the PEP.
    assert_eq!(
        faults(&{
            let mut texts = texts();
            add("\n> You might, `MUST`, [so](../pep-draft.md#abstract), [or](#conf-1).\n")(
                &mut texts,
            );
            texts
        }),
        [""; 0]
    );
    assert_noticed("a keyword", add("\n> You SHOULD.\n"));
    assert_noticed("a rarer keyword", add("\n> It is REQUIRED.\n"));
    assert_noticed("a file", add("\n> [so](nowhere.md)\n"));
    assert_noticed("a heading", add("\n> [so](../pep-draft.md#nowhere)\n"));
    assert_noticed("an anchor", add("\n> [so](#conf-0)\n"));
    assert_noticed("a footnote", add("\n> So.[^it]\n"));
}

#[test]
fn diagnostics_report_on_registered_rules() {
    let ids: BTreeSet<&str> = requirements::all().iter().map(|r| r.id.as_str()).collect();
    for rule in rules::all() {
        for id in rule.requirements {
            assert!(ids.contains(id), "{} reports on {id}", rule.code);
        }
    }
}

fn all_examples() -> Vec<Example> {
    let texts = texts();
    let files = texts.spec[..FILES.len()].iter();
    files
        .flat_map(|(name, text)| examples(name, &blocks(text)))
        .collect()
}

#[test]
fn examples_are_decided_as_they_say() {
    let differences: Vec<String> = all_examples()
        .iter()
        .filter_map(Example::difference)
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn examples_show_every_status_and_what_else_a_plan_has() {
    let examples = all_examples();
    assert!(examples.len() >= 25, "{} examples", examples.len());
    let shown: BTreeSet<&str> = examples
        .iter()
        .flat_map(|example| example.plan.lines())
        .flat_map(|line| line.split([' ', ':']))
        .collect();
    let statuses = requirements::all()
        .iter()
        .filter_map(|requirement| requirement.text.strip_prefix('`')?.split_once("`: "))
        .map(|(status, _)| status);
    let others = ["displaced", "fallback", "unlisted", "pin", "cacheable"];
    let of_closure = ["CLOS-1", "CLOS-3", "CONF-2", "CONF-8", "DYN-3"];
    for word in statuses.chain(others).chain(of_closure) {
        assert!(shown.contains(word), "no example of `{word}`");
    }
}

#[test]
fn an_example_that_says_something_else_is_noticed() {
    let examples = all_examples();
    let changes: [fn(&str) -> String; 4] = [
        |plan| plan.lines().skip(1).collect::<Vec<_>>().join("\n"),
        |plan| format!("{plan}\nother host"),
        |plan| format!("{plan}\nwarning CONF-9"),
        |plan| plan.replacen(['h', 'l', 'r'], "x", 1),
    ];
    for change in changes {
        for example in &examples {
            let mut changed = example.clone();
            changed.plan = change(&example.plan);
            assert!(
                changed.plan == example.plan || changed.difference().is_some(),
                "{} is not compared: {}",
                example.place,
                changed.plan
            );
        }
    }
}
