//! A panel beside what it was before, for whoever asks: the same rows over both spans.

use std::collections::BTreeSet;

use streamgauge_core::{WindowAsk, WindowSpec};
use streamgauge_outbox::HistoryError;
use streamgauge_pipeline::Comparison;
use streamgauge_wire::{Compared as Answer, Frame, Panel};
use thiserror::Error;

use super::compare::{Compared, Reason};
use super::frame::places;
use super::published::Published;
use super::reader::MetricReader;
use super::span::NoWindow;
use super::trouble::Trouble;
use super::windows::Window;

/// The most rows that are compared one by one.
const ROWS_MAX: usize = 1000;

/// The most panes of partitions that are merged for one answer.
const PANES_MAX: usize = 100_000;

/// Why there is no comparison.
#[derive(Debug, Error)]
pub enum NotCompared {
    /// There is no such window, or no such span of windows.
    #[error(transparent)]
    NoWindow(NoWindow),
    /// Windows that overlap, or of which there is one only, or which are not named by their times.
    #[error(
        "`{0}` is not compared; hint: a kind of windows that follow each other such as 1d, \
         1d@START or 1h@START..END"
    )]
    NotInARow(WindowAsk),
    /// More stored panes than are merged for an answer.
    #[error(
        "more than {PANES_MAX} windows of partitions lie in that time; hint: a shorter time, or \
         larger windows"
    )]
    TooMany,
    /// The panel has one row and no keys.
    #[error("the panel has one row and no keys; hint: leave `key` out")]
    NoKeys,
    /// The stored windows cannot be found.
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// Which rows are compared.
#[derive(Clone, Copy, Debug)]
pub enum ComparedRows<'a> {
    /// Those that the panel shows, or so many of the largest.
    Largest(Option<u32>),
    /// The row of this key.
    OfKey(&'a str),
}

impl MetricReader {
    /// `panel` over the window that is asked for, and over the time before. The stored panes are
    /// found for it, so `published` needs none.
    ///
    /// # Errors
    /// There is no such window, or it has no time before.
    pub fn compare(
        &self,
        published: &Published,
        panel: &Panel,
        (ask, to): (WindowAsk, Comparison),
        rows: ComparedRows<'_>,
    ) -> Result<Answer, NotCompared> {
        let compared = self.compared(published, ask, to)?;
        let sides = [&compared.now, &compared.before].into_iter().flatten();
        if sides.map(|window| window.pieces.len()).sum::<usize>() > PANES_MAX {
            return Err(NotCompared::TooMany);
        }
        let span = |window: &Option<Window>| window.as_ref().and_then(|window| window.id.window);
        let (now, before) = (span(&compared.now), span(&compared.before));
        let mut answer = Answer {
            to: to.name(),
            window: ask.to_string(),
            start: now.map(|span| span.start.0),
            until: now.map(|span| span.end.0),
            before_start: before.map(|span| span.start.0),
            before_until: before.map(|span| span.end.0),
            now: None,
            before: None,
            reason: compared.reason.as_ref().map(Reason::name),
            hint: match &compared.reason {
                Some(Reason::NoFiner(line)) => line.clone(),
                _ => None,
            },
        };
        let spans = (compared.now.as_ref(), compared.before.as_ref());
        (answer.now, answer.before) = match rows {
            ComparedRows::OfKey(key) => {
                let of = |window: &Window| {
                    self.draw_key(published, window, panel, key).ok_or(NotCompared::NoKeys)
                };
                (spans.0.map(of).transpose()?, spans.1.map(of).transpose()?)
            }
            ComparedRows::Largest(top) => self.both(published, panel, spans, top),
        };
        if [&answer.now, &answer.before].into_iter().flatten().any(is_unreadable) {
            answer.reason = Some("failed");
        }
        Ok(answer)
    }

    fn compared(
        &self,
        published: &Published,
        ask: WindowAsk,
        to: Comparison,
    ) -> Result<Compared, NotCompared> {
        let survey = self.survey(published);
        let history = published.history.as_deref();
        let is_tumbling = matches!(ask.spec(), WindowSpec::Tumbling { .. });
        let present = || survey.current(ask.spec()).id.window;
        let no_window = |error| NotCompared::NoWindow(NoWindow::NoSpan(error));
        let (spec, span) = match ask {
            _ if !is_tumbling => return Err(NotCompared::NotInARow(ask)),
            WindowAsk::Last(..) => return Err(NotCompared::NotInARow(ask)),
            WindowAsk::Present(spec) => (spec, present()),
            WindowAsk::At(spec, start) => {
                let span = survey.window_from(spec, start).map_err(no_window)?;
                (spec, survey.span(spec, span).map_err(no_window)?.id.window)
            }
            WindowAsk::Span(spec, span) => {
                (spec, survey.span(spec, span).map_err(no_window)?.id.window)
            }
        };
        let Some(span) = span else { return Err(NotCompared::NotInARow(ask)) };
        // The present window is compared as a headline is, also where it is named by its start.
        if Some(span) == present() {
            return Ok(survey.compared(history, (spec, span), to)?);
        }
        Ok(survey.compared_span(history, (spec, span), to)?)
    }

    /// Frames of both spans with the same rows in the same order: those of the present one, and
    /// behind them those that only the span before has, where the present one leaves none out.
    fn both(
        &self,
        published: &Published,
        panel: &Panel,
        (now, before): (Option<&Window>, Option<&Window>),
        top: Option<u32>,
    ) -> (Option<Frame>, Option<Frame>) {
        let draw = |window: &Window| self.draw(published, window, panel, top);
        let mut frames = (now.map(draw), before.map(draw));
        let (Some(now), Some(before)) = (now, before) else { return frames };
        let (Some(present), Some(former)) = &frames else { return frames };
        if panel.dimension.is_none() {
            return frames;
        }
        let mut rows = places(present);
        if present.other.is_none() {
            let shown: BTreeSet<_> = rows.iter().cloned().collect();
            let gone = places(former).into_iter().filter(|place| !shown.contains(place));
            rows.extend(gone);
            rows.truncate(ROWS_MAX);
        }
        let named = |window| Some(self.draw_named(published, window, panel, &rows));
        frames = (named(now), named(before));
        frames
    }
}

fn is_unreadable(frame: &Frame) -> bool {
    frame.state == Trouble::UNREADABLE
}
