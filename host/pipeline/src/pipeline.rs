//! The settings as a whole, and those of the smaller tables: workers, lateness, batches.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use streamgauge_core::{LatenessClock, Schema};

use super::event_time_settings::EventTimeSettings;
use super::metric_settings::MetricSettings;
use super::outlet_settings::OutletSettings;
use super::server_settings::ServerSettings;
use super::source_settings::SourceSettings;

/// A checked `pipeline.toml`.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The folder of the pipeline file, which relative paths in it start at.
    pub folder: PathBuf,
    /// The title of the dashboard.
    pub name: String,
    /// How many worker threads.
    pub workers: Workers,
    /// Where records come from.
    pub source: SourceSettings,
    /// What a record may hold.
    pub schema: Schema,
    /// How records get their event time.
    pub event_time: EventTimeSettings,
    /// What is late.
    pub lateness: LatenessSettings,
    /// Where unusable records go; none: they are counted only.
    pub dead_letters: Option<OutletSettings>,
    /// Where late records go besides being counted; none: nowhere.
    pub late_output: Option<OutletSettings>,
    /// How large batches may be.
    pub batch: BatchSettings,
    /// How long final windows are kept, in event time.
    pub history_keep: Duration,
    /// How often state is stored.
    pub checkpoint_every: Duration,
    /// The folder of the embedded state store, resolved against the pipeline file's folder.
    pub state_dir: PathBuf,
    /// The metrics in written order; ids are unique.
    pub metrics: Vec<MetricSettings>,
    /// The dashboard's server.
    pub server: ServerSettings,
}

/// `workers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// One per core, but no more than there are partitions.
    Auto,
    /// This many, but no more than there are partitions.
    Fixed(NonZeroUsize),
}

/// `[lateness]`
#[derive(Clone, Copy, Debug)]
pub struct LatenessSettings {
    /// What lateness is measured against.
    pub clock: LatenessClock,
    /// How often late records are summed up in the log.
    pub summary_every: Duration,
}

/// `[batch]`; `min` ≤ `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSettings {
    /// Rows that a batch waits for, as long as `max_delay` allows.
    pub min: NonZeroUsize,
    /// Rows that a batch never exceeds; at most 65,536.
    pub max: NonZeroUsize,
    /// How long a row waits at the most.
    pub max_delay: Duration,
}
