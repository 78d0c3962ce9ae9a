use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;

pub(super) static RULE: Rule = Rule {
    code: "BIP223",
    name: "own-copy",
    severity: Severity::Warning,
    requirements: &["EXP-5"],
    what: "The closure of a listed package holds a copy of the project that is being built.",
    why: "The build can import an older copy of itself instead of its own source tree.",
    example: r#"```console
$ passthrough-check check
warning[BIP223]: the host's own copy of `demo`, 0.9, passes through into the build of `demo`
```"#,
    mend: "Build in an environment that the project itself is not installed in, or see that the build does not import the project by its name.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(project) = settled.situation.input.project else {
        return;
    };
    let own = settled
        .expose
        .iter()
        .find(|exposed| exposed.installed.name == *project);
    if let Some(own) = own {
        let message = format!(
            "the host's own copy of `{project}`, {}, passes through into the build of `{project}`",
            own.version
        );
        diagnostics.push(Diagnostic::new(&RULE, message).on(&own.installed.info));
    }
}
