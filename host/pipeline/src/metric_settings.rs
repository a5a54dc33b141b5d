//! The settings of a metric and of its panels.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::WindowSpec;

use super::shown_settings::{Labels, ThresholdSettings};

/// The name of the column that holds the event time of each row, which is no field of the schema.
pub const EVENT_TIME: &str = "@event-time";

/// The records that a metric without a state counts (`backfill`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backfill {
    /// All that its partitions count, as far back as the log reaches.
    #[default]
    All,
    /// Those from now on.
    None,
    /// Those with a stamp from this moment on, in milliseconds since the Unix epoch.
    Since(i64),
    /// Those with a stamp of the last so much time.
    Last(Duration),
}

/// The settings of one `[[metric]]`.
#[derive(Clone, Debug)]
pub struct MetricSettings {
    /// Unique id: lower-case letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// The path of the component, resolved against the pipeline file's folder. The component need
    /// not exist yet.
    pub plugin: PathBuf,
    /// The SHA-256 that the component must have, in lower-case hexadecimal; `None` means that any
    /// component is taken.
    pub sha256: Option<String>,
    /// `[metric.columns]`: from an input of the plugin to the field of the schema that it reads; an
    /// input without an entry reads the field of its own name.
    pub columns: BTreeMap<String, String>,
    /// The WASI that the plugin may import; `None` means that it may import no WASI.
    pub wasi: Option<Wasi>,
    /// `[metric.config]` as a JSON object.
    pub config: serde_json::Value,
    /// The `[[panel]]` tables of this metric's panels.
    pub panels: Vec<PanelSettings>,
    /// By field of the schema, the texts of its values: `[labels]` of the file, and once plugins are
    /// loaded also theirs.
    pub labels: Arc<Labels>,
    /// The windows of the metric, sorted and without repetition.
    pub windows: Vec<WindowSpec>,
    /// The same windows in written order: the first one is what the page shows.
    pub shown_windows: Vec<WindowSpec>,
    /// The records that the metric counts where it has no state yet.
    pub backfill: Backfill,
    /// The longest time that the watermark may be past a window that still takes rows.
    pub retention: Duration,
    /// The most panes that are open at a time in one partition.
    pub open_windows_max: usize,
    /// Memory limit of one instance in bytes (`memory_max`); `None` means the default of its kind
    /// of component.
    pub memory_bytes_max: Option<usize>,
    /// The most bytes that the snapshots of one instance may take together (`snapshot_max`);
    /// `None` means the memory limit.
    pub snapshot_bytes_max: Option<usize>,
    /// Time limit of one call, or of all calls for one hand-over (`time_max`, default 1 s).
    pub time_max: Duration,
    /// Limit of the processor time of compiling (`compile_time_max`); `None` means by the size of
    /// the file.
    pub compile_time_max: Option<Duration>,
    /// Limit of the memory of compiling in bytes (`compile_memory_max`); `None` means by the size
    /// of the file.
    pub compile_memory_max: Option<u64>,
}

/// A WASI that a plugin may import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasi {
    /// A WASI with nothing behind it: no files, no sockets, clocks that stand still.
    Inert,
}

impl MetricSettings {
    /// The kind of windows that the page shows.
    pub fn first_window(&self) -> WindowSpec {
        self.shown_windows[0]
    }
}

/// `[[panel]]`: what the pipeline wants otherwise than the plugin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelSettings {
    /// The metric's id, or `metric.view` where it has several views; of a further panel its own.
    pub id: String,
    /// The id of the panel that is shown once more; `None` means that this is no further one.
    pub of: Option<String>,
    /// The place of the table in the file, counted from 0.
    pub index: usize,
    /// The title by language; empty: the plugin's.
    pub title: BTreeMap<String, String>,
    /// The name of the chart; `None` means the plugin's choice.
    pub chart: Option<&'static str>,
    /// Panels with a smaller order come first; `None` means 0.
    pub order: Option<i64>,
    /// The name of the panel's size; `None` means the plugin's choice.
    pub size: Option<&'static str>,
    /// `windows`: drawn over the windows of the metric; `None` means over its keys.
    pub over: Option<&'static str>,
    /// The name of a layout of the pipeline; `None` means the provinces of China.
    pub layout: Option<String>,
    /// The values from which a figure is worth a warning, in written order.
    pub thresholds: Vec<ThresholdSettings>,
}
