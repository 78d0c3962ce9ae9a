use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;
use crate::rows::shown;
use crate::situation::Unmet;

pub(super) static RULE: Rule = Rule {
    code: "BIP226",
    name: "dynamic-excludes-exposed",
    severity: Severity::Error,
    requirements: &["DYN-3"],
    what: "The backend asks (`get_requires_for_build_*`) for a version of a package that the host's copy, already exposed, is not; or for one from a direct reference (`name @ url`) that this copy does not record.",
    why: "The backend has run with the exposed copy in sight; to take it away again, or to put a second version beside it, would make two builds of one.",
    example: r#"```console
$ passthrough-check check --require 'numpy>=2'
error[BIP226]: the backend requires `numpy>=2`, but numpy 1.26.4 of the host is already exposed
```"#,
    mend: "State the requirement in `[build-system] requires`, so that it is known before anything is exposed; or refuse the package with `--deny`.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let situation = settled.situation;
    for exposed in settled.expose {
        let name = &exposed.installed.name;
        if !situation.is_present_exposed(name) {
            continue;
        }
        let unmet = situation
            .required
            .get(name)
            .and_then(|demand| demand.unmet(&exposed.installed, &exposed.version));
        let (asked, lack) = match unmet {
            None => continue,
            Some(Unmet::Specifiers(specifiers)) => (format!("`{name}{specifiers}`"), ""),
            Some(Unmet::Url(url)) => (
                format!("{name} from {}", shown(url)),
                ", and does not record that as its origin",
            ),
        };
        let message = format!(
            "the backend requires {asked}, but {name} {} of the host is already exposed{lack}",
            exposed.version
        );
        let help = format!(
            "state {asked} in `[build-system] requires`, or refuse {name} with `--deny {name}`"
        );
        diagnostics.push(Diagnostic::new(&RULE, message).help(help));
    }
}
