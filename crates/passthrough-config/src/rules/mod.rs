//! The rules on `pyproject.toml`, one file each.

use passthrough_diagnostic::Rule;

pub mod backend_invalid;
pub mod build_system_invalid;
pub mod build_system_spelling;
pub mod duplicate_name;
pub mod entry_not_a_name;
pub mod entry_type;
pub mod invalid_requirement;
pub mod key_at_the_wrong_level;
pub mod list_type;
pub mod lists_itself;
pub mod misspelt_key;
pub mod no_build_system;
pub mod not_the_frontends_table;
pub mod pixi_opposite_meaning;
pub mod requires_missing;
pub mod requires_type;
pub mod table_refuses_unknown_keys;
pub mod toml_syntax;
pub mod tomllib_refuses;
pub mod tool_not_a_table;
pub mod uv_opposite_meaning;

/// Every rule of this crate, by code.
pub static RULES: &[&Rule] = &[
    &toml_syntax::RULE,
    &tomllib_refuses::RULE,
    &no_build_system::RULE,
    &build_system_invalid::RULE,
    &requires_missing::RULE,
    &requires_type::RULE,
    &invalid_requirement::RULE,
    &backend_invalid::RULE,
    &list_type::RULE,
    &entry_type::RULE,
    &entry_not_a_name::RULE,
    &duplicate_name::RULE,
    &uv_opposite_meaning::RULE,
    &lists_itself::RULE,
    &build_system_spelling::RULE,
    &table_refuses_unknown_keys::RULE,
    &not_the_frontends_table::RULE,
    &pixi_opposite_meaning::RULE,
    &misspelt_key::RULE,
    &tool_not_a_table::RULE,
    &key_at_the_wrong_level::RULE,
];
