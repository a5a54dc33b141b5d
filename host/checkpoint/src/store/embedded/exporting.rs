//! Writing the newest checkpoint into a file without reading it into memory: snapshots and final
//! panes are the same bytes in a store and in an export.

use std::collections::BTreeMap;
use std::io::{self, Write};

use streamgauge_core::{SnapshotError, digest_of};
use thiserror::Error;

use super::generation::{Damage, put_back};
use super::reader::StateReader;
use super::tables::{Failed, Reading};
use crate::store::StateError;
use crate::store::export::{ExportWriter, Pieces};
use crate::store::header::{Header, PartNames, StoppedStates};

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The identity of the state; empty in states of earlier versions.
    pub identity: String,
    /// The number of partitions.
    pub partitions: usize,
    /// The number of final panes.
    pub final_panes: u64,
    /// The length in bytes.
    pub bytes: u64,
}

/// Why nothing was exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The bytes could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// The end of a transaction that exports.
enum End {
    Empty,
    Exported(Exported),
    Damaged(u64, Damage),
    NotWritten(io::Error),
}

impl StateReader {
    /// Writes the newest checkpoint and all final panes. `None` means that there is no checkpoint.
    ///
    /// # Errors
    /// The store failed or holds something unreadable, or `out` takes nothing. What was written by
    /// then is no export.
    pub fn export(&self, out: &mut dyn Write) -> Result<Option<Exported>, ExportError> {
        match self.read(|reading| newest(reading, out))? {
            End::Empty => Ok(None),
            End::Exported(exported) => Ok(Some(exported)),
            End::NotWritten(error) => Err(error.into()),
            // Loading says besides if the checkpoint before is intact.
            End::Damaged(generation, damage) => Err(match self.load() {
                Err(error) => error.into(),
                Ok(_) => damage.into_error(self.path(), generation, None).into(),
            }),
        }
    }
}

fn newest(reading: &Reading, out: &mut dyn Write) -> Result<End, Failed> {
    let Some(&generation) = reading.generations()?.last() else { return Ok(End::Empty) };
    let damaged = |what: String, error| Ok(End::Damaged(generation, Damage { what, error }));
    let stored = match reading.header(generation)?.1 {
        Ok(header) => header,
        Err(error) => return damaged("its head".to_owned(), error),
    };
    // The digests come first, so each snapshot is read twice.
    let mut digests = BTreeMap::new();
    for &partition in stored.partitions.keys() {
        let found = snapshot(reading, &stored, generation, partition, |found| match found {
            Found::AsStored(bytes) => digest_of(bytes),
            Found::Whole(pieces) => pieces.digest(),
        });
        match found? {
            Ok(digest) => digests.insert(partition, digest.to_string()),
            Err(error) => return damaged(format!("partition {partition}"), error),
        };
    }
    let (partitions, stopped) = (digests, StoppedStates::new());
    let (kept, parts) = (Vec::new(), PartNames::new());
    let header = Header { generation: 0, partitions, kept, stopped, parts, ..stored.clone() };
    let written = ExportWriter::with_header(out, &header);
    match write_rest(reading, (generation, &stored), written)? {
        Ok((final_panes, bytes)) => {
            let partitions = header.partitions.len();
            let identity = header.identity;
            Ok(End::Exported(Exported { identity, partitions, final_panes, bytes }))
        }
        Err(error) => Ok(End::NotWritten(error)),
    }
}

/// Writes the snapshots of a generation and all final panes; returns how many panes, and the bytes
/// of all.
fn write_rest(
    reading: &Reading,
    (generation, stored): (u64, &Header),
    begun: io::Result<ExportWriter<&mut dyn Write>>,
) -> Result<io::Result<(u64, u64)>, Failed> {
    let mut writer = match begun {
        Ok(writer) => writer,
        Err(error) => return Ok(Err(error)),
    };
    for &partition in stored.partitions.keys() {
        let written = snapshot(reading, stored, generation, partition, |found| match found {
            Found::AsStored(bytes) => writer.part(bytes),
            Found::Whole(pieces) => writer.pieces(pieces),
        });
        if let Err(error) = written?.map_err(Failed::Pane)? {
            return Ok(Err(error));
        }
    }
    let mut panes = 0;
    let written = reading.each_final_pane(|_, bytes| {
        panes += 1;
        writer.final_pane(bytes)
    });
    Ok(written?.and_then(|()| Ok((panes, writer.end()?))))
}

/// A snapshot of an export.
enum Found<'a> {
    AsStored(&'a [u8]),
    /// With what is stored apart.
    Whole(&'a Pieces),
}

/// Hands over a snapshot, which has to be the one that the header names.
fn snapshot<T>(
    reading: &Reading,
    header: &Header,
    generation: u64,
    partition: u32,
    take: impl FnOnce(Found<'_>) -> T,
) -> Result<Result<T, SnapshotError>, Failed> {
    reading.with_snapshot(generation, partition, |bytes| {
        if !header.stopped.contains_key(&partition) && !header.parts.contains_key(&partition) {
            let is_intact = header.is_digest(partition, bytes);
            return Ok(if is_intact { Ok(take(Found::AsStored(bytes))) } else { damaged() });
        }
        let mut snapshot = match header.snapshot(partition, bytes) {
            Ok(snapshot) => snapshot,
            Err(error) => return Ok(Err(error)),
        };
        Ok(match put_back(reading, header, &mut snapshot)? {
            Ok(()) => Ok(take(Found::Whole(&Pieces::of(&snapshot)))),
            Err(error) => Err(error),
        })
    })
}

fn damaged<T>() -> Result<T, SnapshotError> {
    Err(SnapshotError::Damaged)
}
