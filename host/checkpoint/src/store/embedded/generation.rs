//! The checkpoints of a file: what is known of each from outside, and each as a whole.

use std::path::Path;
use std::sync::Arc;

use streamgauge_core::{PartitionSnapshot, SnapshotError};

use super::tables::{Failed, Reading};
use super::{parts, stopped};
use crate::store::header::Header;
use crate::store::{Checkpoint, Covers, StateError};

/// A stored checkpoint, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The number of the generation, larger for a newer one.
    pub number: u64,
    /// The time of the checkpoint, in milliseconds since the Unix epoch.
    pub created: i64,
    /// The size of the checkpoint in bytes.
    pub bytes: u64,
    /// What the checkpoint covers; `None` means that this cannot be read.
    pub covers: Option<Covers>,
    /// The damage of the checkpoint; `None` means an intact checkpoint.
    pub damage: Option<String>,
}

/// The damaged part of a checkpoint, with the error.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {error}")]
pub(super) struct Damage {
    pub(super) what: String,
    pub(super) error: SnapshotError,
}

impl Damage {
    pub(super) fn into_error(
        self,
        path: &Path,
        generation: u64,
        former: Option<u64>,
    ) -> StateError {
        let Self { what, error } = self;
        StateError::Damaged { path: path.to_owned(), generation, what, error, former }
    }
}

/// Puts what is stored apart into a snapshot.
pub(super) fn put_back(
    reading: &Reading,
    header: &Header,
    snapshot: &mut PartitionSnapshot,
) -> Result<Result<(), SnapshotError>, Failed> {
    match parts::restore(reading, header, snapshot)? {
        Ok(()) => stopped::restore(reading, header, snapshot),
        damaged => Ok(damaged),
    }
}

/// A stored checkpoint; the inner error is the checkpoint's damage.
pub(super) fn checkpoint(
    reading: &Reading,
    generation: u64,
) -> Result<Result<Checkpoint, Damage>, Failed> {
    let (_, header) = reading.header(generation)?;
    let header = match header {
        Ok(header) => header,
        Err(error) => return Ok(Err(Damage { what: "its head".to_owned(), error })),
    };
    let mut partitions = Vec::new();
    for &partition in header.partitions.keys() {
        let bytes = reading.snapshot(generation, partition)?;
        let mut found = header.snapshot(partition, &bytes);
        if let Ok(snapshot) = &mut found
            && let Err(error) = put_back(reading, &header, snapshot)?
        {
            found = Err(error);
        }
        match found {
            Ok(snapshot) => partitions.push(Arc::new(snapshot)),
            Err(error) => {
                return Ok(Err(Damage { what: format!("partition {partition}"), error }));
            }
        }
    }
    let kept = match stopped::kept(reading, &header)? {
        Ok(kept) => kept,
        Err(error) => {
            return Ok(Err(Damage { what: "a metric that was taken out".to_owned(), error }));
        }
    };
    Ok(Ok(header.into_checkpoint(partitions, kept)))
}
