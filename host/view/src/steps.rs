//! The windows of a tumbling kind merged into larger steps, one after the other, for a course of time
//! that is coarser than what is kept.
//!
//! Invariant: a step that is told is whole: every partition still keeps its first window.

use std::iter::Peekable;

use streamgauge_core::{EventTime, Panes, TimeWindow, WindowSpec};
use streamgauge_outbox::HistoryError;

use super::walk::Walk;
use super::windows::{Survey, Window, WindowState};

/// The steps from a time on that hold a row, in the order of time.
pub struct Steps<'a> {
    walk: Peekable<Walk<'a>>,
    survey: Survey<'a>,
    spec: WindowSpec,
    /// The windows that the steps are made of, and the steps.
    panes: Panes,
    sizes: Panes,
}

impl<'a> Steps<'a> {
    /// Steps of the size of `by`, made of windows of `spec`, of which whole ones make a step; `None`
    /// means that one of the two does not follow each other.
    pub(super) fn new(
        (survey, walked): (Survey<'a>, Survey<'a>),
        (spec, by): (WindowSpec, WindowSpec),
        from: EventTime,
    ) -> Option<Self> {
        let (panes, mut sizes) = (Panes::new(spec, survey.zone)?, Panes::new(by, survey.zone)?);
        let is_instant = TimeWindow::ALWAYS.start < from && from < TimeWindow::ALWAYS.end;
        let from = if is_instant { sizes.pane_of(from).start } else { from };
        let walk = Walk::new(walked, spec, from).peekable();
        Some(Self { walk, survey, spec, panes, sizes })
    }

    /// The start of the step that is `count - 1` steps before the last one. That is the one of
    /// `newest`, or the one before it where `is_over` and the step of `newest` is not final yet.
    /// `None` means that no step is asked for.
    pub(super) fn start_of_last(
        &mut self,
        newest: EventTime,
        count: usize,
        is_over: bool,
    ) -> Option<EventTime> {
        let mut step = self.sizes.pane_of(newest);
        let last = self.panes.pane_of(step.end.minus(1));
        let is_final = self.survey.state(self.spec, last, false) == WindowState::Final;
        let before = count.checked_sub(1)? + usize::from(is_over && !is_final);
        for _ in 0..before {
            step = self.sizes.pane_of(step.start.minus(1));
        }
        Some(step.start)
    }
}

impl Iterator for Steps<'_> {
    type Item = Result<Window, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = match self.walk.next()? {
                Ok(window) => window,
                Err(error) => return Some(Err(error)),
            };
            let step = self.sizes.pane_of(first.id.window?.start);
            let mut all = vec![first];
            let is_within = |next: &Result<Window, HistoryError>| {
                let start = next.as_ref().ok().and_then(|window| Some(window.id.window?.start));
                start.is_some_and(|start| start < step.end)
            };
            while let Some(Ok(next)) = self.walk.next_if(is_within) {
                all.push(next);
            }
            let (first, last) =
                (self.panes.pane_of(step.start), self.panes.pane_of(step.end.minus(1)));
            if self.survey.is_whole(first) {
                return Some(Ok(self.survey.together(self.spec, [first, last], all)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
