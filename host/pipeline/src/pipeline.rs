//! The settings as a whole, and those of the smaller tables: workers, lateness, batches.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{LatenessClock, Schema};

use super::backup::BackupSettings;
use super::command::{config_option, with_option};
use super::event_time_settings::EventTimeSettings;
use super::headline_settings::HeadlineSettings;
use super::metric_settings::MetricSettings;
use super::outlet_settings::OutletSettings;
use super::server_settings::ServerSettings;
use super::shown_settings::{Labels, LayoutSettings, PageSettings, TickerSettings};
use super::source_settings::SourceSettings;
use super::texts::Texts;

/// The content of a checked `pipeline.toml`.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The path of the pipeline file, as it was given.
    pub path: PathBuf,
    /// The folder of the pipeline file; relative paths start there.
    pub folder: PathBuf,
    /// The title of the dashboard in the language that is written first.
    pub name: String,
    /// The title of the dashboard by language.
    pub names: Texts,
    /// The number of worker threads, or its rule.
    pub workers: Workers,
    /// The place that records come from.
    pub source: SourceSettings,
    /// The fields that a record may have.
    pub schema: Schema,
    /// The rules by which records get their event time.
    pub event_time: EventTimeSettings,
    /// The rules by which records are late.
    pub lateness: LatenessSettings,
    /// The outlet of unusable records; `None` means that unusable records are only counted.
    pub dead_letters: Option<OutletSettings>,
    /// The outlet of late records; `None` means that late records are only counted.
    pub late_output: Option<OutletSettings>,
    /// The bounds of a batch, in rows and time.
    pub batch: BatchSettings,
    /// The time that final windows are kept, in event time.
    pub history_keep: Duration,
    /// The share of a core that counting in the background may take (`catch_up.share`), more than 0
    /// and at most 1.
    pub catch_up_share: f64,
    /// The time from one publication of the states to the next, where that costs little.
    pub publish_every: Duration,
    /// The time from one checkpoint to the next.
    pub checkpoint_every: Duration,
    /// The folder of the embedded state store, resolved against the pipeline file's folder.
    pub state_dir: PathBuf,
    /// The copies of the state in another folder; `None` means that none are made.
    pub backups: Option<BackupSettings>,
    /// The metrics in written order; ids are unique.
    pub metrics: Vec<MetricSettings>,
    /// The figures above the panels, in written order; ids are unique.
    pub headlines: Vec<HeadlineSettings>,
    /// Places of tiles, in written order; names are unique.
    pub layouts: Vec<LayoutSettings>,
    /// By field of the schema, the texts of its values.
    pub labels: Arc<Labels>,
    /// The looks of the page.
    pub page: PageSettings,
    /// The sentences of single records; `None` means that there are none.
    pub ticker: Option<TickerSettings>,
    /// The settings of the dashboard's server.
    pub server: ServerSettings,
}

impl Pipeline {
    /// The option that names this pipeline to a command, with a space before it; empty where a
    /// command finds the pipeline by itself.
    pub fn config_option(&self) -> String {
        config_option(&self.path)
    }

    /// `words` for people, whose commands name this pipeline.
    pub fn naming_itself(&self, words: &str) -> String {
        with_option(words, &self.config_option())
    }
}

/// The number of workers, as `workers` sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// One per core, but no more than there are partitions.
    Auto,
    /// A fixed number of workers, but no more than there are partitions.
    Fixed(NonZeroUsize),
}

/// The settings of `[lateness]`.
#[derive(Clone, Copy, Debug)]
pub struct LatenessSettings {
    /// The clock that lateness is measured against.
    pub clock: LatenessClock,
    /// The time from one summary of late records in the log to the next.
    pub summary_every: Duration,
}

/// `[batch]`; `min` ≤ `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSettings {
    /// Rows that a batch waits for, as long as `max_delay` allows.
    pub min: NonZeroUsize,
    /// Rows that a batch never exceeds; at most 65,536.
    pub max: NonZeroUsize,
    /// The longest time that a row waits for its batch.
    pub max_delay: Duration,
}
