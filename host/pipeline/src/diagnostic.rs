//! The findings about a pipeline file: the fault, its place and its remedy.
//!
//! A [`Diagnostic`] has a place in the file's text; [`Diagnostics`] keeps all of them with that
//! text, in the order of their places, and shows them to people or to programs. The secrets in the
//! kept text are masked, so nothing that is shown can contain a secret.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use serde_json::json;

/// The severity of a finding: only an error stops the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The pipeline cannot run.
    Error,
    /// The pipeline can run, but somebody should know of the finding.
    Warning,
}

/// One finding about a pipeline file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// An error stops the pipeline, a warning does not.
    pub severity: Severity,
    /// The fault: lower case, no full stop.
    pub message: String,
    /// The place in the text, in bytes; `None` means that the finding is about the file as a whole.
    pub span: Option<Range<usize>>,
    /// A few words beside the place.
    pub label: Option<String>,
    /// The remedy, as a step for the author of the file.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error about the file as a whole, unless [`Self::at`] gives a place.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span: None,
            label: None,
            help: None,
        }
    }

    /// A warning about the file as a whole, unless [`Self::at`] gives a place.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// The finding with a place in the text, in bytes.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// The finding with a few words beside its place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The finding with a remedy for the author of the file.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All findings about one file, in the order of their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    path: PathBuf,
    text: String,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty list of findings about the file at `path`, whose text, without its secrets, is
    /// `text`.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), list: Vec::new() }
    }

    /// Adds a finding in the order of places; findings at equal places keep the order of adding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let start = |d: &Diagnostic| d.span.as_ref().map_or(0, |span| span.start);
        let place = self.list.partition_point(|d| start(d) <= start(&diagnostic));
        self.list.insert(place, diagnostic);
    }

    /// True if the file has no findings.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The number of findings, warnings among them.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True if a finding keeps the pipeline from running.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// All findings in the order of their places.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// For people: message, place, line with a marker, hint. Colours are terminal escapes.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.term_width(DEFAULT_TERM_WIDTH);
        let path = self.path.display().to_string();
        let report = |d| {
            let report = renderer.render(&[self.report(d, &path)]);
            report.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
        };
        self.list.iter().map(report).collect::<Vec<_>>().join("\n\n")
    }

    fn report<'a>(&'a self, diagnostic: &'a Diagnostic, path: &'a str) -> Group<'a> {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let place: Element<'a> = match &diagnostic.span {
            None => Origin::path(path).into(),
            Some(span) => {
                let annotation = AnnotationKind::Primary.span(self.clamp(span));
                Snippet::source(self.text.as_str())
                    .path(path)
                    .annotation(annotation.label(diagnostic.label.as_deref()))
                    .into()
            }
        };
        let group = level.primary_title(diagnostic.message.as_str()).element(place);
        match &diagnostic.help {
            None => group,
            Some(help) => group.element(Level::HELP.with_name("hint").message(help.as_str())),
        }
    }

    /// The part of `span` in its first line, because a marker stays on one line.
    fn clamp(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.ceil_char_boundary(span.end.max(start));
        let line_end = self.text[start..end].find(['\n', '\r']).map_or(end, |i| start + i);
        start..line_end
    }

    /// For programs: an array of objects with `severity`, `message`, `file`, `line`, `column`
    /// (both from 1, in characters; null without a place), `label` and `help`.
    pub fn to_json(&self) -> serde_json::Value {
        let entry = |d: &Diagnostic| {
            let place = d.span.as_ref().map(|span| self.line_and_column(span.start));
            json!({
                "severity": match d.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                "message": d.message,
                "file": self.path.display().to_string(),
                "line": place.map(|p| p.0),
                "column": place.map(|p| p.1),
                "label": d.label,
                "help": d.help,
            })
        };
        self.list.iter().map(entry).collect()
    }

    fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(byte)];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
