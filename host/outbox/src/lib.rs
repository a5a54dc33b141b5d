//! What a worker hands over: states with all that belongs to them, for the checkpointer, and what
//! the page is told.
//!
//! May know: core.
//! Must not know: who fills it (the engine) and who takes from it (checkpoint and view).

mod ages;
mod cost;
mod dead_letter;
mod entry;
mod history;
mod late_record;
mod outbox;
mod overview;
mod seen;
mod stages;
mod unexported;

pub use ages::Ages;
pub use cost::MetricCost;
pub use dead_letter::DeadLetter;
pub use entry::{Entry, Origin};
pub use history::{HistoryError, HistoryStore};
pub use late_record::LateRecord;
pub use outbox::{Content, Outbox, RecentLetter, Taken};
pub use overview::Overview;
pub use seen::Seen;
pub use stages::{Stage, StageTimes};
pub use unexported::Unexported;
