use std::fmt;

/// How much a finding weighs.
///
/// An error makes `passthrough-check check` exit 1; the others never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing, nothing to mend.
    Info,
    /// Works, but probably not as meant.
    Warning,
    /// The project is at fault, and no frontend should build it.
    Error,
}

impl Severity {
    /// The lower-case word: `info`, `warning`, `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A check with a stable code, and all that `explain` and the docs say of it.
///
/// Codes are never reused: `BIP1xx` speak of `pyproject.toml`, `BIP2xx` of
/// decisions, `BIP3xx` of the host. The texts are Markdown.
#[derive(Debug)]
pub struct Rule {
    /// The stable code, such as `BIP112`.
    pub code: &'static str,
    /// The kebab-case name, such as `entry-not-a-name`.
    pub name: &'static str,
    /// The severity of a finding, unless the finding carries its own.
    pub severity: Severity,
    /// Ids of the specification's requirements that the rule reports on.
    pub requirements: &'static [&'static str],
    /// What is checked, in one or two sentences.
    pub what: &'static str,
    /// What goes wrong for a user otherwise.
    pub why: &'static str,
    /// A smallest example that raises the rule: Markdown with a fenced block.
    /// A `toml` block is read by a test, which expects the rule's code.
    pub example: &'static str,
    /// What to do about it. A `toml` block here is read by a test, which
    /// expects the code to be absent.
    pub mend: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}
