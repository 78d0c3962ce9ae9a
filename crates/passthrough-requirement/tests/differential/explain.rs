//! Differences that are meant to be.

use serde_json::Value;
use toml_edit::Document;

use crate::question::Difference;

/// A reason why the two sides differ, as the data file has it.
struct Explanation {
    kinds: Vec<String>,
    fields: Vec<String>,
    /// What an input must contain: the name of a test below.
    input: String,
    packaging: String,
    matched: usize,
}

pub(crate) struct Explanations(Vec<Explanation>);

impl Explanations {
    pub(crate) fn read() -> Self {
        let document = Document::parse(include_str!("../explained-differences.toml")).unwrap();
        let explanations = document["difference"].as_array_of_tables().unwrap();
        Self(
            explanations
                .iter()
                .map(|table| {
                    let text = |key: &str| table[key].as_str().unwrap().to_owned();
                    assert!(!text("reason").is_empty());
                    let texts = |key: &str| {
                        let texts = table[key].as_array().unwrap();
                        texts
                            .iter()
                            .map(|text| text.as_str().unwrap().to_owned())
                            .collect()
                    };
                    Explanation {
                        kinds: texts("kinds"),
                        fields: texts("fields"),
                        input: text("input"),
                        packaging: text("packaging"),
                        matched: 0,
                    }
                })
                .collect(),
        )
    }

    /// Whether there is a reason for the difference.
    pub(crate) fn explain(&mut self, difference: &Difference<'_>) -> bool {
        let explanation = self.0.iter_mut().find(|explanation| {
            explanation.kinds.iter().any(|kind| kind == difference.kind)
                && explanation.fields.contains(&difference.field)
                && says(difference.theirs, &explanation.packaging)
                && contains(difference.text, &explanation.input)
        });
        if let Some(explanation) = explanation {
            explanation.matched += 1;
            return true;
        }
        false
    }

    /// The explanations that no difference needed.
    pub(crate) fn unused(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|explanation| explanation.matched == 0)
            .map(|explanation| explanation.input.clone())
            .collect()
    }
}

fn says(theirs: &Value, expected: &str) -> bool {
    match expected {
        "anything" => true,
        "true" => *theirs == true,
        error => *theirs == *error,
    }
}

fn contains(text: &str, what: &str) -> bool {
    match what {
        "number-beyond-the-limit" => numbers(text).any(is_beyond_the_limit),
        "name-that-ends-in-underscore" => text
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .any(|word| word.ends_with('_')),
        "character-by-name" => text.contains("\\N{"),
        "surrogate" => text.contains("\\ud8"),
        "backslash" => text.contains('\\'),
        "deep-parentheses" => text.contains(&"(".repeat(101)),
        "long-s" => text.contains('ſ'),
        other => panic!("{other:?} is not known"),
    }
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit())
}

fn is_beyond_the_limit(number: &str) -> bool {
    let number = number.trim_start_matches('0');
    let limit = u64::MAX.to_string();
    number.len() > limit.len() || number.len() == limit.len() && *number >= *limit
}
