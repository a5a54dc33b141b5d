//! Final panes, read while checkpoints are stored.

use std::sync::Arc;

use streamgauge_core::{EventTime, FinalPane, TimeWindow, WindowSpec};

use super::reader::StateReader;
use streamgauge_outbox::{HistoryError, HistoryStore, StoredPane, Take};

/// The final panes of a store.
pub(super) struct History(pub(super) StateReader);

impl HistoryStore for History {
    fn panes(
        &self,
        series: &str,
        spec: WindowSpec,
        from: EventTime,
        to: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError> {
        let found = self.0.read(|reading| reading.final_panes(series, spec, to));
        let found = found.map_err(|error| HistoryError(error.to_string()))?;
        Ok(found.into_iter().filter(|pane| pane.window.end > from).collect())
    }

    fn find(
        &self,
        series: &str,
        spec: WindowSpec,
        starts: TimeWindow,
        take: Take,
    ) -> Result<Vec<StoredPane>, HistoryError> {
        let found = self.0.read(|reading| reading.find(series, spec, starts, take));
        found.map_err(|error| HistoryError(error.to_string()))
    }

    fn pane(&self, pane: &StoredPane) -> Result<Option<Arc<FinalPane>>, HistoryError> {
        let found = self.0.read(|reading| reading.final_pane(pane));
        found.map_err(|error| HistoryError(error.to_string()))
    }
}
