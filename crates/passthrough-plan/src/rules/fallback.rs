//! The finding that goes with a status.

use passthrough_diagnostic::{Diagnostic, Severity};
use passthrough_protocol::Status;

use super::Settled;
use crate::input::Pass;

pub(super) fn find(settled: &Settled<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let situation = settled.situation;
    for (name, fallen) in &settled.outcome.fallen {
        let verb = if is_fallback(fallen.status) {
            "falls back"
        } else {
            "has no effect"
        };
        let message = format!("`{name}` {verb}: {}", fallen.reason.detail);
        let mut diagnostic = Diagnostic::new(fallen.rule, message);
        if let Some(help) = &fallen.reason.help {
            diagnostic = diagnostic.help(help);
        }
        if let Some(span) = situation.listing(name) {
            diagnostic = diagnostic.at(span).label("listed here");
        }
        if let Some(span) = situation
            .mentioned
            .get(name)
            .and_then(|mention| mention.span.clone())
        {
            diagnostic = diagnostic.also(span, "required here");
        }
        let asked = matches!(situation.input.pass, Pass::Second { .. });
        if situation.input.policy.strict && is_fallback(fallen.status) {
            diagnostic = diagnostic.severity(Severity::Error);
        } else if asked
            && fallen.status == Status::NotRequired
            && !settled.result.exposed.contains(name)
        {
            diagnostic = diagnostic.severity(Severity::Warning);
        }
        diagnostics.push(diagnostic);
    }
}

/// Whether the build downloads the package where the author wanted the host's:
/// what `--strict` makes an error.
fn is_fallback(status: Status) -> bool {
    !matches!(
        status,
        Status::Host | Status::NotRequired | Status::Marker | Status::Denied
    )
}
