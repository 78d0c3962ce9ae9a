//! What people read for the values of the plan document.

use anstyle::Style;
use passthrough_diagnostic::Severity;
use passthrough_protocol::{Because, Status};

use super::text::{BAD, FAINT, GOOD, POOR};

/// `1 error`, `2 errors`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The word of the plan document for a status.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Denied => "denied",
        Status::NotRequired => "not-required",
        Status::Marker => "marker",
        Status::Interpreter => "interpreter",
        Status::NotInstalled => "not-installed",
        Status::Replaced => "replaced",
        Status::Metadata => "metadata",
        Status::Version => "version",
        Status::Url => "url",
        Status::NotExposable => "not-exposable",
        Status::Closure => "closure",
        Status::Conflict => "conflict",
        Status::Host => "host",
    }
}

/// The status in a sentence, for when the decision gives no reason of its own.
pub(crate) fn status_reason(status: Status) -> &'static str {
    match status {
        Status::Denied => "refused by the user",
        Status::NotRequired => "no build requirement names it",
        Status::Marker => "no marker of its build requirements is true here",
        Status::Interpreter => "the build runs another interpreter than the host's",
        Status::NotInstalled => "the host does not have it",
        Status::Replaced => "the host is about to have another copy of it, or none",
        Status::Metadata => "the host's metadata of it are unreadable or contradictory",
        Status::Version => "the host's version is excluded",
        Status::Url => "required from a URL that the host's copy does not come from",
        Status::NotExposable => "the files of the host's copy are not all known",
        Status::Closure => "what it needs at run time is not all there on the host",
        Status::Conflict => "what it needs at run time leaves another requirement no version",
        Status::Host => "",
    }
}

/// What becomes of a listed name, as far as a reader has to care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It passes through.
    Host,
    /// It is downloaded, although it is listed.
    FallsBack,
    /// Nothing is the matter: it is not needed here, or the user refused it.
    Idle,
}

pub(crate) fn outcome(status: Status) -> Outcome {
    match status {
        Status::Host => Outcome::Host,
        Status::Denied | Status::NotRequired | Status::Marker => Outcome::Idle,
        Status::Interpreter
        | Status::NotInstalled
        | Status::Replaced
        | Status::Metadata
        | Status::Version
        | Status::Url
        | Status::NotExposable
        | Status::Closure
        | Status::Conflict => Outcome::FallsBack,
    }
}

impl Outcome {
    /// One ASCII character: the output reads the same on every terminal.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Host => "+",
            Self::FallsBack => "!",
            Self::Idle => "-",
        }
    }

    pub(crate) fn style(self) -> Style {
        match self {
            Self::Host => GOOD,
            Self::FallsBack => POOR,
            Self::Idle => FAINT,
        }
    }
}

/// Why something is downloaded: the word of the plan document, and what it means.
pub(crate) fn because(because: Because) -> (&'static str, &'static str) {
    match because {
        Because::Displaced => (
            "displaced",
            "needed by what comes from the host, but the host's copy will not do",
        ),
        Because::Fallback => ("fallback", "listed, but not from the host"),
        Because::Unlisted => ("unlisted", "a build requirement that is not listed"),
    }
}

pub(crate) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => POOR,
        Severity::Info => FAINT,
    }
}

#[cfg(test)]
mod tests {
    use super::{because, status_reason, status_word};
    use passthrough_protocol::{Because, Status};

    #[test]
    fn words_are_those_of_the_plan_document() {
        let wire = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        for status in [
            Status::Denied,
            Status::NotRequired,
            Status::Marker,
            Status::Interpreter,
            Status::NotInstalled,
            Status::Replaced,
            Status::Metadata,
            Status::Version,
            Status::Url,
            Status::NotExposable,
            Status::Closure,
            Status::Conflict,
            Status::Host,
        ] {
            assert_eq!(status_word(status), wire(serde_json::json!(status)));
            assert_eq!(status_reason(status).is_empty(), status == Status::Host);
        }
        for reason in [Because::Displaced, Because::Fallback, Because::Unlisted] {
            assert_eq!(because(reason).0, wire(serde_json::json!(reason)));
        }
    }
}
