//! Checkpoints: side outputs, then state, then offsets, in this order.
//!
//! May know: core, outboxes, settings, sources, Kafka's client. The only place with redb.
//! Must not know: engine, view, wire.

mod backoff;
pub mod backups;
mod checkpointer;
pub mod editions;
mod file_id;
pub mod kept;
mod report;
pub mod side_output;
pub mod store;
mod stored_totals;

pub use backoff::Backoff;
pub use checkpointer::Checkpointer;
pub use report::{CheckpointBoard, CheckpointRecord, CheckpointReport, Failing, FailureKind};
pub use stored_totals::StoredTotals;
