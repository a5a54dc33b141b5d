//! Writing an export piece by piece.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::pieces::Pieces;
use crate::store::Checkpoint;
use crate::store::header::Header;

/// The first bytes of an export.
pub(super) const MAGIC: &[u8; 4] = b"SGEX";

/// The version that is written.
pub(super) const VERSION: u32 = 2;

/// An export that is being written: its snapshots are there, its final panes follow.
pub struct ExportWriter<W> {
    out: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> ExportWriter<W> {
    /// Writes everything of `checkpoint` but its final panes. `created` is the time of the export,
    /// in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// `out` takes nothing.
    pub fn begin(out: W, created: i64, checkpoint: &Checkpoint) -> io::Result<Self> {
        let snapshots = &checkpoint.partitions;
        let digests = snapshots
            .iter()
            .map(|snapshot| (snapshot.partition, Pieces::of(snapshot).digest().to_string()));
        let header = Header::new(0, created, checkpoint, digests.collect());
        let mut writer = Self::with_header(out, &header)?;
        for snapshot in snapshots {
            writer.pieces(&Pieces::of(snapshot))?;
        }
        Ok(writer)
    }

    /// Writes the head; a snapshot of each of its partitions has to follow.
    pub(in crate::store) fn with_header(out: W, header: &Header) -> io::Result<Self> {
        let mut writer = Self { out, digest: Sha256::new(), bytes: 0 };
        writer.put(MAGIC)?;
        writer.put(&VERSION.to_le_bytes())?;
        writer.part(&header.encode())?;
        writer.put(&(header.partitions.len() as u32).to_le_bytes())?;
        Ok(writer)
    }

    pub(in crate::store) fn pieces(&mut self, snapshot: &Pieces) -> io::Result<()> {
        self.length(snapshot.length())?;
        snapshot.iter().try_for_each(|piece| self.put(piece))
    }

    /// Writes what [`FinalPane::encode`](streamgauge_core::FinalPane::encode) gave.
    ///
    /// # Errors
    /// `out` takes nothing.
    pub fn final_pane(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.part(bytes)
    }

    /// Ends the export. Returns how many bytes it has.
    ///
    /// # Errors
    /// `out` takes nothing.
    pub fn end(mut self) -> io::Result<u64> {
        self.part(&[])?;
        let digest = self.digest.clone().finalize();
        self.put(&digest)?;
        Ok(self.bytes)
    }

    /// Writes bytes with their length before them.
    pub(in crate::store) fn part(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length(bytes.len())?;
        self.put(bytes)
    }

    fn length(&mut self, length: usize) -> io::Result<()> {
        let length = u32::try_from(length).expect("a part is smaller than 4 GiB");
        self.put(&length.to_le_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
