//! How much rows may take that wait for their batches to fill, over all partitions of a worker.

use streamgauge_outbox::FlushCause;

use super::{AssignedPartition, Engine};

/// Records that the metrics do not have yet, in bytes over all partitions of the worker; where
/// there are more, the partition with most of them does not wait for its batch to fill.
const PENDING_BYTES_MAX: usize = 8 << 20;

/// The memory of batches that rows wait in, in bytes over all partitions of the worker; where it is
/// more, the largest ones do not wait to fill. Batches of five partitions are full within it.
const BUFFER_BYTES_MAX: usize = 16 << 20;

impl Engine {
    /// Hands the largest batches on where all of them together are too large.
    pub(super) fn bound_pending(&mut self) {
        self.bound(AssignedPartition::pending_bytes, PENDING_BYTES_MAX);
        self.bound(AssignedPartition::buffer_bytes, BUFFER_BYTES_MAX);
    }

    fn bound(&mut self, size: fn(&AssignedPartition) -> usize, max: usize) {
        while self.partitions.iter().map(size).sum::<usize>() > max {
            let largest = (0..self.partitions.len()).max_by_key(|i| size(&self.partitions[*i]));
            self.flush(largest.expect("a partition has what is pending"), FlushCause::Full);
        }
    }

    /// The memory of all batches, whether rows wait in it or not, in bytes.
    #[cfg(test)]
    pub(in crate::worker) fn buffer_bytes(&self) -> usize {
        let of_partitions = self.partitions.iter().map(AssignedPartition::buffer_bytes);
        of_partitions.sum::<usize>() + self.spare.bytes()
    }
}
