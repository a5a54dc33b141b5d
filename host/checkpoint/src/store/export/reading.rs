//! Reading an export piece by piece: the states of the partitions are in memory, its final panes
//! one at a time.

use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use streamgauge_core::{FinalPane, SnapshotError};
use thiserror::Error;

use super::writing::{MAGIC, VERSION};
use crate::store::header::Header;
use crate::store::{Checkpoint, StateError};

/// The version that counts its final panes before the first one.
const COUNTED: u32 = 1;

/// The length of the digest at the end.
const DIGEST_BYTES: usize = 32;

/// Why an export could not be read.
#[derive(Debug, Error)]
pub enum ExportReadError {
    /// The bytes do not come.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// The bytes are no intact export.
    #[error(transparent)]
    Damaged(#[from] SnapshotError),
}

impl ExportReadError {
    /// The error of the export at `path`.
    pub fn of(self, path: &Path) -> StateError {
        let path = path.to_owned();
        match self {
            Self::Read(error) => StateError::Unread { path, reason: error.to_string() },
            Self::Damaged(error) => StateError::Export { path, error },
        }
    }
}

/// An export that is being read.
///
/// Invariant: nothing of it is to be relied on before [`ExportReader::next_pane`] gave `None`; the
/// digest at the end covers everything.
pub struct ExportReader<R> {
    input: Hashed<R>,
    created: i64,
    checkpoint: Checkpoint,
    left: Left,
}

/// The final panes that are to come.
#[derive(Clone, Copy)]
enum Left {
    Counted(u32),
    /// Up to the one without bytes.
    UpToEnd,
    Nothing,
}

impl<R: Read> ExportReader<R> {
    /// Reads the head and the states of all partitions.
    ///
    /// # Errors
    /// The bytes do not come, or are of another kind, of an unknown version, or damaged.
    pub fn begin(input: R) -> Result<Self, ExportReadError> {
        let mut input = Hashed { input, digest: Sha256::new() };
        let magic: [u8; 4] = input.array().map_err(|_| SnapshotError::Damaged)?;
        if magic != *MAGIC {
            return Err(SnapshotError::NotASnapshot.into());
        }
        let version = input.count()?;
        if !(COUNTED..=VERSION).contains(&version) {
            return Err(SnapshotError::UnknownVersion(version).into());
        }
        let header = Header::decode(&input.part()?)?;
        if input.count()? as usize != header.partitions.len() {
            return Err(SnapshotError::Damaged.into());
        }
        let mut partitions = Vec::new();
        for &partition in header.partitions.keys() {
            partitions.push(Arc::new(header.snapshot(partition, &input.part()?)?));
        }
        let left = if version == COUNTED { Left::Counted(input.count()?) } else { Left::UpToEnd };
        let created = header.created;
        Ok(Self {
            input,
            created,
            checkpoint: header.into_checkpoint(partitions, Vec::new()),
            left,
        })
    }

    /// The time of the export, in milliseconds since the Unix epoch.
    pub fn created(&self) -> i64 {
        self.created
    }

    /// The exported checkpoint, with an empty list of final panes.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The exported checkpoint, with an empty list of final panes.
    pub fn into_checkpoint(self) -> Checkpoint {
        self.checkpoint
    }

    /// The next final pane; `None` means that the export was read to its end and is intact.
    ///
    /// # Errors
    /// The bytes do not come, or are damaged.
    pub fn next_pane(&mut self) -> Result<Option<FinalPane>, ExportReadError> {
        let pane = match self.left {
            Left::Nothing => return Ok(None),
            Left::Counted(0) => Vec::new(),
            Left::Counted(count) => {
                self.left = Left::Counted(count - 1);
                // A pane that is counted is one.
                return Ok(Some(FinalPane::decode(&self.input.part()?)?));
            }
            Left::UpToEnd => self.input.part()?,
        };
        if pane.is_empty() {
            self.left = Left::Nothing;
            self.input.end()?;
            return Ok(None);
        }
        Ok(Some(FinalPane::decode(&pane)?))
    }

    /// Reads to the end, and hands over every final pane.
    ///
    /// # Errors
    /// The bytes do not come, or are damaged.
    pub fn read_panes(&mut self, mut take: impl FnMut(FinalPane)) -> Result<(), ExportReadError> {
        while let Some(pane) = self.next_pane()? {
            take(pane);
        }
        Ok(())
    }
}

/// Bytes whose digest is taken as they are read.
struct Hashed<R> {
    input: R,
    digest: Sha256,
}

impl<R: Read> Hashed<R> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], ExportReadError> {
        let mut bytes = [0; N];
        whole(self.input.read_exact(&mut bytes))?;
        self.digest.update(bytes);
        Ok(bytes)
    }

    fn count(&mut self) -> Result<u32, ExportReadError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Bytes with their length before them.
    fn part(&mut self) -> Result<Vec<u8>, ExportReadError> {
        let length = self.count()?;
        // A length that is damaged makes no more room than there are bytes.
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(u64::from(length)).read_to_end(&mut bytes)?;
        if read as u64 != u64::from(length) {
            return Err(SnapshotError::Damaged.into());
        }
        self.digest.update(&bytes);
        Ok(bytes)
    }

    /// The digest of everything before it, and nothing after it.
    fn end(&mut self) -> Result<(), ExportReadError> {
        let digest = self.digest.clone().finalize();
        let stored: [u8; DIGEST_BYTES] = self.array()?;
        let rest = (&mut self.input).take(1).read_to_end(&mut Vec::new())?;
        if stored != *digest || rest > 0 {
            return Err(SnapshotError::Damaged.into());
        }
        Ok(())
    }
}

/// Bytes that end too early are damage, and any other error is one of their input.
fn whole<T>(read: io::Result<T>) -> Result<T, ExportReadError> {
    read.map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => SnapshotError::Damaged.into(),
        _ => error.into(),
    })
}
