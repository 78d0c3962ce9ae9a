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

/// The words in the text, whether they stand for something or not.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices('{').map(|(start, _)| &text[start..]);
    starts.filter_map(word)
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

    use super::{Places, filled, words};

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
    fn words_are_found() {
        let found: Vec<&str> = words("{tool}/{wolrd} { x } {} {{out}} {A}").collect();
        assert_eq!(found, ["tool", "wolrd", "out"]);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[{}a-zé]{0,20}") {
            words(&text).count();
            prop_assert_eq!(filled(&text, &Places::new()), text);
        }
    }
}
