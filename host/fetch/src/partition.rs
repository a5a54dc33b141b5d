//! Where reading is in one partition.

use std::time::{Instant, SystemTime};

use crate::cluster::Leader;
use crate::fault::BrokerFault;
use crate::trouble::PartitionTrouble;

/// A partition that is read.
pub(crate) struct Partition {
    pub(crate) number: u32,
    /// Tells it from the same partition that was read before and given away.
    pub(crate) session: u64,
    /// The offset up to which records were handed over.
    pub(crate) next: i64,
    /// The offset that is asked for next.
    pub(crate) fetch: i64,
    /// The first offset that is not handed over; `None` means no bound.
    pub(crate) stop: Option<i64>,
    /// Offsets that were passed and held no record.
    pub(crate) empty: u64,
    /// The last stable offset and the end of the log.
    pub(crate) end: Option<(i64, i64)>,
    pub(crate) leader: Option<Leader>,
    /// Since when nobody leads it.
    pub(crate) without_leader: Option<SystemTime>,
    /// The epoch of the last batch that came, or -1.
    pub(crate) last_epoch: i32,
    /// The number of the order that asks for it, and of the broker that has it.
    pub(crate) asked: Option<(i32, u64)>,
    /// It is not asked for before.
    pub(crate) wait_until: Option<Instant>,
    /// What a broker said instead of records.
    pub(crate) failure: Option<PartitionTrouble>,
    /// The place up to which reading was told, where no record stood before it.
    told: i64,
    /// Whether that place is to be told.
    is_place_new: bool,
}

impl Partition {
    pub(crate) fn new(number: u32, session: u64, next: i64, stop: Option<i64>) -> Self {
        Self {
            number,
            session,
            next,
            fetch: next,
            stop,
            empty: 0,
            end: None,
            leader: None,
            without_leader: None,
            last_epoch: -1,
            asked: None,
            wait_until: None,
            failure: None,
            told: -1,
            is_place_new: false,
        }
    }

    /// Moves past the record at `offset`. Whether it is to be handed over: a batch may begin before
    /// the place that was asked for, and end after the last offset that is wanted.
    #[inline]
    pub(crate) fn read(&mut self, offset: i64) -> bool {
        if offset < self.next {
            return false;
        }
        let is_wanted = self.stop.is_none_or(|stop| offset < stop);
        self.pass(offset);
        if is_wanted {
            self.next = offset + 1;
        }
        is_wanted
    }

    /// Moves to `offset`, before which there is no record that was not handed over.
    #[inline]
    pub(crate) fn pass(&mut self, offset: i64) {
        let offset = self.stop.map_or(offset, |stop| stop.min(offset));
        if offset > self.next {
            self.empty += (offset - self.next).unsigned_abs();
            self.next = offset;
        }
    }

    /// The answer to a fetch is read up to `offset`. Its place is told where the log ends there, or
    /// where no record stood before it.
    pub(crate) fn reach(&mut self, offset: i64) {
        let before = self.next;
        self.pass(offset);
        let is_at_end = self.end.is_some_and(|(stable, _)| self.next >= stable);
        if (is_at_end || self.next > before) && self.told != self.next {
            (self.told, self.is_place_new) = (self.next, true);
        }
    }

    /// Whether a place is to be told.
    pub(crate) fn has_place(&self) -> bool {
        self.is_place_new
    }

    /// The place that is to be told, once.
    pub(crate) fn take_place(&mut self) -> Option<i64> {
        std::mem::take(&mut self.is_place_new).then_some(self.next)
    }

    /// Whether a bounded read has all of its records.
    pub(crate) fn is_ended(&self) -> bool {
        self.stop.is_some_and(|stop| self.next >= stop)
    }

    /// Whether it can be asked for `now`.
    pub(crate) fn is_askable(&self, now: Instant) -> bool {
        self.asked.is_none()
            && self.stop.is_none_or(|stop| self.fetch < stop)
            && self.wait_until.is_none_or(|until| now >= until)
    }

    /// Keeps what is wrong, until records or an end come.
    pub(crate) fn fail(&mut self, fault: BrokerFault) {
        let since = self.failure.take().map_or_else(SystemTime::now, |before| before.since);
        self.failure = Some(PartitionTrouble { fault, since });
    }

    /// Reads again from the last place that was handed over.
    pub(crate) fn rewind(&mut self) {
        self.fetch = self.next;
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_read_from_the_wanted_offset_to_the_wanted_end() {
        let mut partition = Partition::new(3, 0, 12, Some(20));
        let read: Vec<i64> = (10..25).filter(|offset| partition.read(*offset)).collect();
        assert_eq!(read, (12..20).collect::<Vec<_>>());
        assert!(partition.is_ended());
        assert_eq!((partition.next, partition.empty), (20, 0));
    }

    #[test]
    fn offsets_without_a_record_are_counted() {
        let mut partition = Partition::new(0, 0, 0, None);
        for offset in [2, 3, 9] {
            assert!(partition.read(offset));
        }
        assert_eq!((partition.next, partition.empty), (10, 7));
        partition.reach(15);
        assert_eq!((partition.next, partition.empty), (15, 12));
    }

    #[test]
    fn a_place_is_told_at_the_end_of_the_log_and_where_it_held_nothing() {
        let mut partition = Partition::new(0, 0, 5, None);
        partition.end = Some((5, 5));
        partition.reach(5);
        assert_eq!((partition.take_place(), partition.take_place()), (Some(5), None));
        partition.reach(5);
        assert_eq!(partition.take_place(), None, "it was told");
        partition.end = Some((100, 100));
        assert!(partition.read(5));
        partition.reach(6);
        assert_eq!(partition.take_place(), None, "there is more, and a record stands before it");
        partition.reach(40);
        assert_eq!(partition.take_place(), Some(40), "nothing stood there");
    }
}
