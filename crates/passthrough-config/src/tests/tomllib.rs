//! BIP101 and BIP102 against Python's own reader: a file has neither if and
//! only if `tomllib` reads it.

use std::process::Command;

use passthrough_world::python;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::testing::codes;

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "a.b",
    "a.c",
    "b.a",
    "a.b.c",
    "'a'",
    "\"b\"",
    "\"\\e\"",
    "\"\\x61\"",
    "''",
    "a . b",
    "0000-01-01",
    "07",
    "-",
    "é",
    "\"\"\"a\"\"\"",
    "",
    "a b",
    "1.2",
    "\"\\u00e9\"",
    "a.",
    ".a",
];

const VALUES: &[&str] = &[
    "1",
    "+1",
    "-0",
    "0x1f",
    "0o7",
    "0b1",
    "1_000",
    "1__0",
    "01",
    "_1",
    "1_",
    "0xG",
    "1.5",
    "1.",
    ".5",
    "1e6",
    "1E+06",
    "1.e1",
    "inf",
    "-nan",
    "+inf",
    "Inf",
    "true",
    "false",
    "True",
    "tru",
    "",
    "x",
    "nil",
    "1979-05-27",
    "1979-02-30",
    "1900-02-29",
    "2000-02-29",
    "0000-01-01",
    "1979-5-27",
    "1979-05-27T07:32:00Z",
    "1979-05-27t07:32:00z",
    "1979-05-27 07:32:00.5-07:00",
    "1979-05-27T07:32:00+24:00",
    "1979-05-27T07:32:00+23:60",
    "1979-05-27  07:32:00",
    "1979-05-27T",
    "07:32:00",
    "07:32:00.999999999999",
    "07:32:00.",
    "07:32",
    "1979-05-27T07:32",
    "1979-05-27 07:32Z",
    "1979-05-27T07:32-01:00",
    "24:00:00",
    "07:60:00",
    "23:59:60",
    "1979-12-31T23:59:60Z",
    "07:32:61",
    "07:32:00Z",
    "0000-01-01T00:00:00",
    "'x'",
    "'\\e'",
    "'\t'",
    "'\u{1}'",
    "'\u{7f}'",
    "'é'",
    "\"x\"",
    "\"\\e\"",
    "\"\\x41\"",
    "\"\\x4\"",
    "\"\\\\e\"",
    "\"\\q\"",
    "\"\\u00e9\"",
    "\"\\ud800\"",
    "\"\\U0010FFFF\"",
    "\"\\U00110000\"",
    "\"\\u12\"",
    "'''\nx'''",
    "'''x''''",
    "'''x''''''",
    "\"\"\"\\\n  x\"\"\"",
    "\"\"\"\\x41\"\"\"",
    "\"\"\"\\  \n x\"\"\"",
    "\"\"\"\\ x\"\"\"",
    "\"\"\"a\r\nb\"\"\"",
    "\"\"\"a\rb\"\"\"",
    "'a\nb'",
    "\"a",
    "'a",
    "'''a",
    "[]",
    "[1]",
    "[1,]",
    "[,]",
    "[1 2]",
    "[1,,2]",
    "[\n1,\n# c\n2\n]",
    "[[1], ['a']]",
    "[",
    "]",
    "[1",
    "[07:32]",
    "{}",
    "{ }",
    "{a=1}",
    "{ a = 1, b = 2 }",
    "{ a = 1, }",
    "{,}",
    "{ a = 1,, }",
    "{ a = 1 b = 2 }",
    "{\n}",
    "{ a = 1\n}",
    "{ a = 1 # c\n}",
    "{ # c\n}",
    "{ a = [\n1,\n] }",
    "{ a = '''\n''' }",
    "{ a.b = 1, a.c = 2 }",
    "{ a = 1, a = 2 }",
    "{ a.b = 1, a = 2 }",
    "{ a = { b = 1 }, a.c = 2 }",
    "{ a = { b = 1, }, }",
    "{ a }",
    "{ a = }",
    "{ 'a' = 1, \"\\e\" = 2 }",
    "{ 0000-01-01 = 1 }",
    "[{ a = 1, }]",
    "[{ a = 1 }, ]",
    "[\n{ a = 1 },\n]",
];

const SEPARATORS: &[&str] = &[
    "\n",
    "\r\n",
    " # c\n",
    "\n\n",
    "\t\n",
    " ",
    "\r",
    " # \u{1}\n",
    " # é\n",
    "\n  ",
];

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(KEYS), select(VALUES), select(SEPARATORS))
            .prop_map(|(key, value, end)| format!("{key} = {value}{end}")),
        3 => (select(KEYS), select(SEPARATORS)).prop_map(|(key, end)| format!("[{key}]{end}")),
        1 => (select(KEYS), select(SEPARATORS)).prop_map(|(key, end)| format!("[[{key}]]{end}")),
    ]
}

/// One line of good syntax, so that whole documents have a chance.
fn good_line() -> impl Strategy<Value = String> {
    let keys = || select(&["a", "b", "c", "d", "a.b", "a.c", "b.a", "a.b.c", "\"d\""][..]);
    let values = select(
        &[
            "1",
            "'x'",
            "[1, { a = 1 }]",
            "{}",
            "{ a.b = 1, a.c = 2 }",
            "{ b = 1, }",
            "07:32",
            "\"\\e\"",
        ][..],
    );
    prop_oneof![
        4 => (keys(), values).prop_map(|(key, value)| format!("{key} = {value}\n")),
        2 => keys().prop_map(|key| format!("[{key}]\n")),
        1 => keys().prop_map(|key| format!("[[{key}]]\n")),
    ]
}

fn corpus() -> Vec<String> {
    let mut texts: Vec<String> = vec![
        String::new(),
        "\u{feff}a = 1".to_owned(),
        "a = 1\u{feff}".to_owned(),
    ];
    texts.extend(VALUES.iter().map(|value| format!("a = {value}")));
    texts.extend(
        VALUES
            .iter()
            .map(|value| format!("a = [\n{value}, {value}\n]\nb = {{ c = {value} }}")),
    );
    texts.extend(KEYS.iter().flat_map(|key| {
        [
            format!("{key} = 1"),
            format!("[{key}]"),
            format!("[[{key}]]"),
            format!("a = {{ {key} = 1 }}"),
        ]
    }));
    let mut runner = TestRunner::deterministic();
    let lines = proptest::collection::vec(line(), 1..4);
    let good_lines = proptest::collection::vec(good_line(), 1..7);
    for _ in 0..2500 {
        texts.push(lines.new_tree(&mut runner).unwrap().current().concat());
        texts.push(good_lines.new_tree(&mut runner).unwrap().current().concat());
    }
    texts
}

/// Whether each text is read by the `tomllib` of one interpreter.
fn tomllib_reads(python: &std::path::Path, texts: &[String]) -> Vec<bool> {
    const SCRIPT: &str = "
import json, sys, tomllib
def reads(text):
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True
with open(sys.argv[1], encoding='utf-8') as file:
    print(json.dumps([reads(text) for text in json.load(file)]))
";
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("texts.json");
    fs_err::write(&file, serde_json::to_vec(texts).unwrap()).unwrap();
    let output = python::run(Command::new(python).args(["-c", SCRIPT]).arg(&file));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The interpreters whose `tomllib` reads TOML 1.0.
fn interpreters() -> Vec<std::path::PathBuf> {
    let all = python::all();
    let with_tomllib = ["3.11", "3.12", "3.13", "3.14"];
    let found: Vec<_> = with_tomllib
        .iter()
        .filter_map(|version| all.get(*version).cloned())
        .collect();
    assert!(!found.is_empty(), "this test needs one of {with_tomllib:?}");
    found
}

fn refused_here(text: &str) -> bool {
    codes(text)
        .iter()
        .any(|code| matches!(*code, "BIP101" | "BIP102"))
}

#[test]
fn a_file_is_refused_if_and_only_if_tomllib_refuses_it() {
    let texts = corpus();
    let refused: Vec<bool> = texts.iter().map(|text| refused_here(text)).collect();
    // A corpus of one kind would prove nothing.
    let toml_1_1 = texts.iter().filter(|text| codes(text).contains(&"BIP102"));
    assert!(toml_1_1.count() > 200);
    assert!(refused.iter().filter(|refused| !**refused).count() > 500);
    for python in interpreters() {
        for ((text, here), there) in texts
            .iter()
            .zip(&refused)
            .zip(tomllib_reads(&python, &texts))
        {
            assert_eq!(
                *here,
                !there,
                "{}: {text:?} {:?}",
                python.display(),
                codes(text)
            );
        }
    }
}

#[test]
fn only_the_documented_limits_go_beyond_tomllib() {
    let texts = [
        "a = 9223372036854775808".to_owned(),
        "a = -9223372036854775809".to_owned(),
        "a = 1e999".to_owned(),
        format!("a = {}{}", "[".repeat(81), "]".repeat(81)),
        format!("{}a = 1", "a.".repeat(80)),
    ];
    for python in interpreters() {
        assert_eq!(tomllib_reads(&python, &texts), [true; 5]);
    }
    for text in &texts {
        assert!(codes(text).contains(&"BIP101"), "{text}");
    }
}
