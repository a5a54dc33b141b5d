//! The merged view: per metric and window, the published states of all partitions merged at read,
//! in the order (on time before late, pane, partition). Nothing merged is ever stored.
//!
//! May know: core, settings, plugins, outboxes, the wire.
//! Must not know: engine, checkpoints, sources, the server, the time of day.

mod cells;
mod compare;
mod comparing;
pub mod document;
mod former;
mod frame;
mod headline;
mod live_metric;
mod merge;
mod metric_result;
mod pace;
mod panel;
mod piece;
mod published;
mod reader;
mod remembered;
mod results;
mod retry;
mod rows_max;
mod rows_of;
mod span;
mod standing;
mod steps;
#[cfg(test)]
mod testing;
mod trouble;
mod walk;
mod window_result;
mod windows;

use streamgauge_core::{TimeWindow, WindowSpec};

pub use comparing::{ComparedRows, NotCompared};
pub use former::{Former, Formers};
pub use headline::{Figure, HeadlineFault, LiveHeadlines, ReadHeadlines, ReadingHeadlines};
pub use live_metric::{LiveMetric, Read, Reading, offsets};
pub use metric_result::MetricResult;
pub use panel::{localized, panels};
pub use published::Published;
pub use reader::{MetricReader, MetricResults};
pub use results::Results;
pub use rows_max::{OtherRows, RESULT_ROWS_MAX};
pub use rows_of::{NoRows, RowsOf};
pub use span::{NoSpan, NoWindow};
pub use steps::Steps;
pub use trouble::{LastGood, ReadAt, Trouble};
pub use walk::Walk;
pub use window_result::{Unreadable, WindowResult};
pub use windows::{Window, WindowState};

/// One window of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowId {
    /// The kind of the window.
    pub spec: WindowSpec,
    /// The window's interval in event time; `None` means the cumulative window.
    pub window: Option<TimeWindow>,
}
