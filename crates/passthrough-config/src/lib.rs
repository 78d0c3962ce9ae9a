//! `pyproject.toml` text to passthrough declarations and build requirements.
//!
//! [`read`] never fails: it returns what can be understood, and every finding
//! on the way. It does no I/O.
//!
//! One pass has four stages. The text becomes a TOML document, or findings of
//! [`rules::toml_syntax`] alone. `[build-system]` becomes [`Requires`] and
//! [`Backend`]. A walk over the document picks up every key that says, or
//! seems to say, something about passthrough. The keys that count under the
//! [`Reading`] become [`Declaration`]s; the others become findings. Each rule
//! is one file in [`rules`], with its documentation, check and tests; a check
//! takes what is written and returns what it means, so that what follows it
//! cannot meet the fault again.

mod build_system;
mod declaration;
mod model;
pub mod rules;
mod survey;
mod text;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use passthrough_diagnostic::{Diagnostic, Place};
use passthrough_requirement::PackageName;
use toml_edit::Table;

pub use model::{Backend, Declaration, Pyproject, Reading, Requires, Spanned};
pub use rules::RULES;

/// The key that lists the names to pass through, in a `[tool.<name>]` table (CONF-1).
pub const KEY: &str = "no-build-isolation-package";

/// The spellings of the published draft, in `[build-system]` (CONF-5).
pub const DRAFT_KEYS: [&str; 2] = ["build_isolation_passthrough", "build-isolation-passthrough"];

/// Reads the text of a `pyproject.toml`.
///
/// A text that is not TOML yields no declarations, no requirements and PEP
/// 517's default backend; so do the invalid parts of one that is. A caller
/// builds nothing while a finding is an error.
pub fn read(source: &str, reading: &Reading) -> Pyproject {
    let mut findings = Vec::new();
    let Some(document) = rules::toml_syntax::parse(source, &mut findings) else {
        return Pyproject {
            name: None,
            declarations: Vec::new(),
            requires: Requires {
                requirements: Vec::new(),
                declared: true,
            },
            backend: Backend::default(),
            findings,
        };
    };
    let root = document.as_table();
    rules::tomllib_refuses::check(source, &mut findings);
    let name = project_name(root);
    let (requires, backend) = build_system::read(source, root, &mut findings);
    let declarations = declaration::read(source, root, reading, name.as_ref(), &mut findings);
    findings.sort_by_key(place);
    Pyproject {
        name,
        declarations,
        requires,
        backend,
        findings,
    }
}

/// `[project] name`, else `[tool.poetry] name`. An invalid one is no name:
/// it is the backend's to refuse.
fn project_name(root: &Table) -> Option<PackageName> {
    let project = || root.get("project")?.as_table_like()?.get("name");
    let poetry = || {
        let tool = root.get("tool")?.as_table_like()?;
        tool.get("poetry")?.as_table_like()?.get("name")
    };
    let parse = |item: &toml_edit::Item| item.as_str()?.parse().ok();
    project()
        .and_then(parse)
        .or_else(|| poetry().and_then(parse))
}

/// The order of findings: those without a place first, then by place.
fn place(finding: &Diagnostic) -> (Option<(usize, usize)>, &'static str) {
    let place = match &finding.place {
        Place::Source(span) => Some((span.start, span.end)),
        Place::Whole | Place::Path(_) => None,
    };
    (place, finding.rule.code)
}
