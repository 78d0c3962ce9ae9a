//! `[build-system]` (PEP 517 and PEP 518).

use passthrough_diagnostic::Diagnostic;
use toml_edit::Table;

use crate::rules::{
    backend_invalid, build_system_invalid, invalid_requirement, no_build_system, requires_missing,
    requires_type,
};
use crate::{Backend, Requires};

/// Reads the build requirements and the backend.
pub(crate) fn read(
    source: &str,
    root: &Table,
    findings: &mut Vec<Diagnostic>,
) -> (Requires, Backend) {
    let Some((key, item)) = root.get_key_value("build-system") else {
        return (no_build_system::default(findings), Backend::default());
    };
    let mut requires = Requires {
        requirements: Vec::new(),
        declared: true,
    };
    let Some(table) = build_system_invalid::table(key, item, findings) else {
        return (requires, Backend::default());
    };
    if let Some((key, item)) = requires_missing::entry(key, table, findings) {
        requires.requirements = requires_type::texts(source, key, item, findings)
            .into_iter()
            .filter_map(|text| invalid_requirement::parse(&text, findings))
            .collect();
    }
    (requires, backend_invalid::backend(source, table, findings))
}
