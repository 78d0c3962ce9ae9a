use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;

pub(super) static RULE: Rule = Rule {
    code: "BIP228",
    name: "changed-host",
    severity: Severity::Error,
    requirements: &["DYN-1"],
    what: "A package is exposed to the build, and the host no longer has it, or has it in another version: the host was changed during the build.",
    why: "What is exposed stays exposed for all hooks of a build, and is a copy of the host. Of a copy that is gone nothing can be decided.",
    example: r#"```console
$ passthrough-check build & pip install --upgrade torch
error[BIP228]: torch 2.4.0 was exposed to the build, and the host has torch 2.5.0 now
```"#,
    mend: "Build again, and leave the host alone while something is built for it.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let situation = settled.situation;
    for (name, present) in situation.all_present() {
        let version = situation
            .installed(name)
            .map(|installed| installed.version.clone());
        let now = match version {
            _ if !present.exposed => continue,
            Some(Some(version)) if version == present.version => continue,
            Some(Some(version)) => format!("the host has {name} {version} now"),
            Some(None) => format!("the host has {name} in no version that can be told"),
            None => format!("the host has no {name} any more"),
        };
        let message = format!(
            "{name} {} was exposed to the build, and {now}",
            present.version
        );
        diagnostics.push(Diagnostic::new(&RULE, message));
    }
}
