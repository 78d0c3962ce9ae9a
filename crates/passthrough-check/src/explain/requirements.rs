//! The rules of the specification, from `spec/requirements.toml`.

use std::sync::LazyLock;

use toml_edit::{Document, Table};

/// A rule of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its id, such as `CLOS-3`; never reused and never renamed.
    pub id: String,
    /// `MUST`, `SHOULD`, `MAY`, or `open`.
    pub level: String,
    /// `draft`, `decided` or `open`.
    pub basis: String,
    /// A file of `spec/` and an anchor in it, such as `closure.md#clos-3`.
    pub section: String,
    /// The normative text, on one line of Markdown without links.
    pub text: String,
    /// Where an implementation can be seen to follow it: `decision`,
    /// `blackbox`, `both` or `none`.
    pub observable: String,
    /// Why it can be seen nowhere; given if, and only if, `observable` is `none`.
    pub excluded: Option<String>,
    /// Why there is the rule, on one line of Markdown.
    pub rationale: String,
}

/// The file, as it was when this was built.
pub const TEXT: &str = include_str!("../../../../spec/requirements.toml");

/// Every rule, in the order of the specification. Read when first asked for,
/// so that nothing but `explain` pays for it.
pub fn all() -> &'static [Requirement] {
    static ALL: LazyLock<Vec<Requirement>> = LazyLock::new(|| read(TEXT));
    &ALL
}

/// What can be read of a registry; a test holds that this is all of it.
fn read(text: &str) -> Vec<Requirement> {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let tables = document
        .get("requirement")
        .and_then(|item| item.as_array_of_tables());
    tables
        .into_iter()
        .flatten()
        .filter_map(requirement)
        .collect()
}

/// None if a key is missing, is no string, or is unknown.
fn requirement(table: &Table) -> Option<Requirement> {
    let text = |key: &str| Some(table.get(key)?.as_str()?.to_owned());
    let requirement = Requirement {
        id: text("id")?,
        level: text("level")?,
        basis: text("basis")?,
        section: text("section")?,
        text: text("text")?,
        observable: text("observable")?,
        excluded: text("excluded"),
        rationale: text("rationale")?,
    };
    let known = 7 + usize::from(requirement.excluded.is_some());
    (table.len() == known).then_some(requirement)
}

#[cfg(test)]
mod tests {
    use super::{TEXT, all, read};

    const ONE: &str = "[[requirement]]\nid = 'A-1'\nlevel = 'MUST'\nbasis = 'draft'\n\
                       section = 'a.md#a-1'\ntext = 't'\nobservable = 'both'\nrationale = 'r'\n";

    #[test]
    fn every_entry_is_read() {
        assert_eq!(all().len(), TEXT.matches("[[requirement]]").count());
        assert!(!all().is_empty());
    }

    #[test]
    fn an_entry_that_is_not_as_it_must_be_is_not_read() {
        assert_eq!(read(ONE).len(), 1);
        for bad in [
            "",
            "not toml",
            "requirement = 1\n",
            &ONE.replace("rationale = 'r'\n", ""),
            &ONE.replace("'MUST'", "1"),
            &format!("{ONE}levle = 'MUST'\n"),
        ] {
            assert_eq!(read(bad), [], "{bad}");
        }
        let excluded = format!("{ONE}excluded = 'e'\n");
        assert_eq!(read(&excluded)[0].excluded.as_deref(), Some("e"));
    }
}
