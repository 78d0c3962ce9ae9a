use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;
use crate::closure;

pub(super) static RULE: Rule = Rule {
    code: "BIP227",
    name: "dynamic-breaks-closure",
    severity: Severity::Error,
    requirements: &["CLOS-4", "DYN-3"],
    what: "The backend asks (`get_requires_for_build_*`) for an extra of a package that is already exposed, and what the extra needs is not on the host; or was downloaded before, in a version that will not do, and is no build requirement.",
    why: "The package is exposed and stays; what it needs in addition cannot come from anywhere.",
    example: r#"```console
$ passthrough-check check --require 'torch[opt-einsum]'
error[BIP227]: the backend asks more of `torch` than the host has: torch -> opt-einsum: opt-einsum is not installed in the host
```"#,
    mend: "State the extra in `[build-system] requires`, so that it is known before anything is exposed; or install what it needs into the host.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (name, walk) in &settled.outcome.walks {
        if !settled.situation.is_present_exposed(name) {
            continue;
        }
        let situation = settled.situation;
        let lack = closure::failure(situation, &settled.outcome.displaced, name, walk)
            .map(|detail| format!("than the host has: {detail}"));
        let held = || {
            let detail = closure::held_against(situation, name, walk)?;
            Some(format!("than the build environment can give: {detail}"))
        };
        if let Some(detail) = lack.or_else(held) {
            let message = format!("the backend asks more of `{name}` {detail}");
            diagnostics.push(Diagnostic::new(&RULE, message));
        }
    }
}
