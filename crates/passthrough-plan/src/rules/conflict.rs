use passthrough_diagnostic::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "BIP211",
    name: "conflict",
    severity: Severity::Warning,
    requirements: &["CLOS-5", "ELIG-conflict"],
    what: "Something must be downloaded, but what the build requirements, the constraints and the closure of the listed package ask of it admits no version at all. In a second pass: the package, or something its closure needs, was already downloaded in a version that will not do.",
    why: "The download could not be resolved with the package exposed. Without it, it can.",
    example: r#"```toml
[build-system]
requires = ["setuptools<70", "torch"]

[tool.example]
no-build-isolation-package = ["torch"]
```

With a host's torch that requires `setuptools>=77.0.3`, no version of setuptools satisfies both: `torch` ends as `conflict`."#,
    mend: "Widen the build requirement, or install a version of the listed package into the host that fits it.",
};
