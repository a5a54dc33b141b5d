//! Fingerprints: the settings that stored state depends on, kept with the state and compared at a
//! start.
//!
//! There are two kinds. That of the records ([`Pipeline::state_settings`](super::Pipeline)) names
//! all that event time and accounting, H, depend on. That of a metric ([`MetricFingerprint`]) names
//! what only this metric depends on. Invariant: a fingerprint says no more than it must, so an edit
//! that changes no count changes no fingerprint. Deliberately absent: how a setting is written, and
//! all settings that decide how fast or where something runs (`workers`, `batch`, `checkpoint`,
//! `idle_after`, `brokers`, `group`, `name`, `server`, outlets, panels).

mod canonical;
mod described;
mod display;
mod metric;
mod older;
mod records;
mod texts;
mod zone_offsets;

pub use described::DescribedMetric;
pub use display::DisplayKeys;
pub use metric::{MetricFingerprint, MetricPart, PartChange, UnreadableFingerprint, WindowsSoFar};
pub(crate) use records::show_instant;
pub use records::{SettingChange, changed_settings};
