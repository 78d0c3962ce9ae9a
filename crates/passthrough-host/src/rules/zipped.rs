use passthrough_diagnostic::{Rule, Severity};

use super::Fault;

pub(super) static RULE: Rule = Rule {
    code: "BIP314",
    name: "zipped",
    severity: Severity::Warning,
    requirements: &["ELIG-not-exposable"],
    what: "The package is installed as one zip file (an egg, a wheel) on the host's `sys.path`.",
    why: "Its files cannot be shown to the build one by one, so that it cannot be passed through.",
    example: "```text
site-packages/easy-install.pth:  ./foo-1.0-py3.11.egg
```",
    mend: "Install the package unpacked: `pip install` never makes eggs.",
};

pub(crate) fn zipped() -> Fault {
    Fault::new(
        &RULE,
        "it is installed as a zip file, and cannot be exposed",
    )
    .help("reinstall it with pip or uv, which unpack it")
}
