//! The settings of a metric and of its panels.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use streamgauge_core::WindowSpec;

/// `[[metric]]`
#[derive(Clone, Debug)]
pub struct MetricSettings {
    /// Unique id: lower-case letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// The component, resolved against the pipeline file's folder. It need not exist yet.
    pub plugin: PathBuf,
    /// The SHA-256 that the component must have, in lower-case hexadecimal; none: any.
    pub sha256: Option<String>,
    /// `[metric.columns]`: from an input of the plugin to the field of the schema that it reads;
    /// an input that is not in it reads the field of its own name.
    pub columns: BTreeMap<String, String>,
    /// Whether it may import WASI, and which; none: no.
    pub wasi: Option<Wasi>,
    /// `[metric.config]` as a JSON object.
    pub config: serde_json::Value,
    /// What `[[panel]]` says of its panels.
    pub panels: Vec<PanelSettings>,
    /// Its windows, sorted and without repetition.
    pub windows: Vec<WindowSpec>,
    /// How long the watermark may be past a window that still takes rows.
    pub retention: Duration,
    /// The most panes that are open at a time in one partition.
    pub open_windows_max: usize,
    /// Memory limit of one instance in bytes (`memory_max`); none: what its kind of component has.
    pub memory_bytes_max: Option<usize>,
    /// Time limit of one call (`time_max`, default 1 s).
    pub time_max: Duration,
}

/// A WASI that a plugin may import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasi {
    /// One with nothing behind it: no files, no sockets, clocks that stand still.
    Inert,
}

/// `[[panel]]`: what the pipeline wants otherwise than the plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelSettings {
    /// The metric's id, or `metric.view` where it has several views.
    pub id: String,
    /// Its place in the file, counted from 0.
    pub index: usize,
    /// The title by language; empty: the plugin's.
    pub title: BTreeMap<String, String>,
    /// The chart; none: the plugin's.
    pub chart: Option<&'static str>,
    /// Panels with a smaller one come first; none: 0.
    pub order: Option<i64>,
    /// How much room it has; none: the plugin's.
    pub size: Option<&'static str>,
}
