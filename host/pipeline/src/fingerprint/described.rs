//! A metric with what only its plugin knows, and the parts of a fingerprint as values.

use std::collections::BTreeMap;

use super::display::DisplayKeys;
use crate::metric_settings::MetricSettings;

/// A metric with what its plugin says of itself.
#[derive(Clone, Debug)]
pub struct DescribedMetric<'a> {
    /// The settings of the metric.
    pub settings: &'a MetricSettings,
    /// The plugin's inputs by their own names, each with the field that it reads.
    pub inputs: Vec<(&'a str, &'a str)>,
    /// The keys of the configuration that are for display.
    pub display: DisplayKeys,
    /// The plugin's state version.
    pub state_version: u32,
}

/// The parts of a fingerprint as values.
pub(super) struct Parts {
    pub(super) columns: BTreeMap<String, String>,
    /// JSON with sorted keys, without display keys.
    pub(super) config: String,
    pub(super) windows: Vec<String>,
    /// `retention` and `max_open_windows`; `None` means that no window is but the cumulative one.
    pub(super) limits: Option<(String, String)>,
    pub(super) state_version: u32,
}
