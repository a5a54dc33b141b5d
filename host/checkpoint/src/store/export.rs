//! A checkpoint in one file: what `state export` writes and `state import` reads, and what a
//! running pipeline hands out. Layout in docs/state-format.md.
//!
//! An export is written piece by piece, so it takes no memory but that of the state itself, and is
//! read whole.

mod pieces;
mod writing;

use std::sync::Arc;

use streamgauge_core::{FinalPane, SnapshotError, unseal_version};

use super::Checkpoint;
use super::header::Header;

pub(super) use pieces::Pieces;
pub use writing::ExportWriter;
use writing::{MAGIC, VERSION};

/// The version that counts its final panes before the first one.
const COUNTED: u32 = 1;

/// A whole checkpoint with its history.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The time of the export, in milliseconds since the Unix epoch.
    pub created: i64,
    /// The exported checkpoint, with an empty list of final panes.
    pub checkpoint: Checkpoint,
    /// Every final pane that is kept, by metric, kind of windows, start and partition.
    pub final_panes: Vec<Arc<FinalPane>>,
}

impl Export {
    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = ExportWriter::begin(&mut bytes, self.created, &self.checkpoint).and_then(
            |mut writer| {
                self.final_panes.iter().try_for_each(|pane| writer.final_pane(&pane.encode()))?;
                writer.end()
            },
        );
        written.expect("memory can be written to");
        bytes
    }

    /// Reads what [`ExportWriter`] wrote, in this version or an earlier one.
    ///
    /// # Errors
    /// Bytes of another kind, of an unknown version, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        match unseal_version(bytes, MAGIC, VERSION) {
            Err(SnapshotError::UnknownVersion(COUNTED)) => {
                let mut body = unseal_version(bytes, MAGIC, COUNTED)?;
                read(&mut body, counted_panes)
            }
            body => read(&mut body?, ended_panes),
        }
    }
}

type Panes = Vec<Arc<FinalPane>>;

fn read(
    rest: &mut &[u8],
    panes: impl FnOnce(&mut &[u8]) -> Result<Panes, SnapshotError>,
) -> Result<Export, SnapshotError> {
    let header = Header::decode(take(rest)?)?;
    let mut partitions = Vec::new();
    for partition in numbers(&header, count(rest)?)? {
        partitions.push(Arc::new(header.snapshot(partition, take(rest)?)?));
    }
    let mut final_panes = panes(rest)?;
    if !rest.is_empty() {
        return Err(SnapshotError::Damaged);
    }
    final_panes.sort_by_cached_key(|pane| {
        (pane.metric.clone(), pane.build, pane.spec, pane.window.start, pane.partition)
    });
    let created = header.created;
    Ok(Export { created, checkpoint: header.into_checkpoint(partitions, Vec::new()), final_panes })
}

/// So many final panes as their count says.
fn counted_panes(rest: &mut &[u8]) -> Result<Panes, SnapshotError> {
    (0..count(rest)?).map(|_| FinalPane::decode(take(rest)?).map(Arc::new)).collect()
}

/// The final panes up to the one without bytes.
fn ended_panes(rest: &mut &[u8]) -> Result<Panes, SnapshotError> {
    let mut panes = Vec::new();
    loop {
        match take(rest)? {
            [] => return Ok(panes),
            bytes => panes.push(Arc::new(FinalPane::decode(bytes)?)),
        }
    }
}

/// The partitions of a header, which have to be as many as there are snapshots.
fn numbers(header: &Header, count: u32) -> Result<Vec<u32>, SnapshotError> {
    let numbers: Vec<u32> = header.partitions.keys().copied().collect();
    if numbers.len() == count as usize { Ok(numbers) } else { Err(SnapshotError::Damaged) }
}

fn count(rest: &mut &[u8]) -> Result<u32, SnapshotError> {
    let (head, tail) = rest.split_first_chunk().ok_or(SnapshotError::Damaged)?;
    *rest = tail;
    Ok(u32::from_le_bytes(*head))
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], SnapshotError> {
    let length = count(rest)? as usize;
    let (part, tail) = rest.split_at_checked(length).ok_or(SnapshotError::Damaged)?;
    *rest = tail;
    Ok(part)
}
