//! States that are exported by differences, and become whole again.

use super::{Compacted, Metric, Running};

impl Metric {
    /// The same metric, whose states are exported by differences from so many `bytes` on; those that
    /// were restored at once.
    #[must_use]
    pub fn by_differences_from(mut self, bytes: usize) -> Self {
        self.differences_from = bytes;
        if let Some(Running { instance, partitions }) = &mut self.running
            && instance.merges_exactly()
        {
            let mut all = partitions.values_mut();
            if let Err(error) = all.try_for_each(|folding| folding.go_by_differences(instance)) {
                self.stop(&error, None);
            }
        }
        self
    }

    /// Whether accumulators of `partition` were exported with differences.
    pub fn has_differences(&self, partition: u32) -> bool {
        self.partitions.get(&partition).is_some_and(|exported| !exported.snapshot.is_whole())
    }

    /// Puts a whole accumulator in the place of what was exported of it, where that is still a part
    /// of what is exported.
    pub fn compact(&mut self, partition: u32, compacted: &Compacted) {
        let Some(running) = &mut self.running else { return };
        if let Some(folding) = running.partitions.get_mut(&partition) {
            folding.compact(compacted);
        }
    }
}
