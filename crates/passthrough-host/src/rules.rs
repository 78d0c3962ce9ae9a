//! What can be wrong with an installed distribution, one rule a file.

mod directory_version;
mod encoding;
mod header_size;
mod metadata_file;
mod metadata_version;
mod name_field;
mod odd_entry;
mod optional_fields;
mod path_entry;
mod requires_dist;
mod several_versions;
mod shadowed;
mod zipped;

use std::fmt::Write as _;
use std::path::Path;

use passthrough_diagnostic::{Diagnostic, Rule};

use crate::model::Problem;

pub(crate) use directory_version::{Told, told, version};
pub(crate) use encoding::encoding;
pub(crate) use header_size::too_large;
pub(crate) use metadata_file::unreadable;
pub(crate) use metadata_version::metadata_version;
pub(crate) use name_field::name_field;
pub(crate) use odd_entry::odd;
pub(crate) use optional_fields::{provides_extra, requires_python};
pub(crate) use path_entry::unreadable_entry;
pub(crate) use requires_dist::requires_dist;
pub(crate) use several_versions::several_versions;
pub(crate) use shadowed::shadowed;
pub(crate) use zipped::zipped;

/// Every rule that speaks of the host, by code.
pub static RULES: &[&Rule] = &[
    &shadowed::RULE,
    &several_versions::RULE,
    &directory_version::RULE,
    &metadata_file::RULE,
    &header_size::RULE,
    &encoding::RULE,
    &requires_dist::RULE,
    &crate::direct_url::RULE,
    &path_entry::RULE,
    &odd_entry::RULE,
    &name_field::RULE,
    &metadata_version::RULE,
    &optional_fields::RULE,
    &zipped::RULE,
];

/// A finding that has no place yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    rule: &'static Rule,
    message: String,
    help: Option<String>,
}

impl Fault {
    pub(crate) fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Why the copy cannot be relied upon.
    pub(crate) fn problem(&self) -> Problem {
        Problem::new(&self.message)
    }

    pub(crate) fn at(self, info: &Path) -> Diagnostic {
        let mut finding = Diagnostic::new(self.rule, self.message).on(info);
        finding.help = self.help;
        finding
    }
}

/// What a reader needs of a text that may be a megabyte long.
pub(crate) fn excerpt(text: &str) -> String {
    const LENGTH: usize = 80;
    let mut excerpt = String::from("`");
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => {
            let _ = write!(excerpt, "{}…", &text[..end]);
        }
        None => excerpt.push_str(text),
    }
    excerpt.push('`');
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_names_are_unique_and_sorted() {
        let codes: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted());
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), RULES.len());
        let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            assert!(rule.code.starts_with("BIP3"), "{}", rule.code);
            let texts = [rule.what, rule.why, rule.mend];
            assert!(
                texts.iter().all(|text| text.ends_with('.')),
                "{}",
                rule.code
            );
            assert!(rule.example.contains("```"), "{}", rule.code);
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(excerpt("a"), "`a`");
        assert_eq!(excerpt(&"é".repeat(80)), format!("`{}`", "é".repeat(80)));
        assert_eq!(excerpt(&"é".repeat(81)), format!("`{}…`", "é".repeat(80)));
    }
}
