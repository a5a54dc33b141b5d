//! The tables of the file, as docs/state-format.md lists them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use redb::{
    AccessGuard, Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable,
    TableDefinition, TableError, WriteTransaction,
};
use streamgauge_core::{
    EventTime, FinalPane, PartitionSnapshot, SnapshotError, TimeWindow, WindowSpec,
};
use streamgauge_outbox::{StoredPane, Take};

use crate::store::header::Header;
use crate::store::memory::taken;
use crate::store::{Keep, StateError};

/// The format of the file.
pub(super) const FORMAT: u64 = 2;

/// The version of the file: `format` → [`FORMAT`].
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The kept checkpoints: generation → header.
const CHECKPOINTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("checkpoints");

/// The states of partitions: (generation, partition) → snapshot.
pub(super) const SNAPSHOTS: TableDefinition<'_, (u64, u32), &[u8]> =
    TableDefinition::new("snapshots");

/// The states of metrics that stopped: SHA-256 of the bytes → snapshot with this metric alone.
pub(super) const STOPPED: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("stopped");

/// The parts of large accumulators: number → bytes.
pub(super) const PARTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("parts");

/// Series, size, slide, start, partition.
type PaneKey<'a> = (&'a str, i64, i64, i64, u32);

/// The history: key → (the generation that wrote the pane, final pane).
const FINAL_PANES: TableDefinition<'_, PaneKey<'_>, (u64, &[u8])> =
    TableDefinition::new("final_panes");

/// Why a transaction was given up.
pub(super) enum Failed {
    /// redb failed, with these words.
    Store(String),
    /// redb cannot make sense of its file.
    Broken(String),
    /// A final pane cannot be read.
    Pane(SnapshotError),
}

impl<E: Into<redb::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        let error = error.into();
        let reason = error.to_string();
        match error {
            redb::Error::Corrupted(_) => Self::Broken(reason),
            redb::Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
                Self::Broken(reason)
            }
            _ => Self::Store(reason),
        }
    }
}

impl Failed {
    pub(super) fn into_error(self, path: &Path) -> StateError {
        let path = path.to_owned();
        match self {
            Self::Store(reason) => StateError::Store { path, reason },
            Self::Broken(reason) => StateError::Broken { path, reason },
            Self::Pane(error) => {
                let what = "a final window".to_owned();
                StateError::Damaged { path, generation: 0, what, error, former: None }
            }
        }
    }
}

/// A read transaction on the tables of the file.
pub(super) struct Reading {
    pub(super) transaction: ReadTransaction,
}

impl Reading {
    pub(super) fn begin(database: &impl ReadableDatabase) -> Result<Self, Failed> {
        Ok(Self { transaction: database.begin_read()? })
    }

    /// The format of the file; `None` means that the file is empty.
    pub(super) fn format(&self) -> Result<Option<u64>, Failed> {
        // The first version of the file had no such table, but this one.
        let is_first = self.transaction.open_table(FIRST_FORMAT).is_ok();
        match self.transaction.open_table(META) {
            Err(TableError::TableDoesNotExist(_)) => Ok(is_first.then_some(1)),
            table => Ok(table?.get("format")?.map(|format| format.value())),
        }
    }

    /// The numbers of the stored checkpoints, the newest last.
    pub(super) fn generations(&self) -> Result<Vec<u64>, Failed> {
        match self.transaction.open_table(CHECKPOINTS) {
            Err(TableError::TableDoesNotExist(_)) => Ok(Vec::new()),
            table => {
                let table = table?;
                table.iter()?.map(|entry| Ok(entry?.0.value())).collect()
            }
        }
    }

    /// The length of a header, and the header.
    pub(super) fn header(
        &self,
        generation: u64,
    ) -> Result<(u64, Result<Header, SnapshotError>), Failed> {
        let table = self.transaction.open_table(CHECKPOINTS)?;
        let bytes = table.get(generation)?.map(|bytes| bytes.value().to_vec()).unwrap_or_default();
        Ok((bytes.len() as u64, Header::decode(&bytes)))
    }

    /// The bytes of a snapshot; empty where no snapshot is stored.
    pub(super) fn snapshot(&self, generation: u64, partition: u32) -> Result<Vec<u8>, Failed> {
        self.with_snapshot(generation, partition, |bytes| Ok(bytes.to_vec()))
    }

    /// What `take` makes of the bytes of a snapshot, which are empty where no snapshot is stored.
    pub(super) fn with_snapshot<T>(
        &self,
        generation: u64,
        partition: u32,
        take: impl FnOnce(&[u8]) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let table = self.transaction.open_table(SNAPSHOTS)?;
        let bytes = table.get((generation, partition))?;
        take(bytes.as_ref().map(AccessGuard::value).unwrap_or_default())
    }

    /// The size of all snapshots of a generation.
    pub(super) fn snapshot_bytes(&self, generation: u64) -> Result<u64, Failed> {
        let table = self.transaction.open_table(SNAPSHOTS)?;
        let snapshots = table.range((generation, 0)..=(generation, u32::MAX))?;
        snapshots.map(|entry| Ok(entry?.1.value().len() as u64)).sum()
    }

    /// The final panes of one metric and kind that start before an instant.
    pub(super) fn final_panes(
        &self,
        series: &str,
        spec: WindowSpec,
        to: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, Failed> {
        let table = match self.transaction.open_table(FINAL_PANES) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            table => table?,
        };
        let decode = |bytes: &[u8]| FinalPane::decode(bytes).map(Arc::new).map_err(Failed::Pane);
        let (size, slide) = spec.to_millis();
        let range = (series, size, slide, i64::MIN, 0)..(series, size, slide, to.0, 0);
        table.range(range)?.map(|entry| decode(entry?.1.value().1)).collect()
    }

    /// Hands over every final pane and its bytes, until `take` fails.
    pub(super) fn each_final_pane<E>(
        &self,
        mut take: impl FnMut(FinalPane, &[u8]) -> Result<(), E>,
    ) -> Result<Result<(), E>, Failed> {
        let table = match self.transaction.open_table(FINAL_PANES) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Ok(())),
            table => table?,
        };
        for entry in table.iter()? {
            let entry = entry?.1;
            let (_, bytes) = entry.value();
            if let Err(error) = take(FinalPane::decode(bytes).map_err(Failed::Pane)?, bytes) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// The final panes of one metric and kind that start in `starts`, without their states.
    pub(super) fn find(
        &self,
        series: &str,
        spec: WindowSpec,
        TimeWindow { start, end }: TimeWindow,
        take: Take,
    ) -> Result<Vec<StoredPane>, Failed> {
        let table = match self.transaction.open_table(FINAL_PANES) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            table => table?,
        };
        let (size, slide) = spec.to_millis();
        let key = |start: EventTime| (series, size, slide, start.0, 0);
        let id: Arc<str> = series.into();
        let found = table.range(key(start)..key(end.max(start)))?.map(|entry| {
            let (key, value) = entry?;
            let (revision, bytes) = value.value();
            let head = FinalPane::head(bytes).ok_or(Failed::Pane(SnapshotError::Damaged))?;
            let (window, corrections) = head;
            let (series, partition) = (Arc::clone(&id), key.value().4);
            let is_corrected = corrections > 0;
            Ok(StoredPane { series, spec, window, partition, is_corrected, revision })
        });
        taken(found, take).into_iter().collect()
    }

    /// A final pane with its states.
    pub(super) fn final_pane(&self, pane: &StoredPane) -> Result<Option<Arc<FinalPane>>, Failed> {
        let table = self.transaction.open_table(FINAL_PANES)?;
        let (size, slide) = pane.spec.to_millis();
        let key = (&*pane.series, size, slide, pane.window.start.0, pane.partition);
        let Some(found) = table.get(key)? else { return Ok(None) };
        let decoded = FinalPane::decode(found.value().1);
        decoded.map(|pane| Some(Arc::new(pane))).map_err(Failed::Pane)
    }
}

/// The table in which the first version kept its settings.
const FIRST_FORMAT: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");

/// A write transaction, which ends in a commit or changes nothing.
pub(super) struct Writing {
    pub(super) transaction: WriteTransaction,
}

/// The largest event time of each partition; of a metric that is not at its partition's place, the
/// one at its own, as its windows are over by that.
#[derive(Default)]
pub(super) struct EventTimes {
    of_partition: BTreeMap<u32, Option<EventTime>>,
    own: BTreeMap<(String, u32), Option<EventTime>>,
}

impl EventTimes {
    fn add(&mut self, partition: u32, snapshot: &PartitionSnapshot) {
        self.of_partition.insert(partition, snapshot.state.max_event_time);
        for metric in &snapshot.metrics {
            if let Some(place) = metric.phase.place() {
                self.own.insert((metric.series(), partition), place.max_event_time);
            }
        }
    }

    fn of(&self, series: &str, partition: u32) -> Option<EventTime> {
        let own = self.own.get(&(series.to_owned(), partition));
        own.or_else(|| self.of_partition.get(&partition)).copied().flatten()
    }
}

impl Writing {
    pub(super) fn begin(database: &Database) -> Result<Self, Failed> {
        let mut transaction = database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.open_table(META)?.insert("format", FORMAT)?;
        Ok(Self { transaction })
    }

    pub(super) fn commit(self) -> Result<(), Failed> {
        Ok(self.transaction.commit()?)
    }

    /// The generation of the newest checkpoint.
    pub(super) fn newest(&self) -> Result<Option<u64>, Failed> {
        let table = self.transaction.open_table(CHECKPOINTS)?;
        Ok(table.last()?.map(|(generation, _)| generation.value()))
    }

    pub(super) fn insert_header(&self, generation: u64, bytes: &[u8]) -> Result<(), Failed> {
        self.transaction.open_table(CHECKPOINTS)?.insert(generation, bytes)?;
        Ok(())
    }

    pub(super) fn insert_snapshot(
        &self,
        generation: u64,
        partition: u32,
        bytes: &[u8],
    ) -> Result<(), Failed> {
        self.transaction.open_table(SNAPSHOTS)?.insert((generation, partition), bytes)?;
        Ok(())
    }

    /// The header of a generation; `None` where it cannot be read.
    pub(super) fn header(&self, generation: u64) -> Result<Option<Header>, Failed> {
        let table = self.transaction.open_table(CHECKPOINTS)?;
        let bytes = table.get(generation)?;
        Ok(bytes.and_then(|bytes| Header::decode(bytes.value()).ok()))
    }

    /// Adds a final pane. An existing pane stays with the generation that wrote it first: a save
    /// that failed may have reached the disk nevertheless.
    pub(super) fn insert_pane(&self, generation: u64, pane: &FinalPane) -> Result<(), Failed> {
        let bytes = pane.encode();
        let (size, slide) = pane.spec.to_millis();
        let series = FinalPane::series(&pane.metric, pane.build);
        let key = (series.as_str(), size, slide, pane.window.start.0, pane.partition);
        let mut table = self.transaction.open_table(FINAL_PANES)?;
        let is_there = table.get(key)?.is_some_and(|there| there.value().1 == bytes);
        if !is_there {
            table.insert(key, (generation, bytes.as_slice()))?;
        }
        Ok(())
    }

    /// The largest event time of each partition in a generation.
    pub(super) fn largest_event_times(&self, generation: u64) -> Result<EventTimes, Failed> {
        let table = self.transaction.open_table(SNAPSHOTS)?;
        let mut times = EventTimes::default();
        for entry in table.range((generation, 0)..=(generation, u32::MAX))? {
            let (key, bytes) = entry?;
            // One that is damaged makes nothing old.
            if let Ok(snapshot) = PartitionSnapshot::decode(bytes.value()) {
                times.add(key.value().1, &snapshot);
            }
        }
        Ok(times)
    }

    /// Drops final panes that are over by the largest event time of their partition: for each
    /// metric and kind from the oldest on, up to the first that is not over for any partition.
    pub(super) fn prune(&self, keep: &Keep, times: &EventTimes) -> Result<(), Failed> {
        let latest = times.of_partition.values().copied().flatten().max();
        let mut table = self.transaction.open_table(FINAL_PANES)?;
        let mut over: Vec<(String, i64, i64, i64, u32)> = Vec::new();
        let mut from = (String::new(), i64::MIN, i64::MIN, i64::MIN, 0);
        loop {
            let start = (from.0.as_str(), from.1, from.2, from.3, from.4);
            let Some(entry) = table.range(start..)?.next() else { break };
            let (key, value) = entry?;
            let (series, size, slide, time, partition) = key.value();
            // One that cannot be read stays, to be seen.
            let pane = FinalPane::decode(value.value().1).ok();
            let own = times.of(series, partition);
            let is_over = |time| pane.as_ref().is_none_or(|pane| keep.is_over(pane, time));
            if pane.is_some() && is_over(own) {
                over.push((series.to_owned(), size, slide, time, partition));
            }
            from = if is_over(latest) {
                (series.to_owned(), size, slide, time, partition + 1)
            } else {
                // The next kind, or the next series.
                (series.to_owned(), size, slide + 1, i64::MIN, 0)
            };
        }
        for (series, size, slide, time, partition) in &over {
            table.remove((series.as_str(), *size, *slide, *time, *partition))?;
        }
        Ok(())
    }

    /// Drops the generations before `generation`.
    pub(super) fn drop_before(&self, generation: u64) -> Result<(), Failed> {
        self.transaction.open_table(CHECKPOINTS)?.retain(|number, _| number >= generation)?;
        self.transaction.open_table(SNAPSHOTS)?.retain(|key, _| key.0 >= generation)?;
        Ok(())
    }

    /// Drops the newest generation, with the panes that became final in that generation.
    pub(super) fn drop_newest(&self, newest: u64) -> Result<(), Failed> {
        self.transaction.open_table(CHECKPOINTS)?.retain(|number, _| number < newest)?;
        self.transaction.open_table(SNAPSHOTS)?.retain(|key, _| key.0 < newest)?;
        self.transaction.open_table(FINAL_PANES)?.retain(|_, (number, _)| number < newest)?;
        Ok(())
    }

    /// Drops all checkpoints and the whole history.
    pub(super) fn clear(&self) -> Result<(), Failed> {
        self.transaction.open_table(CHECKPOINTS)?.retain(|_, _| false)?;
        self.transaction.open_table(SNAPSHOTS)?.retain(|_, _| false)?;
        self.transaction.open_table(FINAL_PANES)?.retain(|_, _| false)?;
        self.transaction.open_table(STOPPED)?.retain(|_, _| false)?;
        self.transaction.open_table(PARTS)?.retain(|_, _| false)?;
        Ok(())
    }
}
