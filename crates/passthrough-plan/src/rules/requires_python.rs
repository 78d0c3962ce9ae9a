use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_requirement::Version;

use super::Settled;

pub(super) static RULE: Rule = Rule {
    code: "BIP222",
    name: "requires-python",
    severity: Severity::Warning,
    requirements: &["ELIG-requires-python"],
    what: "A package that passes through says `Requires-Python`, and the host's interpreter is outside of it.",
    why: "The package is installed and passes through all the same, but it is not supported there.",
    example: r#"```console
$ passthrough-check check
warning[BIP222]: `torch` 2.4.0 requires Python `<3.13`, the host is 3.13.0
```"#,
    mend: "Install a version into the host that supports its interpreter.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let text = &settled.situation.input.host.markers.python_full_version;
    let Ok(python) = text.parse::<Version>() else {
        return;
    };
    for exposed in settled.expose {
        let installed = &exposed.installed;
        if let Ok(metadata) = &installed.metadata
            && let Some(requires) = &metadata.requires_python
            && !requires.admits(&python)
        {
            let message = format!(
                "`{}` {} requires Python `{requires}`, the host is {python}",
                installed.name, exposed.version
            );
            diagnostics.push(Diagnostic::new(&RULE, message).on(&installed.info));
        }
    }
}
