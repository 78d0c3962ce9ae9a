use passthrough_diagnostic::{Rule, Severity};
use passthrough_host::Installed;
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP206",
    name: "metadata",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "The host has the package, but its metadata are unreadable or contradict themselves: two versions in one directory, a directory name and a METADATA file that disagree, a version outside PEP 440, a `Requires-Dist` line that does not parse.",
    why: "Which version the build would see, and what that version needs, cannot be told. Frontends would disagree: some go by the directory's name, some by METADATA.",
    example: r#"```console
$ ls .venv/lib/python3.11/site-packages
torch-2.4.0.dist-info  torch-2.5.0.dist-info
$ passthrough-check check
  torch  metadata  two versions in one directory: 2.4.0 and 2.5.0
```"#,
    mend: "Reinstall the package in the host, after removing what is left of the broken copy.",
};

pub(super) const ROW: Row = Row {
    status: Status::Metadata,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let problem = problem(question.installed.as_deref()?)?;
    Some(Reason::new(problem).help(format!("reinstall `{}` in the host", question.name)))
}

/// Why the metadata of a host's copy cannot be relied upon.
pub(crate) fn problem(installed: &Installed) -> Option<String> {
    installed
        .metadata
        .as_ref()
        .err()
        .map(|problem| problem.message.clone())
}
