//! Where state outlives the process. One trait, so that the engine does not know whether a
//! checkpoint is a transaction in a local file or something else; one snapshot format for all.

mod embedded;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use streamgauge_core::{FinalPane, PartitionSnapshot, SnapshotError};
use thiserror::Error;

pub use embedded::EmbeddedStore;

/// All that is stored at once.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// The settings that the state depends on, by key.
    pub settings: BTreeMap<String, String>,
    /// Every partition's state.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// Panes that became final since the checkpoint before; loading gives none.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// How long the dead-letter file is, in bytes, with every letter of this state in it.
    pub dead_letter_bytes: u64,
    /// How many dead letters have been written out so far.
    pub dead_letters: u64,
    /// How long the file of late records is, in bytes, with every late record of this state in it.
    pub late_output_bytes: u64,
    /// How many late records have been written out so far.
    pub late_output_records: u64,
}

/// Why state could not be read or written.
#[derive(Debug, Error)]
pub enum StateError {
    /// Another process has it open.
    #[error("state {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The store failed.
    #[error("state {} failed: {reason}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What the store says.
        reason: String,
    },
    /// A partition's snapshot cannot be read.
    #[error("state {} holds an unreadable snapshot of partition {partition}: {error}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// Which partition.
        partition: u32,
        /// What is wrong with it.
        error: SnapshotError,
    },
}

impl StateError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::InUse(_) => {
                "end the other `streamgauge run`, or give this one another state folder"
            }
            Self::Store { .. } => "check that the folder is writable and the disk has room",
            Self::Snapshot { .. } => {
                "recompute it with `streamgauge run --rebuild`, or start afresh with `streamgauge state reset`"
            }
        }
    }
}

/// Keeps the latest checkpoint.
pub trait StateStore: Send {
    /// The latest checkpoint, if there is one.
    ///
    /// # Errors
    /// The store failed or what it holds is unreadable.
    fn load(&self) -> Result<Option<Checkpoint>, StateError>;

    /// Replaces the latest checkpoint, all or nothing, and returns only when it would survive a
    /// power cut. Returns its size in bytes.
    ///
    /// # Errors
    /// The store failed; the former checkpoint stays.
    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError>;
}
