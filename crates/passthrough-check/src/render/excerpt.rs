//! A finding with the lines of the project's file that it speaks of.

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet,
};
use passthrough_diagnostic::{Diagnostic, Place, Severity, Span};

use crate::escape::{escape, picture};
use crate::report::Report;
use crate::source::{Position, SourceText};

/// The most source that one excerpt may hold, in bytes: what a reader can take
/// in, and what keeps a file of one endless line from being drawn for each of
/// its findings.
const LIMIT: usize = 2000;

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
        let mut labels = diagnostic.related.iter().map(|related| Mark {
            span: related.span.clone(),
            kind: AnnotationKind::Context,
            label: Some(&related.text),
        });
        match &diagnostic.place {
            Place::Source(span) => {
                let primary = Mark {
                    span: span.clone(),
                    kind: AnnotationKind::Primary,
                    label: diagnostic.label.as_deref(),
                };
                elements.extend(self.excerpts(primary, labels));
            }
            Place::Path(path) => {
                let path = escape(&path.to_string_lossy()).into_owned();
                elements.push(Origin::path(path).into());
                elements.extend(labels.by_ref().map(|label| self.excerpt(&[label])));
            }
            Place::Whole => elements.extend(labels.map(|label| self.excerpt(&[label]))),
        }
        elements
    }

    /// The primary mark with all that are near enough to be shown with it, then
    /// the others, each on its own.
    fn excerpts<'d>(
        &self,
        primary: Mark<'d>,
        related: impl Iterator<Item = Mark<'d>>,
    ) -> Vec<Element<'d>> {
        let mut window = self.lines(&primary.span);
        let mut near = vec![primary];
        let mut far = Vec::new();
        for mark in related {
            let lines = self.lines(&mark.span);
            let both = window.start.min(lines.start)..window.end.max(lines.end);
            if both.len() <= LIMIT {
                window = both;
                near.push(mark);
            } else {
                far.push(mark);
            }
        }
        let mut elements = vec![self.excerpt(&near)];
        elements.extend(far.into_iter().map(|mark| self.excerpt(&[mark])));
        elements
    }

    /// The lines of `marks` with underlines; only where the first of them is,
    /// when there is no text to show or too much of it.
    fn excerpt<'d>(&self, marks: &[Mark<'d>]) -> Element<'d> {
        let windows = marks.iter().map(|mark| self.lines(&mark.span));
        let window = windows
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
            .unwrap_or_default();
        let Position { line, column } = self
            .source
            .position(marks.first().map_or(0, |mark| mark.span.start));
        let (line, column) = (line as usize, column as usize);
        let text = &self.source.text()[window.clone()];
        if text.is_empty() || text.len() > LIMIT {
            let path = Origin::path(self.path.clone());
            return path.line(line).char_column(column).into();
        }
        let shown = |offset: usize| {
            let offset = self.source.boundary(offset).clamp(window.start, window.end);
            picture(&text[..offset - window.start]).len()
        };
        let first_line = self.source.position(window.start).line as usize;
        Snippet::source(picture(text))
            .path(self.path.clone())
            .line_start(first_line)
            .annotations(marks.iter().map(|mark| -> Annotation<'d> {
                let (start, end) = (shown(mark.span.start), shown(mark.span.end));
                let label = mark.label.map(escape);
                mark.kind.span(start..end.max(start)).label(label)
            }))
            .into()
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

struct Mark<'d> {
    span: Span,
    kind: AnnotationKind,
    label: Option<&'d str>,
}
