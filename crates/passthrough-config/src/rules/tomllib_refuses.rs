//! BIP102: TOML that Python's tomllib refuses.

use passthrough_diagnostic::{Diagnostic, Rule, Severity, Span};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// BIP102.
pub static RULE: Rule = Rule {
    code: "BIP102",
    name: "tomllib-refuses",
    severity: Severity::Warning,
    requirements: &["CONF-8"],
    what: "The file is TOML, but Python's own `tomllib` refuses it. TOML 1.1 is read by Python \
           3.15 and later only: inline tables over several lines or with a trailing comma, the \
           escapes `\\e` and `\\xHH`, and times without seconds. A byte order mark, the second 60 \
           and the year 0000 are refused by every version.",
    why: "pip, build and most backends read the file with `tomllib`, or with a library that has \
          its rules: with them, the project cannot be built. A frontend with a newer reader takes \
          the file, so the author may never see it fail.",
    example: "```toml
[project]
name = \"demo\"
version = \"1\"
readme = { file = \"README\", content-type = \"text/plain\", }
```",
    mend: "Write what TOML 1.0 has, here an inline table without the trailing comma:
```toml
[project]
name = \"demo\"
version = \"1\"
readme = { file = \"README\", content-type = \"text/plain\" }
```",
};

/// What is refused.
#[derive(Clone, Copy)]
enum Cause {
    Toml11(&'static str),
    Always(&'static str),
}

/// Looks for each construct in a text that is known to be TOML.
pub(crate) fn check(source: &str, findings: &mut Vec<Diagnostic>) {
    let mut report = |cause: Cause, span: Span| {
        findings.push(
            match cause {
                Cause::Toml11(what) => {
                    Diagnostic::new(&RULE, format!("Python before 3.15 cannot read {what}"))
                        .label("TOML 1.1")
                }
                Cause::Always(what) => Diagnostic::new(&RULE, format!("Python cannot read {what}")),
            }
            .at(span),
        );
    };
    if source.starts_with('\u{feff}') {
        report(
            Cause::Always("a file that starts with a byte order mark"),
            0..'\u{feff}'.len_utf8(),
        );
    }

    let mut brackets: Vec<Bracket> = Vec::new();
    let mut separator: Option<Span> = None;
    let mut in_value = false;
    for token in Source::new(source).lex() {
        let span = token.span().start()..token.span().end();
        let in_inline_table = matches!(brackets.last(), Some(Bracket::InlineTable { .. }));
        match token.kind() {
            TokenKind::LeftCurlyBracket => {
                brackets.push(Bracket::InlineTable {
                    open: span.clone(),
                    reported: false,
                });
                in_value = false;
            }
            TokenKind::LeftSquareBracket => brackets.push(Bracket::Square),
            TokenKind::RightCurlyBracket => {
                if let Some(comma) = separator.take() {
                    report(
                        Cause::Toml11("an inline table with a trailing comma"),
                        comma,
                    );
                }
                brackets.pop();
            }
            TokenKind::RightSquareBracket => {
                brackets.pop();
            }
            TokenKind::Newline | TokenKind::Comment => {
                if let Some(Bracket::InlineTable { open, reported }) = brackets.last_mut() {
                    if !*reported {
                        *reported = true;
                        report(
                            Cause::Toml11("an inline table over several lines"),
                            open.clone(),
                        );
                    }
                } else if brackets.is_empty() {
                    in_value = false;
                }
            }
            TokenKind::Comma => in_value = !in_inline_table,
            TokenKind::Equals => in_value = true,
            TokenKind::BasicString | TokenKind::MlBasicString => {
                escapes(&source[span.clone()], span.start, &mut report);
            }
            TokenKind::Atom if in_value => {
                moment(&source[span.clone()], span.start, &mut report);
            }
            _ => {}
        }
        separator = match token.kind() {
            TokenKind::Comma => in_inline_table.then_some(span),
            TokenKind::Whitespace | TokenKind::Newline | TokenKind::Comment => separator,
            _ => None,
        };
    }
}

enum Bracket {
    Square,
    InlineTable { open: Span, reported: bool },
}

/// Looks for the escapes of TOML 1.1 in a basic string.
fn escapes(raw: &str, start: usize, report: &mut impl FnMut(Cause, Span)) {
    let mut at = 0;
    while let Some(offset) = raw[at..].find('\\') {
        let escape = at + offset;
        let (what, length) = match raw.as_bytes().get(escape + 1) {
            Some(b'e') => (Some("the escape `\\e`"), 2),
            Some(b'x') => (Some("the escape `\\xHH`"), 4),
            // A backslash at the end of a line or before another escape's letter.
            _ => (None, 2),
        };
        if let Some(what) = what {
            let from = start + escape;
            report(Cause::Toml11(what), from..from + length);
        }
        // The character after a backslash is ASCII in every valid escape.
        at = escape + 2;
    }
}

/// Looks for dates and times that Python does not have. The text is a valid
/// scalar, or a part of one: a fraction of a second is lexed apart, and looks
/// like neither.
fn moment(atom: &str, start: usize, report: &mut impl FnMut(Cause, Span)) {
    let bytes = atom.as_bytes();
    let is_date = matches!(bytes, [_, _, _, _, b'-', _, _, b'-', ..]);
    if is_date && atom.starts_with("0000") {
        report(Cause::Always("the year 0000"), start..start + 4);
    }
    let offset = match bytes {
        [_, _, b':', ..] => 0,
        [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't', ..] => 11,
        _ => return,
    };
    let from = start + offset;
    match &bytes[offset..] {
        [_, _, b':', _, _, b':', b'6', b'0', ..] => {
            report(Cause::Always("the second 60"), from + 6..from + 8);
        }
        [_, _, b':', _, _, b':', ..] => {}
        [_, _, b':', _, _, ..] => {
            report(Cause::Toml11("a time without seconds"), from..from + 5);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::only;

    #[test]
    fn each_place_is_reported() {
        assert_snapshot!(only("BIP102", "\u{feff}a = { b = 1, c = { d = 2,\n\n } , # x\n }\ne = \"\\e\\\\e\\x41\"\nf = \"\"\"\n\\\\x\\e\"\"\"\n\"\\e\" = 1\n"), @r#"
        BIP102 warning 1:1 «\u{feff}»: Python cannot read a file that starts with a byte order mark
        BIP102 warning 1:6 «{»: Python before 3.15 cannot read an inline table over several lines
          ^ TOML 1.1
        BIP102 warning 1:19 «{»: Python before 3.15 cannot read an inline table over several lines
          ^ TOML 1.1
        BIP102 warning 1:26 «,»: Python before 3.15 cannot read an inline table with a trailing comma
          ^ TOML 1.1
        BIP102 warning 3:4 «,»: Python before 3.15 cannot read an inline table with a trailing comma
          ^ TOML 1.1
        BIP102 warning 5:6 «\e»: Python before 3.15 cannot read the escape `\e`
          ^ TOML 1.1
        BIP102 warning 5:11 «\x41»: Python before 3.15 cannot read the escape `\xHH`
          ^ TOML 1.1
        BIP102 warning 7:4 «\e»: Python before 3.15 cannot read the escape `\e`
          ^ TOML 1.1
        BIP102 warning 8:2 «\e»: Python before 3.15 cannot read the escape `\e`
          ^ TOML 1.1
        "#);
        assert_snapshot!(only("BIP102", "a = 07:32\nb = [ 1979-05-27t07:32Z, 1979-05-27 07:32+01:00 ]\nc = { d = 23:59:60 }\ne = 0000-01-01\n"), @r#"
        BIP102 warning 1:5 «07:32»: Python before 3.15 cannot read a time without seconds
          ^ TOML 1.1
        BIP102 warning 2:18 «07:32»: Python before 3.15 cannot read a time without seconds
          ^ TOML 1.1
        BIP102 warning 2:37 «07:32»: Python before 3.15 cannot read a time without seconds
          ^ TOML 1.1
        BIP102 warning 3:17 «60»: Python cannot read the second 60
        BIP102 warning 4:5 «0000»: Python cannot read the year 0000
        "#);
    }

    #[test]
    fn toml_1_0_is_silent() {
        for source in [
            "a = { b = [\n1,\n2,\n], c = '''\n,''' }",
            "a = {}",
            "a = [{ b = 1 }, { b = 2 },\n]",
            "a = 'x\\e\\x41' # \\e {,}",
            "a = '''\\e'''",
            "a = \"\\\\e \\\\x41\"",
            "a = \"\"\"x\\\n  y\"\"\"",
            "0000-01-01 = 1\n[0000-02-02]\n0000-03-03.0000-01-01 = { 0000-01-01 = 1, 0000-01-02 = 1 }",
            "a = 07:32:00.123\nb = 1979-05-27T00:32:00.999999-07:00\nc = 1979-05-27 07:32:00Z\nd = 07:32:00.12",
            "a = 0.5\nb = [ 1.25, 0x00, 1e6 ]",
        ] {
            assert_eq!(only("BIP102", source), "", "{source:?}");
        }
    }
}
