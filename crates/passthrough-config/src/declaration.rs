//! The passthrough lists (CONF-1 to CONF-6).

use passthrough_diagnostic::Diagnostic;
use passthrough_requirement::PackageName;
use toml_edit::Table;

use crate::rules::{
    build_system_spelling, duplicate_name, entry_not_a_name, entry_type, key_at_the_wrong_level,
    list_type, lists_itself, misspelt_key, not_the_frontends_table, pixi_opposite_meaning,
    table_refuses_unknown_keys, tool_not_a_table, uv_opposite_meaning,
};
use crate::survey::{Found, What, survey};
use crate::text::dotted;
use crate::{Declaration, Reading};

impl Reading {
    /// Whether this reading looks into `[tool.<name>]`.
    fn covers(&self, name: &str) -> bool {
        match self {
            Self::Neutral => true,
            Self::Frontend(frontend) => frontend == name,
        }
    }
}

/// Reads the lists that count under `reading`, in the order of the file, and
/// reports on the keys that do not.
pub(crate) fn read(
    source: &str,
    root: &Table,
    reading: &Reading,
    project: Option<&PackageName>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Declaration> {
    tool_not_a_table::check(root, reading, findings);
    let mut declarations = Vec::new();
    for found in survey(root) {
        // A key outside of [tool.*] concerns every reading.
        let covered = found.tool().is_none_or(|name| reading.covers(name));
        match found.what {
            What::List => {
                table_refuses_unknown_keys::check(&found, findings);
                if covered {
                    let declaration = list(source, &found, project, findings);
                    uv_opposite_meaning::check(&found, findings);
                    declarations.extend(declaration);
                } else {
                    not_the_frontends_table::check(&found, reading, findings);
                }
            }
            What::Draft => {
                let counts = *reading == Reading::Neutral;
                build_system_spelling::check(&found, counts, findings);
                if counts {
                    declarations.extend(list(source, &found, project, findings));
                }
            }
            _ if !covered => {}
            What::InArrayOfTables => list_type::in_array_of_tables(&found, findings),
            What::UvPip => uv_opposite_meaning::check(&found, findings),
            What::Pixi => pixi_opposite_meaning::check(&found, findings),
            What::NearMiss => misspelt_key::check(&found, findings),
            What::Elsewhere => key_at_the_wrong_level::check(&found, findings),
        }
    }
    declarations
}

/// One list: its valid names, and the findings on all other entries.
fn list(
    source: &str,
    found: &Found<'_>,
    project: Option<&PackageName>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Declaration> {
    let array = list_type::array(found, findings)?;
    let mut names = Vec::with_capacity(array.len());
    for value in array {
        if let Some(text) = entry_type::text(source, value, findings)
            && let Some(name) = entry_not_a_name::name(&text, findings)
        {
            names.push(name);
        }
    }
    let names = duplicate_name::distinct(names, findings);
    lists_itself::check(&names, project, findings);
    Some(Declaration {
        table: dotted(found.path.iter().copied()),
        key: found.key.clone(),
        names,
    })
}
