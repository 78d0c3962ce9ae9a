use passthrough_diagnostic::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "BIP210",
    name: "closure",
    severity: Severity::Warning,
    requirements: &["CLOS-1", "CLOS-4", "ELIG-closure"],
    what: "The runtime closure of a listed package is not complete and consistent on the host: a distribution that it needs, and that the build does not require anyway, is missing, unusable, refused, or of a version that is excluded.",
    why: "A package without what it needs at run time is broken (torch without its own numpy). Taking the missing part from the index would mix two environments, so the package falls back whole.",
    example: r#"```console
$ pip uninstall --yes mpmath && passthrough-check check
  torch  closure  torch -> sympy -> mpmath: mpmath is not installed in the host
```"#,
    mend: "Mend the host (`pip check` or `uv pip check` names the same gap), or add the missing package to `[build-system] requires`, so that it is downloaded.",
};
