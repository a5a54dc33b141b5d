//! Final panes that are stored, as the view reads them.

use std::sync::Arc;

use streamgauge_core::{EventTime, FinalPane, TimeWindow, WindowSpec};
use thiserror::Error;

/// The store failed, or what it holds is unreadable; complete by itself.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct HistoryError(pub String);

/// A final pane that is stored, without its states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPane {
    /// The metric and its build, as [`FinalPane::series`] names them.
    pub series: Arc<str>,
    /// The kind of windows that the pane is part of.
    pub spec: WindowSpec,
    /// The interval of event time.
    pub window: TimeWindow,
    /// The partition whose rows the pane holds.
    pub partition: u32,
    /// True if rows were folded after the watermark had passed the pane's end.
    pub is_corrected: bool,
    /// Another number means that the pane was written again.
    pub revision: u64,
}

/// Which of many panes are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// So many of those that start first.
    Oldest(usize),
    /// So many of those that start last.
    Newest(usize),
}

/// Final panes that are stored, by the series of [`FinalPane::series`].
pub trait HistoryStore: Send + Sync {
    /// Those of one kind of windows that overlap `[from, to)`, by start, then by partition.
    ///
    /// # Errors
    /// The store failed or what it holds is unreadable.
    fn panes(
        &self,
        series: &str,
        spec: WindowSpec,
        from: EventTime,
        to: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError>;

    /// Those of one kind of windows that start in `starts`, without their states, by start, then by
    /// partition.
    ///
    /// # Errors
    /// The store failed or what it holds is unreadable.
    fn find(
        &self,
        series: &str,
        spec: WindowSpec,
        starts: TimeWindow,
        take: Take,
    ) -> Result<Vec<StoredPane>, HistoryError>;

    /// A pane with its states; `None` means that the pane is not kept any more.
    ///
    /// # Errors
    /// The store failed or what it holds is unreadable.
    fn pane(&self, pane: &StoredPane) -> Result<Option<Arc<FinalPane>>, HistoryError>;
}
