//! What a worker spends its time on. Its loop is one thread, so the parts add up to the whole.

use std::time::Duration;

/// The parts of a worker's loop, in the order of [`Stage::ALL`].
pub type StageTimes = [Duration; 5];

/// One part of a worker's loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The source has nothing.
    Waiting,
    /// Records are taken over and decoded.
    Decode,
    /// The plugins fold rows.
    Plugins,
    /// States are published.
    Publish,
    /// So much waits for a checkpoint that nothing more is read.
    Blocked,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Decode, Self::Plugins, Self::Publish, Self::Blocked];
}
