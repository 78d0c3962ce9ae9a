use passthrough_diagnostic::{Rule, Severity};
use passthrough_host::{FileList, Installed};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP209",
    name: "not-exposable",
    severity: Severity::Warning,
    requirements: &["ELIG-not-exposable"],
    what: "There is no complete list of the files of the host's copy (RECORD, or the database of dpkg or conda), or it is an editable install whose source tree is gone.",
    why: "Only files that are known to belong to a package can be shown to the build; to guess would leak other packages or leave out half of this one.",
    example: r#"```console
$ rm .venv/lib/python3.11/site-packages/torch-2.4.0.dist-info/RECORD
$ passthrough-check check
  torch  not-exposable  no list of its files: there is no RECORD
```"#,
    mend: "Reinstall the package in the host with an installer that writes RECORD.",
};

pub(super) const ROW: Row = Row {
    status: Status::NotExposable,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let obstacle = obstacle(question.installed.as_deref()?)?;
    Some(Reason::new(obstacle).help(format!("reinstall `{}` in the host", question.name)))
}

/// Why a host's copy cannot be exposed, though its metadata are sound.
pub(crate) fn obstacle(installed: &Installed) -> Option<String> {
    let editable = installed.editable.as_ref();
    if let Some(editable) = editable.filter(|editable| !editable.exists) {
        return Some(match &editable.source {
            Some(source) => format!(
                "an editable install whose source tree {} is gone",
                source.display()
            ),
            None => "an editable install whose source tree is not known".to_owned(),
        });
    }
    (installed.files == FileList::Missing)
        .then(|| "no complete list of its files (no RECORD)".to_owned())
}
