//! What the user gets to see while something is built.

use passthrough_build::session::Event;
use passthrough_diagnostic::Severity;

use crate::cli::SayingArgs;
use crate::escape::escape;
use crate::render::{self, Format, Options};
use crate::report::Report;

/// How to say what, and where to.
pub struct Ui<'a> {
    /// What the user wants to hear.
    pub saying: &'a SayingArgs,
    /// How reports look.
    pub options: Options,
    /// Whether a person watches.
    pub terminal: bool,
    /// Takes what is to be shown: standard error.
    pub out: &'a dyn Fn(&[u8]),
}

impl Ui<'_> {
    /// Shows a decision with everything found about it.
    pub(super) fn report(&self, report: &Report) {
        let least = match self.saying.quiet {
            0 => Severity::Info,
            1 => Severity::Warning,
            _ => Severity::Error,
        };
        let mut report = report.clone();
        report.diagnostics.retain(|found| found.severity >= least);
        if self.saying.quiet > 0 && report.diagnostics.is_empty() {
            return;
        }
        let format = if self.saying.quiet > 0 {
            Format::Concise
        } else {
            Format::Full
        };
        let mut text = Vec::new();
        // A vector takes everything.
        let _ = render::write(&[report], format, self.options, &mut text);
        (self.out)(&text);
    }

    /// Tells what goes on.
    pub(super) fn event(&self, event: Event<'_>) {
        match event {
            Event::Exposing(plan) => match plan.expose.len() {
                0 => {}
                1 => self.step("exposing 1 distribution of the host"),
                count => self.step(&format!("exposing {count} distributions of the host")),
            },
            Event::Installing(plan) => {
                let names: Vec<String> = plan
                    .install
                    .iter()
                    .map(|install| install.requirement.to_string())
                    .collect();
                self.step(&format!("installing {}", names.join(", ")));
            }
            Event::Calling(hook) => self.step(&format!("calling {hook}")),
            Event::Retrying(error) => {
                self.say(&format!("warning: {error}"));
                self.say(
                    "warning: trying again without passthrough; with --strict this is an error",
                );
            }
            // Shown as a report, by who knows the project.
            Event::Decided(_) => {}
            Event::Kept(root) => {
                self.say(&format!(
                    "the build environment is kept: {}",
                    root.display()
                ));
            }
            Event::Line(line) => {
                if self.hears_all() {
                    let text = String::from_utf8_lossy(line);
                    self.write(text.trim_end_matches(['\n', '\r']));
                }
            }
        }
    }

    /// Whether what children print is shown.
    pub(super) fn hears_all(&self) -> bool {
        self.saying.quiet == 0
    }

    /// Tells of a step to who watches or wants to know.
    pub(super) fn step(&self, text: &str) {
        let wanted = self.saying.verbose > 0 || (self.terminal && self.saying.quiet == 0);
        if wanted {
            self.write(&format!("passthrough: {text}"));
        }
    }

    /// Says what matters even to those who want to hear little.
    pub(super) fn say(&self, text: &str) {
        if self.saying.quiet < 2 {
            self.write(text);
        }
    }

    fn write(&self, text: &str) {
        (self.out)(format!("{}\n", escape(text)).as_bytes());
    }
}
