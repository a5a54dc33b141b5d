//! The bytes that the snapshots of a metric may take together: each is held until it is stored.

use streamgauge_plugin::CallError;

/// What is left of `snapshot_max`.
pub(super) struct Room {
    max: usize,
    taken: usize,
}

impl Room {
    /// Room for `max` bytes, of which `taken` are taken.
    pub(super) fn new(max: usize, taken: usize) -> Self {
        Self { max, taken }
    }

    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Whether there is room for `bytes` more.
    pub(super) fn has(&self, bytes: usize) -> bool {
        self.taken.saturating_add(bytes) <= self.max
    }

    /// Takes the room of one snapshot.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), CallError> {
        self.taken = self.taken.saturating_add(bytes);
        let (bytes, max) = (self.taken, self.max);
        if bytes > max { Err(CallError::SnapshotLimit { bytes, max }) } else { Ok(()) }
    }
}
