//! Panes from their opening to their end.

use chrono_tz::Tz;

use super::at;
use crate::semantics::civil::Calendar;
use crate::semantics::histogram::{Histogram, bucket};
use crate::semantics::verdict::Outside;
use crate::semantics::windows::{Pane, Placement, Windows};

const MINUTE: i64 = 60_000;

const EXPIRED: Option<Outside> = Some(Outside::Expired);
const UNPLACED: Option<Outside> = Some(Outside::Unplaced);

/// One-minute panes, with times in minutes.
struct Minutes {
    windows: Windows<()>,
    calendar: Calendar,
}

impl Minutes {
    fn new(retention: i64, open_max: usize) -> Self {
        let windows = Windows::new(MINUTE, MINUTE, retention * MINUTE, open_max);
        Self { windows, calendar: Calendar::new(Tz::UTC) }
    }

    fn place(&mut self, minute: i64, watermark: Option<i64>) -> Placement<()> {
        self.place_as(minute, true, watermark)
    }

    fn place_as(&mut self, minute: i64, may_open: bool, watermark: Option<i64>) -> Placement<()> {
        let watermark = watermark.map(|watermark| watermark * MINUTE);
        self.windows.place(&mut self.calendar, minute * MINUTE + 1, may_open, watermark)
    }

    fn settle(&mut self, watermark: i64) -> Vec<i64> {
        minutes(self.windows.settle(Some(watermark * MINUTE)))
    }

    fn open(&self) -> Vec<i64> {
        self.windows.open.keys().map(|start| start / MINUTE).collect()
    }
}

fn minutes(panes: impl IntoIterator<Item = Pane<()>>) -> Vec<i64> {
    panes.into_iter().map(|pane| pane.span.start / MINUTE).collect()
}

#[test]
fn a_pane_is_final_when_the_watermark_is_past_its_end_and_the_retention() {
    let mut panes = Minutes::new(2, 100);
    assert!(panes.place(0, None).opened);
    assert!(!panes.place(0, None).opened);
    panes.place(7, Some(-5));
    assert!(panes.settle(2).is_empty());
    let still = panes.place(0, Some(2));
    assert_eq!((still.outside, still.correction), (None, true));
    assert_eq!(panes.settle(3), [0]);
    assert_eq!(panes.place(0, Some(3)).outside, EXPIRED);
    // One that was never open is expired all the same.
    assert_eq!(panes.place(1, Some(4)).outside, EXPIRED);
    assert_eq!(panes.open(), [7]);
}

#[test]
fn a_record_at_the_watermark_corrects_the_pane_that_ends_there() {
    let mut panes = Minutes::new(10, 100);
    assert!(!panes.place(4, Some(4)).correction);
    assert!(panes.place(4, Some(5)).correction);
}

#[test]
fn those_that_become_final_together_do_so_by_start() {
    let mut panes = Minutes::new(0, 100);
    for minute in [9, 3, 5] {
        panes.place(minute, None);
    }
    assert_eq!(panes.settle(100), [3, 5, 9]);
}

#[test]
fn the_oldest_pane_makes_room_and_stays_final() {
    let mut panes = Minutes::new(1000, 2);
    assert_eq!(panes.place(5, Some(0)).evicted, None);
    assert_eq!(panes.place(3, Some(0)).evicted, None);
    assert_eq!(minutes(panes.place(8, Some(0)).evicted), [3]);
    assert_eq!(panes.windows.floor, Some(4 * MINUTE));
    assert_eq!(panes.place(3, Some(0)).outside, EXPIRED);
    // The oldest of three panes at once becomes final as soon as its record is placed.
    let own = panes.place(4, Some(0));
    assert_eq!((own.outside, own.opened, minutes(own.evicted)), (EXPIRED, true, vec![4]));
    assert_eq!((panes.windows.floor, panes.windows.evicted), (Some(5 * MINUTE), 2));
    assert_eq!(panes.open(), [5, 8]);
}

#[test]
fn a_record_that_may_open_no_pane_joins_one_that_is_open() {
    let mut panes = Minutes::new(2, 1);
    assert_eq!(panes.place_as(5, false, Some(0)).outside, UNPLACED);
    assert!(panes.open().is_empty());
    panes.place(5, Some(0));
    let joined = panes.place_as(5, false, Some(0));
    assert_eq!((joined.outside, joined.opened), (None, false));
    let far = panes.place_as(9_000_000, false, Some(0));
    assert_eq!((far.outside, far.evicted, panes.open()), (UNPLACED, None, vec![5]));
    assert_eq!(panes.place_as(5, false, Some(8)).outside, EXPIRED);
}

#[test]
fn without_a_watermark_nothing_is_final() {
    let mut panes = Minutes::new(0, 100);
    assert_eq!(panes.place(-50_000_000, None).outside, None);
    assert!(panes.windows.settle(None).is_empty());
}

#[test]
fn a_day_of_23_hours_is_final_an_hour_earlier() {
    let day = 86_400_000;
    let mut days = Windows::<()>::new(day, day, 0, 100);
    let mut calendar = Calendar::new(chrono_tz::Europe::Berlin);
    days.place(&mut calendar, at("2026-03-29T12:00:00+02:00"), true, None);
    assert!(days.settle(Some(at("2026-03-29T23:59:59+02:00"))).is_empty());
    assert_eq!(days.settle(Some(at("2026-03-30T00:00:00+02:00"))).len(), 1);
}

#[test]
fn buckets_are_cut_as_the_page_says() {
    let edges = [
        (0, 0),
        (7, 7),
        (8, 8),
        (15, 15),
        (16, 16),
        (17, 16),
        (18, 17),
        (31, 23),
        (32, 24),
        (35, 24),
        (36, 25),
        (1000, 63),
        (1023, 63),
        (1024, 64),
        (u64::MAX >> 1, 487),
        (u64::MAX, 495),
    ];
    for (value, expected) in edges {
        assert_eq!(bucket(value), expected, "{value}");
    }
}

#[test]
fn the_bound_for_a_share_is_the_largest_value_of_a_bucket() {
    let mut histogram = Histogram::default();
    assert_eq!(histogram.bound_for(999), None);
    for _ in 0..998 {
        histogram.count(0);
    }
    histogram.count(1000);
    assert_eq!(histogram.bound_for(999), Some(1023));
    assert_eq!(histogram.bound_for(998), Some(0));
    histogram.count(1100);
    assert_eq!(histogram.bound_for(1000), Some(1151));
}
