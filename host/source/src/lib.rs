//! Where records come from. A source belongs to one worker and hands over the records of the
//! partitions that it was given, each with its offset and stamp; it decides nothing about them.
//!
//! May know: core, settings, Kafka's client.
//! Must not know: how records are decoded, workers, plugins, state.

pub mod file;
mod gap;
pub mod generator;
mod health;
pub mod kafka;
mod log;
pub mod models;
mod outside;
mod sparing;
#[cfg(test)]
mod tests;

use std::time::Duration;

use streamgauge_core::{BlockLimits, Fetched, FileMark, LogEnd, ReadFrom};
use streamgauge_kafka::{BrokerError, BrokerFault};
use thiserror::Error;

pub use gap::{FileGap, LogGap};
pub use health::SourceHealth;
pub use log::{Log, Span};
pub use outside::{LatencyFrom, LogGuard, OffsetCommitter};
pub use sparing::Sparing;

/// What is missing outside; a retry may find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No broker gives an answer.
    Brokers,
    /// The brokers have no such topic.
    Topic,
    /// The topic has no partition that can be read.
    Partitions,
    /// There is no such file.
    File,
    /// The file has no first line yet, which would tell its columns.
    FirstLine,
}

/// Why a source cannot go on.
#[derive(Debug, Error)]
pub enum SourceError {
    /// Something outside failed for now; a retry may help.
    #[error("{message}")]
    Unavailable {
        /// The thing that is not there.
        missing: Missing,
        /// What happened, complete by itself.
        message: String,
    },
    /// The brokers cannot be asked, or do not let this user; a retry may help.
    #[error("{0}")]
    Broker(BrokerFault),
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
        /// What happened, complete by itself.
        message: String,
    },
}

impl SourceError {
    /// True if a retry may help.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Broker(_))
    }
}

impl From<BrokerError> for SourceError {
    fn from(error: BrokerError) -> Self {
        use streamgauge_kafka::Missing as Of;
        match error {
            BrokerError::Unavailable { missing, message } => {
                let missing = match missing {
                    Of::Brokers => Missing::Brokers,
                    Of::Topic => Missing::Topic,
                    Of::Partitions => Missing::Partitions,
                };
                Self::Unavailable { missing, message }
            }
            BrokerError::Fault(fault) => Self::Broker(fault),
            BrokerError::Moved { message } => Self::Moved { message },
            refused @ (BrokerError::Refused(_) | BrokerError::Unfetchable(_)) => {
                Self::Failed { message: refused.to_string() }
            }
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

    /// The offsets up to which partitions are read, where a log held no record up to there; of each
    /// partition the last one since the last call. No record of a block before stands past them.
    fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        Vec::new()
    }

    /// The marks by which the files of partitions are found again; of each partition the last one
    /// since the last call. Each stands in what was handed over.
    fn take_marks(&mut self) -> Vec<(u32, FileMark)> {
        Vec::new()
    }

    /// The ends of the partitions' logs; cheap enough to be asked several times a second.
    fn log_ends(&mut self) -> Vec<LogEnd>;

    /// Records fetched but not handed over yet, where the source has such a queue.
    fn queue_depth(&self) -> usize {
        0
    }
}
