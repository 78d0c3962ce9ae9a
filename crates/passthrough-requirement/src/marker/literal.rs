//! String literals of Python: markers may have any escape sequence of theirs.

/// The text that a literal stands for; `inner` is what the quotes enclose.
pub(super) fn decode(inner: &str) -> Result<String, &'static str> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\r' => return Err("a string must not have a line end in it"),
            '\0' => return Err("a string must not have a null character in it"),
            '\\' => escape(&mut rest, &mut text)?,
            _ => text.push(c),
        }
    }
    Ok(text)
}

fn escape(rest: &mut std::str::Chars<'_>, text: &mut String) -> Result<(), &'static str> {
    let Some(c) = rest.next() else {
        return Err("the backslash takes the closing quote away");
    };
    let plain = match c {
        // A line that is continued.
        '\n' => return Ok(()),
        '\r' => {
            if rest.as_str().starts_with('\n') {
                rest.next();
            }
            return Ok(());
        }
        '\\' | '\'' | '"' => c,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '0'..='7' => {
            let mut code = c.to_digit(8).unwrap_or_default();
            for _ in 0..2 {
                let Some(digit) = rest.as_str().chars().next().and_then(|c| c.to_digit(8)) else {
                    break;
                };
                rest.next();
                code = code * 8 + digit;
            }
            character(code)?
        }
        'x' => hexadecimal(rest, 2)?,
        'u' => hexadecimal(rest, 4)?,
        'U' => hexadecimal(rest, 8)?,
        'N' => return Err("characters by name (`\\N{…}`) are not supported"),
        '\0' => return Err("a string must not have a null character in it"),
        // Python keeps what it does not know.
        _ => {
            text.push('\\');
            c
        }
    };
    text.push(plain);
    Ok(())
}

fn hexadecimal(rest: &mut std::str::Chars<'_>, len: usize) -> Result<char, &'static str> {
    let mut code = 0;
    for _ in 0..len {
        let digit = rest.next().and_then(|c| c.to_digit(16));
        code = code * 16 + digit.ok_or("an escape sequence is too short")?;
    }
    character(code)
}

fn character(code: u32) -> Result<char, &'static str> {
    char::from_u32(code).ok_or("an escape sequence is not a character of Unicode")
}

/// A literal that stands for the text: in double quotes where that needs no
/// escape sequence.
pub(super) fn quote(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') {
        '\''
    } else {
        '"'
    };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for c in text.chars() {
        match c {
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\0' => literal.push_str("\\x00"),
            // The grammar of markers ends a string at its quote, escaped or not.
            '"' if quote == '"' => literal.push_str("\\x22"),
            _ => literal.push(c),
        }
    }
    literal.push(quote);
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_those_of_python() {
        for (inner, text) in [
            ("", ""),
            ("a b\té", "a b\té"),
            (r#"\\\'\""#, r#"\'""#),
            (r"\a\b\f\n\r\t\v", "\u{7}\u{8}\u{c}\n\r\t\u{b}"),
            (r"\0\18\1234\777", "\0\u{1}8S4\u{1ff}"),
            (r"\x41\u00e9\U0001f600", "Aé😀"),
            (r"\d\é\ ", r"\d\é\ "),
            ("a\\\nb\\\r\nc\\\rd", "abcd"),
        ] {
            assert_eq!(decode(inner).as_deref(), Ok(text), "{inner:?}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for inner in [
            "a\nb",
            "a\rb",
            "\0",
            "\\\0",
            "\\",
            r"\\\",
            r"\x4",
            r"\x4g",
            r"\u00e",
            r"\U0001f60",
            r"\U00110000",
            r"\ud800",
            r"\N{DASH}",
            "\\x4é",
        ] {
            assert!(decode(inner).is_err(), "{inner:?}");
        }
    }

    #[test]
    fn every_text_can_be_quoted() {
        for (text, literal) in [
            ("nt", r#""nt""#),
            ("it's", r#""it's""#),
            (r#"6""#, r#"'6"'"#),
            (r#"6" x 4'"#, r#""6\x22 x 4'""#),
            ("\\\n\r\0\t", "\"\\\\\\n\\r\\x00\t\""),
        ] {
            assert_eq!(quote(text), literal);
            assert_eq!(decode(&literal[1..literal.len() - 1]).as_deref(), Ok(text));
        }
    }
}
