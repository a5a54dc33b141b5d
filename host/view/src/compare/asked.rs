//! The spans of a comparison that somebody asks for: one window of the past, or several as one.

use chrono_tz::Tz;
use streamgauge_core::{Earlier, EventTime, Panes, TimeWindow, WindowSpec};
use streamgauge_pipeline::Comparison;

use super::spans::{DAY, PANES_MAX, Spans, partial};

/// The spans over `kinds` of windows, where `span` is made of windows of `spec`; `None` means that
/// nothing of it is complete yet.
pub(super) fn spans(
    kinds: &[WindowSpec],
    zone: Tz,
    (spec, span): (WindowSpec, TimeWindow),
    watermark: Option<EventTime>,
    to: Comparison,
) -> Option<Spans> {
    let WindowSpec::Tumbling { .. } = spec else { return None };
    let grid = finest(kinds, spec, span);
    let mut panes = Panes::new(grid, zone)?;
    let boundary = panes.pane_of(watermark?).start;
    let now = TimeWindow { start: span.start, end: boundary.min(span.end) };
    if now.start >= now.end {
        return None;
    }
    let is_one = Panes::new(spec, zone)?.pane_of(span.start) == span;
    let (now, before) = if is_one {
        partial(&mut panes, zone, (spec, now), to)?
    } else {
        (now, earlier(zone, (span, now), to))
    };
    let is_on_boundaries =
        [before.start, before.end].iter().all(|time| panes.pane_of(*time).start == *time);
    let is_earlier = before.start < before.end && before.start < now.start;
    let before = Some(before).filter(|_| is_on_boundaries && is_earlier);
    Some(Spans { spec: grid, now, before, is_whole: false })
}

/// The finest of `kinds` of which whole windows make those of `spec`, and not too many make `span`.
fn finest(kinds: &[WindowSpec], spec: WindowSpec, span: TimeWindow) -> WindowSpec {
    let (size, length) = (spec.to_millis().0, span.end.since(span.start));
    let fits = |kind: &&WindowSpec| match **kind {
        WindowSpec::Tumbling { size: own } => {
            own < size && size % own == 0 && length / own <= PANES_MAX
        }
        WindowSpec::Cumulative | WindowSpec::Sliding { .. } => false,
    };
    kinds.iter().filter(fits).min().copied().unwrap_or(spec)
}

/// The part of the time before `whole` that is to it as `now` is to `whole`. Whole civil days are
/// counted as days, and all else as time that passed.
fn earlier(zone: Tz, (whole, now): (TimeWindow, TimeWindow), to: Comparison) -> TimeWindow {
    let length = whole.end.since(whole.start);
    let days = u16::try_from((length + DAY / 2) / DAY).ok().map(Earlier::Days);
    let days = days.filter(|days| days.than(whole.end, zone) == whole.start);
    let by = match (to, days) {
        (Comparison::Previous, Some(days)) => days,
        (Comparison::Previous, None) => {
            let [start, end] = [now.start, now.end].map(|time| time.minus(length));
            return TimeWindow { start, end };
        }
        (Comparison::Day, _) => Earlier::Days(1),
        (Comparison::Week, _) => Earlier::Days(7),
        (Comparison::Year, _) => Earlier::Year,
    };
    TimeWindow { start: by.than(now.start, zone), end: by.than(now.end, zone) }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Asia, Europe};
    use streamgauge_core::{parse_rfc3339, rfc3339};

    use super::*;

    const HOURS: WindowSpec = WindowSpec::Tumbling { size: DAY / 24 };
    const DAYS: WindowSpec = WindowSpec::Tumbling { size: DAY };

    fn at(text: &str) -> EventTime {
        parse_rfc3339(text).unwrap_or_else(|| panic!("`{text}` is no instant"))
    }

    /// The spans of a comparison as civil time: of the one that is asked for, then before.
    fn compared(
        zone: Tz,
        kinds: &[WindowSpec],
        (spec, start, end): (WindowSpec, &str, &str),
        watermark: &str,
        to: Comparison,
    ) -> String {
        let span = TimeWindow { start: at(start), end: at(end) };
        let Some(found) = spans(kinds, zone, (spec, span), Some(at(watermark)), to) else {
            return "nothing".to_owned();
        };
        assert!(!found.is_whole);
        let civil = |time: EventTime| rfc3339(zone, time)[5..16].replace('T', " ");
        let show = |span: TimeWindow| format!("{} to {}", civil(span.start), civil(span.end));
        let before = found.before.map_or("nothing".to_owned(), show);
        format!("{}: {} | {before}", found.spec, show(found.now))
    }

    #[test]
    fn a_day_of_the_past_is_held_against_another_one() {
        let day = (DAYS, "2015-11-10T00:00:00+08:00", "2015-11-11T00:00:00+08:00");
        let of = |kinds: &[WindowSpec], watermark, to| {
            compared(Asia::Shanghai, kinds, day, watermark, to)
        };
        let later = "2015-12-01T00:00:00+08:00";
        for (to, before) in [
            (Comparison::Previous, "11-09 00:00 to 11-10 00:00"),
            (Comparison::Day, "11-09 00:00 to 11-10 00:00"),
            (Comparison::Week, "11-03 00:00 to 11-04 00:00"),
            (Comparison::Year, "11-10 00:00 to 11-11 00:00"),
        ] {
            let now = "11-10 00:00 to 11-11 00:00";
            assert_eq!(of(&[DAYS], later, to), format!("1d: {now} | {before}"));
            assert_eq!(of(&[DAYS, HOURS], later, to), format!("1h: {now} | {before}"));
        }
        let half = "2015-11-10T12:30:00+08:00";
        assert_eq!(
            of(&[DAYS], half, Comparison::Day),
            "nothing",
            "no part is held against a whole"
        );
        let part = "1h: 11-10 00:00 to 11-10 12:00 | 11-09 00:00 to 11-09 12:00";
        assert_eq!(of(&[DAYS, HOURS], half, Comparison::Day), part);
    }

    #[test]
    fn several_windows_are_held_against_as_many_before_them() {
        let later = "2026-12-01T00:00:00+01:00";
        let of =
            |asked, watermark, to| compared(Europe::Berlin, &[DAYS, HOURS], asked, watermark, to);
        // On 29 March 2026 the clocks went from 02:00 to 03:00.
        let week = (DAYS, "2026-03-25T00:00:00+01:00", "2026-04-01T00:00:00+02:00");
        let expected = "1h: 03-25 00:00 to 04-01 00:00 | 03-18 00:00 to 03-25 00:00";
        assert_eq!(of(week, later, Comparison::Previous), expected);
        assert_eq!(of(week, later, Comparison::Week), expected);
        let hours = (HOURS, "2026-03-30T08:00:00+02:00", "2026-03-30T11:00:00+02:00");
        assert_eq!(
            of(hours, later, Comparison::Previous),
            "1h: 03-30 08:00 to 03-30 11:00 | 03-30 05:00 to 03-30 08:00"
        );
        assert_eq!(
            of(hours, "2026-03-30T10:15:00+02:00", Comparison::Previous),
            "1h: 03-30 08:00 to 03-30 10:00 | 03-30 05:00 to 03-30 07:00"
        );
        assert_eq!(
            of(hours, later, Comparison::Day),
            "1h: 03-30 08:00 to 03-30 11:00 | 03-29 08:00 to 03-29 11:00"
        );
        assert_eq!(of(hours, "2026-03-30T08:30:00+02:00", Comparison::Day), "nothing");
    }

    #[test]
    fn a_long_time_is_compared_by_kinds_that_are_not_too_fine() {
        let minutes = WindowSpec::Tumbling { size: 60_000 };
        let days = (DAYS, "2015-11-01T00:00:00+08:00", "2015-11-11T00:00:00+08:00");
        let found = compared(
            Asia::Shanghai,
            &[DAYS, HOURS, minutes],
            days,
            "2015-12-01T00:00:00+08:00",
            Comparison::Previous,
        );
        assert_eq!(found, "1h: 11-01 00:00 to 11-11 00:00 | 10-22 00:00 to 11-01 00:00");
    }
}
