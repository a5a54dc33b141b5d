//! Final panes, read while checkpoints are stored.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use redb::Database;
use streamgauge_core::{EventTime, FinalPane, TimeWindow, WindowSpec};

use super::tables::{Failed, Reading};
use crate::store::StateError;
use crate::store::guard::guard;
use streamgauge_outbox::{HistoryError, HistoryStore, StoredPane, Take};

/// The open file, shared with the readers of history; `None` after a failure.
pub(super) type Shared = Arc<Mutex<Option<Database>>>;

/// The final panes of a store.
pub(super) struct History {
    pub(super) database: Shared,
    pub(super) path: PathBuf,
}

impl HistoryStore for History {
    fn panes(
        &self,
        series: &str,
        spec: WindowSpec,
        from: EventTime,
        to: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError> {
        let found =
            read(&self.database, &self.path, |reading| reading.final_panes(series, spec, to))
                .map_err(|error| HistoryError(error.to_string()))?;
        Ok(found.into_iter().filter(|pane| pane.window.end > from).collect())
    }

    fn find(
        &self,
        series: &str,
        spec: WindowSpec,
        starts: TimeWindow,
        take: Take,
    ) -> Result<Vec<StoredPane>, HistoryError> {
        read(&self.database, &self.path, |reading| reading.find(series, spec, starts, take))
            .map_err(|error| HistoryError(error.to_string()))
    }

    fn pane(&self, pane: &StoredPane) -> Result<Option<Arc<FinalPane>>, HistoryError> {
        read(&self.database, &self.path, |reading| reading.final_pane(pane))
            .map_err(|error| HistoryError(error.to_string()))
    }
}

/// Reads from the open file.
pub(super) fn read<T>(
    database: &Shared,
    path: &Path,
    work: impl FnOnce(&Reading) -> Result<T, Failed>,
) -> Result<T, StateError> {
    let reading = || {
        let database = database.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = match &*database {
            None => Err(Failed::Store("it could not be opened again".to_owned())),
            Some(database) => Reading::begin(database),
        };
        // A read transaction needs no lock: the transaction sees one and the same commit until its
        // end.
        drop(database);
        reading.and_then(|reading| work(&reading))
    };
    guard(reading)
        .unwrap_or_else(|panic| Err(Failed::Broken(panic)))
        .map_err(|failed| failed.into_error(path))
}
