//! Where a consumer is in each of its partitions.

use std::time::SystemTime;

use crate::BrokerFault;
use crate::trouble::PartitionTrouble;

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
}

/// Positions by partition. Records of one partition mostly come in a row, so the last one that was
/// asked for is looked at first.
#[derive(Default)]
pub(super) struct Positions {
    all: Vec<(u32, Position)>,
    recent: usize,
    /// Whether an end is new in any partition.
    are_ends_new: bool,
    /// Whether any partition has failed.
    has_failed: bool,
}

impl Position {
    pub(super) fn new(next: i64, stop: Option<i64>) -> Self {
        Self { next, stop, empty: 0, is_end_new: false, failure: None }
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

    pub(super) fn remove(&mut self, partition: u32) -> Option<Position> {
        let at = self.all.iter().position(|(number, _)| *number == partition)?;
        self.recent = 0;
        Some(self.all.remove(at).1)
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
        let Some(position) = self.get_mut(partition) else { return false };
        position.pass(offset, offset + 1);
        position.failure = None;
        position.stop.is_none_or(|stop| offset < stop)
    }

    /// Moves to the end of a log. The offsets since the last record held none.
    pub(super) fn end(&mut self, partition: u32, offset: i64) {
        let Some(position) = self.get_mut(partition) else { return };
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
        assert_eq!(positions.remove(5).map(|p| p.next), Some(50));
        assert_eq!((next(&mut positions, 5), next(&mut positions, 3)), (None, Some(30)));
        assert_eq!(positions.remove(7).map(|p| p.stop), Some(None));
        assert_eq!(positions.remove(3).map(|p| p.stop), Some(Some(31)));
        assert!(positions.remove(3).is_none() && next(&mut positions, 3).is_none());
    }
}
