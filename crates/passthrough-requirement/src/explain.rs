//! Why a text is not a version specifier, in words.

use crate::Version;
use crate::scan::{self, Operator};

/// What is wrong with `text`, which is not a version specifier.
pub(crate) fn specifier(text: &str) -> String {
    let Some(operator) = Operator::at_start(text) else {
        return no_operator(text);
    };
    let symbol = operator.as_str();
    let version = scan::trim(&text[symbol.len()..]);
    if operator == Operator::Arbitrary {
        return "the text after `===` has a blank, `;` or `)` in it".to_owned();
    }
    if version.is_empty() {
        return format!("a version is missing after `{symbol}`");
    }
    if version.starts_with(is_symbol) {
        return format!("{} is not an operator", quote(symbols(text)));
    }
    if version.contains(|c| is_symbol(c) && c != '!') || version.contains("!=") {
        return "a comma is missing between two version specifiers".to_owned();
    }
    let (version, wildcard) = match version.strip_suffix(".*") {
        Some(prefix) => (prefix, true),
        None => (version, false),
    };
    if !scan::is_version(version) {
        format!("{} is not a version of PEP 440", quote(version))
    } else if is_too_large(version) {
        format!("a number in the version {} is too large", quote(version))
    } else if wildcard && !operator.is_equality() {
        "`.*` goes only with `==` and `!=`".to_owned()
    } else if wildcard {
        "`.*` goes only after a release number, as in `==1.4.*`".to_owned()
    } else if version.contains('+') {
        "a local version (`+…`) goes only with `==` and `!=`".to_owned()
    } else {
        "`~=` needs two release numbers or more, as in `~=1.4`".to_owned()
    }
}

fn no_operator(text: &str) -> String {
    match symbols(text) {
        "=" => "`=` is not an operator; equality is `==`".to_owned(),
        "=<" => "`=<` is not an operator; at most is `<=`".to_owned(),
        "=>" => "`=>` is not an operator; at least is `>=`".to_owned(),
        "" if text.starts_with(|c: char| c.is_ascii_digit()) => {
            "an operator is missing before the version, as in `==1.4`".to_owned()
        }
        "" => format!("{} is not a version specifier", quote(text)),
        symbols => format!("{} is not an operator", quote(symbols)),
    }
}

fn is_symbol(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '!' | '~')
}

fn symbols(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_symbol).len()]
}

fn is_too_large(version: &str) -> bool {
    version
        .parse::<Version>()
        .is_err_and(|error| error.is_too_large())
}

/// The text between backticks, fit for one line of a message: no control
/// characters, and not more than its first 40 characters.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = "`".to_owned();
    for (index, c) in text.chars().enumerate() {
        if index == 40 {
            quoted.push('…');
            break;
        }
        if c.is_control() {
            quoted.extend(c.escape_default());
        } else {
            quoted.push(c);
        }
    }
    quoted.push('`');
    quoted
}
