//! The memory of batches that were handed on. Partitions take it from each other: a worker may have
//! many, and the memory of a full batch is a few mebibytes.

use streamgauge_core::RowBuffers;

/// The memory that no batch uses, in bytes; what is more goes back to the system.
const SPARE_BYTES_MAX: usize = 8 << 20;

/// See the head of this file.
#[derive(Default)]
pub(super) struct Spare {
    buffers: Vec<RowBuffers>,
    bytes: usize,
}

impl Spare {
    /// Keeps what a batch has left, unless there is enough.
    pub(super) fn put(&mut self, buffers: RowBuffers) {
        let bytes = buffers.bytes();
        if self.bytes + bytes <= SPARE_BYTES_MAX {
            self.bytes += bytes;
            self.buffers.push(buffers);
        }
    }

    /// What was left last: most of it is in the caches still.
    pub(super) fn take(&mut self) -> Option<RowBuffers> {
        let buffers = self.buffers.pop()?;
        self.bytes -= buffers.bytes();
        Some(buffers)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets all of it: batches have other columns from here on.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
