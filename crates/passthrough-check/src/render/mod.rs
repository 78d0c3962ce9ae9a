//! [`Report`]s to bytes, in one of the output formats: one file a format.
//!
//! | format | is for | shows |
//! |---|---|---|
//! | [`Format::Full`] | people | decisions, what follows from them, findings with excerpts |
//! | [`Format::Concise`] | people, `grep`, editors | one line a listed name and a finding |
//! | [`Format::Json`], [`Format::JsonLines`] | programs | the plan document |
//! | [`Format::Github`] | GitHub Actions | findings as workflow commands |
//! | [`Format::Sarif`] | code scanning | findings and their rules, SARIF 2.1.0 |
//!
//! A renderer is a function from reports to a text, written at once: it knows
//! no terminal and no environment. Whatever a terminal may get to see has gone
//! through [`crate::escape`].

use std::io;

use crate::report::Report;

mod concise;
mod excerpt;
#[cfg(test)]
pub(crate) mod fixture;
mod full;
mod github;
mod json;
mod sarif;
pub(crate) mod text;
pub(crate) mod words;

/// An output format of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Everything, for people.
    #[default]
    Full,
    /// One line a listed name and one a finding.
    Concise,
    /// The plan document; of several projects, an array of plan documents.
    Json,
    /// The plan documents, one a line.
    JsonLines,
    /// Workflow commands of GitHub Actions.
    Github,
    /// SARIF 2.1.0.
    Sarif,
}

/// How to render for people; the other formats do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Shows what is otherwise summed up: one line a distribution from the
    /// host, every pin, and findings of severity info with their excerpts.
    pub verbose: bool,
    /// Styles the text with ANSI escape sequences.
    pub color: bool,
    /// The columns to stay within where possible.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            verbose: false,
            color: false,
            width: 100,
        }
    }
}

/// Writes `reports` in `format`, in a single write.
pub fn write(
    reports: &[Report],
    format: Format,
    options: Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let text = match format {
        Format::Full => full::render(reports, options),
        Format::Concise => concise::render(reports, options),
        Format::Json => json::render(reports)?,
        Format::JsonLines => json::render_lines(reports)?,
        Format::Github => github::render(reports),
        Format::Sarif => sarif::render(reports)?,
    };
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
