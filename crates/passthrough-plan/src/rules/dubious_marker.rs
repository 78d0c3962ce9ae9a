use std::collections::BTreeSet;

use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;

pub(super) static RULE: Rule = Rule {
    code: "BIP225",
    name: "dubious-marker",
    severity: Severity::Warning,
    requirements: &["ELIG-marker"],
    what: r#"A marker compares what cannot be compared (`python_version ~= "3"`, `sys_platform ~= "linux"`). It counts as true."#,
    why: "Installers disagree on such a marker: some raise an error, some take it for true. To ask for too much is the safe side.",
    example: r#"```toml
[build-system]
requires = ["setuptools", "torch; sys_platform ~= 'linux'"]

[tool.example]
no-build-isolation-package = ["torch"]
```"#,
    mend: r#"Write a comparison that has a meaning, such as `sys_platform == "linux"`."#,
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for dubious in &settled.situation.dubious {
        for words in &dubious.words {
            let message = format!(
                "the marker of `{}` has no defined meaning: {words}",
                dubious.requirement
            );
            let mut diagnostic = Diagnostic::new(&RULE, message);
            if let Some(span) = dubious.span.clone() {
                diagnostic = diagnostic.at(span);
            }
            diagnostics.push(diagnostic);
        }
    }
    let in_host: BTreeSet<_> = settled
        .outcome
        .walks
        .values()
        .flat_map(|walk| &walk.dubious)
        .collect();
    for (name, words) in in_host {
        let message =
            format!("a marker in the metadata of `{name}` has no defined meaning: {words}");
        let mut diagnostic = Diagnostic::new(&RULE, message);
        if let Some(installed) = settled.situation.installed(name) {
            diagnostic = diagnostic.on(&installed.info);
        }
        diagnostics.push(diagnostic);
    }
}
