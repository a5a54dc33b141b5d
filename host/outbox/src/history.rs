//! Final panes that are stored, as the view reads them.

use std::sync::Arc;

use streamgauge_core::{EventTime, FinalPane, WindowSpec};
use thiserror::Error;

/// The store failed, or what it holds is unreadable; complete by itself.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct HistoryError(pub String);

/// Final panes that are stored.
pub trait HistoryStore: Send + Sync {
    /// Those of one kind of windows that overlap `[from, to)`, by start, then by partition.
    ///
    /// # Errors
    /// The store failed or what it holds is unreadable.
    fn panes(
        &self,
        metric: &str,
        spec: WindowSpec,
        from: EventTime,
        to: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError>;
}
