//! Which batches belong to transactions that were aborted.
//!
//! With an answer, a broker lists the aborted transactions that have records in it, each by its
//! producer and its first offset. A producer has one transaction at a time, so from that offset on
//! its batches are aborted until its next marker.

use std::collections::BTreeSet;

use super::header::Header;

/// The aborted transactions of one answer and one partition.
#[derive(Debug, Default)]
pub(crate) struct Aborted {
    /// First offset and producer, the latest first.
    coming: Vec<(i64, i64)>,
    /// The producers whose transaction has begun.
    open: BTreeSet<i64>,
}

impl Aborted {
    /// Takes first offsets and producers in any order.
    pub(crate) fn new(listed: impl Iterator<Item = (i64, i64)>) -> Self {
        let mut coming: Vec<_> = listed.collect();
        coming.sort_unstable_by(|one, other| other.cmp(one));
        Self { coming, open: BTreeSet::new() }
    }

    /// Whether a batch holds records that readers get. Batches come in the order of the log.
    pub(crate) fn is_for_readers(&mut self, batch: &Header) -> bool {
        while let Some((_, producer)) = self.coming.pop_if(|next| next.0 <= batch.last_offset) {
            self.open.insert(producer);
        }
        if batch.is_control {
            self.open.remove(&batch.producer);
            return false;
        }
        !(batch.is_transactional && self.open.contains(&batch.producer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::BatchMaker;

    #[test]
    fn a_producer_is_aborted_from_its_first_offset_to_its_next_marker() {
        let mut aborted = Aborted::new([(40, 8), (10, 7), (30, 7)].into_iter());
        let mut is_read = |first_offset, producer, is_transactional, is_control| {
            let made = BatchMaker {
                first_offset,
                producer,
                is_transactional,
                is_control,
                ..BatchMaker::default()
            };
            let bytes = made.with(&[Some(b"x")]);
            aborted.is_for_readers(&Header::read(&bytes).expect("it is whole"))
        };
        assert!(is_read(5, 7, true, false), "before the transaction");
        assert!(!is_read(10, 7, true, false), "its first batch");
        assert!(is_read(11, 8, true, false), "another producer's");
        assert!(is_read(12, 7, false, false), "a batch of no transaction");
        assert!(!is_read(13, 7, true, false), "its second batch");
        assert!(!is_read(14, 7, true, true), "its marker");
        assert!(is_read(20, 7, true, false), "the next transaction");
        assert!(!is_read(21, 7, true, true), "a marker is never a record");
        assert!(!is_read(30, 7, true, false), "aborted again");
        assert!(!is_read(40, 8, true, false) && !is_read(41, 7, true, true));
        assert!(is_read(42, 7, true, false) && !is_read(43, 8, true, false));
    }
}
