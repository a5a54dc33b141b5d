//! The law of comparisons: which part of the present window is held against which time before.
//!
//! Compared is what is complete: from the start of the present window to the last boundary of the
//! finest windows of the metric that the watermark has passed, against the same span earlier. Where
//! the metric has no finer windows, the last window that is closed is held against the one that
//! corresponds to it. So a part is never compared with a whole, and nothing is estimated.

use chrono_tz::Tz;
use streamgauge_core::{EventTime, Millis, Panes, TimeWindow, WindowSpec};
use streamgauge_outbox::{HistoryError, HistoryStore};
use streamgauge_pipeline::Comparison;

use super::windows::{Survey, Window};

mod asked;
mod spans;

use spans::{DAY, PANES_MAX, Spans, before, partial};

/// Kinds of windows that are proposed, the largest first.
const PROPOSED: [Millis; 6] = [DAY, 3_600_000, 600_000, 60_000, 10_000, 1000];

/// Two spans that are held against each other.
pub(super) struct Compared {
    /// The present span; `None` means that there is none, for the reason below.
    pub(super) now: Option<Window>,
    /// The same span earlier; `None` means that there is none, for the reason below.
    pub(super) before: Option<Window>,
    /// Why a span is missing, or why whole windows are compared.
    pub(super) reason: Option<Reason>,
}

/// Why a side is missing, or is not what one would like best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// No pane of the present window is complete; of whole windows, none that holds a record is
    /// closed.
    NotYet,
    /// The time before is not kept, or begins before the first event.
    NoHistory,
    /// There are no windows fine enough: the line of the metric that would help, if one would.
    NoFiner(Option<String>),
}

impl Reason {
    /// The name on the wire.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::NoHistory => "no-history",
            Self::NoFiner(_) => "no-finer",
        }
    }
}

impl Survey<'_> {
    /// What is compared of the `present` window of a tumbling `spec`.
    ///
    /// # Errors
    /// The stored windows cannot be found.
    pub(super) fn compared(
        &self,
        history: Option<&dyn HistoryStore>,
        (spec, present): (WindowSpec, TimeWindow),
        to: Comparison,
    ) -> Result<Compared, HistoryError> {
        let kinds = &self.settings.windows;
        let spans = spans(kinds, self.zone, (spec, present), self.watermark_of_all(), to);
        self.held_against(history, spans)
    }

    /// What is compared of a `span` of windows of a tumbling `spec`, which begins and ends with
    /// windows.
    ///
    /// # Errors
    /// The stored windows cannot be found.
    pub(super) fn compared_span(
        &self,
        history: Option<&dyn HistoryStore>,
        (spec, span): (WindowSpec, TimeWindow),
        to: Comparison,
    ) -> Result<Compared, HistoryError> {
        let kinds = &self.settings.windows;
        let spans = asked::spans(kinds, self.zone, (spec, span), self.watermark_of_all(), to);
        self.held_against(history, spans)
    }

    fn held_against(
        &self,
        history: Option<&dyn HistoryStore>,
        spans: Option<Spans>,
    ) -> Result<Compared, HistoryError> {
        let none = |reason| Ok(Compared { now: None, before: None, reason: Some(reason) });
        let Some(Spans { spec, now, before, is_whole }) = spans else {
            return none(Reason::NotYet);
        };
        let mut panes = Panes::new(spec, self.zone).expect("tumbling windows have panes");
        let oldest = self.oldest(history, spec)?;
        let begins_after = |start: EventTime| oldest.is_none_or(|oldest| start < oldest);
        if is_whole && begins_after(now.start) {
            return none(Reason::NotYet);
        }
        if !self.is_whole(panes.pane_of(now.start)) {
            return none(Reason::NoHistory);
        }
        let now = Some(self.stored_span(history, spec, now)?);
        let no_finer = || Some(Reason::NoFiner(finer_line(&self.settings.shown_windows, spec)));
        Ok(match before {
            None => Compared { now, before: None, reason: no_finer() },
            Some(span) if begins_after(span.start) || !self.is_whole(panes.pane_of(span.start)) => {
                Compared { now, before: None, reason: Some(Reason::NoHistory) }
            }
            Some(span) => {
                let before = Some(self.stored_span(history, spec, span)?);
                Compared { now, before, reason: if is_whole { no_finer() } else { None } }
            }
        })
    }
}

/// The spans of a comparison over `kinds` of windows; `None` means that nothing of the present
/// window is complete yet.
fn spans(
    kinds: &[WindowSpec],
    zone: Tz,
    (spec, present): (WindowSpec, TimeWindow),
    watermark: Option<EventTime>,
    to: Comparison,
) -> Option<Spans> {
    let WindowSpec::Tumbling { size } = spec else { return None };
    let finest = finest(kinds, size);
    let grid = finest.unwrap_or(spec);
    let mut panes = Panes::new(grid, zone)?;
    let boundary = panes.pane_of(watermark?).start;
    let (now, before) = if finest.is_some() {
        let now = TimeWindow { start: present.start, end: boundary.min(present.end) };
        partial(&mut panes, zone, (spec, now), to)?
    } else {
        let now = panes.pane_of(boundary.minus(1));
        (now, before(&mut panes, zone, (size, now), to))
    };
    let is_on_boundaries = |span: &TimeWindow| {
        panes.pane_of(span.start).start == span.start && panes.pane_of(span.end).start == span.end
    };
    let before =
        Some(before).filter(|before| before.start < before.end && before.start < now.start);
    let before = before.filter(is_on_boundaries);
    let before = before.filter(|span| finest.is_some() || panes.pane_of(span.start) == *span);
    Some(Spans { spec: grid, now, before, is_whole: finest.is_none() })
}

/// The finest of `kinds` of which whole windows make one of this size.
fn finest(kinds: &[WindowSpec], size: Millis) -> Option<WindowSpec> {
    let fits = |kind: &&WindowSpec| match **kind {
        WindowSpec::Tumbling { size: own } => {
            own < size && size % own == 0 && size / own <= PANES_MAX
        }
        WindowSpec::Cumulative | WindowSpec::Sliding { .. } => false,
    };
    kinds.iter().filter(fits).min().copied()
}

/// The line of the metric with a kind of windows below `spec`; `None` means that there is none.
fn finer_line(kinds: &[WindowSpec], spec: WindowSpec) -> Option<String> {
    let (size, _) = spec.to_millis();
    let finer = PROPOSED.into_iter().find(|finer| *finer < size && size % *finer == 0)?;
    let finer = WindowSpec::Tumbling { size: finer };
    let kinds: Vec<String> =
        kinds.iter().chain([&finer]).map(|kind| format!("\"{kind}\"")).collect();
    Some(format!("windows = [{}]", kinds.join(", ")))
}

#[cfg(test)]
mod tests;
