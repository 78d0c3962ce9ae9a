use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP207",
    name: "version",
    severity: Severity::Warning,
    requirements: &["ELIG-version"],
    what: "The host's version is excluded by a build requirement or by a constraint that the frontend applies. Pre-releases count as versions like any other, and a local version such as `2.4.0+cu121` satisfies `==2.4.0` (PEP 440).",
    why: "A build requirement is a promise to the backend. The package is downloaded instead, in a version that keeps it, and the result may not work with the host's copy.",
    example: r#"```toml
[build-system]
requires = ["setuptools", "torch==2.4.0"]

[tool.example]
no-build-isolation-package = ["torch"]
```

With torch 2.5.1 in the host, `torch` ends as `version`."#,
    mend: "Relax the requirement as far as the code allows (an exact pin defeats passthrough for everybody who has another version), or install a version that it admits into the host.",
};

pub(super) const ROW: Row = Row {
    status: Status::Version,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let situation = question.situation;
    let installed = question.installed.as_ref()?;
    let version = installed.version.as_ref()?;
    [
        (&situation.required, "the build requires"),
        (&situation.constrained, "a constraint says"),
    ]
    .into_iter()
    .find_map(|(demands, who)| {
        let specifiers = demands.get(question.name)?.excluding(version)?;
        Some(Reason::new(format!(
            "the host has {version}, {who} `{specifiers}`"
        )))
    })
}
