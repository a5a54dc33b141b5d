//! The open panes of one metric in one partition. Every record that is on time or late is placed
//! by its event time and the watermark before it, in the order of the offsets. The place where a
//! batch is cut changes nothing: neither which panes there are nor which are final.
//!
//! Invariant: only a record that may move the watermark opens a pane, so records that may not make
//! no pane final.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::panes::Panes;
use crate::placing::{Place, Placing};
use crate::recent_panes::RecentPanes;
use crate::time::{EventTime, Millis};
use crate::window::{TimeWindow, WindowSpec};

/// How long panes stay open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How far the watermark may be past a pane's end before the pane is final, in milliseconds.
    pub retention: Millis,
    /// The most panes that are open at a time; with more, the oldest one becomes final.
    pub open_max: usize,
}

/// The counts of one kind of windows, which a snapshot keeps with the open panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowBooks {
    /// The start before which every pane is final, because too many were open. `None` means that
    /// there were never too many.
    pub floor: Option<EventTime>,
    /// Folded rows whose pane was final already, so they are in no window.
    pub expired: u64,
    /// Folded rows whose pane was neither open nor final and which may not open one, so they are
    /// in no window.
    pub unplaced: u64,
    /// Panes that became final because too many were open.
    pub evicted: u64,
}

impl WindowBooks {
    /// Adds the counts of another partition; each partition has a floor of its own.
    pub fn add(&mut self, other: &Self) {
        self.expired += other.expired;
        self.unplaced += other.unplaced;
        self.evicted += other.evicted;
    }
}

/// The open panes of one kind of windows.
#[derive(Clone, Debug)]
pub struct WindowSet {
    panes: Panes,
    retention: Retention,
    /// The counts so far; the caller counts `expired` and `unplaced`, because only it knows which
    /// rows a metric folds.
    pub books: WindowBooks,
    /// The end of each open pane by the pane's start.
    open: BTreeMap<EventTime, EventTime>,
    /// The panes that became final and were not taken yet, in the order in which they did.
    final_panes: Vec<TimeWindow>,
    /// The watermark at which the oldest open pane becomes final.
    next_final: EventTime,
    /// Panes of the last records while they are open: mostly the next record is in one of them.
    recent: RecentPanes,
}

impl WindowSet {
    /// The panes of `spec`, of which `open` are open. `None` means that `spec` is the cumulative
    /// window, which has no panes.
    pub fn new(
        spec: WindowSpec,
        zone: Tz,
        retention: Retention,
        books: WindowBooks,
        open: impl Iterator<Item = TimeWindow>,
    ) -> Option<Self> {
        let panes = Panes::new(spec, zone)?;
        let open = open.map(|pane| (pane.start, pane.end)).collect();
        let (final_panes, next_final) = (Vec::new(), EventTime(0));
        let recent = RecentPanes::default();
        let mut set = Self { panes, retention, books, open, final_panes, next_final, recent };
        set.find_next_final();
        Some(set)
    }

    /// The pane of a record, opened if need be and if `placing` allows it. `watermark` is the
    /// watermark as it stood before the record.
    #[inline]
    pub fn place(
        &mut self,
        event_time: EventTime,
        placing: Placing,
        watermark: Option<EventTime>,
    ) -> Place<TimeWindow> {
        let is_settled = watermark.is_none_or(|watermark| watermark < self.next_final);
        match self.recent.last(event_time) {
            Some(pane) if is_settled && placing != Placing::Nowhere => Place::In(pane),
            _ => self.place_elsewhere(event_time, placing, watermark),
        }
    }

    /// The same, where that is not the pane of the record before.
    fn place_elsewhere(
        &mut self,
        event_time: EventTime,
        placing: Placing,
        watermark: Option<EventTime>,
    ) -> Place<TimeWindow> {
        self.settle(watermark);
        if placing == Placing::Nowhere {
            return Place::Unplaced;
        }
        if let Some(recent) = self.recent.find(event_time) {
            return Place::In(recent);
        }
        let pane = self.panes.pane_of(event_time);
        if self.is_final(pane.end, watermark) || self.books.floor.is_some_and(|f| pane.start < f) {
            return Place::Expired;
        }
        if placing == Placing::Joins {
            let is_open = self.open.contains_key(&pane.start);
            return if is_open { Place::In(pane) } else { Place::Unplaced };
        }
        if self.open.insert(pane.start, pane.end).is_none() {
            if self.open.len() > self.retention.open_max {
                self.evict();
            }
            self.find_next_final();
        }
        // The new pane may have been the oldest one, which makes room for the others.
        if !self.open.contains_key(&pane.start) {
            return Place::Expired;
        }
        self.recent.remember(pane);
        Place::In(pane)
    }

    /// True if records are placed here as they are in `other`.
    pub fn places_as(&self, other: &Self) -> bool {
        let state = |of: &Self| (of.retention, of.books.floor, of.next_final);
        self.panes.are_those_of(&other.panes)
            && state(self) == state(other)
            && self.final_panes.is_empty()
            && other.final_panes.is_empty()
            && self.open == other.open
    }

    /// Comes to where another set came from `before`, which placed as this one does, to `after`.
    pub fn follow(&mut self, before: &Self, after: &Self) {
        self.books.floor = after.books.floor;
        self.books.evicted += after.books.evicted - before.books.evicted;
        self.open.clone_from(&after.open);
        self.final_panes.clone_from(&after.final_panes);
        (self.next_final, self.recent) = (after.next_final, after.recent);
    }

    /// Makes every pane final that is so under `watermark`, as it stands after the last record.
    pub fn settle(&mut self, watermark: Option<EventTime>) {
        while watermark.is_some_and(|watermark| watermark >= self.next_final) {
            let Some((start, end)) = self.open.pop_first() else { return };
            self.make_final(TimeWindow { start, end });
            self.find_next_final();
        }
    }

    fn make_final(&mut self, pane: TimeWindow) {
        self.recent.forget(pane);
        self.final_panes.push(pane);
    }

    /// The panes that became final since the last call, in the order in which they did.
    pub fn take_final(&mut self) -> Vec<TimeWindow> {
        std::mem::take(&mut self.final_panes)
    }

    /// How many panes are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// The open panes in the order of their starts.
    pub fn open(&self) -> impl Iterator<Item = TimeWindow> {
        self.open.iter().map(|(&start, &end)| TimeWindow { start, end })
    }

    fn is_final(&self, end: EventTime, watermark: Option<EventTime>) -> bool {
        watermark.is_some_and(|watermark| end.plus(self.retention.retention) <= watermark)
    }

    fn evict(&mut self) {
        if let Some((start, end)) = self.open.pop_first() {
            self.make_final(TimeWindow { start, end });
            self.books.floor = Some(end);
            self.books.evicted += 1;
        }
    }

    fn find_next_final(&mut self) {
        let oldest = self.open.first_key_value();
        self.next_final =
            oldest.map_or(EventTime(i64::MAX), |(_, end)| end.plus(self.retention.retention));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MINUTE;

    fn set(retention: Millis, open_max: usize) -> WindowSet {
        let spec = WindowSpec::tumbling(MINUTE).expect("a window");
        let retention = Retention { retention, open_max };
        let books = WindowBooks::default();
        WindowSet::new(spec, Tz::UTC, retention, books, std::iter::empty()).expect("panes")
    }

    fn minutes(windows: impl IntoIterator<Item = TimeWindow>) -> Vec<i64> {
        windows.into_iter().map(|window| window.start.0 / MINUTE).collect()
    }

    fn place(set: &mut WindowSet, time: i64, watermark: i64) -> Option<i64> {
        place_as(set, time, Placing::Opens, watermark).pane()
    }

    fn place_as(set: &mut WindowSet, time: i64, placing: Placing, watermark: i64) -> Place<i64> {
        let (time, watermark) = (EventTime(time * MINUTE), Some(EventTime(watermark * MINUTE)));
        match set.place(time, placing, watermark) {
            Place::In(pane) => Place::In(pane.start.0 / MINUTE),
            Place::Expired => Place::Expired,
            Place::Unplaced => Place::Unplaced,
        }
    }

    #[test]
    fn a_pane_is_final_once_the_watermark_is_past_its_end_and_the_retention() {
        let mut set = set(2 * MINUTE, 100);
        assert_eq!(place(&mut set, 0, -5), Some(0));
        assert_eq!(place(&mut set, 7, -5), Some(7));
        assert_eq!(place(&mut set, 0, 2), Some(0));
        assert_eq!(minutes(set.take_final()), []);
        assert_eq!(place(&mut set, 0, 3), None);
        assert_eq!(minutes(set.take_final()), [0]);
        // A pane that was never open is expired all the same.
        assert_eq!(place(&mut set, 1, 4), None);
        assert_eq!(minutes(set.open()), [7]);
    }

    #[test]
    fn the_oldest_pane_makes_room_and_does_not_open_again() {
        let mut set = set(1000 * MINUTE, 2);
        for (time, placed) in [(5, Some(5)), (3, Some(3)), (8, Some(8)), (3, None), (4, Some(4))] {
            let found = place(&mut set, time, 0);
            // The pane of minute 4 is the oldest of three, so it becomes final at once.
            assert_eq!(found, placed.filter(|pane| *pane != 4), "{time}");
        }
        assert_eq!(minutes(set.take_final()), [3, 4]);
        assert_eq!(set.books.evicted, 2);
        assert_eq!(set.books.floor, Some(EventTime(5 * MINUTE)));
        assert_eq!(minutes(set.open()), [5, 8]);
    }

    #[test]
    fn panes_of_a_snapshot_are_open_again_with_their_floor() {
        let pane = |start: i64| TimeWindow {
            start: EventTime(start * MINUTE),
            end: EventTime((start + 1) * MINUTE),
        };
        let spec = WindowSpec::tumbling(MINUTE).expect("a window");
        let retention = Retention { retention: 2 * MINUTE, open_max: 100 };
        let floor = Some(EventTime(3 * MINUTE));
        let books = WindowBooks { floor, expired: 7, unplaced: 2, evicted: 1 };
        let open = [pane(5), pane(4)].into_iter();
        let mut set = WindowSet::new(spec, Tz::UTC, retention, books, open).expect("panes");
        assert_eq!(minutes(set.open()), [4, 5]);
        assert_eq!(place(&mut set, 2, 0), None, "the pane starts before the floor");
        assert_eq!(place(&mut set, 3, 0), Some(3));
        set.settle(Some(EventTime(7 * MINUTE)));
        assert_eq!(minutes(set.take_final()), [3, 4]);
        assert_eq!(set.books, books, "the caller counts what expires");
    }

    #[test]
    fn a_record_that_may_not_move_the_watermark_joins_a_pane_and_opens_none() {
        let mut set = set(2 * MINUTE, 2);
        assert_eq!(place_as(&mut set, 5, Placing::Joins, 0), Place::Unplaced);
        assert_eq!(place(&mut set, 5, 0), Some(5));
        assert_eq!(place_as(&mut set, 5, Placing::Joins, 0), Place::In(5));
        assert_eq!(place(&mut set, 6, 0), Some(6));
        // There is no room for a third pane, and none is needed.
        assert_eq!(place_as(&mut set, 5, Placing::Joins, 0), Place::In(5));
        assert_eq!(place_as(&mut set, 4_000_000, Placing::Joins, 0), Place::Unplaced);
        assert_eq!(place_as(&mut set, 6, Placing::Nowhere, 0), Place::Unplaced);
        assert_eq!((set.books, minutes(set.open())), (WindowBooks::default(), vec![5, 6]));
        assert_eq!(place_as(&mut set, 5, Placing::Joins, 8), Place::Expired);
        assert_eq!(place_as(&mut set, 3, Placing::Joins, 8), Place::Expired, "it was never open");
        assert_eq!(minutes(set.take_final()), [5]);
    }

    #[test]
    fn the_cumulative_window_has_no_panes() {
        let retention = Retention { retention: 0, open_max: 1 };
        let (books, open) = (WindowBooks::default(), std::iter::empty());
        assert!(WindowSet::new(WindowSpec::Cumulative, Tz::UTC, retention, books, open).is_none());
        assert!(Panes::new(WindowSpec::Cumulative, Tz::UTC).is_none());
    }

    #[test]
    fn before_the_first_watermark_nothing_is_final() {
        let mut set = set(0, 100);
        let placed = set.place(EventTime(i64::MIN / 2), Placing::Opens, None);
        assert!(placed.pane().is_some());
        set.settle(None);
        assert_eq!(set.take_final(), []);
    }
}
