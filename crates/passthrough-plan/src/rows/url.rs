use passthrough_diagnostic::{Rule, Severity};
use passthrough_protocol::Status;
use passthrough_requirement::DirectReference;

use super::{Question, Reason, Row};

static RULE: Rule = Rule {
    code: "BIP208",
    name: "url",
    severity: Severity::Warning,
    requirements: &["ELIG-url"],
    what: "The name is required by a direct reference (`name @ url`) that the host's `direct_url.json` (PEP 610) does not record, or the build is in hash-checking mode. URLs are compared without credentials, and hashes where both sides have one of the same algorithm; a VCS reference matches only by its full commit id.",
    why: "A direct reference asks for that very source. That the host's copy has the same name and version says nothing about where it came from.",
    example: r#"```toml
[build-system]
requires = ["setuptools", "torch @ https://example.org/torch-2.4.0-cp311-cp311-linux_x86_64.whl"]

[tool.example]
no-build-isolation-package = ["torch"]
```

Unless the host's torch was installed from that URL, `torch` ends as `url`."#,
    mend: "Install the host's copy from the same URL, or require a version instead of a URL.",
};

pub(super) const ROW: Row = Row {
    status: Status::Url,
    rule: &RULE,
    check,
};

fn check(question: &Question<'_>) -> Option<Reason> {
    let situation = question.situation;
    let installed = question.installed.as_ref()?;
    if situation.input.policy.hash_mode {
        return Some(Reason::new(
            "every requirement must match a hash, and an installed copy has none",
        ));
    }
    [&situation.required, &situation.constrained]
        .into_iter()
        .filter_map(|demands| demands.get(question.name))
        .find_map(|demand| demand.unrecorded(installed))
        .map(|url| {
            Reason::new(format!(
                "required from {}, which the host's copy does not record as its origin",
                shown(url)
            ))
        })
}

/// A direct reference as it may be shown: without credentials, and with the
/// hashes that it asks for.
pub(crate) fn shown(url: &DirectReference) -> String {
    let Some(parts) = url.parts() else {
        return "a direct reference that is no URL".to_owned();
    };
    let mut text = parts.url;
    for (index, (algorithm, digest)) in parts.hashes.iter().enumerate() {
        text.push(if index == 0 { '#' } else { '&' });
        text.push_str(&format!("{algorithm}={digest}"));
    }
    format!("`{text}`")
}
