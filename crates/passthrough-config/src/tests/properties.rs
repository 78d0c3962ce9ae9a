//! What holds for every text.

use std::collections::BTreeSet;

use passthrough_diagnostic::{Diagnostic, Place, Severity, Span};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::{Pyproject, Reading};

/// Pieces that make something like a `pyproject.toml`, right or wrong.
const PIECES: &[&str] = &[
    "[build-system]\n",
    "[tool.x]\n",
    "[tool.uv]\n",
    "[tool.uv.pip]\n",
    "[[tool.x]]\n",
    "[tool]\n",
    "[project]\n",
    "[tool.poetry]\n",
    "[tool.pixi.pypi-options]\n",
    "name = 'demo'\n",
    "requires = ['numpy', \"torch>=2\"]\n",
    "requires = [\"n\\u0075mpy >> 1\", 1]\n",
    "build-backend = 'a.b:c'\n",
    "backend-path = ['..']\n",
    "build_isolation_passthrough = ['a']\n",
    "no-build-isolation-package = ['a', \"B>=1\", \"é\", '', 3, 'demo', '''\nA''']\n",
    "no-build-isolation-package = ['torch']\r\n",
    "no-build-isolation-package = 'torch'\n",
    "no_build_isolation_package = []\n",
    "no-build-isolation = true\n",
    "no-build-isolation-package.x = 1\n",
    "tool.y.no-build-isolation-package = [\"c\"]\n",
    "x = { no-build-isolation-package = ['d'], }\n",
    "é",
    "\u{feff}",
    "\0",
    "'",
    "\"",
    "\"\"\"",
    "'''",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    ".",
    "#",
    "\n",
    "\r",
    "\\",
    "\\e",
    " ",
    "a",
    "07:32",
    "0000-01-01",
    "1.5",
    "\u{10ffff}",
];

fn pyproject_text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(select(PIECES), 0..12).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        ".{0,40}",
    ]
}

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![
        Just(Reading::Neutral),
        select(vec!["x", "uv", "poetry", "é", ""])
            .prop_map(|name| Reading::Frontend(name.to_owned())),
    ]
}

/// Every span that a result carries.
fn spans(read: &Pyproject) -> Vec<&Span> {
    let place = |finding: &'_ Diagnostic| match &finding.place {
        Place::Source(span) => Some(span.clone()),
        Place::Whole => None,
        Place::Path(_) => unreachable!("nothing here knows of paths"),
    };
    assert!(
        read.findings
            .iter()
            .map(place)
            .is_sorted_by_key(|span| span.map(|s| s.start))
    );
    let of_findings = read.findings.iter().flat_map(|finding| {
        let own = match &finding.place {
            Place::Source(span) => Some(span),
            _ => None,
        };
        own.into_iter()
            .chain(finding.related.iter().map(|related| &related.span))
    });
    let of_declarations = read.declarations.iter().flat_map(|declaration| {
        std::iter::once(&declaration.key).chain(declaration.names.iter().map(|name| &name.span))
    });
    let of_requirements = read.requires.requirements.iter().map(|one| &one.span);
    of_findings
        .chain(of_declarations)
        .chain(of_requirements)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read(source in pyproject_text(), reading in reading()) {
        let read = crate::read(&source, &reading);
        for span in spans(&read) {
            prop_assert!(source.get(span.clone()).is_some(), "{span:?}");
        }
        for declaration in &read.declarations {
            let key = &source[declaration.key.clone()];
            prop_assert!(key.contains("passthrough") || key.contains("isolation"), "{key}");
            let names: BTreeSet<_> = declaration.names.iter().map(|name| &name.value).collect();
            prop_assert_eq!(names.len(), declaration.names.len());
        }
        let unreadable = read.findings.iter().any(|finding| finding.rule.code == "BIP101");
        if unreadable {
            prop_assert!(read.declarations.is_empty() && read.requires.requirements.is_empty());
            prop_assert!(read.findings.iter().all(|finding| finding.rule.code == "BIP101"));
        }
        prop_assert_eq!(crate::read(&source, &reading), read);
    }

    #[test]
    fn the_order_of_tables_is_no_matter(
        (tables, shuffled) in subsequence(TABLES, 0..=TABLES.len())
            .prop_flat_map(|tables| (Just(tables.clone()), Just(tables).prop_shuffle())),
        reading in reading(),
    ) {
        let left = crate::read(&tables.concat(), &reading);
        let right = crate::read(&shuffled.concat(), &reading);
        prop_assert_eq!(sets(&left), sets(&right));
        prop_assert_eq!(&left.name, &right.name);
        prop_assert_eq!(&left.backend, &right.backend);
    }

    #[test]
    fn a_frontend_gets_its_own_table_and_no_other(
        tables in subsequence(TABLES, 0..=TABLES.len()),
        own in select(vec!["a", "b", "uv", "z"]),
    ) {
        let source = tables.concat();
        let neutral = crate::read(&source, &Reading::Neutral);
        let read = crate::read(&source, &Reading::Frontend(own.to_owned()));
        let expected: Vec<_> = neutral
            .declarations
            .into_iter()
            .filter(|declaration| declaration.table == format!("tool.{own}"))
            .collect();
        prop_assert_eq!(read.declarations, expected);
        prop_assert_eq!(read.requires, neutral.requires);
    }

    #[test]
    fn an_error_is_found_if_and_only_if_an_entry_is_wrong(
        entries in proptest::collection::vec(select(vec![
            ("'a'", true), ("\"Foo.Bar\"", true), ("'''x'''", true), ("'a>1'", false), ("''", false),
            ("1", false), ("[]", false), ("'a b'", false), ("\"\\u0061\"", true),
        ]), 0..8),
    ) {
        let list: Vec<&str> = entries.iter().map(|(entry, _)| *entry).collect();
        let source = format!("[tool.x]\nno-build-isolation-package = [{}]", list.join(", "));
        let read = crate::read(&source, &Reading::Neutral);
        let errors = read.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let wrong = entries.iter().filter(|(_, valid)| !valid);
        prop_assert_eq!(errors.count(), wrong.count());
        let duplicates = read.findings.iter().filter(|finding| finding.rule.code == "BIP113");
        let valid = entries.iter().filter(|(_, valid)| *valid).count();
        prop_assert_eq!(read.declarations[0].names.len() + duplicates.count(), valid);
    }
}

/// Tables that may stand in any order.
const TABLES: &[&str] = &[
    "[project]\nname = 'demo'\n",
    "[build-system]\nrequires = ['torch', 'numpy>=2', 'x>>']\nbuild_isolation_passthrough = ['torch', 'demo']\n",
    "[tool.a]\nno-build-isolation-package = ['torch', 'Torch', 'b>1']\n",
    "[tool.b]\nno-build-isolation-package = ['numpy']\nnot_it = { x = 1 }\n",
    "[tool.b.c]\nno-build-isolation-package = ['numpy']\n",
    "[tool.uv]\nno-build-isolation-package = ['demo']\n",
    "[tool.uv.pip]\nno-build-isolation-package = ['demo']\n",
    "[[tool.list]]\nno-build-isolation-package = ['demo']\n",
    "[tool.pixi.pypi-options]\nno-build-isolation = ['demo']\n",
];

type Sets<'a> = (
    BTreeSet<(&'a str, Vec<&'a str>)>,
    BTreeSet<(&'static str, &'a str)>,
);

fn sets(read: &Pyproject) -> Sets<'_> {
    let declarations = read.declarations.iter().map(|declaration| {
        let names = declaration.names.iter().map(|name| name.value.as_str());
        (declaration.table.as_str(), names.collect())
    });
    let findings = read
        .findings
        .iter()
        .map(|finding| (finding.rule.code, finding.message.as_str()));
    (declarations.collect(), findings.collect())
}
