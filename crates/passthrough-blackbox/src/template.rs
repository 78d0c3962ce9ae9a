//! Words in braces, in the commands of a profile.

use std::collections::BTreeMap;

/// The words that stand for something.
pub(crate) const WORDS: [&str; 12] = [
    "archive",
    "constraints",
    "host",
    "index",
    "out",
    "prepared",
    "project",
    "python",
    "refused",
    "requirement",
    "self",
    "tool",
];

/// What the words stand for in a world.
pub(crate) type Places = BTreeMap<&'static str, String>;

/// The text with every word replaced. A brace that begins no word stays.
pub(crate) fn filled(text: &str, places: &Places) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        match word(rest).and_then(|word| Some((word, places.get(word)?))) {
            Some((word, place)) => {
                filled.push_str(place);
                rest = &rest[word.len() + 2..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The first word in the text that stands for nothing.
pub(crate) fn unknown(text: &str) -> Option<&str> {
    let mut starts = text.match_indices('{').map(|(start, _)| &text[start..]);
    starts.find_map(|rest| word(rest).filter(|word| !WORDS.contains(word)))
}

/// The word at the beginning of a text: `{…}` with small letters within.
fn word(text: &str) -> Option<&str> {
    let (word, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_word = !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_word.then_some(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Places, filled, unknown};

    #[test]
    fn words_are_replaced_and_braces_stay() {
        let places = Places::from([("tool", "/t".to_owned()), ("out", "{tool}".to_owned())]);
        for (text, expected) in [
            ("{tool}/bin/{tool}", "/t/bin//t"),
            // What a word stands for is not looked at again.
            ("-o{out}", "-o{tool}"),
            ("{host}", "{host}"),
            ("{ a = 1 } {} {tool", "{ a = 1 } {} {tool"),
            ("{{tool}}", "{/t}"),
        ] {
            assert_eq!(filled(text, &places), expected);
        }
    }

    #[test]
    fn a_word_that_stands_for_nothing_is_found() {
        assert_eq!(unknown("{tool}/{wolrd}"), Some("wolrd"));
        assert_eq!(unknown("{tool} { x } {}"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[{}a-zé]{0,20}") {
            unknown(&text);
            prop_assert_eq!(filled(&text, &Places::new()), text);
        }
    }
}
