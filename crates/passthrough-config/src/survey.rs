//! One walk over the whole document that picks up every key the rules speak of.

use passthrough_diagnostic::Span;
use toml_edit::{Item, Table, TableLike, Value};

use crate::text::{cut, dotted, key_span};
use crate::{DRAFT_KEYS, KEY};

/// How many tables around a key are kept. More are never shown, and a hostile
/// file may nest thousands around each of thousands of keys.
const MOST_SHOWN: usize = 8;

/// A key that says, or seems to say, something about passthrough.
pub(crate) struct Found<'a> {
    /// What it looks like.
    pub(crate) what: What,
    /// The tables it is in, outermost first: the first [`MOST_SHOWN`] of them.
    pub(crate) path: Vec<&'a str>,
    /// The key's own name.
    pub(crate) name: &'a str,
    /// Where the key is written.
    pub(crate) key: Span,
    /// Its value.
    pub(crate) item: &'a Item,
}

/// What a found key looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The key in a `[tool.<name>]` table.
    List,
    /// The key in an element of a `[[tool.<name>]]` array of tables.
    InArrayOfTables,
    /// The draft's spelling in `[build-system]`.
    Draft,
    /// The key in `[tool.uv.pip]`.
    UvPip,
    /// The key anywhere else.
    Elsewhere,
    /// Something like the key, in a `[tool.<name>]` table.
    NearMiss,
    /// pixi's `no-build-isolation`.
    Pixi,
}

impl<'a> Found<'a> {
    /// `<name>` of the `[tool.<name>]` table that the key is in or below.
    pub(crate) fn tool(&self) -> Option<&'a str> {
        match self.path.as_slice() {
            ["tool", name, ..] => Some(name),
            _ => None,
        }
    }

    /// The table that the key is in, for use in a message.
    pub(crate) fn shown_table(&self) -> String {
        // Cut before it is put together: a name may be as long as the file.
        let parts: Vec<String> = self.path.iter().map(|part| cut(part)).collect();
        cut(&dotted(parts.iter().map(String::as_str)))
    }
}

/// Finds the keys, in the order of the file.
pub(crate) fn survey(root: &Table) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    // A stack of its own: dotted keys nest deeper than the call stack may.
    let mut pending: Vec<Pending<'_>> = Vec::new();
    inspect(root, 0, &path, false, &mut pending, &mut found);
    while let Some(next) = pending.pop() {
        path.truncate(next.depth - 1);
        path.push(next.name);
        match next.tables {
            Tables::One(table) => {
                inspect(table, next.depth, &path, false, &mut pending, &mut found);
            }
            Tables::Several(item) => {
                for table in elements(item) {
                    inspect(table, next.depth, &path, true, &mut pending, &mut found);
                }
            }
        }
    }
    found.sort_by_key(|found| found.key.start);
    found
}

/// Tables still to be looked at, with the key that leads to them.
struct Pending<'a> {
    depth: usize,
    name: &'a str,
    tables: Tables<'a>,
}

enum Tables<'a> {
    One(&'a dyn TableLike),
    /// The tables in an array.
    Several(&'a Item),
}

fn inspect<'a>(
    table: &'a dyn TableLike,
    depth: usize,
    path: &[&'a str],
    in_array: bool,
    pending: &mut Vec<Pending<'a>>,
    found: &mut Vec<Found<'a>>,
) {
    for (name, item) in table.iter() {
        if let Some(what) = classify(path, in_array, name, item) {
            found.push(Found {
                what,
                path: path.iter().take(MOST_SHOWN).copied().collect(),
                name,
                key: table.key(name).map(key_span).unwrap_or_default(),
                item,
            });
        }
        let tables = match item {
            Item::Table(table) => Tables::One(table),
            Item::Value(Value::InlineTable(table)) => Tables::One(table),
            item if elements(item).next().is_some() => Tables::Several(item),
            _ => continue,
        };
        pending.push(Pending {
            depth: depth + 1,
            name,
            tables,
        });
    }
}

/// The tables in an array, written either way.
pub(crate) fn elements(item: &Item) -> impl Iterator<Item = &dyn TableLike> {
    let headed = item.as_array_of_tables().into_iter().flatten();
    let inline = item.as_array().into_iter().flatten();
    headed.map(|table| table as &dyn TableLike).chain(
        inline.filter_map(|value| value.as_inline_table().map(|table| table as &dyn TableLike)),
    )
}

fn classify(path: &[&str], in_array: bool, name: &str, item: &Item) -> Option<What> {
    if name == KEY {
        return Some(match path {
            ["tool", _] if in_array => What::InArrayOfTables,
            ["tool", _] => What::List,
            ["tool", "uv", "pip"] => What::UvPip,
            _ => What::Elsewhere,
        });
    }
    match path {
        ["build-system"] if DRAFT_KEYS.contains(&name) => Some(What::Draft),
        ["tool", _] if !in_array && resembles_the_key(name) => Some(What::NearMiss),
        ["tool", "pixi", "pypi-options"] | ["tool", "pixi", "feature", _, "pypi-options"]
            if name == "no-build-isolation" && asks_for_something(item) =>
        {
            Some(What::Pixi)
        }
        _ => None,
    }
}

/// `true`, or a list that is not empty.
fn asks_for_something(item: &Item) -> bool {
    item.as_bool() == Some(true) || item.as_array().is_some_and(|array| !array.is_empty())
}

/// Whether a key other than [`KEY`] was probably meant to be it.
fn resembles_the_key(name: &str) -> bool {
    // Nothing much longer or shorter is compared: the file may be hostile.
    if name.len() > 2 * KEY.len() {
        return false;
    }
    let mut plain = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' | ' ' if plain.ends_with('-') => {}
            '-' | '_' | '.' | ' ' => plain.push('-'),
            other => plain.push(other.to_ascii_lowercase()),
        }
    }
    let plain = plain.trim_matches('-');
    [KEY, DRAFT_KEYS[1]]
        .into_iter()
        .any(|meant| distance(plain.as_bytes(), meant.as_bytes()) <= 2)
}

/// The Levenshtein distance.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(What, String)> {
        let document = toml_edit::Document::parse(source).unwrap();
        survey(document.as_table())
            .iter()
            .map(|found| (found.what, found.path.join("/")))
            .collect()
    }

    #[test]
    fn every_way_to_write_a_table_is_seen() {
        for source in [
            "[tool.x]\nno-build-isolation-package = []",
            "[tool]\nx.no-build-isolation-package = []",
            "tool.x.no-build-isolation-package = []",
            "tool = { x.no-build-isolation-package = [] }",
            "[tool]\nx = { 'no-build-isolation-package' = [] }",
            "[ tool . \"x\" ]\n\"no\\u002dbuild-isolation-package\" = []",
            "[tool.x.y]\n[tool.x]\nno-build-isolation-package = []",
        ] {
            assert_eq!(
                found(source),
                [(What::List, "tool/x".to_owned())],
                "{source}"
            );
        }
    }

    #[test]
    fn the_path_is_right_after_deeper_tables() {
        assert_eq!(
            found(
                "[tool.a.b.c]\nno-build-isolation-package = []\n[tool.d]\nno-build-isolation-package = []\n\
                 [project]\nno-build-isolation-package = []"
            ),
            [
                (What::Elsewhere, "tool/a/b/c".to_owned()),
                (What::List, "tool/d".to_owned()),
                (What::Elsewhere, "project".to_owned()),
            ]
        );
    }

    #[test]
    fn arrays_of_tables_are_looked_into() {
        for source in [
            "[[tool.x]]\n[[tool.x]]\nno-build-isolation-package = []",
            "[tool]\nx = [{}, { no-build-isolation-package = [] }]",
        ] {
            assert_eq!(
                found(source),
                [(What::InArrayOfTables, "tool/x".to_owned())],
                "{source}"
            );
        }
    }

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(left.as_bytes(), right.as_bytes()), expected);
        }
    }
}
