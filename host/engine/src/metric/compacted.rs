//! A whole accumulator that was made, elsewhere, of one that was exported with differences.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, Lateness, TimeWindow, WindowSpec};

/// See the head of this file.
#[derive(Clone, Debug)]
pub struct Compacted {
    /// The kind of windows.
    pub spec: WindowSpec,
    /// The pane; `None` means the cumulative window.
    pub pane: Option<TimeWindow>,
    /// Which of the pane's accumulators.
    pub lateness: Lateness,
    /// The parts that were exported and are one now.
    pub of: AccumulatorBytes,
    /// The bytes of all of its parts, merged.
    pub whole: Arc<[u8]>,
}
