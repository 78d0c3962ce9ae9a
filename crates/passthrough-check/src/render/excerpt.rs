//! A finding with the lines of the project's file that it speaks of.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use passthrough_diagnostic::{Diagnostic, Place, Severity, Span};

use super::words::counted;
use crate::escape::{escape, picture};
use crate::report::Report;
use crate::source::{Position, SourceText};

/// The most source that one excerpt may hold, in bytes: what a reader can take
/// in, and what keeps a file of one endless line from being drawn for each of
/// its findings.
const LIMIT: usize = 2000;

/// The most further places that one finding shows.
const RELATED: usize = 16;

pub(super) struct Excerpts<'a> {
    source: SourceText<'a>,
    path: String,
    renderer: Renderer,
}

impl<'a> Excerpts<'a> {
    pub(super) fn new(report: &'a Report, color: bool, width: usize) -> Self {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Self {
            source: SourceText::new(&report.source),
            path: escape(&report.project_file).into_owned(),
            renderer: renderer.term_width(width).hyperlink(false),
        }
    }

    /// The finding as text, with a final line break.
    pub(super) fn render(&self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let title = level
            .primary_title(escape(&diagnostic.message))
            .id(diagnostic.rule.code);
        let mut group = Group::with_title(title).elements(self.place(diagnostic));
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(escape(help)));
        }
        let mut text = self.renderer.render(&[group]);
        text.push('\n');
        text
    }

    fn place<'d>(&self, diagnostic: &'d Diagnostic) -> Vec<Element<'d>> {
        let mut elements = Vec::new();
        let mut marks = Vec::new();
        match &diagnostic.place {
            Place::Source(span) => marks.push(Mark {
                span: span.clone(),
                kind: AnnotationKind::Primary,
                label: diagnostic.label.as_deref(),
            }),
            Place::Path(path) => {
                let path = escape(&path.to_string_lossy()).into_owned();
                elements.push(Origin::path(path).into());
            }
            Place::Whole => {}
        }
        let related = diagnostic.related.iter().take(RELATED);
        marks.extend(related.map(|related| Mark {
            span: related.span.clone(),
            kind: AnnotationKind::Context,
            label: Some(&related.text),
        }));
        elements.extend(self.excerpts(marks));
        let more = diagnostic.related.len().saturating_sub(RELATED);
        if more > 0 {
            let text = format!("and {} more", counted(more, "place"));
            elements.push(Level::NOTE.message(text).into());
        }
        elements
    }

    /// The first mark with all that are near enough to be shown with it, then
    /// the others, each on its own.
    fn excerpts<'d>(&self, marks: Vec<Mark<'d>>) -> Vec<Element<'d>> {
        let mut excerpts: Vec<(Span, Vec<Mark<'d>>)> = Vec::new();
        for mark in marks {
            let lines = self.lines(&mark.span);
            if let Some((window, near)) = excerpts.first_mut() {
                let both = window.start.min(lines.start)..window.end.max(lines.end);
                // Nothing can be underlined on an empty line.
                if both.len() <= LIMIT && has_text(window) && has_text(&lines) {
                    *window = both;
                    near.push(mark);
                    continue;
                }
            }
            excerpts.push((lines, vec![mark]));
        }
        let elements = excerpts.into_iter();
        elements
            .flat_map(|(window, marks)| self.excerpt(&window, &marks))
            .collect()
    }

    /// The lines of `window` with `marks` underlined; only where the first of
    /// them is, when there is no text to show or too much of it.
    fn excerpt<'d>(&self, window: &Span, marks: &[Mark<'d>]) -> Vec<Element<'d>> {
        if !has_text(window) || window.len() > LIMIT {
            return marks.iter().flat_map(|mark| self.origin(mark)).collect();
        }
        let text = &self.source.text()[window.clone()];
        let picture = |text: &str| picture(&text.replace("\r\n", "\n"));
        let shown = |offset: usize| {
            let offset = self.source.boundary(offset).clamp(window.start, window.end);
            picture(&text[..offset - window.start]).len()
        };
        let snippet = Snippet::source(picture(text))
            .path(self.path.clone())
            .line_start(self.source.position(window.start).line as usize)
            .annotations(marks.iter().map(|mark| {
                let (start, end) = (shown(mark.span.start), shown(mark.span.end));
                let label = mark.label.map(escape);
                mark.kind.span(start..end.max(start)).label(label)
            }));
        vec![snippet.into()]
    }

    fn origin<'d>(&self, mark: &Mark<'d>) -> Vec<Element<'d>> {
        let Position { line, column } = self.source.position(mark.span.start);
        let origin = Origin::path(self.path.clone())
            .line(line as usize)
            .char_column(column as usize);
        let label = mark
            .label
            .map(|label| Level::NOTE.message(escape(label)).into());
        [origin.into()].into_iter().chain(label).collect()
    }

    /// The bytes of the lines of a span, or of its first line if they are many.
    fn lines(&self, span: &Span) -> Span {
        let start = self.source.boundary(span.start);
        let end = self.source.boundary(span.end).max(start);
        let all = self.source.lines_around(start, end);
        if all.len() <= LIMIT {
            all
        } else {
            self.source.lines_around(start, start)
        }
    }
}

fn has_text(window: &Span) -> bool {
    window.start < window.end
}

/// Something to underline.
struct Mark<'d> {
    span: Span,
    kind: AnnotationKind,
    label: Option<&'d str>,
}
