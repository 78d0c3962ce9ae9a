//! BIP101: the file is not TOML.

use std::borrow::Cow;
use std::str::FromStr;

use passthrough_diagnostic::{Diagnostic, Rule, Severity, Span};
use toml_edit::{Document, Value};
use toml_parser::lexer::TokenKind;
use toml_parser::parser::{EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{Expected, ParseError, Source};

use crate::text::quoted;

/// BIP101.
pub static RULE: Rule = Rule {
    code: "BIP101",
    name: "toml-syntax",
    severity: Severity::Error,
    requirements: &["CONF-8"],
    what: "The file is not TOML. Every line with a syntax error is reported; of keys that are \
           defined twice, the first. A file is also refused that has numbers beyond 64 bits, \
           values nested more than 80 levels deep, keys of more than 80 parts, or more than \
           10,000 tables.",
    why: "No frontend can read the project, and nothing else in the file can be checked.",
    example: "An array that is never closed:
```toml
[tool.example]
no-build-isolation-package = [\"torch\"
```",
    mend: "```toml
[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// The TOML reader's own limit on nested values.
const DEEPEST: u32 = 80;
/// A header that reopens a table costs time in proportion to the tables before
/// it, so their number is bounded.
const MOST_TABLES: usize = 10_000;
/// One misplaced bracket can upset every line after it.
const MOST_FAULTS: usize = 100;

/// The document, if the text is TOML.
pub(crate) fn parse<'a>(
    source: &'a str,
    findings: &mut Vec<Diagnostic>,
) -> Option<Document<&'a str>> {
    if let Some(span) = table_too_many(source) {
        let message = format!("the file has more than {MOST_TABLES} tables");
        findings.push(Diagnostic::new(&RULE, message).at(span));
        return None;
    }
    let first = match Document::parse(source) {
        Ok(document) => return Some(document),
        Err(first) => first,
    };
    let mut faults = grammar_faults(source);
    // What the grammar allows and TOML does not, such as a key defined twice.
    let (message, expected) = match first.message().split_once(", expected ") {
        Some((message, expected)) => (message, Some(expected.to_owned())),
        None => (first.message(), None),
    };
    let span = first.span().unwrap_or_else(|| long_key(source));
    faults.push(Fault::new(source, span, message, expected));

    faults.sort_by_key(|fault| fault.span.start);
    // One mistake upsets what follows it in its line.
    let mut line_end = None;
    faults.retain(|fault| {
        let is_first = line_end.is_none_or(|end| fault.span.start > end);
        if is_first {
            let rest = &source[fault.span.start..];
            line_end = Some(fault.span.start + rest.find('\n').unwrap_or(rest.len()));
        }
        is_first
    });
    let further = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    findings.extend(faults.into_iter().map(|fault| {
        let finding = Diagnostic::new(&RULE, fault.message).at(fault.span);
        match fault.expected {
            Some(expected) => finding.label(format!("expected {expected}")),
            None => finding,
        }
    }));
    if further > 0
        && let Some(last) = findings.last_mut()
    {
        last.help = Some(format!("{further} further syntax errors are not shown"));
    }
    None
}

/// What is wrong, and where.
struct Fault {
    span: Span,
    message: String,
    expected: Option<String>,
}

impl Fault {
    /// The parser's finding, in words that help where its own do not.
    fn new(source: &str, span: Span, description: &str, expected: Option<String>) -> Self {
        let span = widened(source, span);
        match in_words(description, expected.as_deref(), &source[span.clone()]) {
            Some(message) => Self {
                span,
                message,
                expected: None,
            },
            None => Self {
                span,
                message: description.to_owned(),
                expected,
            },
        }
    }
}

/// Words for a fault at `text`, where the parser's own do not help.
fn in_words(description: &str, expected: Option<&str>, text: &str) -> Option<String> {
    let words = match description {
        "duplicate key" => return Some(format!("{} is defined twice", quoted(text))),
        "recursion limit" => "a key has more than 80 parts",
        "cannot recurse further; max recursion depth met" => {
            "values are nested more than 80 levels deep"
        }
        "integer number overflowed" => "the integer does not fit in 64 bits",
        "missing escaped value" => "TOML has no such escape",
        "string values must be quoted" if text.is_empty() => "a value is missing",
        // A word is taken for the kind of value that it starts like.
        "string values must be quoted" | "invalid boolean" | "invalid float" => {
            return Some(format!("{} is not a value", quoted(text)));
        }
        other if other.starts_with("cannot extend value") => {
            let text = quoted(text);
            return Some(format!("{text} is a value, so it cannot be a table too"));
        }
        _ if matches!(expected, Some("`'`" | "`\"`")) => "the string is not closed",
        _ => return None,
    };
    Some(words.to_owned())
}

/// The span, widened to whole characters of the source.
fn widened(source: &str, span: Span) -> Span {
    let is_boundary = |at: &usize| source.is_char_boundary(*at);
    let start = (0..=span.start.min(source.len())).rfind(is_boundary);
    let end = (span.end.max(span.start)..source.len()).find(is_boundary);
    start.unwrap_or(0)..end.unwrap_or(source.len())
}

/// Everything that the grammar refuses.
fn grammar_faults(source: &str) -> Vec<Fault> {
    let text = Source::new(source);
    let tokens = text.lex().into_vec();
    let mut unparsed: Vec<ParseError> = Vec::new();
    let mut events = Vec::new();
    let mut receiver = ValidateWhitespace::new(&mut events, text);
    let mut receiver = RecursionGuard::new(&mut receiver, DEEPEST);
    parse_document(&tokens, &mut receiver, &mut unparsed);
    let mut undecoded: Vec<ParseError> = Vec::new();
    for event in events {
        let Some(raw) = text.get(event) else { continue };
        let mut decoded = Cow::Borrowed("");
        match event.kind() {
            EventKind::SimpleKey => raw.decode_key(&mut decoded, &mut undecoded),
            EventKind::Scalar => {
                let before = undecoded.len();
                // The kind is of no use: `Value` parses again, with the checks of range.
                let _ = raw.decode_scalar(&mut decoded, &mut undecoded);
                if undecoded.len() == before
                    && let Err(error) = Value::from_str(raw.as_str())
                {
                    let message = error.message().to_owned();
                    undecoded.push(ParseError::new(message).with_unexpected(event.span()));
                }
            }
            _ => {}
        }
    }
    // At one place, a string that is not closed explains a missing value, not
    // the other way round.
    undecoded
        .iter()
        .chain(&unparsed)
        .map(|error| {
            let span = error.unexpected().or(error.context()).unwrap_or_default();
            Fault::new(
                source,
                span.start()..span.end(),
                error.description(),
                error.expected().and_then(alternatives),
            )
        })
        .collect()
}

fn alternatives(expected: &[Expected]) -> Option<String> {
    let words: Vec<String> = expected
        .iter()
        .map(|expected| match expected {
            Expected::Literal("\n") => "a newline".to_owned(),
            Expected::Literal(literal) => format!("`{literal}`"),
            Expected::Description(description) => (*description).to_owned(),
            _ => "something else".to_owned(),
        })
        .collect();
    let (last, others) = words.split_last()?;
    Some(match others {
        [] => last.clone(),
        others => format!("{} or {last}", others.join(", ")),
    })
}

/// The header of the first table beyond [`MOST_TABLES`].
fn table_too_many(source: &str) -> Option<Span> {
    const SHORTEST_HEADER: usize = "[a]\n".len();
    if source.len() < MOST_TABLES * SHORTEST_HEADER {
        return None;
    }
    let mut depth = 0_usize;
    let mut at_line_start = true;
    Source::new(source)
        .lex()
        .filter(|token| {
            let is_header =
                at_line_start && depth == 0 && token.kind() == TokenKind::LeftSquareBracket;
            match token.kind() {
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            at_line_start = match token.kind() {
                TokenKind::Newline => true,
                TokenKind::Whitespace => at_line_start,
                _ => false,
            };
            is_header
        })
        .nth(MOST_TABLES)
        .map(|token| token.span().start()..token.span().end())
}

/// The first part too many of a dotted key: the error itself has no place.
fn long_key(source: &str) -> Span {
    let mut parts = 0;
    for token in Source::new(source).lex() {
        match token.kind() {
            TokenKind::Dot => parts += 1,
            TokenKind::Newline | TokenKind::Equals | TokenKind::Comma => parts = 0,
            _ => {}
        }
        if parts == DEEPEST {
            return token.span().start()..token.span().end();
        }
    }
    0..0
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::{only, read};

    fn messages(source: &str) -> String {
        only("BIP101", source)
    }

    #[test]
    fn several_errors_are_reported_in_order() {
        assert_snapshot!(messages(
            "[tool.x]\na = \nb = [1 2]\nc = {x=1 y=2}\n'd = 1\ne = \"\\q\"\nf = 1979-13-01\ng = 99999999999999999999\n[h\n"
        ), @r#"
        BIP101 error 2:5 «»: a value is missing
        BIP101 error 3:6 «1 2»: `1 2` is not a value
        BIP101 error 4:8 «1 y»: `1 y` is not a value
        BIP101 error 5:7 «»: the string is not closed
        BIP101 error 6:7 «»: TOML has no such escape
        BIP101 error 7:5 «1979-13-01»: invalid date, expected month between 01 and 12
        BIP101 error 8:5 «99999999999999999999»: the integer does not fit in 64 bits
        BIP101 error 9:3 «»: unclosed table
          ^ expected `]`
        "#);
    }

    #[test]
    fn a_key_defined_twice_names_the_key() {
        assert_snapshot!(messages("[a]\nb = 1\nb = 2\n"), @"BIP101 error 3:1 «b»: `b` is defined twice");
        assert_snapshot!(messages("[a]\n[b]\n[a]\n"), @"BIP101 error 3:2 «a»: `a` is defined twice");
        assert_snapshot!(messages("a = 1\na.b = 2\n"), @"BIP101 error 2:1 «a»: `a` is a value, so it cannot be a table too");
    }

    #[test]
    fn after_a_syntax_error_nothing_is_read() {
        let read = read(
            "[build-system]\nrequires = ['numpy']\n[tool.x]\nno-build-isolation-package = ['numpy']\n!",
        );
        assert!(read.declarations.is_empty() && read.requires.requirements.is_empty());
        assert!(read.requires.declared);
        assert!(read.findings.iter().all(|finding| finding.rule == &RULE));
    }

    #[test]
    fn controls_and_bare_carriage_returns_are_errors() {
        for source in [
            "a = '\u{0}'",
            "# \u{1}",
            "a = 1\rb = 2",
            "\u{0}",
            "a = \"\u{7f}\"",
        ] {
            assert!(!messages(source).is_empty(), "{source:?}");
        }
        assert_eq!(messages("a = '\u{80}'\r\n# é\r\n"), "");
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(messages(&nested(80)), "");
        assert_snapshot!(messages(&nested(81)), @"BIP101 error 1:85 «[»: values are nested more than 80 levels deep");
        assert!(messages(&nested(100_000)).contains("BIP101"));
        assert!(messages(&"{a=".repeat(100_000)).contains("BIP101"));
        assert!(messages(&format!("a = {}", "{a=".repeat(100_000))).contains("BIP101"));
    }

    #[test]
    fn keys_are_bounded() {
        let dotted = |parts: usize| format!("x = 1\n{}a = 1", "a.".repeat(parts - 1));
        assert_eq!(messages(&dotted(80)), "");
        assert_snapshot!(messages(&dotted(81)), @"BIP101 error 2:160 «.»: a key has more than 80 parts");
        assert!(messages(&dotted(100_000)).contains("BIP101"));
        // The deepest document that is read: it must fit a thread's stack.
        let level = format!("{{{}a = ", "a.".repeat(79));
        let deepest = format!("a = {}1{}", level.repeat(80), "}".repeat(80));
        assert_eq!(messages(&deepest), "");
    }

    #[test]
    fn tables_are_bounded() {
        let tables = |count: usize| {
            (0..count).fold(String::new(), |text, n| {
                text + &format!("[a{n}]\nx = [\n[1]]\n")
            })
        };
        assert_eq!(messages(&tables(MOST_TABLES)), "");
        assert!(messages(&tables(MOST_TABLES + 1)).contains("more than 10000 tables"));
    }

    #[test]
    fn spans_are_widened_to_characters() {
        for (span, expected) in [
            (0..0, 0..0),
            (1..2, 1..3),
            (2..2, 1..3),
            (3..9, 3..4),
            (7..8, 4..4),
        ] {
            assert_eq!(widened("aéb", span), expected);
        }
    }

    #[test]
    fn a_flood_of_errors_is_cut() {
        let read = read(&"]\n".repeat(1000));
        assert_eq!(read.findings.len(), MOST_FAULTS);
        assert_eq!(
            read.findings[MOST_FAULTS - 1].help.as_deref(),
            Some("900 further syntax errors are not shown")
        );
    }
}
