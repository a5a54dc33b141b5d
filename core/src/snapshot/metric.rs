//! The state of one metric in one partition, its windows and their open panes.

use std::sync::Arc;

use super::accumulator_bytes::AccumulatorBytes;
use super::digest::Digest;
use super::phase::{MetricPhase, Poison};
use super::series::series;
use crate::accounting::MetricAccounting;
use crate::lateness::Lateness;
use crate::window::{TimeWindow, WindowSpec};
use crate::window_set::WindowBooks;

/// The accumulators of one pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneSnapshot {
    /// The interval of the pane; `None` means all of time, for the cumulative window.
    pub window: Option<TimeWindow>,
    /// Rows folded after the watermark had passed the pane's end.
    pub corrections: u64,
    /// The accumulator of the records on time; `None` means that there were none.
    pub on_time: Option<AccumulatorBytes>,
    /// The accumulator of the late records; `None` means that there were none.
    pub late: Option<AccumulatorBytes>,
}

/// The open panes of one of a metric's windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowSetSnapshot {
    /// The kind of windows.
    pub spec: WindowSpec,
    /// The rows without a pane, and the panes that became final early.
    pub books: WindowBooks,
    /// The number of panes with a row that became final so far.
    pub final_panes: u64,
    /// A digest over the final panes with a row, in the order in which they became final.
    pub chain: Digest,
    /// The open panes by start.
    pub panes: Vec<PaneSnapshot>,
}

/// The state of one metric in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSnapshot {
    /// The metric's id in `pipeline.toml`.
    pub id: String,
    /// The state version of the plugin that wrote the accumulators.
    pub state_version: u32,
    /// The first offset that the state covers.
    pub origin: i64,
    /// The next offset to fold; smaller than the partition's where the metric stopped.
    pub next_offset: i64,
    /// The books over every row that the metric was offered.
    pub accounting: MetricAccounting,
    /// The open panes of each kind of windows, in the order of [`WindowSpec`].
    pub windows: Vec<WindowSetSnapshot>,
    /// How far the metric is. Not part of any digest.
    pub phase: MetricPhase,
    /// The number of the state's life: a metric with other windows, another configuration or
    /// another state version begins a new one. Not part of any digest.
    pub build: u32,
    /// The records that are left out because the plugin crashes at them; `None` means none. Not
    /// part of any digest.
    pub poison: Option<Arc<Poison>>,
    /// The records that the partition counts and the metric does not, because the log no longer held
    /// them when the metric came to them; oldest first, at most [`MISSED_MAX`]. Not part of any
    /// digest.
    pub missed: Vec<MissedRecords>,
}

/// The most ranges of records that a metric may miss in one partition.
pub const MISSED_MAX: usize = 64;

/// Records that a metric misses: the offsets `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissedRecords {
    /// The number of gaps before the records: offsets alone are not unique.
    pub gaps: u32,
    /// The first offset that is missed.
    pub from: i64,
    /// The offset after the last one.
    pub to: i64,
}

impl MetricSnapshot {
    /// The name of the history of this build.
    pub fn series(&self) -> String {
        series(&self.id, self.build)
    }

    /// The accumulators of all open panes, in the order in which they are stored.
    pub fn accumulators(&self) -> impl Iterator<Item = &AccumulatorBytes> {
        self.each_accumulator().map(|(_, _, _, bytes)| bytes)
    }

    /// The same, each with its kind of windows, its pane and its verdict.
    pub fn each_accumulator(
        &self,
    ) -> impl Iterator<Item = (WindowSpec, Option<TimeWindow>, Lateness, &AccumulatorBytes)> {
        let panes =
            self.windows.iter().flat_map(|set| set.panes.iter().map(|pane| (set.spec, pane)));
        panes.flat_map(|(spec, pane)| {
            let sides = Lateness::ALL.into_iter().zip([&pane.on_time, &pane.late]);
            sides.filter_map(move |(side, bytes)| Some((spec, pane.window, side, bytes.as_ref()?)))
        })
    }

    /// The same, to be changed.
    pub fn accumulators_mut(&mut self) -> impl Iterator<Item = &mut AccumulatorBytes> {
        let panes = self.windows.iter_mut().flat_map(|set| &mut set.panes);
        panes.flat_map(|pane| [&mut pane.on_time, &mut pane.late].into_iter().flatten())
    }

    /// The bytes of all accumulators.
    pub fn accumulator_bytes(&self) -> usize {
        AccumulatorBytes::total_bytes(self.accumulators())
    }

    /// True if every accumulator is stored whole: only then is there a digest.
    pub fn is_whole(&self) -> bool {
        self.accumulators().all(|accumulator| accumulator.as_whole().is_some())
    }
}

impl WindowSetSnapshot {
    /// The state of the windows `spec` before the first row.
    pub fn empty(spec: WindowSpec) -> Self {
        let books = WindowBooks::default();
        Self { spec, books, final_panes: 0, chain: Digest::ZERO, panes: Vec::new() }
    }
}
