//! Civil time by its definition. A civil day begins at the first instant that shows its date, or
//! a later one where the date is skipped, and ends where the next one begins. Clock changes need
//! no rule of their own: the clock of the zone is asked minute by minute.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeZone};
use chrono_tz::Tz;

/// Milliseconds of a second, a minute, and a day without a clock change.
const SECOND: i128 = 1000;
const MINUTE: i128 = 60 * SECOND;
pub(super) const DAY: i64 = 86_400_000;

/// Further from midnight in UTC than midnight in any zone ever was.
const SEARCH: i128 = 26 * 60 * MINUTE;

/// The years that have civil days; outside, a day is one of UTC.
const YEARS: std::ops::RangeInclusive<i32> = -9999..=9999;

/// Monday, 5 January 1970, in days since the Unix epoch.
const MONDAY: i64 = 4;

/// A half-open interval of event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first millisecond inside.
    pub start: i64,
    /// The first instant after the pane.
    pub end: i64,
}

/// The civil days of a zone. Days are counted from the Unix epoch.
pub(super) struct Calendar {
    zone: Tz,
    /// The start of each day that was asked for, so that a zone's clock is not asked twice.
    known: BTreeMap<i64, i128>,
}

impl Calendar {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, known: BTreeMap::new() }
    }

    /// The first instant of a date; `None` means that the calendar has no such date.
    pub(super) fn first_instant(&mut self, year: i32, month: u32, day: u32) -> Option<i64> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        let number = i64::from(date.to_epoch_days());
        // Event times are told by the clocks of the zone in every year.
        let in_civil_years = YEARS.contains(&year);
        Some(clamp(if in_civil_years { self.start_of(number) } else { self.first_showing(date) }))
    }

    /// The year that the clocks show at `time`.
    pub(super) fn year_at(&self, time: i64) -> Option<i32> {
        self.date_at(i128::from(time)).map(|date| date.year())
    }

    /// The pane of `size` that holds `time`.
    pub(super) fn pane(&mut self, size: i64, time: i64) -> Span {
        let day = self.day_of(time);
        if size < DAY {
            let (midnight, next) = (self.start_of(day), self.start_of(day + 1));
            let number = (i128::from(time) - midnight) / i128::from(size);
            let start = midnight + number * i128::from(size);
            return Span { start: clamp(start), end: clamp((start + i128::from(size)).min(next)) };
        }
        let days = size / DAY;
        let first = (day - MONDAY).div_euclid(days) * days + MONDAY;
        Span { start: clamp(self.start_of(first)), end: clamp(self.start_of(first + days)) }
    }

    /// The windows that hold `pane`, by start: each is `size ÷ pane` panes in a row, the first of
    /// which begins at a multiple of `slide`.
    pub(super) fn windows(&mut self, size: i64, slide: i64, pane: Span) -> Vec<Vec<Span>> {
        let pane_size = gcd(size, slide);
        let count = (size / pane_size) as usize;
        let mut row = vec![pane];
        while row.len() < count {
            row.insert(0, self.pane(pane_size, row[0].start - 1));
        }
        while row.len() < 2 * count - 1 {
            row.push(self.pane(pane_size, row[row.len() - 1].end));
        }
        let begins = |first: &&[Span]| self.begins(pane_size, slide, first[0]);
        row.windows(count).filter(begins).map(<[Span]>::to_vec).collect()
    }

    fn begins(&mut self, pane_size: i64, slide: i64, pane: Span) -> bool {
        let day = self.day_of(pane.start);
        if pane_size < DAY {
            return (i128::from(pane.start) - self.start_of(day)) % i128::from(slide) == 0;
        }
        let days = pane_size / DAY;
        let first = (day - MONDAY).div_euclid(days) * days;
        first.rem_euclid(slide / DAY) == 0
    }

    /// The last day that has begun at `time`.
    fn day_of(&mut self, time: i64) -> i64 {
        let mut day = time.div_euclid(DAY) + 1;
        while self.start_of(day) > i128::from(time) {
            day -= 1;
        }
        day
    }

    fn start_of(&mut self, day: i64) -> i128 {
        if let Some(start) = self.known.get(&day) {
            return *start;
        }
        let start = self.find_start(day);
        self.known.insert(day, start);
        start
    }

    fn find_start(&self, day: i64) -> i128 {
        let date = i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days);
        match date.filter(|date| YEARS.contains(&date.year())) {
            Some(date) => self.first_showing(date),
            None => i128::from(day) * i128::from(DAY),
        }
    }

    /// The first instant at which the clocks show `date`, or a later one.
    fn first_showing(&self, date: NaiveDate) -> i128 {
        let utc = i128::from(date.to_epoch_days()) * i128::from(DAY);
        let begun = |time: &i128| self.date_at(*time).is_some_and(|shown| shown >= date);
        let minutes = (utc - SEARCH..utc + SEARCH).step_by(MINUTE as usize);
        let minute = minutes.into_iter().find(begun).unwrap_or(utc);
        // Clocks change at whole seconds.
        (minute - MINUTE..minute).step_by(SECOND as usize).find(begun).unwrap_or(minute)
    }

    /// The date that the clocks show at `time`.
    fn date_at(&self, time: i128) -> Option<NaiveDate> {
        let shown = self.zone.timestamp_millis_opt(i64::try_from(time).ok()?).single()?;
        Some(shown.date_naive())
    }
}

/// The greatest common divisor: the size of the panes of a sliding window.
pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A time in 64 bits.
fn clamp(time: i128) -> i64 {
    time.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}
