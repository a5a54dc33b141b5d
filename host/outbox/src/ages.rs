//! How old the first records of a run are against their stamps: whether `year = "current"` can be
//! right. Counted beside the state and never stored, as it only leads to a warning.

use streamgauge_core::{Millis, RecordBatch};

/// An event that is this much older than its record is not of the current season.
const OLD: Millis = 60 * 86_400_000;

/// Rows looked at in one partition; they tell enough.
const ROWS_MAX: u64 = 4096;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// Rows whose age was looked at.
    pub rows: u64,
    /// Rows whose event time is more than 60 days before their stamp.
    pub old: u64,
}

impl Ages {
    /// Looks at the rows of a batch, unless enough rows of its partition were looked at before.
    pub fn count(&mut self, batch: &RecordBatch) {
        if self.rows >= ROWS_MAX {
            return;
        }
        let times = batch.metas().iter().zip(batch.event_times());
        let is_old = |stamp: i64, time: i64| stamp.saturating_sub(time) > OLD;
        let stamped = times.filter_map(|(meta, time)| Some((meta.time.millis()?, *time)));
        let old = stamped.filter(|(stamp, time)| is_old(*stamp, *time)).count();
        self.rows += u64::from(batch.rows());
        self.old += old as u64;
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.old += other.old;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Record, batch, record};

    fn aged(stamp: i64, event_time: i64) -> Record {
        Record { stamp, event_time, ..record(0, b"") }
    }

    fn count(ages: &mut Ages, records: &[Record]) {
        ages.count(&batch(records));
    }

    #[test]
    fn an_event_is_old_when_it_is_more_than_sixty_days_before_its_stamp() {
        let days = |days: i64| days * 86_400_000;
        for (stamp, event_time, old) in [
            (days(60), 0, 0),
            (days(60) + 1, 0, 1),
            (0, days(400), 0),
            (0, -days(60) - 1, 1),
            (i64::MAX, i64::MIN, 1),
            (i64::MIN, i64::MAX, 0),
            // A record without a stamp is not old against it.
            (-1, -days(400), 0),
        ] {
            let mut ages = Ages::default();
            count(&mut ages, &[aged(stamp, event_time)]);
            assert_eq!(ages, Ages { rows: 1, old }, "{stamp} {event_time}");
        }
    }

    #[test]
    fn after_enough_rows_of_a_partition_no_batch_is_looked_at() {
        let mut ages = Ages { rows: ROWS_MAX - 1, old: 7 };
        let records = vec![aged(OLD + 1, 0); 3];
        count(&mut ages, &records);
        let enough = Ages { rows: ROWS_MAX + 2, old: 10 };
        assert_eq!(ages, enough, "a batch counts whole");
        count(&mut ages, &records);
        assert_eq!(ages, enough);
        let mut just_enough = Ages { rows: ROWS_MAX, old: 0 };
        count(&mut just_enough, &records);
        assert_eq!(just_enough.rows, ROWS_MAX);
        ages.merge(enough);
        assert_eq!(ages, Ages { rows: 2 * ROWS_MAX + 4, old: 20 }, "each partition has its own");
    }
}
