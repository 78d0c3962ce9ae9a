use passthrough_diagnostic::{Diagnostic, Severity};
use passthrough_protocol::{Exposed, Plan, Role};
use proptest::prelude::*;

use super::{Format, Options, fixture, write};
use crate::escape::escape;
use crate::report::Report;
use crate::source::SourceText;

const FORMATS: [Format; 6] = [
    Format::Full,
    Format::Concise,
    Format::Json,
    Format::JsonLines,
    Format::Github,
    Format::Sarif,
];

fn text(reports: &[Report], format: Format, options: Options) -> String {
    let mut bytes = Vec::new();
    write(reports, format, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn no_format_lets_anything_invisible_through() {
    for format in FORMATS {
        for verbose in [false, true] {
            let options = Options {
                verbose,
                ..Options::default()
            };
            let text = text(&fixture::every(), format, options);
            for line in text.lines() {
                // What an excerpt has no character for is U+FFFD.
                assert_eq!(escape(line), line, "{format:?}");
            }
        }
    }
}

#[test]
fn a_style_changes_no_character() {
    for format in FORMATS {
        let plain = text(&fixture::every(), format, Options::default());
        let options = Options {
            color: true,
            ..Options::default()
        };
        let styled = text(&fixture::every(), format, options);
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), plain);
        let for_people = [Format::Full, Format::Concise].contains(&format);
        assert_eq!(styled != plain, for_people, "{format:?}");
    }
}

#[test]
fn everything_is_written_at_once() {
    struct Counting(usize);
    impl std::io::Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += 1;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            self.0 += 100;
            Ok(())
        }
    }
    for format in FORMATS {
        let mut out = Counting(0);
        write(&fixture::every(), format, Options::default(), &mut out).unwrap();
        assert_eq!(out.0, 1);
    }
}

/// Any graph of who needs whom, cycles and strangers included.
fn exposed() -> impl Strategy<Value = Vec<Exposed>> {
    let node = (any::<bool>(), prop::collection::vec(0..30_usize, 0..4));
    prop::collection::vec(node, 0..20).prop_map(|nodes| {
        let make = |(number, (listed, parents)): (usize, (bool, Vec<usize>))| Exposed {
            name: format!("name-{number:02}"),
            version: format!("{number}.0"),
            role: if listed { Role::Listed } else { Role::Closure },
            required_by: parents
                .iter()
                .map(|parent| format!("name-{parent:02}"))
                .collect(),
            editable: false,
            location: "/site".to_owned(),
        };
        nodes.into_iter().enumerate().map(make).collect()
    })
}

proptest! {
    #[test]
    fn every_exposed_distribution_is_shown_in_any_graph(expose in exposed()) {
        let mut report = fixture::mixed();
        report.diagnostics.clear();
        report.plan = Plan { listed: vec![], expose: expose.clone(), ..report.plan };
        for verbose in [false, true] {
            let options = Options { verbose, ..Options::default() };
            let text = text(std::slice::from_ref(&report), Format::Full, options);
            for exposed in expose.iter().filter(|exposed| verbose || exposed.role == Role::Closure) {
                let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
                let versioned = [exposed.name.as_str(), exposed.version.as_str()];
                prop_assert!(words.windows(2).any(|pair| pair == versioned), "{}", text);
            }
        }
    }

    #[test]
    fn any_span_of_any_text_is_rendered_with_its_place(
        source in "([a\t\r\n\u{1b}\u{9b}ä東🦀\u{301}\u{202e}\u{feff}]|\r\n|a{900}){0,12}",
        spans in prop::collection::vec((0..80_usize, 0..80_usize), 1..4),
    ) {
        let mut diagnostic = Diagnostic::new(&fixture::NOT_A_NAME, "message")
            .at(spans[0].0..spans[0].1)
            .severity(Severity::Error);
        for (start, end) in &spans[1..] {
            diagnostic = diagnostic.also(*start..*end, "related");
        }
        let plan = Plan { diagnostics: vec![], ..fixture::broken().plan };
        let report = Report::new(plan, "p.toml".to_owned(), source.clone(), None, vec![diagnostic]);
        let place = SourceText::new(&source).position(spans[0].0);
        let place = format!("p.toml:{}:{}", place.line, place.column);
        for format in FORMATS {
            let text = text(std::slice::from_ref(&report), format, Options::default());
            prop_assert!(text.lines().all(|line| escape(line) == line));
            if matches!(format, Format::Full | Format::Concise | Format::Github) {
                prop_assert!(text.contains(&place), "{} not in {}", place, text);
            }
        }
    }
}
