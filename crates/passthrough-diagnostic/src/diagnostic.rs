use std::ops::Range;
use std::path::PathBuf;

use crate::rule::{Rule, Severity};

/// A byte range of the project's `pyproject.toml`.
pub type Span = Range<usize>;

/// One finding of a [`Rule`].
///
/// Texts may carry anything that a file or a host holds, control characters
/// included: whoever renders them escapes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// The rule's severity, unless the case calls for another.
    pub severity: Severity,
    /// One sentence fragment, lower case, without a full stop.
    pub message: String,
    /// What the message speaks of.
    pub place: Place,
    /// What to say at the place itself, next to the underline.
    pub label: Option<String>,
    /// Further spans of the same source text, each with its words.
    pub related: Vec<Label>,
    /// What to do, when there is something to do.
    pub help: Option<String>,
}

/// Where a finding belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular: the project or the host as a whole.
    Whole,
    /// A span of the project's `pyproject.toml`.
    Source(Span),
    /// A file or directory of the host.
    Path(PathBuf),
}

/// A secondary span with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The span in the same source text as the finding's place.
    pub span: Span,
    /// What to say of it.
    pub text: String,
}

impl Diagnostic {
    /// A finding of `rule` with the rule's own severity and no place yet.
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            place: Place::Whole,
            label: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// Places the finding on a span of `pyproject.toml`.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.place = Place::Source(span);
        self
    }

    /// Places the finding on a path of the host.
    #[must_use]
    pub fn on(mut self, path: impl Into<PathBuf>) -> Self {
        self.place = Place::Path(path.into());
        self
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Points at a further span of the same source.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Weighs this finding differently from its rule.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
