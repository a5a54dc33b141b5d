//! A checkpoint in one file: what `state export` writes and `state import` reads, and what a
//! running pipeline hands out. Layout in docs/state-format.md.
//!
//! An export is written and read piece by piece, so it takes no memory but that of the states of
//! its partitions.

mod pieces;
mod reading;
mod writing;

use std::sync::Arc;

use streamgauge_core::{FinalPane, SnapshotError};

use super::Checkpoint;

pub(super) use pieces::Pieces;
pub use reading::{ExportReadError, ExportReader};
pub use writing::ExportWriter;

/// A whole checkpoint with its history, in memory.
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
        let damage = |error| match error {
            ExportReadError::Damaged(error) => error,
            ExportReadError::Read(_) => SnapshotError::Damaged,
        };
        let mut reader = ExportReader::begin(bytes).map_err(damage)?;
        let mut final_panes = Vec::new();
        reader.read_panes(|pane| final_panes.push(Arc::new(pane))).map_err(damage)?;
        final_panes.sort_by_cached_key(|pane| {
            (pane.metric.clone(), pane.build, pane.spec, pane.window.start, pane.partition)
        });
        let created = reader.created();
        Ok(Self { created, checkpoint: reader.into_checkpoint(), final_panes })
    }
}
