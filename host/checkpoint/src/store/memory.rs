//! State that ends with the process, in which `replay` keeps windows. The bytes are the same as in
//! any other store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use streamgauge_core::{EventTime, FinalPane, PartitionSnapshot, TimeWindow, WindowSpec};

use streamgauge_outbox::{HistoryError, HistoryStore, StoredPane, Take};

use super::{Checkpoint, StateError, StateStore};

/// Final panes by series, kind, start and partition.
type Panes = BTreeMap<(String, WindowSpec, i64, u32), Arc<FinalPane>>;

/// A store in memory.
#[derive(Clone, Default)]
pub struct MemoryStore {
    latest: Arc<Mutex<Option<Stored>>>,
    panes: Arc<Mutex<Panes>>,
}

struct Stored {
    head: Checkpoint,
    snapshots: Vec<Vec<u8>>,
}

impl StateStore for MemoryStore {
    fn load(&self) -> Result<Option<Checkpoint>, StateError> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let decode = |bytes: &Vec<u8>| {
            Arc::new(PartitionSnapshot::decode(bytes).expect("memory does not change by itself"))
        };
        Ok(latest.as_ref().map(|stored| {
            let partitions = stored.snapshots.iter().map(decode).collect();
            Checkpoint { partitions, ..stored.head.clone() }
        }))
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError> {
        let snapshots: Vec<Vec<u8>> = checkpoint.partitions.iter().map(|s| s.encode()).collect();
        let bytes = snapshots.iter().map(|snapshot| snapshot.len() as u64).sum();
        let head =
            Checkpoint { partitions: Vec::new(), final_panes: Vec::new(), ..checkpoint.clone() };
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Stored { head, snapshots });
        let mut panes = self.panes.lock().unwrap_or_else(PoisonError::into_inner);
        for pane in &checkpoint.final_panes {
            let series = FinalPane::series(&pane.metric, pane.build);
            let key = (series, pane.spec, pane.window.start.0, pane.partition);
            panes.insert(key, Arc::clone(pane));
        }
        Ok(bytes)
    }

    fn history(&self) -> Arc<dyn HistoryStore> {
        Arc::new(self.clone())
    }
}

impl HistoryStore for MemoryStore {
    fn panes(
        &self,
        series: &str,
        spec: WindowSpec,
        from: EventTime,
        to: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError> {
        let panes = self.panes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |start| (series.to_owned(), spec, start, 0);
        let found = panes.range(key(i64::MIN)..key(to.0)).map(|(_, pane)| pane);
        Ok(found.filter(|pane| pane.window.end > from).cloned().collect())
    }

    fn find(
        &self,
        series: &str,
        spec: WindowSpec,
        TimeWindow { start, end }: TimeWindow,
        take: Take,
    ) -> Result<Vec<StoredPane>, HistoryError> {
        let panes = self.panes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |start: EventTime| (series.to_owned(), spec, start.0, 0);
        let id: Arc<str> = series.into();
        let found = panes.range(key(start)..key(end.max(start))).map(|(_, pane)| StoredPane {
            series: Arc::clone(&id),
            spec,
            window: pane.window,
            partition: pane.partition,
            is_corrected: pane.corrections > 0,
            revision: 0,
        });
        Ok(taken(found, take))
    }

    fn pane(&self, pane: &StoredPane) -> Result<Option<Arc<FinalPane>>, HistoryError> {
        let panes = self.panes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (pane.series.to_string(), pane.spec, pane.window.start.0, pane.partition);
        Ok(panes.get(&key).cloned())
    }
}

/// What is meant of `all`, in the order of `all`.
pub(super) fn taken<T>(all: impl DoubleEndedIterator<Item = T>, take: Take) -> Vec<T> {
    match take {
        Take::Oldest(count) => all.take(count).collect(),
        Take::Newest(count) => {
            let mut newest: Vec<T> = all.rev().take(count).collect();
            newest.reverse();
            newest
        }
    }
}
