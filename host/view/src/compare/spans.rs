//! Two times that are held against each other, and the time before a window of one kind.

use chrono_tz::Tz;
use streamgauge_core::{Earlier, Millis, Panes, TimeWindow, WindowSpec};
use streamgauge_pipeline::Comparison;

/// One civil day where clocks do not change.
pub(in crate::compare) const DAY: Millis = 86_400_000;

/// The most panes that a present window is compared by; finer kinds are not looked at.
pub(in crate::compare) const PANES_MAX: Millis = 1500;

/// What is compared, in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compare) struct Spans {
    /// The kind of windows that both spans are made of.
    pub(in crate::compare) spec: WindowSpec,
    pub(in crate::compare) now: TimeWindow,
    /// `None` means that the windows do not begin and end at those times.
    pub(in crate::compare) before: Option<TimeWindow>,
    /// True for whole windows, for want of finer ones.
    pub(in crate::compare) is_whole: bool,
}

/// The complete part of the present window, and the same span before; `None` means that nothing is
/// complete.
pub(in crate::compare) fn partial(
    panes: &mut Panes,
    zone: Tz,
    (spec, mut now): (WindowSpec, TimeWindow),
    to: Comparison,
) -> Option<(TimeWindow, TimeWindow)> {
    let WindowSpec::Tumbling { size } = spec else { return None };
    if now.start >= now.end {
        return None;
    }
    if to != Comparison::Previous || size >= DAY {
        return Some((now, before(panes, zone, (size, now), to)));
    }
    // Parts of a day are counted as time that passed. The last one of a day may be shorter, and
    // then no more than its length is compared.
    let whole = Panes::new(spec, zone)?.pane_of(now.start.minus(1));
    let length = now.end.since(now.start).min(whole.end.since(whole.start));
    now.end = panes.pane_of(now.start.plus(length)).start;
    let end = whole.start.plus(now.end.since(now.start));
    (now.start < now.end).then_some((now, TimeWindow { start: whole.start, end }))
}

/// The span that `now` is held against, where windows have this `size`.
pub(in crate::compare) fn before(
    panes: &mut Panes,
    zone: Tz,
    (size, now): (Millis, TimeWindow),
    to: Comparison,
) -> TimeWindow {
    let earlier = match to {
        Comparison::Previous if size < DAY => return panes.pane_of(now.start.minus(1)),
        // A kind of days has at most 3660 of them.
        Comparison::Previous => Earlier::Days((size / DAY) as u16),
        Comparison::Day => Earlier::Days(1),
        Comparison::Week => Earlier::Days(7),
        Comparison::Year => Earlier::Year,
    };
    TimeWindow { start: earlier.than(now.start, zone), end: earlier.than(now.end, zone) }
}
