//! Where records come from. A source belongs to one worker and hands over the records of the
//! partitions that it was given, each with its offset and stamp; it decides nothing about them.

pub mod file;
mod gap;
pub mod generator;
pub mod kafka;

use std::time::Duration;

use streamgauge_core::{Block, BlockLimits};
use thiserror::Error;

pub use gap::LogGap;

/// What a call of [`Source::next_block`] came to.
#[derive(Clone, Copy, Debug)]
pub enum Fetched<'a> {
    /// At least one record.
    Records {
        /// The records, in the source's own memory until the next call.
        block: Block<'a>,
        /// Whether the next call should wait.
        supply: Supply,
    },
    /// No record came within the timeout; there may be some later.
    Nothing,
    /// A bounded source has handed over everything.
    Ended,
}

/// Whether a source has more at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// It may: the next call finds out without waiting.
    More,
    /// It has nothing more for now.
    Drained,
}

/// The end of a partition's log as far as the source knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// The partition's number.
    pub partition: u32,
    /// The offset after its last record; none where there is no end or it is not known.
    pub end: Option<i64>,
}

/// Where reading of a partition begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFrom {
    /// The offset of the first record.
    pub offset: i64,
    /// As [`RecordMeta::cursor`](streamgauge_core::RecordMeta) of the record before it.
    pub cursor: u64,
    /// The first offset that is not read; `None` means no bound.
    pub stop: Option<i64>,
}

/// Why a source cannot go on.
#[derive(Debug, Error)]
pub enum SourceError {
    /// Something outside failed for now; a retry may help.
    #[error("{message}")]
    Unavailable {
        /// A stable name, as in docs/wire.md under causes.
        code: &'static str,
        /// What happened, complete by itself.
        message: String,
    },
    /// The log does not go on where the state does. Never a silent reset.
    #[error("{0}")]
    Gap(LogGap),
    /// The log moved while it was read; what happened is found when it is opened again.
    #[error("{message}")]
    Moved {
        /// What happened, complete by itself.
        message: String,
    },
    /// A retry does not help.
    #[error("{message}")]
    Failed {
        /// A stable name, as in docs/wire.md under causes.
        code: &'static str,
        /// What happened, complete by itself.
        message: String,
    },
}

impl SourceError {
    /// The stable name, as in docs/wire.md under causes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { code, .. } | Self::Failed { code, .. } => code,
            Self::Gap(gap) => gap.gap.kind.name(),
            Self::Moved { .. } => "log_moved",
        }
    }
}

/// Hands over records. Called from one thread only.
pub trait Source: Send {
    /// The next records, no more than `limits` allow, waiting no longer than `timeout` for the
    /// first one. Records of one partition come in the order of their offsets.
    ///
    /// # Errors
    /// The source cannot continue; what was handed over before counts.
    fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError>;

    /// Reads another partition from the next block on.
    ///
    /// # Errors
    /// The source cannot do that, or not now.
    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError>;

    /// Does not read a partition any more: no later block holds a record of it. Returns the offset
    /// up to which it was to be read.
    ///
    /// # Errors
    /// The source cannot do that.
    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError>;

    /// The ends of the partitions' logs; cheap enough to be asked several times a second.
    fn log_ends(&mut self) -> Vec<LogEnd>;

    /// What keeps records from coming, if something does and may pass.
    fn trouble(&self) -> Option<&str> {
        None
    }

    /// Records fetched but not handed over yet, where the source has such a queue.
    fn queue_depth(&self) -> usize {
        0
    }
}
