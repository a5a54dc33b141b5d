//! Checkpoints: side outputs, then state, then offsets, in this order.
//!
//! May know: core, outboxes, settings, sources, Kafka's client. The only place with redb.
//! Must not know: engine, view, wire.

mod checkpointer;
pub mod side_output;
pub mod store;
mod stored_totals;

pub use checkpointer::{CheckpointBoard, CheckpointReport, Checkpointer};
pub use stored_totals::StoredTotals;
