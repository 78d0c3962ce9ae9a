use passthrough_diagnostic::{Diagnostic, Rule, Severity};

use super::Settled;

pub(super) static RULE: Rule = Rule {
    code: "BIP224",
    name: "editable",
    severity: Severity::Info,
    requirements: &["EXP-2", "EXP-5", "CACHE-1"],
    what: "A package that passes through is an editable install.",
    why: "It passes through like any other. But a path-based editable brings its whole source root onto `sys.path`, as it does in the host; and as its source can change at any time, the result must not be cached.",
    example: r#"```console
$ pip install --editable ../kernels && passthrough-check check
info[BIP224]: `kernels` is an editable install of /src/kernels: ...
```"#,
    mend: "Nothing, while you develop the package. Install it normally before you build something to publish.",
};

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for exposed in settled.expose {
        let installed = &exposed.installed;
        let Some(editable) = &installed.editable else {
            continue;
        };
        let source = match &editable.source {
            Some(source) => format!(" of {}", source.display()),
            None => String::new(),
        };
        let message = format!(
            "`{}` is an editable install{source}: its whole source root is visible to the build, and the result is not cacheable",
            installed.name
        );
        let mut diagnostic = Diagnostic::new(&RULE, message);
        if let Some(span) = settled.situation.listing(&installed.name) {
            diagnostic = diagnostic.at(span);
        }
        diagnostics.push(diagnostic);
    }
}
