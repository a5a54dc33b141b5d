//! The hand-over of a worker: states with all that belongs to them, for the checkpointer, and a
//! report for people.
//!
//! May know: core.
//! Must not know: the engine, which fills an outbox, and checkpoint and view, which take from it.

mod ages;
mod attachments;
mod batches;
mod buckets;
mod collected;
mod cost;
mod dead_letter;
mod entry;
mod history;
mod lagging;
mod late_record;
mod news;
mod outbox;
mod overview;
mod packed;
mod peaks;
mod recent;
mod report;
mod rest;
mod side;
mod stages;
mod stopped;
#[cfg(test)]
mod testing;

pub use ages::Ages;
pub use attachments::Attachments;
pub use batches::{Batches, FlushCause};
pub use buckets::Buckets;
pub use collected::{LateRecords, Letters};
pub use cost::MetricCost;
pub use dead_letter::DeadLetter;
pub use entry::{Entry, Origin};
pub use history::{HistoryError, HistoryStore, StoredPane, Take};
pub use lagging::LaggingMetric;
pub use late_record::LateRecord;
pub use news::News;
pub use outbox::{Outbox, Publication, UNSTORED_BYTES_MAX};
pub use overview::{Overview, newest};
pub use peaks::DelayPeaks;
pub use recent::{RECENT_BYTES_MAX, Recent, RecentLetter, RecentRecord};
pub use report::{RecentLetters, RecentRecords, WorkerCounts, WorkerLevels, WorkerReport};
pub use rest::rest;
pub use side::{Sides, with_sides};
pub use stages::StageTimes;
pub use stopped::StoppedMetric;
