//! The keys with the most events, without the table of all.

use super::{Counter, Key};
use crate::{Largest, Table};

/// The fewest entries among which the largest are chosen at a time.
const ROOM_MIN: usize = 256;

impl<K: Key> Counter<K> {
    /// The `rows` keys of the first counter with the most events, equal ones by their text, with the
    /// counts that all counters have of them, as [`Metric::largest`](crate::Metric::largest) gives
    /// them beside [`table`](Self::table). `None` means that the first counter has no more keys.
    ///
    /// Costs one look at each count, and nothing for keys that are left out.
    ///
    /// ```
    /// use streamgauge_sdk::Counter;
    ///
    /// let [mut all, mut late] = [Counter::<u32>::default(), Counter::default()];
    /// for (key, events) in [(1, 5), (2, 7), (3, 1)] {
    ///     all.record(&key, events);
    /// }
    /// late.record(&1, 2);
    /// let largest = Counter::largest(&[&all, &late], 1).expect("one of three keys");
    /// assert_eq!(largest.tables()[0].cells(), [["2", "7"]]);
    /// assert_eq!(largest.left_out(), 2);
    /// assert_eq!(largest.sums()[0].cells(), [["null", "6"]]);
    /// assert_eq!(largest.sums()[1].cells(), [["null", "2"]]);
    /// ```
    pub fn largest(counters: &[&Self], rows: usize) -> Option<Largest> {
        let first = counters.first().filter(|first| first.counts.len() > rows)?;
        let kept = first.most_frequent(rows);
        let left_out = (first.counts.len() - kept.len()) as u64;
        counters.iter().try_fold(Largest::new(left_out), |largest, counter| {
            // More than a result can hold is for the whole result to tell. No count is above the total.
            let all = i64::try_from(counter.total).ok()?;
            let count = |key| counter.counts.get(key).map(|count| *count as i64);
            let own: Vec<(&K, i64)> =
                kept.iter().filter_map(|(key, _)| Some((*key, count(*key)?))).collect();
            let others = all - own.iter().map(|(_, count)| count).sum::<i64>();
            let table = Table::default().text(own.iter().map(|(key, _)| key.show()));
            let table = table.integers(own.iter().map(|(_, count)| *count));
            Some(largest.table(table, Table::default().optional_text([None]).integers([others])))
        })
    }

    /// At most `rows` keys, those with the most events, in any order.
    fn most_frequent(&self, rows: usize) -> Vec<(&K, u64)> {
        if rows == 0 {
            return Vec::new();
        }
        let before =
            |a: &(&K, u64), b: &(&K, u64)| b.1.cmp(&a.1).then_with(|| a.0.show().cmp(&b.0.show()));
        let full = rows.saturating_mul(2).max(ROOM_MIN);
        let mut found: Vec<(&K, u64)> = Vec::new();
        // The last of the largest so far: what comes behind it is none of them.
        let mut last: Option<(&K, u64)> = None;
        for (key, count) in &self.counts {
            let entry = (key, *count);
            if last.is_some_and(|last| before(&entry, &last).is_gt()) {
                continue;
            }
            found.push(entry);
            if found.len() == full {
                let (_, place, _) = found.select_nth_unstable_by(rows - 1, before);
                last = Some(*place);
                found.truncate(rows);
            }
        }
        if found.len() > rows {
            found.select_nth_unstable_by(rows - 1, before);
            found.truncate(rows);
        }
        found
    }
}
