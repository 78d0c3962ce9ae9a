use std::collections::BTreeSet;

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;

pub(super) static RULE: Rule = Rule {
    code: "BIP221",
    name: "unknown-extra",
    severity: Severity::Warning,
    requirements: &["CLOS-1"],
    what: "An extra is asked of a package that passes through, but the host's copy does not declare it (`Provides-Extra`). The extra is left out.",
    why: "Installers ignore an unknown extra with a warning, and so does this. It is often a misspelling, or an extra of another version.",
    example: r#"```toml
[build-system]
requires = ["setuptools", "torch[cudaa]"]

[tool.example]
no-build-isolation-package = ["torch"]
```"#,
    mend: "Correct the extra, or require a version that has it.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let unknown: BTreeSet<_> = settled
        .outcome
        .walks
        .values()
        .flat_map(|walk| &walk.unknown_extras)
        .collect();
    for (name, extra) in unknown {
        let mut diagnostic = Diagnostic::new(
            &RULE,
            format!("`{name}` of the host has no extra `{extra}`; it is ignored"),
        );
        let own = settled.situation.required.get(name);
        if own.is_some_and(|demand| demand.extras.contains(extra))
            && let Some(span) = settled
                .situation
                .mentioned
                .get(name)
                .and_then(|mention| mention.span.clone())
        {
            diagnostic = diagnostic.at(span);
        }
        diagnostics.push(diagnostic);
    }
}
