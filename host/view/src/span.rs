//! The windows of a tumbling kind between two instants, merged as one.
//!
//! Invariant: the span is merged from every pane in it, or there is a reason why not. A pane without
//! a row is no reason.

use streamgauge_core::{
    EventTime, Panes, TimeWindow, WINDOWS_TOGETHER_MAX, WindowAsk, WindowSpec, rfc3339,
};
use streamgauge_outbox::{HistoryError, HistoryStore, Take};
use thiserror::Error;

use super::windows::{Survey, Window};

/// Why there is no window to be shown.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoWindow {
    /// No window that was asked for holds a row.
    #[error("no window `{0}` holds a row")]
    NoRow(WindowAsk),
    /// There is no such span of windows.
    #[error("{0}")]
    NoSpan(NoSpan),
}

/// Why there is no such span.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoSpan {
    /// An end that is inside of a window.
    #[error("the {which} {at} is inside of a window `{spec}`; hint: {from} or {to}")]
    Inside {
        /// The end of the span that is wrong, `start` or `end`.
        which: &'static str,
        /// The instant, in the pipeline's zone.
        at: String,
        /// The kind of windows.
        spec: WindowSpec,
        /// The start of the window around it.
        from: String,
        /// The end of the window around it.
        to: String,
    },
    /// Windows that overlap, or of which there is one only.
    #[error("windows `{0}` do not follow each other; hint: ask for one of them")]
    NotInARow(WindowSpec),
    /// More windows than are shown as one.
    #[error(
        "more than {WINDOWS_TOGETHER_MAX} windows `{0}` lie in that time; hint: a shorter time, or \
         larger windows"
    )]
    TooMany(WindowSpec),
    /// Windows that are no longer there in every partition.
    #[error(
        "windows `{spec}` are kept from {from} on; hint: begin there, or keep more with \
         `[history] keep`"
    )]
    NotKept {
        /// The kind of windows.
        spec: WindowSpec,
        /// The start of the first one that is kept, in the pipeline's zone.
        from: String,
    },
}

impl Survey<'_> {
    /// The windows of a tumbling `spec` that fill `span`, as one.
    pub(super) fn span(&self, spec: WindowSpec, span: TimeWindow) -> Result<Window, NoSpan> {
        let panes = Panes::new(spec, self.zone);
        let (WindowSpec::Tumbling { .. }, Some(mut panes)) = (spec, panes) else {
            return Err(NoSpan::NotInARow(spec));
        };
        let (first, last) = (panes.pane_of(span.start), panes.pane_of(span.end.minus(1)));
        for (which, at, is_boundary, around) in [
            ("start", span.start, first.start == span.start, first),
            ("end", span.end, last.end == span.end, last),
        ] {
            if !is_boundary {
                let [at, from, to] =
                    [at, around.start, around.end].map(|time| rfc3339(self.zone, time));
                return Err(NoSpan::Inside { which, at, spec, from, to });
            }
        }
        let mut pane = first;
        for count in 1.. {
            if count > WINDOWS_TOGETHER_MAX {
                return Err(NoSpan::TooMany(spec));
            }
            if pane.end >= span.end {
                break;
            }
            pane = panes.pane_of(pane.end);
        }
        if !self.is_whole(first) {
            let from = panes.pane_of(self.kept_from()).start;
            return Err(NoSpan::NotKept { spec, from: rfc3339(self.zone, from) });
        }
        Ok(self.filled(spec, [first, last]))
    }

    /// The time of the window of a tumbling `spec` that is said to begin at `start`, which
    /// [`Self::span`] checks.
    pub(super) fn window_from(
        &self,
        spec: WindowSpec,
        start: EventTime,
    ) -> Result<TimeWindow, NoSpan> {
        let mut panes = Panes::new(spec, self.zone).ok_or(NoSpan::NotInARow(spec))?;
        Ok(TimeWindow { start, end: panes.pane_of(start).end })
    }

    /// The windows of a tumbling `spec` that fill `span`, of which some may be stored. The caller
    /// knows that `span` ends with windows and that they are kept.
    pub(super) fn stored_span(
        &self,
        history: Option<&dyn HistoryStore>,
        spec: WindowSpec,
        span: TimeWindow,
    ) -> Result<Window, HistoryError> {
        let found = |history: &dyn HistoryStore| {
            history.find(&self.series(), spec, span, Take::Oldest(usize::MAX))
        };
        let stored = history.map(found).transpose()?.unwrap_or_default();
        let mut panes = Panes::new(spec, self.zone).expect("tumbling windows have panes");
        let ends = [panes.pane_of(span.start), panes.pane_of(span.end.minus(1))];
        Ok(Survey { stored: &stored, ..*self }.filled(spec, ends))
    }

    /// The windows of a tumbling `spec` from the first of `ends` to the last one, as one.
    fn filled(&self, spec: WindowSpec, ends: [TimeWindow; 2]) -> Window {
        self.window(spec, &ends, &self.parts(spec))
    }

    /// The start of the oldest pane of `spec` that is there, in memory or stored.
    pub(super) fn oldest(
        &self,
        history: Option<&dyn HistoryStore>,
        spec: WindowSpec,
    ) -> Result<Option<EventTime>, HistoryError> {
        let first = |history: &dyn HistoryStore| {
            history.find(&self.series(), spec, TimeWindow::ALWAYS, Take::Oldest(1))
        };
        let stored = history.map(first).transpose()?.unwrap_or_default();
        let stored = stored.first().map(|pane| pane.window.start);
        Ok(self.held(spec).chain(stored).min())
    }
}

#[cfg(test)]
mod tests;
