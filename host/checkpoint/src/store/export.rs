//! A checkpoint in one file: what `state export` writes and `state import` reads, and what a
//! running pipeline hands out. Layout in docs/state-format.md.

use std::sync::Arc;

use streamgauge_core::{FinalPane, SnapshotError, digest_of, seal, unseal_version};

use super::Checkpoint;
use super::header::Header;

const MAGIC: &[u8; 4] = b"SGEX";
const VERSION: u32 = 1;

/// A whole checkpoint with its history.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The time of the export, in milliseconds since the Unix epoch.
    pub created: i64,
    /// The exported checkpoint, with an empty list of final panes.
    pub checkpoint: Checkpoint,
    /// Every final pane that is kept.
    pub final_panes: Vec<Arc<FinalPane>>,
}

impl Export {
    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat();
        let snapshots: Vec<(u32, Vec<u8>)> =
            self.checkpoint.partitions.iter().map(|s| (s.partition, s.encode())).collect();
        let digest =
            |(partition, bytes): &(u32, Vec<u8>)| (*partition, digest_of(bytes).to_string());
        let digests = snapshots.iter().map(digest).collect();
        let header = Header::new(0, self.created, &self.checkpoint, digests);
        append(&mut bytes, &header.encode());
        bytes.extend_from_slice(&(snapshots.len() as u32).to_le_bytes());
        for (_, snapshot) in &snapshots {
            append(&mut bytes, snapshot);
        }
        bytes.extend_from_slice(&(self.final_panes.len() as u32).to_le_bytes());
        for pane in &self.final_panes {
            append(&mut bytes, &pane.encode());
        }
        seal(bytes)
    }

    /// Reads what [`Export::encode`] wrote.
    ///
    /// # Errors
    /// Bytes of another kind, of an unknown version, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        read(unseal_version(bytes, MAGIC, VERSION)?)
    }
}

fn read(mut rest: &[u8]) -> Result<Export, SnapshotError> {
    let header = Header::decode(take(&mut rest)?)?;
    let mut partitions = Vec::new();
    for partition in numbers(&header, count(&mut rest)?)? {
        partitions.push(Arc::new(header.snapshot(partition, take(&mut rest)?)?));
    }
    let mut final_panes = Vec::new();
    for _ in 0..count(&mut rest)? {
        final_panes.push(Arc::new(FinalPane::decode(take(&mut rest)?)?));
    }
    if !rest.is_empty() {
        return Err(SnapshotError::Damaged);
    }
    let created = header.created;
    Ok(Export { created, checkpoint: header.into_checkpoint(partitions), final_panes })
}

/// The partitions of a header, which have to be as many as there are snapshots.
fn numbers(header: &Header, count: u32) -> Result<Vec<u32>, SnapshotError> {
    let numbers: Vec<u32> = header.partitions.keys().copied().collect();
    if numbers.len() == count as usize { Ok(numbers) } else { Err(SnapshotError::Damaged) }
}

fn append(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).expect("a part is smaller than 4 GiB");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(part);
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
