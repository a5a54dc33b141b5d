//! State in one local file, by redb: a checkpoint is one transaction.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use streamgauge_core::PartitionSnapshot;

use super::{Checkpoint, StateError, StateStore};

/// redb's page cache; the state is small and read once.
const CACHE_BYTES: usize = 8 << 20;

/// Name of the file in the state folder.
const FILE: &str = "streamgauge.redb";

/// Partition number → snapshot.
const PARTITIONS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("partitions");

/// Setting → value at the time the state was written.
const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");

/// Counters that belong to the checkpoint.
const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");

/// A redb file in the state folder.
pub struct EmbeddedStore {
    path: PathBuf,
    database: Database,
}

impl EmbeddedStore {
    /// Opens the store in `dir`, and makes both where they are not there.
    ///
    /// # Errors
    /// The folder cannot be made, the file is not a store, or another process has it open.
    pub fn open(dir: &Path) -> Result<Self, StateError> {
        let path = dir.join(FILE);
        let failed = |reason: String| StateError::Store { path: path.clone(), reason };
        fs::create_dir_all(dir).map_err(|error| failed(error.to_string()))?;
        let opened = Database::builder().set_cache_size(CACHE_BYTES).create(&path);
        match opened {
            Ok(database) => Ok(Self { path, database }),
            Err(DatabaseError::DatabaseAlreadyOpen) => Err(StateError::InUse(path)),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// Whether there is a store in `dir`.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// Removes the store in `dir`. Returns its file, or none where there was none.
    ///
    /// # Errors
    /// Another process has it open, or the file cannot be removed.
    pub fn reset(dir: &Path) -> Result<Option<PathBuf>, StateError> {
        if !Self::exists(dir) {
            return Ok(None);
        }
        let path = dir.join(FILE);
        // Opening it tells whether another process runs on it; a damaged file may go.
        if let Err(error @ StateError::InUse(_)) = Self::open(dir).map(drop) {
            return Err(error);
        }
        match fs::remove_file(&path) {
            Ok(()) => Ok(Some(path)),
            Err(error) => Err(StateError::Store { path, reason: error.to_string() }),
        }
    }

    fn failed(&self, error: impl Into<redb::Error>) -> StateError {
        StateError::Store { path: self.path.clone(), reason: error.into().to_string() }
    }

    fn read_partitions(
        &self,
        table: &impl ReadableTable<u32, &'static [u8]>,
    ) -> Result<Vec<Arc<PartitionSnapshot>>, StateError> {
        let mut partitions = Vec::new();
        for entry in table.iter().map_err(|e| self.failed(e))? {
            let (partition, bytes) = entry.map_err(|e| self.failed(e))?;
            let partition = partition.value();
            let snapshot = PartitionSnapshot::decode(bytes.value()).map_err(|error| {
                StateError::Snapshot { path: self.path.clone(), partition, error }
            })?;
            partitions.push(Arc::new(snapshot));
        }
        Ok(partitions)
    }
}

impl StateStore for EmbeddedStore {
    fn load(&self) -> Result<Option<Checkpoint>, StateError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let partitions = match transaction.open_table(PARTITIONS) {
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
            table => self.read_partitions(&table.map_err(|e| self.failed(e))?)?,
        };
        let mut settings = BTreeMap::new();
        let table = transaction.open_table(SETTINGS).map_err(|e| self.failed(e))?;
        for entry in table.iter().map_err(|e| self.failed(e))? {
            let (key, value) = entry.map_err(|e| self.failed(e))?;
            settings.insert(key.value().to_owned(), value.value().to_owned());
        }
        let counters = transaction.open_table(COUNTERS).map_err(|e| self.failed(e))?;
        let counter = |name| {
            let value = counters.get(name).map_err(|e| self.failed(e))?;
            Ok(value.map_or(0, |guard| guard.value()))
        };
        Ok(Some(Checkpoint {
            settings,
            partitions,
            final_panes: Vec::new(),
            dead_letter_bytes: counter("dead_letter_bytes")?,
            dead_letters: counter("dead_letters")?,
            late_output_bytes: counter("late_output_bytes")?,
            late_output_records: counter("late_output_records")?,
        }))
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError> {
        let mut size = 0;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut table = transaction.open_table(PARTITIONS).map_err(|e| self.failed(e))?;
            for snapshot in &checkpoint.partitions {
                let bytes = snapshot.encode();
                size += bytes.len() as u64;
                let inserted = table.insert(snapshot.partition, bytes.as_slice());
                inserted.map_err(|e| self.failed(e))?;
            }
            let mut table = transaction.open_table(SETTINGS).map_err(|e| self.failed(e))?;
            table.retain(|_, _| false).map_err(|e| self.failed(e))?;
            for (key, value) in &checkpoint.settings {
                table.insert(key.as_str(), value.as_str()).map_err(|e| self.failed(e))?;
            }
            let mut table = transaction.open_table(COUNTERS).map_err(|e| self.failed(e))?;
            for (key, value) in [
                ("dead_letter_bytes", checkpoint.dead_letter_bytes),
                ("dead_letters", checkpoint.dead_letters),
                ("late_output_bytes", checkpoint.late_output_bytes),
                ("late_output_records", checkpoint.late_output_records),
            ] {
                table.insert(key, value).map_err(|e| self.failed(e))?;
            }
        }
        transaction.commit().map_err(|e| self.failed(e))?;
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{PartitionState, Position};

    use super::*;

    fn checkpoint(offset: i64) -> Checkpoint {
        let mut state = PartitionState::starting_at(0);
        state.next_offset = offset;
        let snapshot = PartitionSnapshot {
            partition: 0,
            position: Position::default(),
            late_samples: Vec::new(),
            state,
            metrics: Vec::new(),
        };
        Checkpoint {
            settings: [("event_time.bound".to_owned(), "300s".to_owned())].into(),
            partitions: vec![Arc::new(snapshot)],
            final_panes: Vec::new(),
            dead_letter_bytes: 7,
            dead_letters: 1,
            late_output_bytes: 9,
            late_output_records: 2,
        }
    }

    #[test]
    fn the_latest_checkpoint_survives_reopening() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
        assert!(store.load().expect("an empty store").is_none());
        store.save(&checkpoint(5)).expect("saved");
        store.save(&checkpoint(9)).expect("saved");
        drop(store);
        let store = EmbeddedStore::open(dir.path()).expect("an existing store");
        let loaded = store.load().expect("readable").expect("a checkpoint");
        assert_eq!(loaded.partitions, checkpoint(9).partitions);
        assert_eq!(loaded.settings, checkpoint(9).settings);
        assert_eq!((loaded.dead_letter_bytes, loaded.dead_letters), (7, 1));
        assert_eq!((loaded.late_output_bytes, loaded.late_output_records), (9, 2));
    }

    #[test]
    fn a_store_in_use_is_named_and_not_removed() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let store = EmbeddedStore::open(dir.path()).expect("a new store");
        assert!(matches!(EmbeddedStore::open(dir.path()), Err(StateError::InUse(_))));
        assert!(matches!(EmbeddedStore::reset(dir.path()), Err(StateError::InUse(_))));
        drop(store);
        assert!(EmbeddedStore::reset(dir.path()).expect("removed").is_some());
        assert!(EmbeddedStore::reset(dir.path()).expect("nothing there").is_none());
    }
}
