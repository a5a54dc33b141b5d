//! The largest delay of late records by publication, so that each reader learns the largest one
//! since it looked last, and readers do not take it from each other.

use std::collections::VecDeque;

use streamgauge_core::Millis;

/// Publications with a late record that are told apart, about half a minute of them.
const KEPT_MAX: usize = 256;

/// The largest delay of each of the last publications. Where there are more than are kept, the two
/// oldest become one: a reader that comes late may then learn of a delay again, but misses none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DelayPeaks {
    /// Number of the publication and delay, the oldest first.
    peaks: VecDeque<(u64, Millis)>,
}

impl DelayPeaks {
    /// Adds the largest delay that publication `number` has told; 0 means that nothing was late.
    pub fn add(&mut self, number: u64, delay: Millis) {
        if delay <= 0 {
            return;
        }
        self.peaks.push_back((number, delay));
        if self.peaks.len() > KEPT_MAX
            && let Some((_, oldest)) = self.peaks.pop_front()
            && let Some((_, next)) = self.peaks.front_mut()
        {
            *next = oldest.max(*next);
        }
    }

    /// The largest delay that was told after publication `seen`; 0 without any.
    pub fn since(&self, seen: u64) -> Millis {
        let new = self.peaks.iter().rev().take_while(|(number, _)| *number > seen);
        new.map(|(_, delay)| *delay).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_reader_learns_what_is_new_to_it() {
        let mut peaks = DelayPeaks::default();
        assert_eq!(peaks.since(0), 0);
        for (number, delay) in [(1, 50), (2, 0), (3, 20), (5, 30)] {
            peaks.add(number, delay);
        }
        let found = [0, 1, 2, 3, 4, 5].map(|seen| peaks.since(seen));
        assert_eq!(found, [50, 30, 30, 30, 30, 0]);
    }

    #[test]
    fn a_reader_that_comes_late_misses_none() {
        let mut peaks = DelayPeaks::default();
        peaks.add(1, 1_000_000);
        (2..=1000).for_each(|number| peaks.add(number, 1));
        assert_eq!(peaks.peaks.len(), KEPT_MAX);
        assert_eq!(peaks.since(1), 1_000_000);
        assert_eq!(peaks.since(999), 1);
    }

    #[test]
    fn the_peaks_that_are_kept_are_told_exactly() {
        let mut peaks = DelayPeaks::default();
        let last = KEPT_MAX as u64;
        // The delays fall, so the largest one since any publication is that of the next one.
        (1..=last).for_each(|number| peaks.add(number, 10_000 - number as i64));
        assert_eq!((peaks.since(0), peaks.since(1), peaks.since(last - 1)), (9999, 9998, 9744));
        peaks.add(last + 1, 1);
        assert_eq!(peaks.since(1), 9999, "the two oldest became one");
        assert_eq!(peaks.since(2), 9997, "and the next one is apart");
    }

    #[test]
    fn publications_without_a_late_record_take_no_place() {
        let mut peaks = DelayPeaks::default();
        (1..=4).for_each(|number| peaks.add(number, 100 - number as i64));
        (5..=1000).for_each(|number| peaks.add(number, 0));
        assert_eq!([0, 1, 2, 3, 4].map(|seen| peaks.since(seen)), [99, 98, 97, 96, 0]);
    }

    proptest! {
        #[test]
        fn a_reader_misses_nothing_and_is_told_nothing_that_was_not(
            delays in vec(-5..1000_i64, 0..600),
            seen in 0..700_usize,
        ) {
            let mut peaks = DelayPeaks::default();
            (1..).zip(&delays).for_each(|(number, delay)| peaks.add(number, *delay));
            let found = peaks.since(seen as u64);
            let exact = delays.iter().skip(seen).copied().max().unwrap_or(0).max(0);
            prop_assert!(found >= exact, "{found} hides {exact}");
            prop_assert!(found == 0 || delays.contains(&found), "{found} was never told");
            if delays.len().saturating_sub(seen) < KEPT_MAX {
                prop_assert_eq!(found, exact);
            }
        }
    }
}
