//! Where a consumer is in each of its partitions.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use crate::BrokerFault;
use crate::PartitionTrouble;

/// How long the first record of a partition that was assigned again may be waited for.
const FIRST_WITHIN: Duration = Duration::from_secs(10);

/// The place of reading in one partition.
pub(super) struct Position {
    /// The offset up to which the log is read.
    pub(super) next: i64,
    /// The first offset that is not handed over; `None` means no bound.
    pub(super) stop: Option<i64>,
    /// Offsets that were passed and held no record.
    pub(super) empty: u64,
    /// The end of the log was told, and nobody has taken note of it.
    is_end_new: bool,
    /// An error that neither a record nor an end has mended yet.
    failure: Option<PartitionTrouble>,
    /// The record that has to come first, and since when it is waited for.
    first: Option<(i64, Instant)>,
}

/// Positions by partition. Records of one partition mostly come in a row, so the last one that was
/// asked for is looked at first.
#[derive(Default)]
pub(super) struct Positions {
    all: Vec<(u32, Position)>,
    recent: usize,
    /// Of partitions that were revoked, the offsets of records that came and may have to come again.
    /// What librdkafka had fetched of a partition may still come once it is assigned again, after some
    /// of it was passed over: without the record that is known to be next, those before would be lost.
    left: BTreeMap<u32, Vec<i64>>,
    /// Whether an end is new in any partition.
    are_ends_new: bool,
    /// Whether any partition has failed.
    has_failed: bool,
}

impl Position {
    pub(super) fn new(next: i64, stop: Option<i64>) -> Self {
        Self { next, stop, empty: 0, is_end_new: false, failure: None, first: None }
    }

    /// Moves to `next`, past a log that holds nothing before `offset`.
    fn pass(&mut self, offset: i64, next: i64) {
        let offset = self.stop.map_or(offset, |stop| stop.min(offset));
        self.empty += u64::try_from(offset - self.next).unwrap_or(0);
        self.next = self.next.max(next);
    }
}

impl Positions {
    pub(super) fn add(&mut self, partition: u32, position: Position) {
        self.all.push((partition, position));
    }

    /// Adds a partition that may have been here before, from offset `next` on.
    pub(super) fn assign(&mut self, partition: u32, next: i64, stop: Option<i64>) {
        let left = self.left.remove(&partition).unwrap_or_default();
        let first = left.into_iter().filter(|offset| *offset >= next).min();
        let first = first.map(|first| (first, Instant::now()));
        self.add(partition, Position { first, ..Position::new(next, stop) });
    }

    /// Removes a partition. `handed` are the offsets that were handed over last: where it is assigned
    /// again, some of them may have to come again.
    pub(super) fn revoke(
        &mut self,
        partition: u32,
        handed: impl Iterator<Item = i64>,
    ) -> Option<Position> {
        let at = self.all.iter().position(|(number, _)| *number == partition)?;
        self.recent = 0;
        let position = self.all.remove(at).1;
        let first = position.first.map(|(first, _)| first);
        self.left.insert(partition, handed.chain(first).collect());
        Some(position)
    }

    /// That the record that has to come first of a partition does not come, in words.
    pub(super) fn waits_too_long(&self) -> Option<String> {
        self.all.iter().find_map(|(partition, position)| {
            let (first, since) = position.first?;
            let is_late = since.elapsed() > FIRST_WITHIN;
            is_late.then(|| format!("record {partition}@{first} does not come again"))
        })
    }

    pub(super) fn get_mut(&mut self, partition: u32) -> Option<&mut Position> {
        if self.all.get(self.recent).is_none_or(|(number, _)| *number != partition) {
            self.recent = self.all.iter().position(|(number, _)| *number == partition)?;
        }
        Some(&mut self.all[self.recent].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Position)> {
        self.all.iter().map(|(partition, position)| (*partition, position))
    }

    /// Moves past the record at `offset`. Whether the record is to be handed over.
    pub(super) fn read(&mut self, partition: u32, offset: i64) -> bool {
        let Some(position) = self.get_mut(partition) else {
            if let Some(left) = self.left.get_mut(&partition) {
                left.push(offset);
            }
            return false;
        };
        match position.first {
            // Fetched before the partition was revoked.
            Some((first, _)) if offset > first => return false,
            Some((first, _)) if offset == first => position.first = None,
            _ => {}
        }
        position.pass(offset, offset + 1);
        position.failure = None;
        position.stop.is_none_or(|stop| offset < stop)
    }

    /// Moves to the end of a log. The offsets since the last record held none.
    pub(super) fn end(&mut self, partition: u32, offset: i64) {
        let Some(position) = self.get_mut(partition) else { return };
        // The end that an earlier fetch came to.
        if position.first.is_some() {
            return;
        }
        position.pass(offset, offset);
        position.is_end_new = true;
        position.failure = None;
        self.are_ends_new = true;
    }

    /// Keeps an error until a record or an end comes.
    pub(super) fn fail(&mut self, partition: u32, fault: BrokerFault) {
        let Some(position) = self.get_mut(partition) else { return };
        let since = position.failure.take().map_or_else(SystemTime::now, |before| before.since);
        position.failure = Some(PartitionTrouble { fault, since });
        self.has_failed = true;
    }

    /// The error of a partition.
    pub(super) fn failure(&self, partition: u32) -> Option<&PartitionTrouble> {
        let found = self.all.iter().find(|(number, _)| *number == partition);
        found?.1.failure.as_ref()
    }

    /// Whether a partition may have failed.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// The partitions that failed, with the offsets up to which they are read.
    pub(super) fn failed(&mut self) -> impl Iterator<Item = (u32, i64)> {
        self.has_failed = self.all.iter().any(|(_, position)| position.failure.is_some());
        let failed = self.all.iter().filter(|(_, position)| position.failure.is_some());
        failed.map(|(partition, position)| (*partition, position.next))
    }

    /// How far the logs are read whose ends were told since the last call; of a bounded read never
    /// past its stop, because records past it are not handed over.
    pub(super) fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        if !std::mem::take(&mut self.are_ends_new) {
            return Vec::new();
        }
        let told = |(partition, position): &mut (u32, Position)| {
            let is_new = std::mem::take(&mut position.is_end_new);
            let read_to = position.stop.map_or(position.next, |stop| stop.min(position.next));
            is_new.then_some((*partition, read_to))
        };
        self.all.iter_mut().filter_map(told).collect()
    }

    /// Whether a bounded read has all of its records.
    pub(super) fn are_ended(&self) -> bool {
        let is_ended =
            |position: &Position| position.stop.is_some_and(|stop| position.next >= stop);
        !self.all.is_empty() && self.all.iter().all(|(_, position)| is_ended(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets that come of a partition in this order; those that are handed over.
    fn handed(positions: &mut Positions, offsets: impl IntoIterator<Item = i64>) -> Vec<i64> {
        offsets.into_iter().filter(|offset| positions.read(0, *offset)).collect()
    }

    #[test]
    fn what_was_fetched_before_a_partition_was_revoked_takes_no_records_place() {
        let mut positions = Positions::default();
        positions.add(0, Position::new(100, None));
        // A block went past the place at which it was to be held, 103.
        assert_eq!(handed(&mut positions, 100..106), (100..106).collect::<Vec<_>>());
        positions.revoke(0, 100..106);
        // Some of what was fetched comes while it is nobody's.
        assert!(handed(&mut positions, 106..110).is_empty());
        positions.assign(0, 103, None);
        // The rest of it, with the end that it came to, and then the new fetch.
        assert!(handed(&mut positions, 110..120).is_empty());
        positions.end(0, 120);
        assert_eq!(positions.take_read_to(), []);
        assert_eq!(handed(&mut positions, 103..120), (103..120).collect::<Vec<_>>());
        positions.end(0, 120);
        assert_eq!(positions.take_read_to(), [(0, 120)]);
    }

    #[test]
    fn a_partition_that_comes_back_twice_waits_for_the_same_record() {
        let mut positions = Positions::default();
        positions.add(0, Position::new(0, None));
        handed(&mut positions, 0..5);
        positions.revoke(0, 0..5);
        handed(&mut positions, [5, 8]);
        positions.assign(0, 5, None);
        assert!(handed(&mut positions, [9, 12]).is_empty());
        positions.revoke(0, std::iter::empty());
        // Of the fetch before: 7 is no record of this log.
        assert!(handed(&mut positions, [5, 6]).is_empty());
        positions.assign(0, 5, None);
        assert_eq!(handed(&mut positions, [8, 9, 5, 6, 8]), [5, 6, 8]);
        assert_eq!(positions.waits_too_long(), None);
        // Where nothing has come of it, nothing is known to be next.
        positions.revoke(0, std::iter::empty());
        positions.assign(0, 9, None);
        assert_eq!(handed(&mut positions, [12]), [12]);
    }

    #[test]
    fn an_end_moves_the_position_and_is_told_once() {
        let mut positions = Positions::default();
        positions.add(0, Position::new(5, None));
        positions.add(1, Position::new(0, Some(7)));
        assert!(positions.read(0, 9));
        assert_eq!(positions.take_read_to(), []);
        positions.end(0, 12);
        assert_eq!(positions.take_read_to(), [(0, 12)]);
        assert_eq!(positions.take_read_to(), []);
        // A record that came after the end was told is not covered by that end.
        positions.end(0, 12);
        assert!(positions.read(0, 12));
        assert_eq!(positions.take_read_to(), [(0, 13)]);
    }

    #[test]
    fn offsets_without_a_record_are_counted_once() {
        let mut positions = Positions::default();
        positions.add(0, Position::new(5, None));
        positions.add(1, Position::new(0, Some(7)));
        let empty = |positions: &mut Positions, partition| {
            positions.get_mut(partition).map(|position| position.empty)
        };
        for (offset, expected) in [(5, 0), (6, 0), (9, 2), (10, 2)] {
            positions.read(0, offset);
            assert_eq!(empty(&mut positions, 0), Some(expected), "{offset}");
        }
        // A marker at the end, told twice, and a record after it.
        positions.end(0, 12);
        positions.end(0, 12);
        positions.read(0, 12);
        assert_eq!(empty(&mut positions, 0), Some(3));
        // What is past the stop of a bounded read is not its own.
        positions.read(1, 4);
        positions.read(1, 30);
        positions.end(1, 40);
        assert_eq!(empty(&mut positions, 1), Some(6));
    }

    #[test]
    fn an_error_is_kept_until_a_record_or_an_end_comes() {
        let mut positions = Positions::default();
        positions.add(0, Position::new(5, None));
        positions.add(1, Position::new(7, None));
        assert!(!positions.has_failed());
        for partition in [0, 1, 9] {
            let (kind, broker) = (crate::FaultKind::TopicForbidden, String::new());
            let (reason, note) = (String::new(), String::new());
            positions.fail(partition, BrokerFault { kind, broker, reason, note });
        }
        assert_eq!(positions.failed().collect::<Vec<_>>(), [(0, 5), (1, 7)]);
        assert!(positions.read(0, 8));
        assert_eq!(positions.failed().collect::<Vec<_>>(), [(1, 7)]);
        assert!(positions.has_failed() && positions.failure(1).is_some());
        positions.end(1, 7);
        assert!(positions.failed().next().is_none() && !positions.has_failed());
    }

    #[test]
    fn a_bounded_read_ends_at_its_stop_and_tells_nothing_past_it() {
        let mut positions = Positions::default();
        positions.add(1, Position::new(0, Some(7)));
        assert!(positions.read(1, 4) && !positions.are_ended());
        // The last offsets before the stop hold no record, and what follows is not handed over.
        assert!(!positions.read(1, 8) && positions.are_ended());
        positions.end(1, 12);
        assert_eq!(positions.take_read_to(), [(1, 7)]);
    }

    #[test]
    fn a_bounded_read_is_over_where_every_partition_is() {
        for (next, stop, expected) in [
            (5, Some(5), true),
            (6, Some(5), true),
            (4, Some(5), false),
            (0, Some(0), true),
            (9, None, false),
        ] {
            let mut positions = Positions::default();
            positions.add(1, Position::new(next, stop));
            assert_eq!(positions.are_ended(), expected, "{next} {stop:?}");
        }
        let mut positions = Positions::default();
        assert!(!positions.are_ended(), "partitions may come");
        positions.add(0, Position::new(1, Some(1)));
        positions.add(1, Position::new(0, Some(1)));
        assert!(!positions.are_ended(), "all of them have to");
        // Markers and compacted records have offsets and never come.
        positions.end(1, 1);
        assert!(positions.are_ended());
    }

    #[test]
    fn a_position_is_found_whatever_was_asked_for_before_it() {
        let mut positions = Positions::default();
        for (partition, stop) in [(7, None), (3, Some(31)), (5, None)] {
            positions.add(partition, Position::new(i64::from(partition) * 10, stop));
        }
        let next =
            |positions: &mut Positions, partition| positions.get_mut(partition).map(|p| p.next);
        for partition in [3, 3, 7, 5, 7] {
            assert_eq!(next(&mut positions, partition), Some(i64::from(partition) * 10));
        }
        assert_eq!(next(&mut positions, 4), None);
        assert_eq!(next(&mut positions, 5), Some(50));
        // The last one is gone, and with it the place that was looked at last.
        assert_eq!(positions.revoke(5, std::iter::empty()).map(|p| p.next), Some(50));
        assert_eq!((next(&mut positions, 5), next(&mut positions, 3)), (None, Some(30)));
        assert_eq!(positions.revoke(7, std::iter::empty()).map(|p| p.stop), Some(None));
        assert_eq!(positions.revoke(3, std::iter::empty()).map(|p| p.stop), Some(Some(31)));
        assert!(
            positions.revoke(3, std::iter::empty()).is_none() && next(&mut positions, 3).is_none()
        );
    }
}
