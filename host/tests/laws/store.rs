//! A store that keeps bytes, and can fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use streamgauge_checkpoint::store::{Checkpoint, KeptMetric, MemoryStore, StateError, StateStore};
use streamgauge_core::PartitionSnapshot;
use streamgauge_outbox::HistoryStore;

/// The store: bytes of partitions and final panes, and whether it works.
#[derive(Default)]
pub(crate) struct Bytes {
    pub(crate) partitions: BTreeMap<u32, Vec<u8>>,
    pub(crate) kept: Vec<KeptMetric>,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) final_panes: Vec<Vec<u8>>,
    pub(crate) letters: u64,
    /// Letters of states that metrics have lost, which are written once more.
    pub(crate) letters_twice: u64,
    pub(crate) fails: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Store(Arc<Mutex<Bytes>>);

impl Store {
    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Store {
    fn load(&self) -> Result<Option<Checkpoint>, StateError> {
        let bytes = self.lock();
        let decode = |bytes: &Vec<u8>| {
            Arc::new(PartitionSnapshot::decode(bytes).expect("what was stored can be read"))
        };
        let checkpoint = Checkpoint {
            partitions: bytes.partitions.values().map(decode).collect(),
            kept: bytes.kept.clone(),
            settings: bytes.settings.clone(),
            dead_letters: bytes.letters,
            ..Checkpoint::default()
        };
        Ok((!bytes.partitions.is_empty()).then_some(checkpoint))
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError> {
        let mut bytes = self.lock();
        if bytes.fails {
            let reason = "no space left on device".to_owned();
            return Err(StateError::Store { path: "laws".into(), reason });
        }
        for snapshot in &checkpoint.partitions {
            bytes.partitions.insert(snapshot.partition, snapshot.encode());
        }
        bytes.final_panes.extend(checkpoint.final_panes.iter().map(|pane| pane.encode()));
        bytes.kept.clone_from(&checkpoint.kept);
        bytes.settings.clone_from(&checkpoint.settings);
        bytes.letters = checkpoint.dead_letters;
        Ok(0)
    }

    fn history(&self) -> Arc<dyn HistoryStore> {
        Arc::new(MemoryStore::default())
    }
}
