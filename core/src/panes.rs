//! From a time to its pane, and from a pane to its neighbours and to the windows made of it.

use chrono_tz::Tz;

use crate::civil::{day_of, start_of};
use crate::recent_panes::RecentPanes;
use crate::time::{EventTime, Millis};
use crate::window::{DAY, TimeWindow, WindowSpec};

/// The panes of one kind of windows in one zone. The last day and the last panes are remembered, so
/// records of the same times cost comparisons.
#[derive(Clone, Debug)]
pub struct Panes {
    zone: Tz,
    pane: Millis,
    slide: Millis,
    /// The number of panes in a window.
    count: usize,
    seen: RecentPanes,
    day_seen: TimeWindow,
}

impl Panes {
    /// The panes of `spec`. `None` means that `spec` is the cumulative window, which has no panes.
    pub fn new(spec: WindowSpec, zone: Tz) -> Option<Self> {
        let pane = spec.pane()?;
        let (size, slide) = spec.to_millis();
        let nowhere = TimeWindow { start: EventTime(0), end: EventTime(0) };
        let count = (size / pane) as usize;
        let (seen, day_seen) = (RecentPanes::default(), nowhere);
        Some(Self { zone, pane, slide, count, seen, day_seen })
    }

    /// True for panes of the same kind and zone.
    pub(crate) fn are_those_of(&self, other: &Self) -> bool {
        let kind = |of: &Self| (of.zone, of.pane, of.slide, of.count);
        kind(self) == kind(other)
    }

    /// The pane that holds `time`.
    pub fn pane_of(&mut self, time: EventTime) -> TimeWindow {
        if let Some(seen) = self.seen.find(time) {
            return seen;
        }
        let pane = if self.pane < DAY { self.part_of_day(time) } else { self.days(time) };
        self.seen.remember(pane);
        pane
    }

    fn part_of_day(&mut self, time: EventTime) -> TimeWindow {
        if !self.day_seen.contains(time) {
            let day = day_of(self.zone, time);
            let (start, end) = (start_of(self.zone, day), start_of(self.zone, day + 1));
            self.day_seen = TimeWindow { start, end };
        }
        let TimeWindow { start: midnight, end: midnight_after } = self.day_seen;
        let number = time.since(midnight) / self.pane;
        let start = midnight.plus(number * self.pane);
        TimeWindow { start, end: start.plus(self.pane).min(midnight_after) }
    }

    fn days(&self, time: EventTime) -> TimeWindow {
        let days = self.pane / DAY;
        let first = day_of(self.zone, time).div_euclid(days) * days;
        let end = first.saturating_add(days);
        TimeWindow { start: start_of(self.zone, first), end: start_of(self.zone, end) }
    }

    /// True if a window begins with `pane`.
    fn begins_window(&mut self, pane: TimeWindow) -> bool {
        if self.pane >= DAY {
            // Where the first date does not exist, the pane begins with a later one.
            let days = self.pane / DAY;
            let first = day_of(self.zone, pane.start).div_euclid(days) * days;
            return first.rem_euclid(self.slide / DAY) == 0;
        }
        self.part_of_day(pane.start);
        pane.start.since(self.day_seen.start) % self.slide == 0
    }

    /// The windows that `pane` is part of, the earliest first, each as its panes in a row.
    #[cfg(test)]
    fn windows_of(&mut self, pane: TimeWindow) -> Vec<Vec<TimeWindow>> {
        let firsts = self.firsts_of(pane, TimeWindow::ALWAYS.start);
        firsts.into_iter().map(|first| self.in_a_row(first)).collect()
    }

    /// The first panes of the windows that `pane` is part of and that start after an instant, the
    /// earliest first.
    pub fn firsts_of(&mut self, pane: TimeWindow, after: EventTime) -> Vec<TimeWindow> {
        let mut firsts = Vec::new();
        let mut first = pane;
        for _ in 0..self.count {
            if first.start <= after {
                break;
            }
            if self.begins_window(first) {
                firsts.push(first);
            }
            first = self.pane_of(first.start.minus(1));
        }
        firsts.reverse();
        firsts
    }

    /// The panes of the window that begins with `first`.
    pub fn in_a_row(&mut self, first: TimeWindow) -> Vec<TimeWindow> {
        let mut panes = vec![first];
        while panes.len() < self.count {
            panes.push(self.pane_of(panes[panes.len() - 1].end));
        }
        panes
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::testing::{HOUR, MINUTE, at};
    fn tumbling(size: Millis, zone: Tz) -> Panes {
        Panes::new(WindowSpec::tumbling(size).expect("a window"), zone).expect("panes")
    }

    fn show(zone: Tz, window: TimeWindow) -> String {
        let civil = |t: EventTime| zone.timestamp_millis_opt(t.0).single().expect("a time");
        format!("{} to {}", civil(window.start).format("%F %T"), civil(window.end).format("%F %T"))
    }

    #[test]
    fn a_day_over_a_clock_change_has_23_or_25_hours() {
        let zone = chrono_tz::Europe::Berlin;
        let mut days = tumbling(DAY, zone);
        for (noon, hours) in [("2026-03-29T12:00:00Z", 23), ("2026-10-25T12:00:00Z", 25)] {
            let day = days.pane_of(at(noon));
            assert_eq!(day.end.since(day.start), hours * HOUR);
        }
    }

    #[test]
    fn parts_of_a_day_count_elapsed_time_and_end_with_the_day() {
        let zone = chrono_tz::Europe::Berlin;
        let mut parts = tumbling(2 * HOUR, zone);
        let last = parts.pane_of(at("2026-03-29T23:30:00+02:00"));
        assert_eq!(show(zone, last), "2026-03-29 23:00:00 to 2026-03-30 00:00:00");
        let after = parts.pane_of(last.end);
        assert_eq!(show(zone, after), "2026-03-30 00:00:00 to 2026-03-30 02:00:00");
    }

    #[test]
    fn several_days_are_weeks() {
        let zone = chrono_tz::Asia::Shanghai;
        let mut weeks = tumbling(7 * DAY, zone);
        let week = weeks.pane_of(at("2015-11-11T00:00:00+08:00"));
        assert_eq!(show(zone, week), "2015-11-09 00:00:00 to 2015-11-16 00:00:00");
        let mut long = tumbling(3 * DAY, zone);
        let pane = long.pane_of(at("1969-12-31T00:00:00+08:00"));
        assert!(pane.contains(at("1969-12-31T00:00:00+08:00")));
    }

    #[test]
    fn every_time_is_in_exactly_one_pane() {
        let zone = chrono_tz::America::St_Johns;
        for size in [MINUTE, 90 * MINUTE, 12 * HOUR, DAY, 7 * DAY] {
            let mut panes = tumbling(size, zone);
            let mut pane = panes.pane_of(at("2010-11-01T00:00:00Z"));
            while pane.end < at("2010-11-12T00:00:00Z") {
                let next = panes.pane_of(pane.end);
                assert_eq!(next.start, pane.end);
                assert_eq!(panes.pane_of(pane.end.minus(1)), pane);
                pane = next;
            }
        }
    }

    #[test]
    fn a_pane_is_part_of_as_many_windows_as_slides_fit() {
        let zone = chrono_tz::Asia::Shanghai;
        let spec = WindowSpec::sliding(10 * MINUTE, 4 * MINUTE).expect("a window");
        let mut panes = Panes::new(spec, zone).expect("panes");
        let pane = panes.pane_of(at("2015-11-11T00:09:00+08:00"));
        let windows = panes.windows_of(pane);
        let shown: Vec<String> = windows
            .iter()
            .map(|w| show(zone, TimeWindow { start: w[0].start, end: w[w.len() - 1].end }))
            .collect();
        assert_eq!(
            shown,
            [
                "2015-11-11 00:00:00 to 2015-11-11 00:10:00",
                "2015-11-11 00:04:00 to 2015-11-11 00:14:00",
                "2015-11-11 00:08:00 to 2015-11-11 00:18:00"
            ]
        );
    }
}
