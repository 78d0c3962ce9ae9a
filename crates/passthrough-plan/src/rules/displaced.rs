use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;
use crate::closure;

pub(super) static RULE: Rule = Rule {
    code: "BIP220",
    name: "displaced",
    severity: Severity::Warning,
    requirements: &["CLOS-3"],
    what: "A package that passes through needs a distribution which is also a build requirement, and the host's copy of that one will not do. It is downloaded, in a version that satisfies both.",
    why: "The download satisfies metadata; it does not promise the ABI that the host's package was built against.",
    example: r#"```toml
[build-system]
requires = ["setuptools>=77", "torch"]

[tool.example]
no-build-isolation-package = ["torch"]
```

With setuptools 65 in the host, torch passes through and setuptools is downloaded."#,
    mend: "Install a fitting version into the host, if the two packages share an ABI. Nothing, if they do not (setuptools and torch do not).",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let situation = settled.situation;
    for (name, edges) in &settled.result.displaced {
        if situation.is_present_downloaded(name) {
            continue;
        }
        let mut parents: Vec<&str> = edges.iter().map(|edge| edge.from.as_str()).collect();
        parents.sort_unstable();
        parents.dedup();
        let fault = closure::own_fault(situation, name).or_else(|| {
            let installed = situation.installed(name)?;
            let mut faults: Vec<String> = edges
                .iter()
                .filter_map(|edge| closure::edge_fault(edge, &installed))
                .collect();
            faults.sort_unstable();
            faults.into_iter().next()
        });
        let fault = fault.unwrap_or_else(|| "was displaced by another closure".to_owned());
        let message = format!(
            "`{name}` is displaced: it {fault}; {} will see the downloaded copy",
            parents.join(", ")
        );
        let mut diagnostic = Diagnostic::new(&RULE, message).help(
            "the download satisfies the metadata of both; that their binary interfaces agree is not checked",
        );
        if let Some(span) = situation
            .mentioned
            .get(name)
            .and_then(|mention| mention.span.clone())
        {
            diagnostic = diagnostic.at(span).label("downloaded for this requirement");
        }
        diagnostics.push(diagnostic);
    }
}
