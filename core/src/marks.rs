//! The largest event time at some places of a log, so that a metric can begin or resume there with
//! the watermark that its partition had.
//!
//! A mark is kept after every so many records, at each gap, and where a state without marks was
//! taken over. There are at most [`MARKS_MAX`]: where there would be more, every second one goes,
//! and marks become half as dense from there on.

use std::sync::Arc;

use crate::gap::GAPS_MAX;
use crate::time::EventTime;

/// The most marks of one partition, besides one for each gap.
pub const MARKS_MAX: usize = 256;

/// The largest event time at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The number of gaps before the place: offsets alone are not unique.
    pub gaps: u32,
    /// The offset of the place.
    pub offset: i64,
    /// The largest event time of the records before the place that may move the watermark.
    pub max_event_time: Option<EventTime>,
    /// True where a gap ends or the first marks begin: the mark stays when others go.
    pub is_kept: bool,
}

/// The marks of one partition, in the order of the log. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// A mark comes after every 2^`step` records.
    step: u32,
    marks: Arc<Vec<Mark>>,
}

impl Marks {
    /// The marks as they are stored; `None` means that there are too many, or a step that no log
    /// reaches.
    pub fn from_parts(step: u32, marks: Vec<Mark>) -> Option<Self> {
        let is_bounded = step < u64::BITS && marks.len() <= MARKS_MAX + GAPS_MAX + 1;
        is_bounded.then(|| Self { step, marks: Arc::new(marks) })
    }

    /// The exponent of the distance between two marks, in records.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// The marks, in the order of the log.
    pub fn all(&self) -> &[Mark] {
        &self.marks
    }

    /// True if a mark is due after so many records.
    #[inline]
    pub fn is_due(&self, records: u64) -> bool {
        records & ((1 << self.step) - 1) == 0
    }

    /// Adds a mark behind the others.
    pub fn push(&mut self, mark: Mark) {
        let marks = Arc::make_mut(&mut self.marks);
        marks.push(mark);
        if marks.len() > MARKS_MAX && !mark.is_kept {
            self.step += 1;
            let mut stays = true;
            marks.retain(|mark| {
                stays ^= !mark.is_kept;
                mark.is_kept || stays
            });
        }
    }

    /// The last mark at or before `offset` in the log as it is after so many gaps.
    pub fn last_before(&self, gaps: u32, offset: i64) -> Option<Mark> {
        let at = self.marks.partition_point(|mark| (mark.gaps, mark.offset) <= (gaps, offset));
        let mark = self.marks[..at].last().copied()?;
        (mark.gaps == gaps).then_some(mark)
    }

    /// The first place from (`gaps`, `offset`) on at which the largest event time is known. Between
    /// two marks with the same time it is known everywhere.
    pub fn known_from(&self, gaps: u32, offset: i64) -> Option<Mark> {
        let at = self.marks.partition_point(|mark| (mark.gaps, mark.offset) < (gaps, offset));
        let next = *self.marks.get(at)?;
        let before = at.checked_sub(1).map(|before| self.marks[before]);
        let same = before.filter(|before| {
            before.gaps == next.gaps
                && next.gaps == gaps
                && before.max_event_time == next.max_event_time
        });
        Some(same.map_or(next, |before| Mark { offset, ..before }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn mark(gaps: u32, offset: i64, time: i64, is_kept: bool) -> Mark {
        Mark { gaps, offset, max_event_time: Some(EventTime(time)), is_kept }
    }

    #[test]
    fn marks_become_less_dense_and_those_of_gaps_stay() {
        let mut marks = Marks::default();
        for records in 1..=100_000_u64 {
            if records == 5 {
                marks.push(mark(1, 5, 5, true));
            }
            if marks.is_due(records) {
                marks.push(mark(1, records as i64, records as i64, false));
            }
            assert!(marks.all().len() <= MARKS_MAX + 1);
        }
        assert!(marks.all().len() > MARKS_MAX / 3, "{}", marks.all().len());
        assert!(marks.all().contains(&mark(1, 5, 5, true)));
        let offsets: Vec<i64> = marks.all().iter().map(|mark| mark.offset).collect();
        assert!(offsets.is_sorted());
        let distance = offsets.windows(2).map(|two| two[1] - two[0]).max();
        assert!(distance <= Some(2 << marks.step()), "{distance:?} at {}", marks.step());
    }

    #[test]
    fn a_time_is_known_at_a_mark_and_between_equal_ones() {
        let all = vec![mark(0, 10, 7, false), mark(0, 20, 7, false), mark(0, 30, 9, false)];
        let mut marks = Marks::default();
        for mark in all {
            marks.push(mark);
        }
        marks.push(mark(1, 3, 9, true));
        let known = |gaps, offset| marks.known_from(gaps, offset).map(|m| (m.gaps, m.offset));
        assert_eq!(known(0, 5), Some((0, 10)), "before the first one nothing is known");
        assert_eq!(known(0, 10), Some((0, 10)));
        assert_eq!(known(0, 15), Some((0, 15)), "it did not move between 10 and 20");
        assert_eq!(known(0, 25), Some((0, 30)), "it moved somewhere between 20 and 30");
        assert_eq!(known(0, 31), Some((1, 3)), "another log begins at the gap");
        assert_eq!(known(1, 3), Some((1, 3)));
        assert_eq!(known(1, 4), None);
    }

    proptest! {
        #[test]
        fn what_is_known_is_so(times in vec(0..3_i64, 1..600), from in 0..700_i64) {
            let mut marks = Marks::default();
            let mut largest = None;
            let mut at = vec![None];
            for (record, time) in (1_u64..).zip(&times) {
                largest = largest.max(Some(EventTime(*time)));
                at.push(largest);
                if marks.is_due(record) {
                    let offset = record as i64;
                    marks.push(Mark { gaps: 0, offset, max_event_time: largest, is_kept: false });
                }
            }
            if let Some(known) = marks.known_from(0, from) {
                prop_assert!(known.offset >= from);
                prop_assert_eq!(known.max_event_time, at[known.offset as usize]);
            }
        }
    }
}
