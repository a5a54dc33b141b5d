//! All windows of a kind in the order of time. Stored final panes are found some at a time and
//! without their states, so a history of any length is walked through in the memory of one window.

use streamgauge_core::{EventTime, TimeWindow, WindowSpec};
use streamgauge_outbox::{HistoryError, Take};

use super::windows::{Looked, Survey, Window};

/// The most stored panes that are looked at together, unless one window has more.
const PANES_MAX: usize = 1000;

/// The windows of a kind from a start on.
pub struct Walk<'a> {
    survey: Survey<'a>,
    spec: WindowSpec,
    /// No window that starts before is left to tell.
    from: EventTime,
    panes_max: usize,
    looked: Option<Look>,
}

/// What was found at one look.
struct Look {
    looked: Looked,
    /// The number of the next window.
    next: usize,
    /// Only windows up to here are known with all their panes; `None` means all.
    end: Option<EventTime>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(survey: Survey<'a>, spec: WindowSpec, from: EventTime) -> Self {
        Self { survey, spec, from, panes_max: PANES_MAX, looked: None }
    }

    /// Looks at the stored panes that come next.
    fn look(&self) -> Result<Look, HistoryError> {
        let starts = TimeWindow { start: self.from, ..TimeWindow::ALWAYS };
        let mut stored = match &self.survey.published.history {
            Some(history) if self.spec != WindowSpec::Cumulative => {
                let series = self.survey.series();
                history.find(&series, self.spec, starts, Take::Oldest(self.panes_max))?
            }
            _ => Vec::new(),
        };
        // Of the last start there may be more panes, of partitions that were not looked at.
        let is_rest = stored.len() < self.panes_max;
        let end = stored.last().filter(|_| !is_rest).map(|pane| pane.window.start);
        stored.retain(|pane| Some(pane.window.start) != end);
        let survey = Survey { stored: &stored, ..self.survey };
        Ok(Look { looked: survey.look(self.spec, self.from), next: 0, end })
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Window, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.looked.is_none() {
                match self.look() {
                    Ok(look) => self.looked = Some(look),
                    Err(error) => {
                        // Nothing comes after it.
                        self.from = TimeWindow::ALWAYS.end;
                        return Some(Err(error));
                    }
                }
            }
            let look = self.looked.as_mut()?;
            let window = look.looked.starts().nth(look.next);
            let window = window.map(|first| self.survey.window_at(first, &look.looked));
            let is_known = |window: &Window| {
                look.end.is_none_or(|end| window.id.window.is_none_or(|span| span.end <= end))
            };
            match window.filter(is_known) {
                Some(window) => {
                    look.next += 1;
                    let after = window.id.window.map(|span| span.start.plus(1));
                    self.from = after.unwrap_or(self.from);
                    return Some(Ok(window));
                }
                None if look.end.is_none() => return None,
                // A window of more panes than that, unless some were found.
                None if look.next == 0 => self.panes_max *= 4,
                None => self.panes_max = PANES_MAX,
            }
            self.looked = None;
        }
    }
}

/// The starts of the `count` newest windows for which `wanted` returns true, the newest first.
pub(super) fn newest(
    survey: &Survey<'_>,
    spec: WindowSpec,
    count: usize,
    wanted: impl Fn(&Window) -> bool,
) -> Result<Vec<EventTime>, HistoryError> {
    let panes_in_window = spec.pane().map_or(1, |pane| (spec.to_millis().0 / pane).max(1) as usize);
    let partitions = survey.published.partitions.len().max(1);
    let mut panes_max = count.saturating_add(panes_in_window).saturating_mul(partitions);
    loop {
        let stored = match &survey.published.history {
            Some(history) => {
                let (series, take) = (survey.series(), Take::Newest(panes_max));
                history.find(&series, spec, TimeWindow::ALWAYS, take)?
            }
            None => Vec::new(),
        };
        let is_all = stored.len() < panes_max;
        // Windows that start after the oldest pane that was looked at are known with all panes.
        let known = stored.first().filter(|_| !is_all).map(|pane| pane.window.start);
        let survey = Survey { stored: &stored, ..*survey };
        let looked = survey.look(spec, TimeWindow::ALWAYS.start);
        let mut starts = Vec::new();
        for first in looked.starts().rev() {
            let Some(start) = first.map(|first| first.start) else { continue };
            if Some(start) <= known || starts.len() == count {
                break;
            }
            if wanted(&survey.window_at(first, &looked)) {
                starts.push(start);
            }
        }
        if is_all || starts.len() == count {
            return Ok(starts);
        }
        panes_max = panes_max.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests;
